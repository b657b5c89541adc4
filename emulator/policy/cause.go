package policy

import "github.com/suback/suback/emulator/cause"

// Cause is why a refused operation was refused, as the trace has it: the decision
// itself stands beside it.
func (d Decision) Cause() cause.Cause {
	return cause.Cause{Reason: "AUTHORIZATION_FAILURE", Hint: d.Hint.Text, Rules: d.Hint.Rules}
}
