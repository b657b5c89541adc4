package account

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/policy"
)

// A Trial is what an authorizer did with a made-up connection.
type Trial struct {
	Event  []byte        // what its function was given; nil if it was not called
	Answer []byte        // what it answered; nil if it failed
	Took   time.Duration // of the call

	// Refusal is AWS's verdict if the connection is refused before any policy
	// is looked at, else nil and Grant is set.
	Refusal error
	Grant   *authn.Grant

	// Connect is what the granted policy says to iot:Connect for the client id.
	Connect policy.Decision
}

// Accepted reports whether a CONNECT would get its CONNACK.
func (t Trial) Accepted() bool { return t.Refusal == nil && t.Connect.Allowed }

// Try asks the authorizer that r selects, as a CONNECT would.
func (a *Account) Try(ctx context.Context, r authn.Request) Trial {
	var t Trial
	watched := a.authn.Invoking(func(ctx context.Context, arn string, event []byte) ([]byte, error) {
		t.Event = event
		start := time.Now()
		answer, err := a.invoke(ctx, arn, event)
		t.Answer, t.Took = answer, time.Since(start)
		return answer, err
	})
	if r.ConnectionID == "" {
		r.ConnectionID = uuid.NewString()
	}
	if t.Grant, t.Refusal = watched.Authenticate(ctx, r); t.Refusal == nil {
		t.Connect = a.hook.JudgeConnect(r, t.Grant)
	}
	return t
}
