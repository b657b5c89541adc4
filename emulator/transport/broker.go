package transport

import (
	"io"

	"github.com/mochi-mqtt/server/v2/listeners"
)

// A Broker takes connections that speak MQTT; what it establishes them with is called
// the engine here, see hooks/serve.go. Of the zero value the engine is the
// one that called Serve.
type Broker struct {
	// Establish gives a connection to the engine, and returns when that has
	// finished with it. Default: what Serve was given.
	Establish listeners.EstablishFn
	// Reader stands between what a client sends, in whatever carries it, and the
	// engine: it gets the bytes as they come, and the engine reads what it makes of
	// them. Its errors are what ended the reading, see [Conn.Cause]. Called once
	// per connection. Default: the bytes as they come.
	Reader func(io.Reader) io.Reader
	// Ended is called once per connection, after the engine has finished with it;
	// err is what the engine returned, or a *PanicError. Default: nothing.
	Ended func(c *Conn, err error)
}

// broker finds who takes a connection.
func (l *Listener) broker(f *Facts) Broker {
	b := l.o.Broker(f)
	if b.Establish == nil {
		b.Establish = l.establish
	}
	if b.Reader == nil {
		b.Reader = func(from io.Reader) io.Reader { return from }
	}
	if b.Ended == nil {
		b.Ended = func(*Conn, error) {}
	}
	return b
}
