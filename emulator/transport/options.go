package transport

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/suback/suback/emulator/pki"
)

// Options configure a Listener. Name and Address are required, CA too for the
// names "mqtts" and "https".
type Options struct {
	// Name decides what is spoken: "mqtt", "mqtts", "https" or "http". It is
	// the listener's id for the engine.
	Name string
	// Address is host:port. Port 0 picks a free one, see [Listener.Address];
	// localhost is 127.0.0.1 and ::1, as far as the machine has them.
	Address string

	// CA issues server certificates by SNI.
	CA *pki.CA
	// ServerNames returns the names of the default endpoints, "*.example.test"
	// among them. Always served: localhost, *.localhost, IP addresses, no name
	// at all [A-31, guess]. Another name that Domain does not know either gets
	// the default certificate [A-30, guess]. Called by several goroutines.
	// Default: none.
	ServerNames func() []string
	// Domain returns the domain configuration of a name: SNI as sent, or a Host
	// header without its port. Called by several goroutines, once per handshake
	// and once per WebSocket upgrade whose SNI has none. Default: none.
	Domain func(name string) Domain

	// Flaw says what is wrong with the certificate of a handshake, of which Facts has the
	// names and addresses, and which fault that is; 0: nothing is. Default: nothing, ever.
	Flaw func(*Facts) (pki.Flaw, int)

	// Admit judges each HTTP request and upgrade, with its Facts in the context,
	// before anybody else looks at it; if it returns false it has answered. Called
	// by several goroutines. Default: all.
	Admit func(http.ResponseWriter, *http.Request) bool
	// Handler gets the HTTP requests that are no WebSocket upgrade, with their
	// Facts in the context. Default: 403 for all.
	Handler http.Handler
	// Path returns what the path of a WebSocket upgrade means, still escaped, which must
	// be /mqtt or / then. Default: the path as it is.
	Path func(string) string
	// Upgrade judges a WebSocket upgrade; nil accepts it. Default: accept.
	Upgrade func(*Facts) *Answer

	// Broker says who takes a connection that speaks MQTT; it is asked once per
	// connection, when it is known to. Default: who called Serve.
	Broker func(*Facts) Broker
	// Problem hears of the mistakes of clients, from several goroutines.
	// Default: nothing.
	Problem func(Problem)

	// Room is what this listener and others have together for connections.
	// Default: one of its own, with the default Bounds.
	Room *Room
	// ConnectTimeout is the time from accepting a connection to its complete
	// CONNECT, and for the head of an HTTP request. Default 30 s [B-610, guess].
	ConnectTimeout time.Duration
	// MaxFirstPacket is how many bytes the first packet may have after its length;
	// the engine makes room for them before it knows whose they are. Default 1 MiB.
	MaxFirstPacket int
	// HeaderBytes is how long the head of an HTTP request may be, at least 4 KiB.
	// Default 128 KiB.
	HeaderBytes int
	// MaxBuffered is how many bytes may wait for a client to read them, counted
	// as they are held: with what is left over at the end of a buffer. A client
	// may have 100 messages of 128 KiB unacknowledged on AWS [B-684, B-680], so
	// less would end one that does all right. Default 16 MiB.
	MaxBuffered int
	// BytesPerSecond is how many bytes of a connection go through in each
	// direction; what is more is late. Default 0, any number [B-682].
	BytesPerSecond int
	// Log receives what concerns the program, not the clients: that connections
	// cannot be taken, and panics. Default: the engine's.
	Log *slog.Logger
}

func (o *Options) setDefaults() {
	if o.Name == "mqtt" || o.Name == "http" {
		o.CA = nil
	}
	if o.ServerNames == nil {
		o.ServerNames = func() []string { return nil }
	}
	if o.Domain == nil {
		o.Domain = func(string) Domain { return Domain{} }
	}
	if o.Flaw == nil {
		o.Flaw = func(*Facts) (pki.Flaw, int) { return "", 0 }
	}
	if o.Admit == nil {
		o.Admit = func(http.ResponseWriter, *http.Request) bool { return true }
	}
	if o.Handler == nil {
		o.Handler = &Answer{Status: http.StatusForbidden, Type: "ForbiddenException", Message: "Forbidden"}
	}
	if o.Path == nil {
		o.Path = func(path string) string { return path }
	}
	if o.Upgrade == nil {
		o.Upgrade = func(*Facts) *Answer { return nil }
	}
	if o.Broker == nil {
		o.Broker = func(*Facts) Broker { return Broker{} }
	}
	if o.Problem == nil {
		o.Problem = func(Problem) {}
	}
	if o.ConnectTimeout == 0 {
		o.ConnectTimeout = 30 * time.Second
	}
	if o.Room == nil {
		o.Room = NewRoom(Bounds{}, nil)
	}
	if o.MaxFirstPacket == 0 {
		o.MaxFirstPacket = 1 << 20
	}
	if o.HeaderBytes == 0 {
		o.HeaderBytes = 128 << 10
	}
	if o.MaxBuffered == 0 {
		o.MaxBuffered = 16 << 20
	}
}
