package dataplane_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/dataplane"
	"github.com/suback/suback/emulator/egress"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/services/shadow"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/emulator/transport"
	"github.com/suback/suback/hooks"
)

// A broker serves MQTT and the data plane to callers of every kind. Devices
// bring their policy as user name, requests in the header Policy, and the kind
// of their authentication in the header Kind.
type broker struct {
	hook     *hooks.Hook
	trace    *trace.Recorder
	sessions *session.Sessions
	handler  *dataplane.Handler
	addr     map[string]string
	client   *http.Client

	mu     sync.Mutex
	events []trace.Event // all, also those that are not kept
	told   []string      // of shadows, without what is before the last level but one, in order
}

func newBroker(t *testing.T, o hooks.Options) *broker {
	t.Helper()
	return newBrokerOf(t, o, shadow.Options{Now: time.Now})
}

// newBrokerOf has other shadows.
func newBrokerOf(t *testing.T, o hooks.Options, of shadow.Options) *broker {
	t.Helper()
	b := &broker{addr: make(map[string]string)}
	b.trace = trace.New(trace.Options{Every: func(e trace.Event) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.events = append(b.events, e)
	}})
	if o.Sessions == nil {
		o.Sessions = session.New()
	}
	b.sessions = o.Sessions
	o.Region, o.Account, o.Trace, o.Authenticate = "us-east-1", "000000000000", b.trace, b.authenticate
	b.hook = hooks.New(o)
	shadows, err := shadow.Open(of)
	if err != nil {
		t.Fatal(err)
	}
	b.handler = dataplane.New(dataplane.Options{Authenticate: b.authenticate, Caches: func(string) bool { return false },
		Hook: b.hook, Sessions: o.Sessions, Trace: b.trace, Shadows: shadows, TellShadow: b.tell})
	server, err := b.hook.Engine()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"mqtt", "http"} {
		l, err := transport.New(transport.Options{Name: name, Address: "127.0.0.1:0", Handler: b.handler,
			Broker: func(*transport.Facts) transport.Broker {
				return b.hook.Broker(server)
			}})
		if err == nil {
			err = server.AddListener(l)
		}
		if err != nil {
			t.Fatal(err)
		}
		b.addr[name] = l.Address()
	}
	if err := server.Serve(); err != nil {
		t.Fatal(err)
	}
	wire := &http.Transport{}
	b.client = &http.Client{Transport: wire}
	t.Cleanup(func() {
		wire.CloseIdleConnections()
		b.hook.DisconnectAll()
		_ = server.Close()
	})
	return b
}

// tell notes which topics a request for a shadow publishes to.
func (b *broker) tell(out *shadow.Outcome, traceID string, _ egress.Cause) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range out.Messages {
		_, topic, _ := strings.Cut(m.Topic, "/shadow/")
		b.told = append(b.told, topic)
	}
}

func (b *broker) authenticate(_ context.Context, r authn.Request) (*authn.Grant, error) {
	kind, text := authn.Custom, ""
	if r.Username != nil {
		text = *r.Username
	}
	if r.Facts.HTTP != nil {
		kind = "AWS_SIGV4"
		for _, f := range r.Facts.HTTP.Header {
			switch f.Name {
			case "Policy":
				text = f.Value
			case "Kind":
				kind = f.Value
			}
		}
	}
	document, err := policy.Parse("test", []byte(policyOf(text)))
	if err != nil {
		return nil, err
	}
	return &authn.Grant{PrincipalID: "tester", AuthenticationType: kind, Documents: []*policy.Document{document}, ThingName: "thing-of-" +
		r.ClientID}, nil
}

// policyOf is a document that allows the actions of a text like
// "GetConnection=client/a,client/b Receive=topic/t"; "all" allows everything, and
// a document stays one.
func policyOf(text string) string {
	if strings.HasPrefix(text, "{") {
		return text
	}
	var statements []map[string]any
	for word := range strings.FieldsSeq(text) {
		action, names, found := strings.Cut(word, "=")
		resources := []string{"*"}
		switch {
		case !found:
			action = "*"
		case names != "*":
			resources = strings.Split(names, ",")
			for i, name := range resources {
				resources[i] = "arn:aws:iot:us-east-1:000000000000:" + name
			}
		}
		statements = append(statements, map[string]any{"Effect": "Allow", "Action": "iot:" + action, "Resource": resources})
	}
	if statements == nil {
		statements = []map[string]any{}
	}
	document, _ := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": statements})
	return string(document)
}

// A response is what a request got.
type response struct {
	status int
	kind   string // x-amzn-ErrorType
	id     string // x-amzn-RequestId
	body   string
}

// message is what the body says, if it is the gateway's own.
func (r response) message() string {
	var in struct{ Message string }
	_ = json.Unmarshal([]byte(r.body), &in)
	return in.Message
}

// do sends a request of a caller with a signature; header are names and values.
func (b *broker) do(t *testing.T, method, target, body, policy string, header ...string) response {
	t.Helper()
	status, text, got := exchange(t, b.client, method, "http://"+b.addr["http"]+target, body, append([]string{"Policy", policy}, header...)...)
	if got.Get("Content-Type") != "application/json" {
		t.Errorf("got content type %q, want application/json (A-163)", got.Get("Content-Type"))
	}
	return response{status, strings.TrimSuffix(got.Get("x-amzn-ErrorType"), ":"), got.Get("x-amzn-RequestId"), text}
}

// exchange sends a request, with a header of names and values, and returns the
// status, the body and the header of the answer.
func exchange(t *testing.T, client *http.Client, method, url, body string, header ...string) (int, string, http.Header) {
	t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text), resp.Header
}

// advance brings deadlines nearer.
func (b *broker) advance(d time.Duration) {
	b.hook.Advance(d)
	b.handler.Advance(d)
}

// event returns the one event that an answer's trace id belongs to.
func (b *broker) event(t *testing.T, r response) trace.Event {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	ofRequest := func(e trace.Event) bool { return e.TraceID == r.id && e.Protocol == "HTTP" } // not its Publish-Outs
	i := slices.IndexFunc(b.events, ofRequest)
	if i < 0 || slices.IndexFunc(b.events[i+1:], ofRequest) >= 0 {
		t.Fatalf("got events %+v, want one of the request %s (B-803, B-910)", b.events, r.id)
	}
	return b.events[i]
}

// refused wants an answer and its record.
func (b *broker) refused(t *testing.T, r response, status int, kind, message string, want trace.Event, source string) {
	t.Helper()
	if r.status != status || r.kind != kind || r.message() != message {
		t.Errorf("got %d %s %q, want %d %s %q (%s)", r.status, r.kind, r.message(), status, kind, message, source)
	}
	got := b.event(t, r)
	if got.Outcome != trace.Refused || got.Operation != want.Operation || got.Reason != want.Reason || got.Client != want.Client ||
		got.Topic != want.Topic || !strings.HasPrefix(got.Saw, http.StatusText(status)) && !strings.HasSuffix(got.Saw, http.StatusText(status)) {
		t.Errorf("got the record %+v, want %+v (%s)", got, want, source)
	}
	if (got.Decision != nil) != strings.HasSuffix(got.Reason, "AUTHORIZATION_FAILURE") && got.Rules == nil {
		t.Errorf("got the record %+v, want the decision of the policy that refused (%s)", got, source)
	}
	if len(got.Rules) > 0 && got.Hint == "" {
		t.Errorf("got no hint in %+v, want a sentence that says what to do (%s)", got, source)
	}
}

// jsonOf decodes a body.
func jsonOf[T any](t *testing.T, r response) (v T) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(r.body))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil || r.status != 200 {
		t.Fatalf("got %d %s, %v", r.status, r.body, err)
	}
	return v
}
