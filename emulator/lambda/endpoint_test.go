package lambda

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func mustParse(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestSplitEndpoint(t *testing.T) {
	tests := []struct{ endpoint, base, name string }{ // no base: refused
		{"http://localhost:9001", "http://localhost:9001", ""},
		{"https://lambda.test/", "https://lambda.test/", ""},
		{"http://localhost:4566/prefix", "http://localhost:4566/prefix", ""},
		{"http://localhost:9000/2015-03-31/functions/function/invocations", "http://localhost:9000", "function"},
		{"http://a.test/b/2015-03-31/functions/HelloFunction/invocations", "http://a.test/b", "HelloFunction"},
		{"", "", ""},
		{"localhost:9001", "", ""},
		{"ftp://localhost", "", ""},
		{"http://", "", ""},
		{"http://me:s3cr3t@localhost", "", ""},
		{"http://localhost?a=s3cr3t", "", ""},
		{"http://local host", "", ""},
	}
	for _, tt := range tests {
		base, name, err := splitEndpoint(tt.endpoint)
		if base != tt.base || name != tt.name || (err == nil) != (tt.base != "") {
			t.Errorf("splitEndpoint(%q) = %q, %q, %v, want %q, %q", tt.endpoint, base, name, err, tt.base, tt.name)
		}
		if err != nil && strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("got %v, want it without a secret (SECURITY)", err)
		}
	}
}

// newRIE stands for the runtime interface emulator: one path, no
// signatures, no X-Amz-Function-Error.
func newRIE(t *testing.T, answer http.HandlerFunc) (server *httptest.Server, lost *atomic.Int32) {
	t.Helper()
	lost = new(atomic.Int32)
	mux := http.NewServeMux()
	mux.HandleFunc("/2015-03-31/functions/function/invocations", answer)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		lost.Add(1)
		http.NotFound(w, r)
	})
	server = httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server, lost
}

func TestRuntimeInterfaceEmulator(t *testing.T) {
	isolate(t)
	tests := []struct {
		name        string
		status      int
		body        string
		want, fault string
	}{
		{"an answer", 200, `{"a":1}`, `{"a":1}`, ""},
		{"an exception", 200, `{"errorType":"Error","errorMessage":"failure","trace":["Error: failure"]}`, "", "Error: failure"},
		{"a broken start", 502, `{"errorType":"Runtime.ExitError","errorMessage":"exit status 1"}`, "", "Runtime.ExitError: exit status 1"},
		{"a timeout", 200, "Task timed out after 3.00 seconds", "", "Sandbox.Timedout: Task timed out after 3.00 seconds"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server, lost := newRIE(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tt.status)
				io.WriteString(w, tt.body)
			})
			for _, endpoint := range []string{server.URL, server.URL + "/2015-03-31/functions/function/invocations"} {
				r := newEndpoint(t, endpoint)
				for range 2 {
					got, err := r.Invoke(t.Context(), Invocation{Event: []byte(`{}`)})
					var fault *FunctionError
					if string(got) != tt.want || tt.fault == "" && err != nil || tt.fault != "" && (!errors.As(err, &fault) || fault.Error() != tt.fault) {
						t.Errorf("got %s, %v, want %q, %q", got, err, tt.want, tt.fault)
					}
				}
			}
			if got := lost.Load(); got != 1 {
				t.Errorf("got %d requests for other names, want 1: the name is found once", got)
			}
		})
	}
}

// sam local knows a function by its name, and says so if it does not.
func TestEndpointByName(t *testing.T) {
	isolate(t)
	var names []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.Split(r.URL.Path, "/")[3]
		names = append(names, name)
		if name != "HelloFunction" {
			fail(w, 404, "ResourceNotFound", "Function not found: "+name) // as sam local says it
			return
		}
		io.WriteString(w, `{}`)
	}))
	t.Cleanup(server.Close)
	r := newEndpoint(t, server.URL)
	_, err := r.Invoke(t.Context(), Invocation{FunctionARN: authARN, Event: []byte(`{}`)})
	if err == nil || !strings.Contains(err.Error(), "404 Not Found: ResourceNotFound: Function not found: auth") {
		t.Errorf("got %v, want what the endpoint says", err)
	}
	r = newEndpoint(t, server.URL+"/2015-03-31/functions/HelloFunction/invocations")
	if _, err := r.Invoke(t.Context(), Invocation{Event: []byte(`{}`)}); err != nil {
		t.Errorf("got %v, want an answer", err)
	}
	if got, want := strings.Join(names, " "), "auth HelloFunction"; got != want {
		t.Errorf("got calls of %s, want %s", got, want)
	}
}

func TestEndpointThatIsNone(t *testing.T) {
	isolate(t)
	other := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(other.Close)
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone.Close()
	for endpoint, want := range map[string]string{
		other.URL:                        `answered 404 Not Found (for functions "auth" and "function")`,
		"http://" + gone.Addr().String(): "connection refused",
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		_, err := newEndpoint(t, endpoint).Invoke(ctx, Invocation{Event: []byte(`{}`)})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "Authorization") {
			t.Errorf("%s: got %v, want %s", endpoint, err, want)
		}
	}
}

// A configured endpoint goes before the environment's.
func TestEndpointBeforeEnvironment(t *testing.T) {
	isolate(t, "AWS_ENDPOINT_URL_LAMBDA=http://127.0.0.1:1", "AWS_ENDPOINT_URL=http://127.0.0.1:1", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true")
	server, _ := newRIE(t, answer(`{}`))
	if _, err := newEndpoint(t, server.URL).Invoke(t.Context(), Invocation{Event: []byte(`{}`)}); err != nil {
		t.Errorf("got %v, want an answer", err)
	}
}
