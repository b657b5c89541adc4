package emulator

import (
	"errors"
	"net"
	"sync"

	"github.com/suback/suback/emulator/transport"
)

// visits are the connections and requests that an account has taken on. It ends when
// the last of them has left, and takes no other then.
type visits struct {
	mu    sync.Mutex
	over  bool
	count sync.WaitGroup
	conns map[*transport.Conn]struct{}
}

var errAccountEnded = errors.New("the account has ended")

// enter holds an account for a request, unless it has ended. The caller calls leave.
func (v *visits) enter() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.over {
		v.count.Add(1)
	}
	return !v.over
}

func (v *visits) leave() { v.count.Done() }

// connect is enter for a connection.
func (v *visits) connect(c *transport.Conn) bool {
	if !v.enter() {
		return false
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.conns == nil {
		v.conns = map[*transport.Conn]struct{}{}
	}
	v.conns[c] = struct{}{}
	return true
}

// disconnect is leave for a connection, if it entered, after left.
func (v *visits) disconnect(c *transport.Conn, left func()) {
	v.mu.Lock()
	_, entered := v.conns[c]
	delete(v.conns, c)
	v.mu.Unlock()
	if entered {
		left()
		v.leave()
	}
}

// end lets nobody enter any more, ends the connections and waits for all to leave.
func (v *visits) end() {
	v.mu.Lock()
	v.over = true
	for c := range v.conns {
		c.End(nil, errAccountEnded)
	}
	v.mu.Unlock()
	v.count.Wait()
}

// broker is what takes the connections of this account.
func (a *Account) broker() transport.Broker {
	return transport.Broker{
		Establish: func(listener string, c net.Conn) error {
			if !a.visits.connect(c.(*transport.Conn)) {
				return errAccountEnded
			}
			return a.server.EstablishConnection(listener, c)
		},
		Reader: a.hook.Reader,
		Ended: func(c *transport.Conn, err error) {
			a.visits.disconnect(c, func() { a.hook.Ended(c, err) })
		},
	}
}
