package transport

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// reveal answers with what the handler got.
func reveal(w http.ResponseWriter, r *http.Request) {
	text, _ := io.ReadAll(r.Body)
	f := FactsFrom(r.Context())
	fmt.Fprintf(w, "%s %s?%s host=%s body=%s", f.HTTP.Method, f.HTTP.Path, f.HTTP.RawQuery, f.HTTP.Host, text)
	for _, field := range f.HTTP.Header {
		fmt.Fprintf(w, " [%s: %s]", field.Name, field.Value)
	}
}

// The header reaches the handler as it was sent, on every
// request of a connection, however the requests are cut into packets.
func TestHandlerSeesRawHeader(t *testing.T) {
	tests := []struct {
		name   string
		sent   string
		want   []string
		source string
	}{
		{"casing, order, duplicates", "GET /a%20b?x=%2F HTTP/1.1\r\nhost: h:1\r\nx-B: 1\r\nAuthorization: t\r\nX-b: 2\r\n\r\n",
			[]string{"GET /a%20b?x=%2F host=h:1 body= [host: h:1] [x-B: 1] [Authorization: t] [X-b: 2]"}, "A-109"},
		{"keep-alive", "POST /1 HTTP/1.1\r\nhost: h\r\ncontent-length: 3\r\na: 1\r\n\r\nabc" +
			"POST /2 HTTP/1.1\r\nhost: h\r\ncontent-length: 0\r\nb: 2\r\n\r\n" +
			"GET /3 HTTP/1.1\r\nhost: h\r\nc: 3\r\n\r\n",
			[]string{
				"POST /1? host=h body=abc [host: h] [content-length: 3] [a: 1]",
				"POST /2? host=h body= [host: h] [content-length: 0] [b: 2]",
				"GET /3? host=h body= [host: h] [c: 3]",
			}, "A-110"},
		{"chunked", "POST /1 HTTP/1.1\r\nhost: h\r\na: 1\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
			[]string{"POST /1? host=h body=abc [host: h] [a: 1] [transfer-encoding: chunked]"}, "A-110"},
		{"after an empty line", "POST /1 HTTP/1.1\r\nhost: h\r\ncontent-length: 1\r\n\r\nx\r\nGET /2 HTTP/1.1\r\nhost: h\r\nb: 2\r\n\r\n",
			[]string{"POST /1? host=h body=x [host: h] [content-length: 1]", "GET /2? host=h body= [host: h] [b: 2]"}, "RFC 9112 2.2"},
	}
	s := start(t, Options{Name: "https", Handler: http.HandlerFunc(reveal)}, nil)
	for _, tt := range tests {
		for _, step := range []int{len(tt.sent), 7, 1} {
			t.Run(fmt.Sprintf("%s/%d bytes at a time", tt.name, step), func(t *testing.T) {
				c := s.dial(nil)
				for part := range slices.Chunk([]byte(tt.sent), step) {
					c.send(string(part))
				}
				for _, want := range tt.want {
					if _, got := c.response(); got != want {
						t.Errorf("got  %s\nwant %s (%s)", got, want, tt.source)
					}
				}
			})
		}
	}
}

// Behind a chunked body in the same packet the header as sent is lost; what
// remains is never another request's.
func TestRawHeaderLost(t *testing.T) {
	s := start(t, Options{Name: "http", Handler: http.HandlerFunc(reveal)}, nil)
	c := s.tcp()
	request := "POST / HTTP/1.1\r\nhost: h\r\nb-A: %d\r\nTransfer-encoding: chunked\r\n\r\n0\r\n\r\n"
	c.send(fmt.Sprintf(request+request, 1, 2))
	c.response()
	if _, got := c.response(); !strings.HasSuffix(got, "[B-A: 2] [Host: h]") {
		t.Errorf("got %s, want the second header, sorted", got)
	}
}

func TestRequestFacts(t *testing.T) {
	facts := make(chan *Facts, 1)
	s := start(t, Options{Name: "https", Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		facts <- FactsFrom(r.Context())
	})}, nil)
	before := time.Now()
	c := s.dial(nil)
	c.send("GET /mqtt HTTP/1.1\r\nHost: h\r\n\r\n") // no upgrade: a request like others
	c.response()
	f := <-facts
	if f.Listener != "https" || !f.TLS || f.ServerName != "localhost" || f.Remote.String() != c.LocalAddr().String() ||
		f.Local.String() != s.Address() {
		t.Errorf("got %+v, want the connection's facts", f)
	}
	if f.ConnectedAt.Before(before) || f.ConnectedAt.After(time.Now()) {
		t.Errorf("ConnectedAt: got %v", f.ConnectedAt)
	}
	if got := FactsFrom(context.Background()); got != nil {
		t.Errorf("FactsFrom of another context: got %v, want nil", got)
	}
}

// Without a handler everything is forbidden.
func TestNoHandler(t *testing.T) {
	s := start(t, Options{Name: "http"}, nil)
	c := s.tcp()
	c.send("GET /anything HTTP/1.1\r\nHost: h\r\n\r\n")
	r, text := c.response()
	wantRejection(t, r, text, 403, "ForbiddenException:", "Forbidden")
}

// A stream goes out as it is flushed, and ends when the listener closes.
func TestStreamEndsWithListener(t *testing.T) {
	s := start(t, Options{Name: "http", Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "first")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})}, nil)
	c := s.tcp()
	c.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	r, err := http.ReadResponse(c.r, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	first := make([]byte, 5)
	if _, err := io.ReadFull(r.Body, first); err != nil || string(first) != "first" {
		t.Fatalf("got %q, %v", first, err)
	}
	s.Close(func(string) {})
	if _, err := io.ReadAll(c.r); err != nil {
		t.Errorf("end of the stream: %v", err)
	}
}

// What net/http refuses before any handler is asked is reported, and nothing
// else. The answer is AWS's, with the id that is reported.
func TestUnreadableRequest(t *testing.T) {
	const general = "want HTTP/1.1 with one Host header"
	tests := []struct{ name, sent, want, hint string }{
		{"no Host", "GET / HTTP/1.1\r\n\r\n", "400 Bad Request: missing required Host header", general},
		{"two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400 Bad Request", "send one Host header, there are 2"},
		{"two lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\ncontent-length: 2\r\n\r\n", "400 Bad Request",
			"send one Content-Length header, there are 2"},
		{"a percent sign", "POST /topics/50%/a?token=secret HTTP/1.1\r\nHost: a\r\n\r\n", "400 Bad Request",
			`percent-encode the path: it has invalid URL escape "%/a", and a % itself is %25`},
		{"a space", "POST /topics/a b HTTP/1.1\r\nHost: a\r\n\r\n", "400 Bad Request", "the request line has 4 words, want three"},
		{"space in a name", "GET / HTTP/1.1\r\nHost: a\r\nx y: 1\r\n\r\n", "400 Bad Request", `the name of the header "x y" has white space`},
		{"no version", "GET /\r\nHost: a\r\n\r\n", "400 Bad Request", "the request line has 2 words, want three"},
		{"no HTTP", "\x00\x01\x02\r\n\r\n", "400 Bad Request", "the request line has 1 words"},
		{"HTTP/3", "GET / HTTP/3.0\r\nHost: a\r\n\r\n", "505 HTTP Version Not Supported", general},
		{"strange coding", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: x\r\n\r\n", "501 Not Implemented",
			"the header Transfer-Encoding may say chunked alone"},
		{"Expect", "GET / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n", "417 Expectation Failed", general},
		{"the second of a connection", "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\n\r\n",
			"400 Bad Request: missing required Host header", general},
		{"OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "", ""},
		{"refused by the handler", "GET /403 HTTP/1.1\r\nHost: a\r\n\r\n", "", ""},
		{"the head never ends", "GET / HTTP/1.1\r\nHost: a\r\n", "did not come to its end", ""},
	}
	handler := http.NewServeMux()
	handler.HandleFunc("/", func(http.ResponseWriter, *http.Request) {})
	handler.HandleFunc("/403", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	s := start(t, Options{Name: "http", Handler: handler, ConnectTimeout: 300 * time.Millisecond}, nil)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := s.tcp()
			c.send(tt.sent)
			if tt.want == "" {
				c.response()
				s.noProblem()
				return
			}
			p := s.problem()
			if p.RequestID != "" {
				r, text := c.response()
				for text == "" { // of the request before
					r, text = c.response()
				}
				wantUnreadable(t, r, text, p)
			}
			if (p.RequestID == "") != (tt.hint == "") {
				t.Errorf("got request id %q, want one if there is an answer (A-372)", p.RequestID)
			}
			if p.Reason != ProblemRequest || !strings.Contains(p.Detail, tt.want) || !strings.HasPrefix(p.Hint, tt.hint) {
				t.Errorf("got %s %q, hint %q, want %q, hint %q", p.Reason, p.Detail, p.Hint, tt.want, tt.hint)
			}
		})
	}
}

func wantUnreadable(t *testing.T, r *http.Response, text string, p Problem) {
	t.Helper()
	want := `{"message":"` + http.StatusText(r.StatusCode) + `","traceId":"` + p.RequestID + `"}`
	if text != want || r.Header.Get("X-Amzn-Requestid") != p.RequestID || !r.Close ||
		r.Header.Get("X-Amzn-Errortype") != "InvalidRequestException:" || !strings.HasPrefix(p.Saw, strconv.Itoa(r.StatusCode)) {
		t.Errorf("got %s %v %s, want %s and the request id, InvalidRequestException and the end (A-372)", r.Status, r.Header, text, want)
	}
}

// A page of another origin can read that its request could not be.
func TestUnreadableWithOrigin(t *testing.T) {
	for _, origin := range []string{"Origin: http://a\r\n", ""} {
		answer, _ := unreadable("400 Bad Request: why", &rawHead{fields: parseHead([]byte("GET / HTTP/1.1\r\n" + origin + "\r\n")).fields})
		head, _, _ := strings.Cut(string(answer), "\r\n\r\n")
		exposes := strings.Contains(head, "access-control-allow-origin: *\r\n") && strings.Contains(head, "access-control-expose-headers: Date")
		if exposes != (origin != "") || !strings.HasPrefix(head, "HTTP/1.1 400 Bad Request\r\ncontent-type: ") {
			t.Errorf("got %q for %q, want headers for pages where there is an origin (A-47)", head, origin)
		}
	}
}

// FuzzHTTPConn: net/http reads exactly what was sent, whatever it is and
// however it is cut, as long as it reads on.
func FuzzHTTPConn(f *testing.F) {
	f.Add([]byte("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.1\r\n\r\n"), uint8(5))
	f.Add([]byte("GET / HTTP/1.1\nTransfer-Encoding: x\n\n\n\nrest"), uint8(1))
	room := NewRoom(Bounds{}, nil)
	f.Fuzz(func(t *testing.T, sent []byte, size uint8) {
		c := &httpConn{Conn: replay{bytes.NewReader(sent)}, place: &place{room: room}}
		var got []byte
		p := make([]byte, int(size)+1)
		for {
			n, err := c.Read(p)
			got = append(got, p[:n]...)
			if err == io.EOF {
				break
			}
			if err != nil || n == 0 {
				t.Fatalf("Read = %d, %v", n, err)
			}
		}
		if !bytes.Equal(got, sent) {
			t.Errorf("got %q, want %q", got, sent)
		}
	})
}

// replay is a connection that was recorded.
type replay struct{ io.Reader }

func (replay) Write(p []byte) (int, error)      { return len(p), nil }
func (replay) Close() error                     { return nil }
func (replay) LocalAddr() net.Addr              { return nil }
func (replay) RemoteAddr() net.Addr             { return nil }
func (replay) SetDeadline(time.Time) error      { return nil }
func (replay) SetReadDeadline(time.Time) error  { return nil }
func (replay) SetWriteDeadline(time.Time) error { return nil }
