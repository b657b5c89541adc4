package lambda

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

const authARN = "arn:aws:lambda:eu-west-1:123456789012:function:auth"

// An invokeAPI is a server of Lambda's Invoke API. It answers with what the
// test wants, once it has verified the signature.
type invokeAPI struct {
	*httptest.Server
	credentials aws.Credentials
	region      string
	answer      http.HandlerFunc

	calls atomic.Int32
	mu    sync.Mutex
	path  string // of the last call
	event string
}

var key = aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}

func newInvokeAPI(t *testing.T, credentials aws.Credentials, region string, answer http.HandlerFunc) *invokeAPI {
	t.Helper()
	a := &invokeAPI{credentials: credentials, region: region, answer: answer}
	a.Server = httptest.NewServer(a)
	t.Cleanup(a.Close)
	return a
}

func (a *invokeAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.calls.Add(1)
	body, _ := io.ReadAll(r.Body)
	a.mu.Lock()
	a.path, a.event = r.URL.EscapedPath(), string(body)
	a.mu.Unlock()
	if problem := a.verify(r, body); problem != "" {
		fail(w, http.StatusForbidden, "InvalidSignatureException", problem)
		return
	}
	a.answer(w, r)
}

func fail(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("X-Amzn-ErrorType", code)
	w.WriteHeader(status)
	io.WriteString(w, `{"Type":"User","Message":"`+message+`"}`)
}

func answer(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, body) }
}

func failure(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Amz-Function-Error", "Unhandled")
		io.WriteString(w, body)
	}
}

var authorization = regexp.MustCompile(
	`^AWS4-HMAC-SHA256 Credential=([^/]+)/\d{8}/([^/]+)/lambda/aws4_request, SignedHeaders=([^,]+), Signature=[0-9a-f]{64}$`)

// verify signs the request again and compares.
func (a *invokeAPI) verify(r *http.Request, body []byte) string {
	m := authorization.FindStringSubmatch(r.Header.Get("Authorization"))
	when, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	switch {
	case m == nil || err != nil:
		return "no signature"
	case m[1] != a.credentials.AccessKeyID || m[2] != a.region:
		return "key " + m[1] + ", region " + m[2]
	}
	again, _ := http.NewRequest(r.Method, "http://"+r.Host+r.RequestURI, nil)
	again.ContentLength = r.ContentLength
	for name := range strings.SplitSeq(m[3], ";") {
		if values := r.Header.Values(name); values != nil {
			again.Header[http.CanonicalHeaderKey(name)] = values
		}
	}
	sum := sha256.Sum256(body)
	err = v4.NewSigner().SignHTTP(context.Background(), a.credentials, again, hex.EncodeToString(sum[:]), "lambda", a.region, when)
	if err != nil || again.Header.Get("Authorization") != r.Header.Get("Authorization") {
		return "the signature does not match"
	}
	return ""
}

// isolate takes the machine's own AWS configuration away, and sets variables.
func isolate(t *testing.T, variables ...string) {
	t.Helper()
	for _, v := range os.Environ() {
		if name, value, _ := strings.Cut(v, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, value) // so that it comes back
			os.Unsetenv(name)
		}
	}
	none := filepath.Join(t.TempDir(), "none")
	variables = append(variables, "AWS_CONFIG_FILE="+none, "AWS_SHARED_CREDENTIALS_FILE="+none, "AWS_EC2_METADATA_DISABLED=true")
	for _, v := range variables {
		name, value, _ := strings.Cut(v, "=")
		t.Setenv(name, value)
	}
}

var keyVariables = []string{"AWS_ACCESS_KEY_ID=" + key.AccessKeyID, "AWS_SECRET_ACCESS_KEY=" + key.SecretAccessKey}

// newAWS is NewAWS with all AWS at a.
func newAWS(t *testing.T, a *invokeAPI, variables ...string) *Remote {
	t.Helper()
	isolate(t, append(variables, "AWS_ENDPOINT_URL_LAMBDA="+a.URL)...)
	r, err := NewAWS(authARN)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func newEndpoint(t *testing.T, endpoint string) *Remote {
	t.Helper()
	r, err := NewEndpoint(endpoint, "auth", "us-east-1")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// What a function or a service says, and what comes of it.
func TestRemoteAnswers(t *testing.T) {
	const throttle = `{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}`
	tests := []struct {
		name    string
		answer  http.HandlerFunc
		want    string // the answer
		fault   string // the FunctionError
		wantErr string // another error, {host} stands for the server's
	}{
		{"an answer", answer(`{"a":"ä"}`), `{"a":"ä"}`, "", ""},
		{"nothing", answer(""), "", "", ""},
		{"null", answer("null"), "null", "", ""},
		{"an answer that speaks of errors", answer(`{"errorType":"a","errorMessage":"b","isAuthenticated":false}`),
			`{"errorType":"a","errorMessage":"b","isAuthenticated":false}`, "", ""},
		{"an exception", failure(`{"errorType":"TypeError","errorMessage":"no","trace":["at a"]}`), "", "TypeError: no", ""},
		{"Python's exception", failure(`{"errorMessage":"'mqtt'","errorType":"KeyError","requestId":"1","stackTrace":["  File \"x\""]}`), "",
			"KeyError: 'mqtt'", ""},
		{"an exit", failure(`{"errorType":"Runtime.ExitError","errorMessage":"RequestId: 1 Error: Runtime exited with error: signal: killed"}`),
			"", "Runtime.ExitError: RequestId: 1 Error: Runtime exited with error: signal: killed", ""},
		{"a timeout", failure(`{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: 1 Error: Task timed out after 3.00 seconds"}`), "",
			"Sandbox.Timedout: RequestId: 1 Error: Task timed out after 3.00 seconds", ""},
		{"a timeout, older form", failure(`{"errorMessage":"2026-01-31T00:00:00.000Z 1 Task timed out after 3.00 seconds"}`), "",
			"Sandbox.Timedout: 2026-01-31T00:00:00.000Z 1 Task timed out after 3.00 seconds", ""},
		{"a failure that is no JSON", failure("oh no"), "", "Runtime.Unknown: oh no", ""},
		{"a failure that is null", failure("null"), "", "Runtime.Unknown: ", ""},
		{"6 MB", answer(strings.Repeat("x", 6<<20)), strings.Repeat("x", 6<<20), "", ""},
		{"10 MB", answer(strings.Repeat("x", 10<<20)), "",
			"Function.ResponseSizeTooLarge: Response payload size exceeded maximum allowed payload size (6291556 bytes).", ""},
		{"throttled", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Amzn-ErrorType", "TooManyRequestsException")
			w.WriteHeader(http.StatusTooManyRequests)
			io.WriteString(w, throttle)
		}, "", "TooManyRequestsException: Rate Exceeded.", ""},
		{"no permission", func(w http.ResponseWriter, _ *http.Request) {
			fail(w, 403, "AccessDeniedException", "User: arn:aws:iam::1:user/a is not authorized to perform: lambda:InvokeFunction")
		}, "", "", "{host} answered 403 Forbidden: AccessDeniedException: User: arn:aws:iam::1:user/a is not authorized to perform: " +
			"lambda:InvokeFunction"},
		{"no such function", func(w http.ResponseWriter, _ *http.Request) {
			fail(w, 404, "ResourceNotFoundException", "Function not found: "+authARN)
		}, "", "", "{host} answered 404 Not Found: ResourceNotFoundException: Function not found: " + authARN},
		{"a server's own error", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, "", "",
			"{host} answered 500 Internal Server Error"},
		{"an error in HTML", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(503)
			io.WriteString(w, "<html>busy</html>")
		}, "", "", "{host} answered 503 Service Unavailable"},
		{"a redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}, "", "", "{host} answered 307 Temporary Redirect"},
		{"half an answer", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "10")
			io.WriteString(w, "half")
		}, "", "", "unexpected EOF"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := newInvokeAPI(t, key, "eu-west-1", tt.answer)
			r := newAWS(t, a, append(keyVariables, "AWS_MAX_ATTEMPTS=5")...)
			got, err := r.Invoke(t.Context(), Invocation{Event: []byte(`{"in":1}`)})
			var fault *FunctionError
			wantErr := strings.ReplaceAll(tt.wantErr, "{host}", strings.TrimPrefix(a.URL, "http://"))
			switch isFault := errors.As(err, &fault); {
			case string(got) != tt.want:
				t.Errorf("got %.100s, %v, want %.100s", got, err, tt.want)
			case tt.fault != "" && (!isFault || fault.Error() != tt.fault):
				t.Errorf("got %v, want FunctionError %s", err, tt.fault)
			case tt.wantErr != "" && (err == nil || isFault || !strings.HasSuffix(err.Error(), wantErr)):
				t.Errorf("got %v, want %s", err, wantErr)
			case tt.fault+tt.wantErr == "" && err != nil:
				t.Errorf("got %v, want no error", err)
			}
			if got := a.calls.Load(); got != 1 {
				t.Errorf("got %d attempts, want 1 (A-141)", got)
			}
			if a.event != `{"in":1}` {
				t.Errorf("got event %s, want it as it was", a.event)
			}
		})
	}
}

// The context and Close end what is under way, and leave nothing behind.
func TestRemoteThatHangs(t *testing.T) {
	isolate(t)
	arrived := make(chan struct{}, 1)
	a := newInvokeAPI(t, aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, "us-east-1",
		func(_ http.ResponseWriter, r *http.Request) {
			arrived <- struct{}{}
			<-r.Context().Done()
		})
	r := newEndpoint(t, a.URL)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := r.Invoke(ctx, Invocation{Event: []byte(`{}`)}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want a deadline exceeded (A-137)", err)
	}
	<-arrived

	ended := make(chan error)
	go func() {
		_, err := r.Invoke(t.Context(), Invocation{Event: []byte(`{}`)})
		ended <- err
	}()
	<-arrived
	r.Close()
	if err := <-ended; !errors.Is(err, errClosed) {
		t.Errorf("got %v, want %v", err, errClosed)
	}
	if _, err := r.Invoke(t.Context(), Invocation{}); !errors.Is(err, errClosed) {
		t.Errorf("after Close: got %v, want %v", err, errClosed)
	}
}
