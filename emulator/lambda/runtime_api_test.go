package lambda

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// newAPI is a Runtime API without a process.
func newAPI(t *testing.T) (*Process, http.Handler) {
	o := ProcessOptions{Name: "fn"}
	o.setDefaults()
	p := &Process{options: o, idle: idleTime, code: code{file: "doc.go"}}
	p.version = p.code.version()
	s := newSandbox(p)
	s.secret = "secret"
	p.sandboxes = append(p.sandboxes, s)
	return p, s.runtimeAPI()
}

func call(h http.Handler, method, path, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, "/secret"+apiVersion+path, strings.NewReader(body)))
	return w
}

func wantResponse(t *testing.T, w *httptest.ResponseRecorder, status int, body string) {
	t.Helper()
	if got := strings.TrimSpace(w.Body.String()); w.Code != status || got != body {
		t.Errorf("got %d %s, want %d %s (runtime interface emulator)", w.Code, got, status, body)
	}
}

const (
	ok        = `{"status":"OK"}`
	invalidID = `{"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}`
)

func TestRuntimeAPI(t *testing.T) {
	p, api := newAPI(t)
	inv := p.newInvocation(Invocation{RequestID: "id-1", FunctionARN: "arn", Event: []byte(`{"a":1}`)})
	p.queue = []*invocation{inv}

	wantResponse(t, call(api, "POST", "/invocation/id-1/response", `{}`), 400, invalidID)
	w := call(api, "GET", "/invocation/next", "")
	wantResponse(t, w, 200, `{"a":1}`)
	for name, want := range map[string]string{
		"Lambda-Runtime-Aws-Request-Id":       "id-1",
		"Lambda-Runtime-Invoked-Function-Arn": "arn",
		"Lambda-Runtime-Deadline-Ms":          strconv.FormatInt(inv.deadline.UnixMilli(), 10),
		"Content-Type":                        "application/json",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("got %s %q, want %q", name, got, want)
		}
	}
	if left := time.Until(inv.deadline); left <= 0 || left > 3*time.Second {
		t.Errorf("got %v to the deadline, want up to 3 s", left)
	}
	wantResponse(t, call(api, "GET", "/invocation/next", ""), 403,
		`{"errorMessage":"Transition from Running to Ready is not allowed","errorType":"InvalidStateTransition"}`)
	wantResponse(t, call(api, "POST", "/init/error", `{}`), 403,
		`{"errorMessage":"Transition from Running to InitError is not allowed","errorType":"InvalidStateTransition"}`)
	wantResponse(t, call(api, "POST", "/invocation/id-2/response", `{}`), 400, invalidID)
	wantResponse(t, call(api, "POST", "/invocation/id-1/response", `{"b":2}`), 202, ok)
	wantResponse(t, call(api, "POST", "/invocation/id-1/response", `{"b":3}`), 400, invalidID)
	wantResponse(t, call(api, "POST", "/invocation/id-1/error", `{}`), 400, invalidID)
	if out := <-inv.done; string(out.body) != `{"b":2}` || out.err != nil {
		t.Errorf("got %s, %v, want the first answer", out.body, out.err)
	}

	inv = p.newInvocation(Invocation{RequestID: "id-2"})
	p.queue = []*invocation{inv}
	call(api, "GET", "/invocation/next", "")
	wantResponse(t, call(api, "POST", "/invocation/id-2/response", strings.Repeat("x", maxPayload+1)), 413,
		`{"errorMessage":"Exceeded maximum allowed payload size (6291556 bytes).","errorType":"RequestEntityTooLarge"}`)
	out := <-inv.done
	if want := "Function.ResponseSizeTooLarge: Response payload size (6291557 bytes) exceeded maximum allowed payload size (6291556 bytes)."; out.err == nil || out.err.Error() != want {
		t.Errorf("got %v, want %s", out.err, want)
	}
	if w := call(api, "GET", "/none", ""); w.Code != 404 {
		t.Errorf("got %d for an unknown path, want 404", w.Code)
	}
	inv.timer.Stop()
}

func TestInitError(t *testing.T) {
	p, api := newAPI(t)
	wantResponse(t, call(api, "POST", "/init/error", `{"errorType":"T","errorMessage":"m","stackTrace":["a","b"]}`), 202, ok)
	s := p.sandboxes[0]
	if got := s.initFail; got.Error() != "T: m" || len(got.Trace) != 2 {
		t.Errorf("got %+v, want T: m with two lines of trace", got)
	}
	if s.ctx.Err() == nil {
		t.Error("the process is not ended")
	}
}

func TestReadFailure(t *testing.T) {
	tests := []struct {
		name, header, body string
		want               FunctionError
	}{
		{"Node.js", "Unhandled", `{"errorType":"TypeError","errorMessage":"m","trace":["a"]}`, FunctionError{"TypeError", "m", []string{"a"}}},
		{"Python", "", `{"errorType":"KeyError","errorMessage":"'a'","requestId":"","stackTrace":["a"]}`,
			FunctionError{"KeyError", "'a'", []string{"a"}}},
		{"Go", "Unhandled", `{"errorType":"errorString","errorMessage":"m","stackTrace":[{"path":"main.go","line":1,"label":"f"}]}`,
			FunctionError{"errorString", "m", []string{`{"path":"main.go","line":1,"label":"f"}`}}},
		{"header alone", "Unhandled", `{"errorMessage":"m"}`, FunctionError{"Unhandled", "m", nil}},
		{"no JSON", "", "broken", FunctionError{"Runtime.Unknown", "broken", nil}},
		{"wrong types", "T", `{"errorMessage":1}`, FunctionError{"T", `{"errorMessage":1}`, nil}},
		{"nothing", "", "", FunctionError{"Runtime.Unknown", "", nil}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("POST", "/", strings.NewReader(tt.body))
			r.Header.Set("Lambda-Runtime-Function-Error-Type", tt.header)
			got := readFailure(r)
			if got.Error() != tt.want.Error() || strings.Join(got.Trace, "\n") != strings.Join(tt.want.Trace, "\n") {
				t.Errorf("got %+v, want %+v", *got, tt.want)
			}
		})
	}
}

func FuzzReadFailure(f *testing.F) {
	f.Add(`{"errorType":"T","errorMessage":"m","trace":["a",{"b":1},null]}`)
	f.Add(`{"trace":1}`)
	f.Fuzz(func(t *testing.T, body string) {
		if got := readFailure(httptest.NewRequest("POST", "/", strings.NewReader(body))); got.Type == "" {
			t.Errorf("readFailure(%q) has no type", body)
		}
	})
}

func TestBigAnswer(t *testing.T) {
	t.Parallel()
	p := newProcess(t, ProcessOptions{Runtime: "nodejs", Code: "testdata/nodejs", Handler: "index.big", Timeout: 10 * time.Second})
	wantFunctionError(t, p, `{"size": 10000000}`, "Function.ResponseSizeTooLarge")
	var got string
	if invoke(t, p, `{"size": 6000000}`, &got); len(got) != 6000000 {
		t.Errorf("got %d bytes, want 6000000", len(got))
	}
}

// Whatever a process sends, one after the other, it is answered, and no
// invocation has two outcomes.
func FuzzRuntimeAPI(f *testing.F) {
	f.Add("GET /invocation/next\nPOST /invocation/id/response {}\nPOST /invocation/id/response {}")
	f.Add("POST /init/error {}\nGET /invocation/next\nPOST /invocation/id/error x")
	f.Add("PUT /\nGET /invocation/../next\nPOST /invocation//response\nPOST /invocation/%69d/error")
	f.Fuzz(func(t *testing.T, script string) {
		p, api := newAPI(t)
		inv := p.newInvocation(Invocation{RequestID: "id", Event: []byte("{}")})
		defer func() {
			if inv.timer != nil { // it has begun
				inv.timer.Stop()
			}
		}()
		p.queue = []*invocation{inv}
		gone, cancel := context.WithCancel(t.Context())
		cancel() // or "next" would wait
		for line := range strings.SplitSeq(script, "\n") {
			method, rest, _ := strings.Cut(line, " ")
			path, body, _ := strings.Cut(rest, " ")
			w := httptest.NewRecorder()
			api.ServeHTTP(w, (&http.Request{Method: method, URL: &url.URL{Path: "/secret" + apiVersion + path}, RequestURI: "/", Host: "h",
				Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}).WithContext(gone))
			if !slices.Contains([]int{200, 202, 301, 307, 400, 403, 404, 405}, w.Code) {
				t.Errorf("%q: got %d", line, w.Code)
			}
		}
		if n := len(inv.done); n > 1 {
			t.Errorf("%d outcomes, want at most one", n)
		}
	})
}
