package tokens

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/suback/suback/emulator/cause"
)

// A refusal is what a caller is told, and what the trace keeps besides.
type refusal struct {
	status  int
	message string // in AWS's words

	cause.Cause // Reason is AWS's exception; a Detail left out is the message
}

func (r *refusal) Error() string { return r.Reason + ": " + r.message }

func refuse(status int, code, format string, args ...any) *refusal {
	return &refusal{status: status, message: fmt.Sprintf(format, args...), Cause: cause.Cause{Reason: code}}
}

// explain says in the trace what the message keeps to itself.
func (r *refusal) explain(format string, args ...any) *refusal {
	r.Detail = fmt.Sprintf(format, args...)
	return r
}

// try adds what to change.
func (r *refusal) try(format string, args ...any) *refusal {
	r.Hint = fmt.Sprintf(format, args...)
	return r
}

// because adds the rules behind a refusal.
func (r *refusal) because(rules ...string) *refusal {
	r.Cause = r.Because(rules...)
	return r
}

// saw is what the client saw, as in "403 AccessDenied".
func (r *refusal) saw() string { return fmt.Sprintf("%d %s", r.status, r.Reason) }

// invalid collects the members of a request that break a constraint of the API,
// in the words all services have for them.
type invalid []string

// wants adds a member unless ok. A secret value must not get here.
func (v *invalid) wants(ok bool, member, value, constraint string) {
	if !ok {
		*v = append(*v, fmt.Sprintf("Value '%s' at '%s' failed to satisfy constraint: Member must %s", value,
			member, constraint))
	}
}

// wantsAny adds a member that is missing.
func (v *invalid) wantsAny(value, member string) {
	if value == "" {
		*v = append(*v, fmt.Sprintf("Value null at '%s' failed to satisfy constraint: Member must not be null",
			member))
	}
}

// refusal is nil if nothing was collected; code is ValidationError for STS and
// ValidationException for Cognito.
func (v invalid) refusal(code string) error {
	if len(v) == 0 {
		return nil
	}
	plural := "s"
	if len(v) == 1 {
		plural = ""
	}
	return refuse(http.StatusBadRequest, code, "%d validation error%s detected: %s", len(v), plural,
		strings.Join(v, "; "))
}
