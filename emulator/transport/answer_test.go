package transport

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

var uuidForm = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// The whole answer, byte for byte but for the request id and the date: to a
// refused upgrade with and without Origin, and to a request.
func TestAnswerBytes(t *testing.T) {
	const cors = "access-control-allow-origin: *\r\n" +
		"access-control-expose-headers: x-amzn-ErrorMessage\r\n" +
		"access-control-expose-headers: x-amzn-RequestId\r\n" +
		"access-control-expose-headers: x-amzn-ErrorType\r\n" +
		"access-control-expose-headers: Date\r\n"
	missing := &Answer{403, "ForbiddenException", "Missing Authentication Token"}
	tests := []struct {
		name   string
		answer *Answer
		line   string // of the request
		status string
		length int
		kind   string // header lines after connection
		body   string
		source string
	}{
		{"nothing signed", missing, "", "403 Forbidden", 91, "x-amzn-ErrorType: ForbiddenException:\r\n",
			`{"message":"Missing Authentication Token","traceId":"ID"}`, "A-163, A-164, A-206"},
		{"from a page", missing, "Origin: file://\r\n", "403 Forbidden", 91, "x-amzn-ErrorType: ForbiddenException:\r\n" + cors,
			`{"message":"Missing Authentication Token","traceId":"ID"}`, "A-47, A-163"},
		{"refused", &Answer{403, "ForbiddenException", "Forbidden"}, "", "403 Forbidden", 72, "x-amzn-ErrorType: ForbiddenException:\r\n",
			`{"message":"Forbidden","traceId":"ID"}`, "A-165"},
		{"no message", &Answer{403, "ForbiddenException", ""}, "", "403 Forbidden", 65, "x-amzn-ErrorType: ForbiddenException:\r\n",
			`{"message":null,"traceId":"ID"}`, "A-165"},
		{"success", &Answer{200, "", "OK"}, "", "200 OK", 65, "", `{"message":"OK","traceId":"ID"}`, "A-170"},
	}
	for _, upgrade := range []string{"",
		"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n" + someKey + "\r\n"} {
		for _, tt := range tests {
			t.Run(fmt.Sprintf("%s/upgrade %v", tt.name, upgrade != ""), func(t *testing.T) {
				s := start(t, Options{Name: "https", Handler: tt.answer, Upgrade: func(*Facts) *Answer { return tt.answer }}, nil)
				c := s.dial(nil)
				c.send("GET /mqtt HTTP/1.1\r\nHost: localhost\r\n" + upgrade + tt.line + "\r\n")
				want := "HTTP/1.1 " + tt.status + "\r\n" +
					"content-type: application/json\r\n" +
					"content-length: " + strconv.Itoa(tt.length) + "\r\n" +
					"date: DATE\r\n" +
					"x-amzn-RequestId: ID\r\n" +
					"connection: keep-alive\r\n" + tt.kind + "\r\n" + tt.body
				got := c.raw(tt.length)
				ids := uuidForm.FindAllString(got, -1)
				if len(ids) != 2 || ids[0] != ids[1] {
					t.Errorf("got ids %q, want the same twice (A-164)", ids)
				}
				got = uuidForm.ReplaceAllString(got, "ID")
				date := regexp.MustCompile(`(?m)^date: (.*)\r$`).FindStringSubmatch(got)
				if date == nil {
					t.Fatalf("got %q, want a date (A-163)", got)
				}
				if _, err := http.ParseTime(date[1]); err != nil {
					t.Errorf("date: %v", err)
				}
				if got = strings.Replace(got, date[1], "DATE", 1); got != want {
					t.Errorf("got\n%s\nwant\n%s\n(%s)", got, want, tt.source)
				}
			})
		}
	}
}

// raw is one answer as it came, its body of n bytes included.
func (c *client) raw(n int) string {
	c.t.Helper()
	var head strings.Builder
	for !strings.HasSuffix(head.String(), "\r\n\r\n") {
		head.WriteString(c.receive(1))
	}
	return head.String() + c.receive(n)
}

// A message may hold what JSON libraries like to escape.
func TestAnswerBody(t *testing.T) {
	tests := []struct{ message, want, source string }{
		{"a&b <c>", `"a&b <c>"`, "A-164"},
		{`say "x"`, `"say \"x\""`, "A-164, RFC 8259 7"},
		{`a\b`, `"a\\b"`, "A-164, RFC 8259 7"},
		{"a\r\nb\x01", `"a\r\nb\u0001"`, "A-164, RFC 8259 7"},
		{"ä 日本", `"ä 日本"`, "A-164"},
		{"Credential should be scoped to a valid region, not 'x'. ", `"Credential should be scoped to a valid region, not 'x'. "`, "A-206"},
	}
	for _, tt := range tests {
		w := httptest.NewRecorder()
		(&Answer{Status: 403, Type: "ForbiddenException", Message: tt.message}).ServeHTTP(w, nil)
		if got := w.Body.String(); !strings.HasPrefix(got, `{"message":`+tt.want+`,"traceId":"`) {
			t.Errorf("got %s, want %s (%s)", got, tt.want, tt.source)
		}
	}
}

// A client that closes is told so, and what is no Answer stays as net/http
// writes it.
func TestOtherAnswers(t *testing.T) {
	s := start(t, Options{Name: "http"}, nil)
	c := s.tcp()
	c.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
	if got := c.rest(); !strings.Contains(got, "\r\nconnection: close\r\nx-amzn-ErrorType") {
		t.Errorf("got %q, want connection: close in its place (RFC 9112 9.6)", got)
	}
	s = start(t, Options{Name: "http", Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["a-B"] = []string{"c"}
		fmt.Fprint(w, "x-amzn-RequestId: \r\n\r\n")
	})}, nil)
	c = s.tcp()
	c.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	if got := c.raw(22); !strings.Contains(got, "\r\na-B: c\r\nDate: ") {
		t.Errorf("got %q, want it untouched", got)
	}
}

// What a browser asks before it sends a signed request.
func TestPreflight(t *testing.T) {
	tests := []struct {
		name           string
		method, origin string
		asks           string
		want           bool
	}{
		{"a page publishes", "OPTIONS", "https://page.test", "POST", true},
		{"no page", "OPTIONS", "", "POST", false},
		{"no question", "OPTIONS", "https://page.test", "", false},
		{"the request itself", "POST", "https://page.test", "", false},
	}
	for _, tt := range tests {
		r := httptest.NewRequest(tt.method, "/topics/a", nil)
		r.Header.Set("Origin", tt.origin)
		r.Header.Set("Access-Control-Request-Method", tt.asks)
		w := httptest.NewRecorder()
		sent := map[string][]string(w.Header()) // names as they go out, in lower case
		if got := Preflight(w, r); got != tt.want || got != (sent[allowOrigin] != nil) {
			t.Errorf("%s: got %v with %v, want %v (A-47)", tt.name, got, w.Header(), tt.want)
		}
		allowed := strings.Join(sent["access-control-allow-headers"], ",")
		for _, name := range []string{"Authorization", "X-amz-date", "X-amz-security-token", "Content-Type", "amz-sdk-invocation-id"} {
			if tt.want && !strings.Contains(allowed, name) {
				t.Errorf("%s: got %s, want %s in it (A-47)", tt.name, allowed, name)
			}
		}
	}
}

// FuzzReorder: every byte that is written goes out, in whatever order.
func FuzzReorder(f *testing.F) {
	f.Add([]byte("HTTP/1.1 403 Forbidden\r\nDate: x\r\nx-amzn-RequestId: 1\r\nContent-Length: 2\r\n\r\n{}"))
	f.Add([]byte("HTTP/1.1 200 OK\r\nx-amzn-RequestId: \r\n:\r\n\n\r\n\r\n"))
	f.Fuzz(func(t *testing.T, written []byte) {
		got := reorder(written)
		if len(got) != len(written) {
			t.Errorf("got %d bytes %q, want %d", len(got), got, len(written))
		}
		count := func(b []byte) (n [256]int) {
			for _, c := range []byte(strings.ToLower(string(b))) {
				n[c]++
			}
			return n
		}
		if count(got) != count(written) {
			t.Errorf("got %q, want the lines of %q", got, written)
		}
	})
}

// The moment a request came in, not that of its connection; of an
// upgrade it stays with the MQTT connection.
func TestReceivedAt(t *testing.T) {
	received := make(chan time.Time, 1)
	s := start(t, Options{Name: "https", Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		received <- FactsFrom(r.Context()).HTTP.ReceivedAt
	})}, nil)
	c := s.dial(nil)
	for range 2 {
		before := time.Now()
		c.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
		c.response()
		if got := <-received; got.Before(before) || got.After(time.Now()) {
			t.Errorf("got %v, want after %v (A-204)", got, before)
		}
	}
	before := time.Now()
	c.websocket("/mqtt")
	c.Close()
	if got := s.end().c.Facts().HTTP.ReceivedAt; got.Before(before) || got.After(time.Now()) {
		t.Errorf("upgrade: got %v, want after %v (A-204)", got, before)
	}
}
