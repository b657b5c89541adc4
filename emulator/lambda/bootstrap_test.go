package lambda

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestNodeAnswer: each has a process of its own.
func TestNodeAnswer(t *testing.T) {
	t.Parallel()
	tests := []struct {
		code, handler, event string
		want, wantErr        string // the answer, or the FunctionError
		source               string
	}{
		{"nodejs", "index.callbackThenReject", `{}`, `"first"`, "", "A-134, guess"},
		{"nodejs", "index.nested.deep", `{}`, `"nested"`, "", "exports may be nested"},
		{"nodejs", "sub/auth.handler", `{}`, `"below"`, "", "files in a folder"},
		{"nodejs", "common.handler", `{}`, `"cjs"`, "", ".cjs"},
		{"nodejs/common.cjs", "common.handler", `{}`, `"cjs"`, "", "code is a file"},
		{"esm", "index.handler", `{}`, `"esm"`, "", ".mjs"},
		{"esm", "index.inDefault", `{}`, `"default"`, "", ".mjs"},
		{"typed", "index.handler", `{}`, "true", "", `"type": "module"`},
		{"nodejs", "index.timerNoWait", `{}`, `"at once"`, "", "callbackWaitsForEmptyEventLoop false"},
		{"nodejs", "index.neverSettled", `{}`, "", "Runtime.NodeJsExit: the event loop is empty", "AWS's runtime interface client"},

		{"nodejs", "index.unhandledRejection", `{}`, "", "Runtime.UnhandledPromiseRejection: Error: nobody caught me",
			"AWS's runtime interface client"},
		{"nodejs", "index.uncaught", `{}`, "", "RangeError: uncaught", "AWS's runtime interface client"},
		{"nodejs", "index.echo", `no JSON`, "", "SyntaxError: Unexpected token", "the event is the handler's matter"},
		{"nodejs", "index.exit", `{}`, "", "Runtime.ExitError: RequestId: id Error: Runtime exited with error: exit status 3",
			"runtime interface emulator"},
		{"nodejs", "index.exitZero", `{}`, "", "Runtime.ExitError: RequestId: id Error: Runtime exited without providing a reason",
			"runtime interface emulator"},
		{"nodejs", "index.killed", `{}`, "", "Runtime.ExitError: RequestId: id Error: Runtime exited with error: signal: killed",
			"runtime interface emulator"},

		{"broken", "syntax.handler", `{}`, "", "Runtime.UserCodeSyntaxError: SyntaxError: Unexpected end of input", "init error"},
		{"broken/syntax.mjs", "syntax.handler", `{}`, "", "Runtime.UserCodeSyntaxError: SyntaxError: ", "init error"},
		{"broken", "missing.handler", `{}`, "", "Runtime.ImportModuleError: Error: Cannot find module 'no-such-module'", "init error"},
		{"broken", "missingesm.handler", `{}`, "",
			"Runtime.ImportModuleError: Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'no-such-module'", "init error"},
		{"broken", "throws.handler", `{}`, "", "TypeError: Cannot read properties of null", "init error"},
		{"broken", "uncaught.handler", `{}`, "", "Error: while loading", "init error"},
		{"broken", "lacks.handler", `{}`, "", "Runtime.HandlerNotFound: lacks.handler is undefined or not exported", "init error"},
		{"nodejs", "index.notAFunction", `{}`, "", "Runtime.HandlerNotFound: index.notAFunction is not a function", "init error"},
		{"broken", "exits.handler", `{}`, "", "Runtime.ExitError: RequestId: id Error: Runtime exited with error: exit status 7", "init error"},
	}
	for _, tt := range tests {
		t.Run(tt.code+"/"+tt.handler, func(t *testing.T) {
			t.Parallel()
			p := newProcess(t, ProcessOptions{Runtime: "nodejs", Code: "testdata/" + tt.code, Handler: tt.handler})
			checkAnswer(t, p, tt.event, tt.want, tt.wantErr, tt.source)
		})
	}
}

// TestNodeAnswers: answers of handlers that end no process have one for all of them, which
// takes a tenth of a second to start.
func TestNodeAnswers(t *testing.T) {
	t.Parallel()
	p := newProcess(t, ProcessOptions{Runtime: "nodejs", Code: "testdata/nodejs", Handler: "index.any"})
	tests := []struct{ handler, event, want, wantErr, source string }{
		{"echo", `{"a":[1,"ä"]}`, `{"a":[1,"ä"]}`, "", "async"},
		{"callback", `{"a":1}`, `{"a":1}`, "", "callback"},
		{"callbackLater", `{}`, `"later"`, "", "callback"},
		{"callbackTwice", `{}`, `"first"`, "", "A-134"},
		{"callbackThenError", `{}`, `"first"`, "", "A-134"},
		{"errorThenCallback", `{}`, "", "Error: first", "A-134"},
		{"callbackThenThrow", `{}`, `"first"`, "", "A-134"},
		{"callbackThenPromise", `{}`, `"first"`, "", "A-134"},
		{"succeed", `{}`, `"first"`, "", "A-134"},
		{"fail", `{}`, "", "TypeError: no", "A-134"},
		{"failNothing", `{}`, "", "string: handled", "AWS's runtime interface client"},
		{"done", `{}`, `"done"`, "", "context.done"},
		{"globals", `["require", "module", "exports", "__filename", "__dirname", "fs", "connect", "env", "call", "process"]`, `["process"]`, "",
			"nothing of the runtime's own is global"},
		{"doneError", `{}`, "", "string: a text", "AWS's runtime interface client"},
		{"plainValue", `{}`, "null", "", "AWS's runtime interface client"},
		{"nothing", `{}`, "null", "", "AWS's runtime interface client"},
		{"asyncNothing", `{}`, "null", "", "undefined is null"},
		{"thenable", `{}`, `"then"`, "", "anything with then"},
		{"timerWait", `{}`, `"after the timer"`, "", "callbackWaitsForEmptyEventLoop true"},
		{"throwSync", `{}`, "", "RangeError: sync", "thrown"},
		{"throwAsync", `{}`, "", "RangeError: async", "rejected"},
		{"throwText", `{}`, "", "string: just text", "AWS's runtime interface client"},
		{"circular", `{}`, "", "Error: Unable to stringify response body", "AWS's runtime interface client"},
		{"bigint", `{}`, "", "Error: Unable to stringify response body", "AWS's runtime interface client"},
	}
	for _, tt := range tests {
		t.Run(tt.handler, func(t *testing.T) {
			checkAnswer(t, p, `{"of":"`+tt.handler+`","with":`+tt.event+`}`, tt.want, tt.wantErr, tt.source)
		})
	}
}

func TestPythonAnswer(t *testing.T) {
	t.Parallel()
	tests := []struct {
		code, handler, event string
		want, wantErr        string
		source               string
	}{
		{"python", "index.echo", `{"a": [1, "\u00e4"]}`, `{"a": [1, "\u00e4"]}`, "", "plain value"},
		{"python", "index.nothing", `{}`, "null", "", "None is null"},
		{"python", "pkg/auth.handler", `{}`, `"nested module"`, "", "files in a folder"},
		{"python", "pkg.auth.handler", `{}`, `"nested module"`, "", "modules may be nested"},
		{"python/index.py", "index.echo", `1`, `1`, "", "code is a file"},
		{"python", "index.raises", `{}`, "", "KeyError: 'pump'", "exception"},
		{"python", "index.raises_own", `{}`, "", "AuthorizerError: not today", "exception"},
		{"python", "index.unserializable", `{}`, "",
			"Runtime.MarshalError: Unable to marshal response: Object of type set is not JSON serializable", "AWS's runtime interface client"},
		{"python", "index.echo", `no JSON`, "", "JSONDecodeError: Expecting value", "the event is the handler's matter"},
		{"python", "index.exits", `{}`, "", "Runtime.ExitError: RequestId: id Error: Runtime exited with error: exit status 3",
			"runtime interface emulator"},
		{"broken", "syntax_py.handler", `{}`, "", "Runtime.UserCodeSyntaxError: Syntax error in module 'syntax_py'", "init error"},
		{"broken", "missing_py.handler", `{}`, "",
			"Runtime.ImportModuleError: Unable to import module 'missing_py': No module named 'no_such_module'", "init error"},
		{"broken", "throws_py.handler", `{}`, "", "ZeroDivisionError: division by zero", "init error"},
		{"broken", "lacks_py.handler", `{}`, "", "Runtime.HandlerNotFound: Handler 'handler' missing on module 'lacks_py'", "init error"},
	}
	for _, tt := range tests {
		t.Run(tt.code+"/"+tt.handler, func(t *testing.T) {
			t.Parallel()
			p := newProcess(t, ProcessOptions{Runtime: "python", Code: "testdata/" + tt.code, Handler: tt.handler})
			checkAnswer(t, p, tt.event, tt.want, tt.wantErr, tt.source)
		})
	}
}

// checkAnswer invokes twice: the second time finds the state the first left.
func checkAnswer(t *testing.T, p *Process, event, want, wantErr, source string) {
	t.Helper()
	for range 2 {
		got, err := p.Invoke(t.Context(), Invocation{RequestID: "id", Event: []byte(event)})
		if wantErr == "" {
			if err != nil || string(got) != want {
				t.Errorf("got %s, %v, want %s (%s)", got, err, want, source)
			}
			continue
		}
		var failed *FunctionError
		if !errors.As(err, &failed) || !strings.HasPrefix(failed.Error(), wantErr) {
			t.Errorf("got %s, %v, want FunctionError %s (%s)", got, err, wantErr, source)
		}
	}
}

// AWS's sample of 2022 calls back a second time with Deny.
func TestNodeGuideSample(t *testing.T) {
	t.Parallel()
	log := newLogBuffer()
	p := newProcess(t, ProcessOptions{Runtime: "nodejs", Code: "testdata/nodejs", Handler: "guide.handler", Log: log.logger()})
	for password, want := range map[string]string{"dGVzdA==": "Allow", "d3Jvbmc=": "Deny"} {
		var answer struct {
			PolicyDocuments []struct{ Statement []struct{ Effect string } }
		}
		invoke(t, p, `{"protocolData":{"mqtt":{"password":"`+password+`"}}}`, &answer)
		if got := answer.PolicyDocuments[0].Statement[0].Effect; got != want {
			t.Errorf("password %s: got %s, want %s (A-134)", password, got, want)
		}
	}
	log.wait(t, "DeprecationWarning: Buffer()")
}

func TestNodeWaitsForTimerForever(t *testing.T) {
	t.Parallel()
	log := newLogBuffer()
	p := newProcess(t, ProcessOptions{
		Runtime: "nodejs", Code: "testdata/nodejs", Handler: "index.timerForever",
		Timeout: 300 * time.Millisecond, Log: log.logger(),
	})
	wantFunctionError(t, p, `{}`, "Sandbox.Timedout")
	log.wait(t, "callbackWaitsForEmptyEventLoop = false")
}

func TestNodePlainValueIsExplained(t *testing.T) {
	t.Parallel()
	log := newLogBuffer()
	p := newProcess(t, ProcessOptions{Runtime: "nodejs", Code: "testdata/nodejs", Handler: "index.plainValue", Log: log.logger()})
	invoke(t, p, `{}`, nil)
	log.wait(t, "returned a value without being async")
}

func TestErrorTrace(t *testing.T) {
	t.Parallel()
	tests := []struct{ runtime, code, handler, want string }{
		{"nodejs", "testdata/nodejs", "index.throwSync", `^RangeError: sync\n    at \S+.throwSync \(\S+index\.js:\d+:\d+\)$`},
		{"nodejs", "testdata/broken", "syntax.handler", `syntax\.js:\d+`},
		{"python", "testdata/python", "index.raises", `^  File "\S+index.py", line \d+, in raises\n    raise KeyError\("pump"\)\n$`},
		{"python", "testdata/broken", "syntax_py.handler", `File "\S+syntax_py.py" Line 1`},
		{"python", "testdata/broken", "missing_py.handler", `missing_py.py", line 1, in <module>`},
	}
	for _, tt := range tests {
		p := newProcess(t, ProcessOptions{Runtime: tt.runtime, Code: tt.code, Handler: tt.handler})
		_, err := p.Invoke(t.Context(), Invocation{Event: []byte(`{}`)})
		var failed *FunctionError
		if !errors.As(err, &failed) {
			t.Fatalf("%s: got %v, want a FunctionError", tt.handler, err)
		}
		if got := strings.Join(failed.Trace, "\n"); !regexp.MustCompile(tt.want).MatchString(got) {
			t.Errorf("%s: got trace\n%s\nwant %s", tt.handler, got, tt.want)
		}
	}
}

func TestContext(t *testing.T) {
	t.Parallel()
	const arn = "arn:aws:lambda:eu-west-1:123456789012:function:auth"
	node := map[string]any{
		"functionName": "fn", "functionVersion": "$LATEST", "invokedFunctionArn": arn, "memoryLimitInMB": "256",
		"awsRequestId": "id", "logGroupName": "/aws/lambda/fn", "callbackWaitsForEmptyEventLoop": true,
	}
	python := map[string]any{
		"function_name": "fn", "function_version": "$LATEST", "invoked_function_arn": arn, "memory_limit_in_mb": "256",
		"aws_request_id": "id", "log_group_name": "/aws/lambda/fn", "identity": nil,
	}
	for runtime, want := range map[string]map[string]any{"nodejs": node, "python": python} {
		p := newProcess(t, ProcessOptions{Name: "fn", Runtime: runtime, Code: "testdata/" + runtime, Handler: "index.context", MemorySize: 256})
		body, err := p.Invoke(t.Context(), Invocation{FunctionARN: arn, RequestID: "id", Event: []byte(`{}`)})
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]any
		if err := json.Unmarshal(body, &got); err != nil {
			t.Fatal(err)
		}
		for key, value := range want {
			if got[key] != value {
				t.Errorf("%s: got %s %v, want %v (A-118)", runtime, key, got[key], value)
			}
		}
		if ms := got["remaining"].(float64); ms <= 1000 || ms > 3000 {
			t.Errorf("%s: got %v ms remaining, want nearly 3000", runtime, ms)
		}
	}
}

func TestDefaultARNAndRequestID(t *testing.T) {
	t.Parallel()
	p := newProcess(t, ProcessOptions{Name: "fn", Runtime: "nodejs", Code: "testdata/nodejs", Handler: "index.context", Region: "eu-west-1",
		Account: "123456789012"})
	var got struct{ InvokedFunctionArn, AwsRequestId, Trace, LogStreamName string }
	invoke(t, p, `{}`, &got)
	if want := "arn:aws:lambda:eu-west-1:123456789012:function:fn"; got.InvokedFunctionArn != want {
		t.Errorf("got %s, want %s (A-118)", got.InvokedFunctionArn, want)
	}
	for text, pattern := range map[string]string{
		got.AwsRequestId:  `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`,
		got.Trace:         `^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$`,
		got.LogStreamName: `^\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}$`,
	} {
		if !regexp.MustCompile(pattern).MatchString(text) {
			t.Errorf("got %q, want %s", text, pattern)
		}
	}
}
