package account

import (
	"github.com/google/uuid"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/egress"
	"github.com/suback/suback/emulator/services/shadow"
	"github.com/suback/suback/emulator/trace"
)

// UpdateShadow does what an app does with an update over HTTP: subscribers and rules see
// what that publishes [S-84]. No policy is asked: it is for whoever may use the admin API.
func (a *Account) UpdateShadow(id shadow.ID, payload []byte, why egress.Cause) *shadow.Outcome {
	ev := trace.Event{Operation: trace.UpdateThingShadow, Outcome: trace.Allowed, TraceID: uuid.NewString(),
		Protocol: "HTTP", Listener: "http", Details: trace.Details{Shadow: id.Called()}}
	out := a.shadows.Do(shadow.Request{ID: id, Op: shadow.Update, Payload: payload}, func(out *shadow.Outcome) {
		if out.Refusal == nil {
			a.tellShadow(out, ev.TraceID, why)
		}
	})
	if why := out.Refusal; why != nil {
		ev.Outcome = trace.Refused
		ev.Cause = cause.Cause{Reason: why.Reason(), Detail: why.Detail, Hint: why.Hint, Rules: why.Rules}
		a.trace.Record(ev)
		return out
	}
	a.trace.Allowed(trace.UpdateThingShadow, func() trace.Event { return ev })
	return out
}
