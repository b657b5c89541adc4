package account

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"

	"github.com/suback/suback/emulator/transport"
)

// visits are the connections and requests that an account has taken on. It ends when
// the last of them has left, and takes no other then.
type visits struct {
	life  context.Context // over when it takes no other
	over  context.CancelFunc
	mu    sync.Mutex
	count sync.WaitGroup
	conns map[*transport.Conn]struct{}
}

func newVisits() *visits {
	v := &visits{conns: map[*transport.Conn]struct{}{}}
	v.life, v.over = context.WithCancel(context.Background())
	return v
}

// ErrEnded is why an account takes nobody any more.
var ErrEnded = errors.New("the account has ended")

// enter holds an account for a request, or a connection unless c is nil; if it has ended
// it returns false. Who has entered calls leave.
func (v *visits) enter(c *transport.Conn) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.life.Err() != nil {
		return false
	}
	v.count.Add(1)
	if c != nil {
		v.conns[c] = struct{}{}
	}
	return true
}

func (v *visits) leave() { v.count.Done() }

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

// end lets nobody enter any more, ends the connections and requests, and waits for all
// to leave.
func (v *visits) end() {
	v.mu.Lock()
	v.over()
	for c := range v.conns {
		c.End(nil, ErrEnded)
	}
	v.mu.Unlock()
	v.count.Wait()
}

// Hold has a handler answer a request while the account is held. What takes long, such
// as to follow the trace, ends with the account.
func (a *Account) Hold(w http.ResponseWriter, r *http.Request, answer http.HandlerFunc) {
	if !a.visits.enter(nil) {
		Refuse(w, http.StatusServiceUnavailable, ErrEnded.Error())
		return
	}
	defer a.visits.leave()
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(a.visits.life, cancel)()
	answer(w, r.WithContext(ctx))
}

// Broker is what takes the connections of this account.
func (a *Account) Broker() transport.Broker { return a.broker }

// newBroker is made once: each connection asks for it.
func (a *Account) newBroker() transport.Broker {
	b := a.hook.Broker(a.server)
	establish, ended := b.Establish, b.Ended
	b.Establish = func(listener string, c net.Conn) error {
		if !a.visits.enter(c.(*transport.Conn)) {
			return ErrEnded
		}
		return establish(listener, c)
	}
	b.Ended = func(c *transport.Conn, err error) {
		a.visits.disconnect(c, func() { ended(c, err) })
	}
	return b
}
