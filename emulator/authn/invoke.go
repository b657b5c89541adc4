package authn

import (
	"context"
	"errors"
	"time"

	"github.com/suback/suback/emulator/lambda"
)

// Calling the function
//
//   - 5 seconds at most, whatever the function's own timeout
//   - AWS IoT must be permitted to
//   - once: what fails is not tried again [A-141, guess]
//   - all that can go wrong here has one code

const invokeTimeout = 5 * time.Second

// invoke returns what the function answered that source names: an authorizer,
// or a domain configuration. The error is an *Error.
func (a *Authenticator) invoke(
	ctx context.Context, arn, source string, r Request, event []byte,
) ([]byte, error) {
	f, ok := a.Registry.Function(arn)
	if !ok {
		return nil, refuse(lambdaExecutionError, "there is no function %s", arn).
			because("A-140").try(hintUnknownFunction(a.Registry, arn))
	}
	if !a.Registry.MayInvoke(f, source) {
		return nil, refuse(lambdaExecutionError, "function %q does not permit AWS IoT to invoke it for %s",
			f.FunctionName, source).
			because("A-138").try(hintPermission(f, source))
	}
	ctx, cancel := context.WithTimeout(ctx, invokeTimeout)
	defer cancel()
	answer, err := a.Invoke(ctx, arn, event)
	if err == nil {
		return answer, nil
	}
	e := failed(ctx, f.FunctionName, r, err)
	e.Invoked = true
	return nil, e.because("A-140")
}

// failed says why an invocation brought no answer.
func failed(ctx context.Context, name string, r Request, err error) *Error {
	var fault *lambda.FunctionError
	errors.As(err, &fault)
	switch {
	case fault != nil && fault.Type == "TooManyRequestsException":
		return refuse(lambdaExecutionError, "function %q was throttled: %s", name, fault.Message).try(hintThrottled)
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return refuse(lambdaExecutionError, "function %q did not answer within %v", name, invokeTimeout).
			because("A-137").try(hintSlow, "D-21")
	case ctx.Err() != nil:
		e := refuse(lambdaExecutionError, "the call of function %q was given up: %v", name, ctx.Err())
		e.canceled = ctx.Err()
		return e.try("nothing is to be changed if the client or the gateway went away meanwhile")
	case fault != nil && fault.Type == "Sandbox.Timedout":
		return refuse(lambdaExecutionError, "function %q ran into its own timeout: %s", name, fault.Message).
			try(hintOwnTimeout, "D-21")
	case fault != nil:
		return refuse(lambdaExecutionError, "function %q failed: %s: %s", name, fault.Type, fault.Message).
			try(hintFault(r, fault))
	}
	return refuse(lambdaExecutionError, "function %q could not be called: %v", name, err).try(hintFailed)
}
