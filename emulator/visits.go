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
}

// enter holds an account, unless it has ended. The caller calls leave.
func (a *Account) enter() bool {
	a.visits.mu.Lock()
	defer a.visits.mu.Unlock()
	if !a.visits.over {
		a.visits.count.Add(1)
	}
	return !a.visits.over
}

func (a *Account) leave() { a.visits.count.Done() }

// lock lets nobody enter any more.
func (a *Account) lock() {
	a.visits.mu.Lock()
	defer a.visits.mu.Unlock()
	a.visits.over = true
}

var errAccountEnded = errors.New("the account has ended")

// broker is what takes one connection of this account.
func (a *Account) broker() transport.Broker {
	entered := false
	return transport.Broker{
		Establish: func(listener string, c net.Conn) error {
			if entered = a.enter(); !entered {
				return errAccountEnded
			}
			return a.server.EstablishConnection(listener, c)
		},
		Reader: a.hook.Reader,
		Ended: func(c *transport.Conn, err error) {
			if entered {
				defer a.leave()
				a.hook.Ended(c, err)
			}
		},
	}
}
