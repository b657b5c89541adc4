package suback

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
	"time"
)

const (
	patience = 10 * time.Second
	glance   = 200 * time.Millisecond // from one look at the gateway to the next
)

// Await is the next message that a client gets on a topic: what its callback puts into messages. If none
// comes within 10 seconds the test fails with the reason and what to change; at once, if the policy of
// the client withholds it.
func Await[T any](t testing.TB, a *Account, client, topic string, messages <-chan T) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	looks := time.NewTicker(glance)
	defer looks.Stop()
	for {
		select {
		case message := <-messages:
			return message
		case <-looks.C:
			if a.withheld(ctx, client, topic) {
				t.Fatalf("client %s got no message on %s\n%s", client, topic, a.reason(t, client, topic))
			}
		case <-ctx.Done():
			t.Fatalf("client %s got no message on %s within %v\n%s",
				client, topic, patience, a.reason(t, client, topic))
		}
	}
}

// withheld reports whether messages on a topic are withheld from a client, as far as the gateway says
// so in time.
func (a *Account) withheld(ctx context.Context, client, topic string) bool {
	query := url.Values{"client": {client}, "topic": {topic}}
	answer, err := send(ctx, http.MethodGet, a.url+"/_suback/why?"+query.Encode(), nil)
	var why struct{ Found string }
	return err == nil && json.Unmarshal(answer, &why) == nil && why.Found == "withheld"
}

func (a *Account) reason(t testing.TB, client, topic string) string {
	why, err := a.Why(t.Context(), client, topic)
	if err != nil {
		return err.Error()
	}
	return why
}
