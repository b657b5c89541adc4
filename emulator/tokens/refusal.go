package tokens

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// A refusal is what a caller is told, and what the trace keeps besides.
type refusal struct {
	status  int
	code    string // AWS's exception
	message string // in AWS's words

	detail string // one sentence for the trace; "" stands for message
	hint   string
	rules  []string
}

func (r *refusal) Error() string { return r.code + ": " + r.message }

func refuse(status int, code, format string, args ...any) *refusal {
	return &refusal{status: status, code: code, message: fmt.Sprintf(format, args...)}
}

// explain says in the trace what the message keeps to itself.
func (r *refusal) explain(format string, args ...any) *refusal {
	r.detail = fmt.Sprintf(format, args...)
	return r
}

// try adds what to change.
func (r *refusal) try(format string, args ...any) *refusal {
	r.hint = fmt.Sprintf(format, args...)
	return r
}

// because adds the rules behind a refusal.
func (r *refusal) because(rules ...string) *refusal {
	for _, rule := range rules {
		if !slices.Contains(r.rules, rule) {
			r.rules = append(r.rules, rule)
		}
	}
	return r
}

// saw is what the client saw, as in "403 AccessDenied".
func (r *refusal) saw() string { return fmt.Sprintf("%d %s", r.status, r.code) }

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
