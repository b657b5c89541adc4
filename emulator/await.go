package emulator

import (
	"testing"
	"time"

	"github.com/suback/suback/emulator/why"
)

// A Finding is why nothing arrives at a client; its Answer is for people.
type Finding = why.Finding

// Why says why nothing arrives at a client on a topic or a filter, "" being any, as suback why
// --client does.
func (a *Account) Why(clientID, topic string) Finding { return a.of.Why(clientID, topic) }

const (
	awaitTime = 10 * time.Second
	awaitLook = 200 * time.Millisecond // from one look at what became of it to the next
)

// Await returns the next of the messages that a client gets on a topic: what its callback puts
// into a channel. If none comes within 10 seconds the test fails with the reason and what to
// change; at once, if the client's policy withholds it. a is an [Emulator] or an [Account].
func Await[T any](t testing.TB, a interface {
	Why(clientID, topic string) Finding
}, clientID, topic string, messages <-chan T) T {
	t.Helper()
	looks := time.NewTicker(awaitLook)
	defer looks.Stop()
	for end := time.Now().Add(awaitTime); ; {
		select {
		case message := <-messages:
			return message
		case <-looks.C:
			if f := a.Why(clientID, topic); f.Found == why.Withheld || !time.Now().Before(end) {
				t.Fatalf("client %q got no message on %q\n%s", clientID, topic, f.Text())
			}
		}
	}
}
