package lambda

import (
	"encoding/json"
	"strings"
)

// parseFailure reads what a function says of its failure: {errorType,
// errorMessage} and the trace under its name in Node.js or that in the other
// languages. A body of another form is the message itself. kind is the type for
// a body that has none.
func parseFailure(body []byte, kind string) *FunctionError {
	var f struct {
		ErrorType, ErrorMessage string
		Trace, StackTrace       []json.RawMessage
	}
	failure := &FunctionError{Type: kind, Message: string(body)}
	if json.Unmarshal(body, &f) == nil {
		failure.Message = f.ErrorMessage
		if f.ErrorType != "" {
			failure.Type = f.ErrorType
		}
	}
	switch {
	case failure.Type != "":
	case strings.Contains(failure.Message, "Task timed out after "): // AWS does not always give it a type
		failure.Type = "Sandbox.Timedout"
	default:
		failure.Type = "Runtime.Unknown"
	}
	for _, raw := range append(f.Trace, f.StackTrace...) {
		line := string(raw) // aws-lambda-go's lines are objects
		json.Unmarshal(raw, &line)
		failure.Trace = append(failure.Trace, line)
	}
	return failure
}
