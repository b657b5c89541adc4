package trace

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/policy"
)

func TestHandler(t *testing.T) {
	r := New(Options{})
	r.Record(Event{Time: moment, Operation: Connect, Outcome: Refused, Client: "<a>", Cause: cause.Cause{Detail: "x\ny"}})
	r.Record(Event{Time: moment, Operation: Transport, Outcome: Note, Client: "b"})
	const (
		a = `{"seq":1,"time":"2026-11-21T14:02:11.482Z","operation":"Connect","outcome":"REFUSED","client":"<a>","detail":"x\ny"}` + "\n"
		b = `{"seq":2,"time":"2026-11-21T14:02:11.482Z","operation":"Transport","outcome":"NOTE","client":"b"}` + "\n"
	)
	tests := []struct {
		name, method, query string
		status              int
		want                string
	}{
		{"everything", "GET", "", 200, a + b},
		{"one client", "GET", "?client=b", 200, b},
		{"one outcome, in any case", "GET", "?outcome=refused", 200, a},
		{"both", "GET", "?client=b&outcome=REFUSED", 200, ""},
		{"not following", "GET", "?client=b&follow=0", 200, b},
		{"unknown outcome", "GET", "?outcome=DENIED", 400, `{"message":"outcome is \"DENIED\", want ALLOWED, REFUSED, WITHHELD or NOTE"}` + "\n"},
		{"unclear follow", "GET", "?follow=yes", 400, `{"message":"follow is \"yes\", want 1 or 0"}` + "\n"},
		{"for people", "GET", "?format=text", 200, "14:02:11.482 <a> Connect REFUSED\n  x\\ny\n14:02:11.482 b Transport NOTE\n"},
		{"for people, one client", "GET", "?format=text&client=b", 200, "14:02:11.482 b Transport NOTE\n"},
		{"unknown format", "GET", "?format=xml", 400, `{"message":"format is \"xml\", want json or text"}` + "\n"},
		{"for people, following", "GET", "?format=text&follow=1", 400,
			`{"message":"format is text, which follow has not: suback watch follows for people"}` + "\n"},
		{"wrong method", "POST", "", 405, `{"message":"method is \"POST\", want GET"}` + "\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			Handler(r).ServeHTTP(w, httptest.NewRequest(tt.method, "/_suback/trace"+tt.query, nil))
			if w.Code != tt.status || w.Body.String() != tt.want {
				t.Errorf("got %d %s, want %d %s", w.Code, w.Body, tt.status, tt.want)
			}
		})
	}
}

func TestHandlerFollows(t *testing.T) {
	r := New(Options{})
	server := httptest.NewServer(Handler(r))
	defer server.Close()
	client := server.Client()
	client.Timeout = 10 * time.Second
	resp, err := client.Get(server.URL + "?follow=1&client=a") // answers before there is any event
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	for range 2 {
		refuse1(r, "other")
		refuse1(r, "a")
		if !lines.Scan() {
			t.Fatal(lines.Err())
		}
		var e Event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil || e.Client != "a" {
			t.Errorf("got line %s (%v), want an event of client a", lines.Bytes(), err)
		}
	}
}

// The names are an interface: programs outside this repository read them.
func TestJSONNames(t *testing.T) {
	text, err := json.Marshal(Event{
		Seq: 1, Time: moment, Operation: PublishOut, Outcome: Withheld, Client: "c", Principal: "p", ConnectionID: "i", TraceID: "t",
		Listener: "mqtts", Protocol: "MQTT 5", Source: "s", ServerName: "n", Authorizer: "z", Topic: "t", Filter: "f",
		Cause: cause.Cause{Reason: "r", Detail: "d", Hint: "h", Rules: []string{"X-1"}}, Action: "iot:Receive", Resource: "arn", Saw: "nothing",
		Count: 2, Last: moment,
	})
	const want = `{"seq":1,"time":"2026-11-21T14:02:11.482Z","operation":"Publish-Out","outcome":"WITHHELD","client":"c","principal":"p",` +
		`"connectionId":"i","traceId":"t","listener":"mqtts","protocol":"MQTT 5","source":"s","serverName":"n","authorizer":"z",` +
		`"topic":"t","filter":"f","reason":"r","detail":"d","action":"iot:Receive","resource":"arn","saw":"nothing","hint":"h",` +
		`"rules":["X-1"],"count":2,"last":"2026-11-21T14:02:11.482Z"}`
	if err != nil || string(text) != want {
		t.Errorf("got %s (%v)\nwant %s", text, err, want)
	}
	if decision, _ := json.Marshal(publishState()); !strings.Contains(string(decision), `"decision":{`) {
		t.Errorf("no decision in %s", decision)
	}
}

// The order is one too: a person reads the lines, and a script may compare them.
func TestJSONOrder(t *testing.T) {
	e := Event{Seq: 1, Time: moment, Operation: "o", Outcome: "o", Client: "c", Principal: "p", ConnectionID: "i", TraceID: "t",
		Listener: "l", Protocol: "p", Source: "s", ServerName: "n", Authorizer: "z", Topic: "t", Filter: "f",
		Cause:  cause.Cause{Reason: "r", Detail: "<d>", Hint: "<h>", Rules: []string{"X-1"}},
		Action: "a", Resource: "r", Decision: &policy.Decision{}, Saw: "s", See: 1,
		Details: Details{Target: "t", Authentication: "a", Connection: &Connection{}, DisconnectReason: "r",
			Subscriptions: []Subscription{{}}, QoS: 1, Retain: true, Call: &Call{}, RuleName: "r"},
		Count: 1, Last: moment}
	const want = `"seq" "time" "operation" "outcome" "client" "principal" "connectionId" "traceId" "listener" "protocol" ` +
		`"source" "serverName" "authorizer" "topic" "filter" "reason" "detail" "action" "resource" "decision" "saw" "hint" ` +
		`"rules" "see" "target" "authentication" "connection" "disconnectReason" "subscriptions" "qos" "retain" "call" ` +
		`"ruleName" "count" "last" `
	escaped, err := json.Marshal(e)
	var members map[string]json.RawMessage
	if err != nil || json.Unmarshal(escaped, &members) != nil {
		t.Fatalf("got %s, %v", escaped, err)
	}
	names := slices.SortedFunc(maps.Keys(members), func(a, b string) int {
		return bytes.Index(escaped, []byte(`"`+a+`":`)) - bytes.Index(escaped, []byte(`"`+b+`":`))
	})
	var got strings.Builder
	for _, name := range names {
		fmt.Fprintf(&got, "%q ", name)
	}
	if got.String() != want {
		t.Errorf("got  %s\nwant %s", got.String(), want)
	}
	if hint := string(members["hint"]); hint != `"\u003ch\u003e"` { // as json.Marshal does; TestHandler has it without
		t.Errorf("got hint %s, want it escaped for HTML", hint)
	}
	var back Event
	if err := json.Unmarshal(escaped, &back); err != nil || !reflect.DeepEqual(back, e) {
		t.Errorf("got %+v (%v)\nwant %+v", back, err, e)
	}
}

func FuzzParseQuery(f *testing.F) {
	f.Add("client=pump-7&outcome=refused&follow=1")
	f.Add("outcome=%zz;follow=maybe")
	f.Fuzz(func(t *testing.T, query string) {
		filter, _, err := parseQuery(&http.Request{URL: &url.URL{RawQuery: query}})
		if err == nil && filter.Rule != "" && !ruleNumber.MatchString(filter.Rule) {
			t.Errorf("%q: got rule %q", query, filter.Rule)
		}
		if err == nil && !slices.Contains([]Outcome{"", Allowed, Refused, Withheld, Note}, filter.Outcome) {
			t.Errorf("%q: got outcome %q", query, filter.Outcome)
		}
	})
}

// A listener of one connection, which is a pipe: what is written waits for its
// reader, in synctest's time.
type pipe struct {
	server chan net.Conn
	client net.Conn
}

func newPipe() *pipe {
	server, client := net.Pipe()
	p := &pipe{make(chan net.Conn, 1), client}
	p.server <- server
	return p
}

func (p *pipe) Accept() (net.Conn, error) {
	conn, ok := <-p.server
	if !ok {
		return nil, net.ErrClosed
	}
	return conn, nil
}
func (p *pipe) Close() error   { close(p.server); return nil }
func (p *pipe) Addr() net.Addr { return p.client.LocalAddr() }

// A follower that takes nothing for ten seconds is left; one that waits for
// events is not, however long [issue 10].
func TestHandlerLeavesWhoDoesNotRead(t *testing.T) {
	tests := []struct {
		name  string
		reads int // lines of the body
		wait  time.Duration
		want  int // followers then
	}{
		{"reads no event", 0, stallTime - time.Second, 1},
		{"has read no event", 0, stallTime + time.Second, 0},
		{"has read one, not the other", 1, stallTime + time.Second, 0},
		{"reads all there is", 2, time.Hour, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, p := New(Options{}), newPipe()
				refuse1(r, "a")
				refuse1(r, "a")
				server := &http.Server{Handler: Handler(r)}
				ended := make(chan error)
				go func() { ended <- server.Serve(p) }()
				fmt.Fprint(p.client, "GET /?follow=1 HTTP/1.1\r\nHost: a\r\n\r\n")
				lines := bufio.NewReader(p.client)
				for head, read := false, 0; !head || read < tt.reads; {
					line, err := lines.ReadString('\n')
					if err != nil {
						t.Fatal(err)
					}
					head = head || line == "\r\n"
					if strings.Contains(line, `"REFUSED"`) {
						read++
					}
				}
				if tt.reads == 2 { // the end of the last chunk, and what may come
					go func() { _, _ = io.Copy(io.Discard, lines) }()
				}
				time.Sleep(tt.wait)
				synctest.Wait()
				if got, _ := r.Followers(); got != tt.want {
					t.Errorf("got %d followers, want %d", got, tt.want)
				}
				if told := len(r.Events(Filter{Outcome: Note})); told != 1-tt.want {
					t.Errorf("got %d notes, want one of a reader that was left, and none of others", told)
				}
				_ = p.client.Close()
				_ = server.Close()
				<-ended
			})
		})
	}
}
