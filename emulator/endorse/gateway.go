package endorse

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/lambda"
)

// API Gateway, a GET method with a Lambda function in a non-proxy integration
//
//   - the event is what the mapping says: members, each from a query parameter;
//     one that is missing is ""
//   - the function's answer is the body, as it is: a string becomes "…" in quotes
//
//   - a function that fails: still 200, with errorMessage
//   - Access-Control-Allow-Origin: * [A-290]; OPTIONS as the console's "Enable
//     CORS" answers
//   - another path or method: 403 Missing Authentication Token, API Gateway's word
//     for it

// integrationTimeout is how long API Gateway waits for a function.
const integrationTimeout = 29 * time.Second

func (s *Service) gateway(w http.ResponseWriter, r *http.Request) *refusal {
	a, found := s.apiAt(hostOf(r), r.URL.Path)
	if !found || r.Method != http.MethodGet && r.Method != http.MethodOptions {
		return &refusal{status: http.StatusForbidden, code: "MissingAuthenticationTokenException",
			message: "Missing Authentication Token",
			Cause: cause.Cause{Reason: "CLIENT_ERROR",
				Detail: "there is no such method, want " + s.methodsOf(hostOf(r)),
				Rules:  []string{"A-296"},
				Hint:   "ask with GET for a path that apis under soracom in the configuration has"}}
	}
	s.allowOrigin(w, r, a.AllowOrigin, "A-290")
	if r.Method == http.MethodOptions {
		w.Header().Set("Access-Control-Allow-Methods", "GET,OPTIONS")
		w.Header().Set("Access-Control-Allow-Headers",
			"Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token")
		writeJSON(w, http.StatusOK, struct{}{})
		return nil
	}
	return s.invoke(w, r, a)
}

func (s *Service) apiAt(host, path string) (API, bool) {
	path = "/" + strings.Trim(path, "/")
	for _, a := range s.Config.APIs {
		if a.Host == host && a.Path == path {
			return a, true
		}
	}
	return API{}, false
}

func (s *Service) methodsOf(host string) string {
	var all []string
	for _, a := range s.Config.APIs {
		if a.Host == host {
			all = append(all, "GET "+a.Path)
		}
	}
	return strings.Join(all, " or ")
}

func (s *Service) invoke(w http.ResponseWriter, r *http.Request, a API) *refusal {
	event, err := a.event(r)
	if err != nil {
		return &refusal{status: http.StatusInternalServerError, code: "InternalServerErrorException",
			message: "Internal server error", Cause: cause.Cause{Reason: "INTERNAL_SERVER_ERROR", Detail: err.Error()}}
	}
	ctx, cancel := context.WithTimeout(r.Context(), integrationTimeout)
	defer cancel()
	body, err := s.Invoke(ctx, a.Function, event)
	failure := new(lambda.FunctionError)
	switch {
	case errors.As(err, &failure):
		s.note(r, "FUNCTION_ERROR", "function "+a.Function+" failed: "+failure.Error(),
			"API Gateway answers 200 with errorMessage all the same: the page must look for it", "A-297")
		body = failureBody(failure)
	case errors.Is(err, context.DeadlineExceeded):
		return &refusal{status: http.StatusGatewayTimeout, code: "InternalServerErrorException",
			message: "Endpoint request timed out",
			Cause: cause.Cause{Reason: "FUNCTION_ERROR", Detail: "function " + a.Function + " did not answer within " +
				integrationTimeout.String()}}
	case err != nil:
		return &refusal{status: http.StatusInternalServerError, code: "InternalServerErrorException",
			message: "Internal server error",
			Cause: cause.Cause{Reason: "FUNCTION_ERROR",
				Detail: "function " + a.Function + " cannot be invoked: " + err.Error()}}
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body)
	return nil
}

// event is what the function gets.
func (a *API) event(r *http.Request) ([]byte, error) {
	query := r.URL.Query()
	event := make(map[string]string, len(a.Event))
	for member, parameter := range a.Event {
		event[member] = query.Get(parameter)
	}
	return json.Marshal(event)
}

// failureBody is what Lambda says of a failure. context.fail with a text has
// neither type nor trace.
func failureBody(f *lambda.FunctionError) []byte {
	var body struct {
		ErrorMessage string   `json:"errorMessage"`
		ErrorType    string   `json:"errorType,omitempty"`
		Trace        []string `json:"trace,omitempty"`
	}
	body.ErrorMessage, body.Trace = f.Message, f.Trace
	if f.Type != "Runtime.Unknown" {
		body.ErrorType = f.Type
	}
	text, _ := json.Marshal(body) // texts alone: cannot fail
	return text
}
