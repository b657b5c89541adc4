package lambda

// Whatever serves the Invoke API over HTTP: sam local start-lambda, the runtime
// interface emulator, another stack
//
//   - POST <endpoint>/2015-03-31/functions/<name>/invocations, signed; name is
//     the function's, unless the endpoint is the complete URL of an invocation
//   - the runtime interface emulator knows one function, by the name "function".
//     Its 404 is not the Invoke API's ResourceNotFoundException (sam local says
//     ResourceNotFound): nothing was invoked, so that name is tried
//   - nor does it mark failures: a body {errorType, errorMessage} is one all the
//     same, with status 200 or 502, and so is the text "Task timed out after …"

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/smithy-go"

	"github.com/suback/suback/emulator/printed"
)

// emulatorName is the one name that the runtime interface emulator knows.
const emulatorName = "function"

// NewEndpoint is the function with this name at an endpoint, such as
// http://localhost:9001 or the complete URL of an invocation. Requests are
// signed for the region, with the credentials that the SDK finds, or else test
// and test.
func NewEndpoint(endpoint, name, region string) (*Remote, error) {
	base, named, err := splitEndpoint(endpoint)
	if err != nil {
		return nil, err
	}
	r, err := newRemote(name, base, config.WithRegion(region),
		config.WithEC2IMDSClientEnableState(imds.ClientDisabled)) // it would be waited for
	if err == nil && named != "" {
		r.known.Store(&named)
	}
	return r, err
}

var invocationPath = regexp.MustCompile(`^(.*)/2015-03-31/functions/([^/]+)/invocations$`)

// splitEndpoint returns the URL below which the Invoke API is, and the
// function's name if the endpoint has one.
func splitEndpoint(endpoint string) (base, name string, err error) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil ||
		u.RawQuery != "" || u.Fragment != "" {
		return "", "", fmt.Errorf("endpoint %q, want http://<host>:<port>", printed.URL(endpoint))
	}
	if m := invocationPath.FindStringSubmatch(u.Path); m != nil {
		u.Path, name = m[1], m[2]
	}
	return u.String(), name, nil
}

// unknownPath reports whether err is a 404 of something that does not know the
// path, rather than the function.
func unknownPath(err error) bool {
	var answer *awshttp.ResponseError
	var said smithy.APIError
	return errors.As(err, &answer) && answer.HTTPStatusCode() == http.StatusNotFound &&
		!(errors.As(err, &said) && strings.HasPrefix(said.ErrorCode(), "ResourceNotFound"))
}

// mend gives an answer the form that AWS's has.
func mend(resp *http.Response, body []byte) {
	timedOut := bytes.HasPrefix(body, []byte("Task timed out after "))
	if timedOut || (resp.StatusCode == http.StatusOK || resp.StatusCode == http.StatusBadGateway) &&
		isFailure(body) {
		resp.StatusCode = http.StatusOK
		resp.Header.Set("X-Amz-Function-Error", "Unhandled")
	}
}

// isFailure reports whether a body has nothing but what describes a failure.
func isFailure(body []byte) bool {
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &members) != nil || members["errorType"] == nil || members["errorMessage"] == nil {
		return false
	}
	for name := range members {
		switch name {
		case "errorType", "errorMessage", "stackTrace", "trace", "requestId", "cause":
		default:
			return false
		}
	}
	return true
}
