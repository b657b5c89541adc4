package neighbour

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestRequests(t *testing.T) {
	isolate(t, "AWS_ACCESS_KEY_ID=AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY=very-secret", "AWS_SESSION_TOKEN=token")
	s := serve(t, answer(200, `{}`))
	acl := http.Header{"X-Amz-Acl": {"private"}}
	tests := []struct {
		name    string
		request Request
		line    string
		headers string // name: value, …
		body    string
	}{
		{"JSON", JSON("dynamoDB", "PutItem", map[string]any{"TableName": "t", "Data": []byte("<é>")}), "POST /",
			"X-Amz-Target: DynamoDB_20120810.PutItem, Content-Type: application/x-amz-json-1.0", `{"Data":"PMOpPg==","TableName":"t"}`},
		{"JSON 1.1", JSON("cloudwatchLogs", "PutLogEvents", map[string]any{}), "POST /",
			"X-Amz-Target: Logs_20140328.PutLogEvents, Content-Type: application/x-amz-json-1.1", `{}`},
		{"form", Form("sns", "Publish", "2010-03-31", url.Values{"Message": {"a b&c"}}), "POST /",
			"Content-Type: application/x-www-form-urlencoded; charset=utf-8", "Action=Publish&Message=a+b%26c&Version=2010-03-31"},
		{"object", PutObject("raw", "a/../b c+é/~x", acl, []byte("\x00")), "PUT /raw/a/../b%20c%2B%C3%A9/~x",
			"X-Amz-Acl: private, X-Amz-Content-Sha256: 6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d", "\x00"},
		{"bucket that would lead elsewhere", PutObject("../@evil.example/x?", "k", nil, nil), "PUT /..%2F%40evil.example%2Fx%3F/k", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := at(t, s.URL).Call(t.Context(), tt.request); err != nil {
				t.Fatal(err)
			}
			got := s.taken()[0]
			if got.line != tt.line || got.body != tt.body {
				t.Errorf("got %s %q, want %s %q", got.line, got.body, tt.line, tt.body)
			}
			for want := range strings.SplitSeq(tt.headers, ", ") {
				name, value, _ := strings.Cut(want, ": ")
				if tt.headers != "" && got.header.Get(name) != value {
					t.Errorf("%s: got %q, want %q", name, got.header.Get(name), value)
				}
			}
			scope := "/eu-west-1/" + services()[tt.request.Service].host + "/aws4_request"
			signed := got.header.Get("Authorization")
			if !strings.Contains(signed, "Credential=AKIDEXAMPLE/") || !strings.Contains(signed, scope) ||
				got.header.Get("X-Amz-Security-Token") != "token" {
				t.Errorf("got Authorization %q, want the keys of the environment for %s", signed, scope)
			}
		})
	}
}

func TestCall(t *testing.T) {
	isolate(t)
	const gone = `{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"no queue"}`
	loop := func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://example.invalid/", http.StatusTemporaryRedirect)
	}
	hang := func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }
	tests := []struct {
		name    string
		answers []http.HandlerFunc
		want    string // of the error; "": none
		asked   int
	}{
		{"done", []http.HandlerFunc{answer(200, `{"MessageId":"1"}`)}, "", 1},
		{"refused", []http.HandlerFunc{answer(400, gone)}, "answered 400 QueueDoesNotExist: no queue", 1},
		{"refused, as before JSON", []http.HandlerFunc{answer(400, gone, "x-amzn-query-error", "AWS.SimpleQueueService.NonExistentQueue;Sender")},
			"answered 400 AWS.SimpleQueueService.NonExistentQueue: no queue", 1},
		{"S3", []http.HandlerFunc{answer(404, "<?xml version=\"1.0\"?>\n<Error><Code>NoSuchBucket</Code><Message>no bucket</Message></Error>")},
			"answered 404 NoSuchBucket: no bucket", 1},
		{"SNS", []http.HandlerFunc{answer(404, "<ErrorResponse><Error><Type>Sender</Type><Code>NotFound</Code>"+
			"<Message>no topic</Message></Error></ErrorResponse>")},
			"answered 404 NotFound: no topic", 1},
		{"header alone", []http.HandlerFunc{answer(400, "", "x-amzn-ErrorType", "ValidationException:http://a/")},
			"answered 400 ValidationException", 1},
		{"no service of AWS's", []http.HandlerFunc{answer(404, "not here")}, "answered 404 Not Found", 1},
		{"mended", []http.HandlerFunc{answer(503, ""), answer(500, ""), answer(200, "{}")}, "", 3},
		{"throttled", []http.HandlerFunc{answer(400, `{"__type":"ProvisionedThroughputExceededException"}`), answer(200, "{}")}, "", 2},
		{"not mended", []http.HandlerFunc{answer(503, "")}, "answered 503 Service Unavailable", 3},
		{"elsewhere", []http.HandlerFunc{loop}, "answered 307 Temporary Redirect", 1},
		{"cut off", []http.HandlerFunc{hang}, ": EOF", 1},
		{"too long", []http.HandlerFunc{answer(200, strings.Repeat("x", mostAnswer+1))}, "the answer has more than 1048576 bytes", 1},
		{"long words", []http.HandlerFunc{answer(400, `{"message":"`+strings.Repeat("x", 5000)+`"}`)},
			strings.Repeat("x", mostMessage) + "…", 1},
		{"not here", []http.HandlerFunc{answer(501, gone)}, "answered 501", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := serve(t, tt.answers...)
			_, err := at(t, s.URL).Call(t.Context(), JSON("sqs", "SendMessage", nil))
			asked := len(s.taken())
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.HasSuffix(err.Error(), tt.want) &&
				!strings.HasPrefix(err.Error(), s.URL+" "+tt.want)) || asked != tt.asked {
				t.Errorf("got %v after %d attempts, want %q after %d", err, asked, tt.want, tt.asked)
			}
			if errors.Is(err, ErrNowhere) {
				t.Errorf("got %v, which is not nowhere: this endpoint is the service's own", err)
			}
		})
	}
}

// An endpoint of all services that has not this one is nowhere: it may be this gateway.
func TestUnserved(t *testing.T) {
	s := serve(t, answer(501, `{"__type":"NotImplementedException","message":"sqs SendMessage is not here"}`))
	isolate(t, "AWS_ENDPOINT_URL="+s.URL)
	services := New(Options{Region: "us-east-1"})
	defer services.Close()
	_, err := services.Call(t.Context(), JSON("sqs", "SendMessage", nil))
	if !errors.Is(err, ErrNowhere) || !strings.Contains(err.Error(), "is not here") {
		t.Errorf("got %v, want ErrNowhere and the answer", err)
	}
}

func TestNobodyThere(t *testing.T) {
	isolate(t)
	s := serve(t, answer(200, ""))
	s.Close()
	_, err := at(t, s.URL).Call(t.Context(), JSON("sqs", "SendMessage", nil))
	if e := new(Error); !errors.As(err, &e) || e.Status != 0 || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("got %v, want that the connection was refused", err)
	}
}

// One that takes requests and never answers costs three attempts; who gives up goes at once.
func TestNoAnswer(t *testing.T) {
	isolate(t)
	synctest.Test(t, func(t *testing.T) {
		s := at(t, "http://localhost:1")
		var asked int
		s.client = func() *http.Client {
			return &http.Client{Transport: trip(func(r *http.Request) (*http.Response, error) {
				asked++
				<-r.Context().Done()
				return nil, r.Context().Err()
			})}
		}
		begin := time.Now()
		_, err := s.Call(t.Context(), JSON("sqs", "SendMessage", nil))
		if took := time.Since(begin); err == nil || err.Error() != "http://localhost:1: no answer within 5s" || asked != attempts ||
			took != attempts*attemptTime+3*pause {
			t.Errorf("got %v after %d attempts and %v, want no answer after %d", err, asked, took, attempts)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		begin, asked = time.Now(), 0
		_, err = s.Call(ctx, JSON("sqs", "SendMessage", nil))
		if !errors.Is(err, context.Canceled) || asked != 1 || time.Since(begin) != time.Second {
			t.Errorf("got %v after %d attempts and %v, want %v after a second", err, asked, time.Since(begin), context.Canceled)
		}
	})
}

// Without keys an endpoint gets test and test, and AWS's own nothing at all.
func TestCredentials(t *testing.T) {
	isolate(t)
	s := serve(t, answer(200, "{}"))
	if _, err := at(t, s.URL).Call(t.Context(), JSON("sqs", "SendMessage", nil)); err != nil {
		t.Fatal(err)
	}
	if got := s.taken()[0].header.Get("Authorization"); !strings.Contains(got, "Credential=test/") {
		t.Errorf("got %q, want the key test", got)
	}
	var hosts []string
	real := at(t, AtAWS)
	real.client = func() *http.Client {
		return &http.Client{Transport: trip(func(r *http.Request) (*http.Response, error) {
			hosts = append(hosts, r.URL.Host)
			return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader("{}"))}, nil
		})}
	}
	_, err := real.Call(t.Context(), JSON("sqs", "SendMessage", nil))
	if err == nil || !strings.HasPrefix(err.Error(), "no AWS credentials") || len(hosts) > 0 {
		t.Errorf("got %v from %v, want no credentials and nothing sent", err, hosts)
	}
	isolate(t, "AWS_ACCESS_KEY_ID=AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY=very-secret")
	real.atAWS = New(real.Options).atAWS // reads once
	_, err = real.Call(t.Context(), JSON("sqs", "SendMessage", nil))
	if err != nil || len(hosts) != 1 || hosts[0] != "sqs.eu-west-1.amazonaws.com" {
		t.Errorf("got %v from %v, want sqs.eu-west-1.amazonaws.com asked", err, hosts)
	}
}
