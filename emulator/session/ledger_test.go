package session

import (
	"fmt"
	"sync"
)

// A ledger is who got what and who is done with it: of a session, or of all
// members of a group.
type ledger struct {
	mu    sync.Mutex
	owner map[string]string // by message, the client that got it
	done  map[string]bool   // acknowledged
	want  int
}

func newLedger(want int) *ledger {
	return &ledger{owner: make(map[string]string), done: make(map[string]bool), want: want}
}

func (l *ledger) complete() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.done) == l.want
}

func (l *ledger) acknowledge(message string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.done[message] = true
}

// got notes a delivery and returns what is wrong with it.
func (l *ledger) got(client, message string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	owner := l.owner[message]
	l.owner[message] = client
	switch {
	case l.done[message]:
		return "it was acknowledged"
	case owner != "" && owner != client:
		return "it was sent to " + owner
	}
	return ""
}

// missed returns a message between two of a publisher that was passed over.
func (l *ledger) missed(topic string, after, before int) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	for n := after + 1; n < before; n++ {
		if message := fmt.Sprintf("%s %d", topic, n); !l.done[message] {
			return message
		}
	}
	return ""
}
