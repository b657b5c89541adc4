package hooks

import (
	"sync"
	"time"

	"github.com/suback/suback/emulator/transport"
)

// late are the PUBACKs of one connection that a fault delays, and those behind them. Nothing
// but the client waits for them: what it sends is read and answered meanwhile, until as many
// are unacknowledged as may be [B-683].
type late struct {
	conn *transport.Conn

	mu    sync.Mutex
	room  sync.Cond // there is some again
	queue []lateAck // the first is the next to go
}

func newLate(conn *transport.Conn) *late {
	l := &late{conn: conn}
	l.room.L = &l.mu
	return l
}

type lateAck struct {
	puback []byte
	due    time.Time
}

// add has a PUBACK go d from now, and not before those that wait.
func (l *late) add(puback []byte, d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.put(puback, d)
}

// behind has a PUBACK wait behind others that do; false if there are none. l may be nil.
func (l *late) behind(puback []byte) bool {
	if l == nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.queue) > 0 {
		l.put(puback, 0)
	}
	return len(l.queue) > 0
}

func (l *late) put(puback []byte, d time.Duration) {
	for len(l.queue) >= maxUnacknowledged {
		l.room.Wait()
	}
	l.queue = append(l.queue, lateAck{puback, time.Now().Add(d)})
	if len(l.queue) == 1 {
		go l.run()
	}
}

// run sends what waits, each when it is due, and ends with the queue or the connection.
func (l *late) run() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.queue) > 0 {
		first := l.queue[0]
		l.mu.Unlock()
		lasts := l.conn.Pause(time.Until(first.due))
		if lasts {
			_, _ = l.conn.Write(first.puback)
		}
		l.mu.Lock()
		l.queue = l.queue[1:]
		if !lasts {
			l.queue = nil
		}
		l.room.Signal()
	}
}
