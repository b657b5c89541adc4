package authn

import (
	"fmt"

	"github.com/suback/suback/emulator/cause"
)

// The reasons of an Error, as in the log event Connection.AuthNError.
const (
	lambdaExecutionError = "CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR"
	authorizerNotFound   = "CUSTOM_AUTHORIZER_NOT_FOUND"
	parameterInvalid     = "CUSTOM_AUTHORIZER_PARAMETER_INVALID"
	domainDisabled       = "DOMAIN_CONFIGURATION_DISABLED"
	notAuthenticated     = "NOT_AUTHENTICATED"
	sniMisused           = "SNI_MISUSED"

	certificateInactive      = "DEVICE_CERTIFICATE_INACTIVE"
	certificateNotRegistered = "DEVICE_CERTIFICATE_NOT_REGISTERED"
	certificateRevoked       = "DEVICE_CERTIFICATE_REVOKED"
)

// An Error is a refused authentication. The client is told none of this: all
// refusals look alike on the wire [B-407].
type Error struct {
	cause.Cause // Reason is that of AWS's logs

	// Message is what an HTTP client is told; "" stands for Forbidden [A-165,
	// It may repeat what the client sent: no trace shows it.
	Message string

	// AWS is what TestInvokeAuthorizer says of an answer's policies, "" where that is not known.
	AWS string

	AuthenticationType string // as in a Grant
	Authorizer         string // the name of the authorizer, if one was found
	Invoked            bool   // the authorizer's function was called

	canceled error
}

func (e *Error) Error() string { return e.Reason + ": " + e.Detail }

// Unwrap returns context.Canceled if the caller gave up, else nil.
func (e *Error) Unwrap() error { return e.canceled }

func refuse(reason, format string, args ...any) *Error {
	return &Error{Cause: cause.Cause{Reason: reason, Detail: fmt.Sprintf(format, args...)}}
}

// saying adds what AWS says.
func (e *Error) saying(text string) *Error {
	e.AWS = text
	return e
}

// because adds the rules behind a refusal.
func (e *Error) because(rules ...string) *Error {
	e.Cause = e.Because(rules...)
	return e
}

// try adds what to do, and the numbers of the mistake it cures. A hint that
// knows nothing adds nothing.
func (e *Error) try(hint string, rules ...string) *Error {
	e.Cause = e.Try(hint, rules...)
	return e
}

// also adds a second hint to the first.
func (e *Error) also(hint string, rules ...string) *Error {
	if e.Hint != "" && hint != "" {
		hint = e.Hint + "; " + hint
	}
	return e.try(hint, rules...)
}

// orTry adds what to do unless that is known.
func (e *Error) orTry(hint string, rules ...string) *Error {
	if e.Hint != "" {
		return e
	}
	return e.try(hint, rules...)
}

// alsoNotes adds what was noted of the request.
func (e *Error) alsoNotes(notes []Note) *Error {
	for _, n := range notes {
		e.also(n.Text, n.Rule)
	}
	return e
}

// typed completes a refusal with the type of authentication it is about.
func typed(err error, kind string) error {
	err.(*Error).AuthenticationType = kind
	return err
}
