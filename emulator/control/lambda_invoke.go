package control

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/suback/suback/emulator/lambda"
	"github.com/suback/suback/emulator/registry"
)

// Invoking a function
//
//   - the body of the request is the event, that of the answer what the function
//     returned; if it failed there is X-Amz-Function-Error, and the failure
//   - LogType Tail: the last 4 KB of what it printed, in X-Amz-Log-Result
//   - Event: it runs later, once; its answer is lost. DryRun: it does not run
//   - no event is {}

const (
	maxEvent      = 6 << 20 // bytes
	maxAsyncEvent = 1 << 20
	maxTail       = 4 << 10
)

type invokeInput struct {
	functionRef
	InvocationType string `json:"InvocationType"`
	LogType        string `json:"LogType"`
	Payload        []byte `json:"Payload"`
}

// An invokeOutput is written as headers and a body.
type invokeOutput struct {
	status        int
	FunctionError string `json:"FunctionError"`
	LogResult     string `json:"LogResult"`
	Payload       []byte `json:"Payload"`
}

func (out invokeOutput) write(w http.ResponseWriter) {
	for name, value := range map[string]string{"X-Amz-Function-Error": out.FunctionError,
		"X-Amz-Log-Result": out.LogResult} {
		if value != "" {
			w.Header().Set(name, value)
		}
	}
	if out.status == http.StatusOK {
		w.Header().Set("X-Amz-Executed-Version", latest)
	}
	w.WriteHeader(out.status)
	w.Write(out.Payload) // an error means that the client has gone
}

func (l *lambdaAPI) invoke(ctx context.Context, in invokeInput) (invokeOutput, error) {
	f, err := l.function(in.functionRef)
	if err != nil {
		return invokeOutput{}, err
	}
	event, err := in.event()
	if err != nil {
		return invokeOutput{}, err
	}
	if l.Functions == nil {
		return invokeOutput{}, refuse("NotImplementedException",
			"Invoke is not implemented where nothing runs functions")
	}
	call := lambda.Invocation{FunctionARN: f.FunctionArn, RequestID: uuid.NewString(), Event: event}
	switch in.InvocationType {
	case "DryRun":
		return invokeOutput{status: http.StatusNoContent}, nil
	case "Event":
		l.Functions.Start(call)
		return invokeOutput{status: http.StatusAccepted}, nil
	}
	return l.wait(ctx, f, call, in.LogType == "Tail")
}

// event checks the payload.
func (in invokeInput) event() ([]byte, error) {
	limit := maxEvent
	if in.InvocationType == "Event" {
		limit = maxAsyncEvent
	}
	switch {
	case len(in.Payload) > limit:
		return nil, refuse("RequestTooLargeException",
			"Request must be smaller than %d bytes for the InvokeFunction operation", limit)
	case len(bytes.TrimSpace(in.Payload)) == 0:
		return []byte("{}"), nil
	case !json.Valid(in.Payload):
		return nil, refuse("InvalidRequestContentException",
			"Could not parse request body into json: want one JSON value")
	}
	return in.Payload, nil
}

// wait invokes a function and says what came of it.
func (l *lambdaAPI) wait(
	ctx context.Context, f registry.Function, call lambda.Invocation, wantsLog bool,
) (invokeOutput, error) {
	log, begin := &tail{}, time.Now()
	if wantsLog {
		fmt.Fprintf(log, "START RequestId: %s Version: %s\n", call.RequestID, latest)
		call.Log = log
	}
	answer, err := l.Functions.Invoke(ctx, call)
	out := invokeOutput{status: http.StatusOK, Payload: answer}
	var failure *lambda.FunctionError
	switch {
	case errors.As(err, &failure) && failure.Type == "TooManyRequestsException":
		return out, refuse(failure.Type, "Rate Exceeded.")
	case failure != nil:
		out.FunctionError = "Unhandled"
		if out.Payload, err = failurePayload(f.Configuration.Runtime, failure); err != nil {
			return out, err
		}
		fmt.Fprintf(log, "[ERROR] %s\n", failure)
	case err != nil:
		return out, err
	}
	if wantsLog {
		took := time.Since(begin)
		fmt.Fprintf(log, "END RequestId: %s\nREPORT RequestId: %s\tDuration: %.2f ms\tBilled Duration: %d "+
			"ms\tMemory Size: %d MB\t\n",
			call.RequestID, call.RequestID, float64(took.Microseconds())/1000, took.Milliseconds()+1,
			f.Configuration.MemorySize)
		out.LogResult = base64.StdEncoding.EncodeToString(log.bytes())
	}
	return out, nil
}

// failurePayload is what a function's failure looks like, by its runtime.
func failurePayload(runtime string, e *lambda.FunctionError) ([]byte, error) {
	type failed struct {
		ErrorType    string   `json:"errorType"`
		ErrorMessage string   `json:"errorMessage"`
		Trace        []string `json:"trace,omitempty"`
		StackTrace   []string `json:"stackTrace,omitempty"`
	}
	f := failed{ErrorType: e.Type, ErrorMessage: e.Message, Trace: e.Trace}
	if strings.HasPrefix(runtime, "python") {
		f.Trace, f.StackTrace = nil, e.Trace
	}
	return encode(f)
}

// A tail keeps the last bytes that are written to it. It is safe for concurrent
// use.
type tail struct {
	mu   sync.Mutex
	kept []byte
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, b...)
	if more := len(t.kept) - maxTail; more > 0 {
		t.kept = append([]byte(nil), t.kept[more:]...)
	}
	return len(b), nil
}

func (t *tail) bytes() []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	return bytes.Clone(t.kept)
}
