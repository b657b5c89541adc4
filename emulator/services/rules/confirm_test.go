package rules

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/trace"
)

// A confirmation is what a server got.
type confirmation struct {
	uri    string
	header http.Header
	body   confirmationMessage
}

// confirming is a server that hands on what it gets, and answers.
func confirming(t *testing.T, status int) (server *httptest.Server, got chan confirmation) {
	got = make(chan confirmation, 10)
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := confirmation{uri: r.Method + " " + r.URL.RequestURI(), header: r.Header}
		body, _ := io.ReadAll(r.Body)
		if err := json.Unmarshal(body, &c.body); err != nil {
			t.Errorf("got body %q: %v", body, err)
		}
		got <- c
		w.WriteHeader(status)
	}))
	t.Cleanup(server.Close)
	return server, got
}

func (s *rig) destination(url string) registry.TopicRuleDestination {
	s.t.Helper()
	d, err := s.registry.CreateTopicRuleDestination(registry.TopicRuleDestination{
		HttpUrlProperties: &registry.HTTPDestination{ConfirmationURL: url}})
	if err != nil {
		s.t.Fatal(err)
	}
	return d
}

// becomes waits for the status of a destination, and returns its reason.
func (s *rig) becomes(d registry.TopicRuleDestination, status, reason string) {
	s.t.Helper()
	var now registry.TopicRuleDestination
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		now, _ = s.registry.TopicRuleDestination(d.Arn)
		if now.Status == status && strings.Contains(now.StatusReason, reason) {
			return
		}
	}
	s.t.Fatalf("got %s, %q, want %s with %q (R-126)", now.Status, now.StatusReason, status, reason)
}

func (s *rig) next(got chan confirmation) confirmation {
	s.t.Helper()
	select {
	case c := <-got:
		return c
	case <-time.After(30 * time.Second):
		s.t.Fatal("got no confirmation message within 30 s")
	}
	return confirmation{}
}

// TestConfirmationMessage: what a destination's server gets, field by field.
func TestConfirmationMessage(t *testing.T) {
	server, got := confirming(t, 200)
	s := newRig(t)
	s.engine.EnableURL = func(token string, local netip.Addr) string { return fmt.Sprint("http://", local, "/", token) }
	s.engine.Confirm()
	for _, tt := range []struct{ below, want string }{
		{"", "POST /?confirmationToken="}, {"/", "POST /?confirmationToken="}, {"/a/b", "POST /a/b/?confirmationToken="},
		{"/c?x=1", "POST /c/?confirmationToken="},
	} {
		d := s.destination(server.URL + tt.below)
		c := s.next(got)
		want := confirmationMessage{d.Arn, d.ConfirmationToken, "http://127.0.0.1/" + d.ConfirmationToken, "DestinationConfirmation"}
		if c.body != want || !strings.HasPrefix(c.uri, tt.want+d.ConfirmationToken) {
			t.Errorf("%q: got %s %+v, want %s and %+v (R-126)", tt.below, c.uri, c.body, tt.want, want)
		}
		for name, value := range map[string]string{"X-Amz-Rules-Engine-Message-Type": "DestinationConfirmation",
			"X-Amz-Rules-Engine-Destination-Arn": d.Arn, "Content-Type": "application/json"} {
			if c.header.Get(name) != value {
				t.Errorf("%q: got %s %q, want %q (R-126)", tt.below, name, c.header.Get(name), value)
			}
		}
		s.becomes(d, "IN_PROGRESS", "the endpoint answered 200 OK")
		if err := s.registry.ConfirmTopicRuleDestination(c.body.ConfirmationToken); err != nil {
			t.Error(err)
		}
		s.becomes(d, "ENABLED", "")
	}
	s.end()
}

// TestConfirmations: when a message is sent, and what becomes of the status.
func TestConfirmations(t *testing.T) {
	server, got := confirming(t, 404)
	gone := httptest.NewServer(nil)
	gone.Close()
	s := newRig(t)
	first := s.destination(server.URL + "/early")
	select {
	case c := <-got:
		t.Fatalf("got %s before the gateway can be reached", c.uri)
	case <-time.After(20 * time.Millisecond): // it would have been sent in the same moment
	}
	s.engine.Confirm()
	token := s.next(got).body.ConfirmationToken
	s.becomes(first, "IN_PROGRESS", "the endpoint answered 404 Not Found")
	s.recordedSoon("TopicRuleDestination NOTE|answered 404 Not Found, and has not visited the enableUrl yet", "R-126")
	s.engine.Reload()
	s.rule("r", "SELECT * FROM 'in'", nil, registry.RuleAction{"http": {"url": server.URL + "/early"}}) // has one
	if err := s.registry.UpdateTopicRuleDestination(first.Arn, "IN_PROGRESS"); err != nil {
		t.Fatal(err)
	}
	if again := s.next(got).body.ConfirmationToken; again == token {
		t.Error("got the same token for another message (R-126)")
	}
	if len(got) > 0 {
		t.Errorf("got %s, want one message for each token (R-126)", (<-got).uri)
	}
	for _, tt := range []struct{ url, reason, hint string }{
		{gone.URL, "Confirmation message could not be sent: connection refused by 127.0.0.1", "nothing listens at"},
		{"https://api.example.com/x?key=geheim", "nothing is sent to api.example.com: nobody opened that host", "--rules-to api.example.com"},
		{"http://169.254.169.254/latest", "nothing is sent to 169.254.169.254", ""},
		{"http://app:8080", "nothing is sent to app", "list it under topicRuleDestinations"},
		{"https" + strings.TrimPrefix(server.URL, "http"), "could not be sent", "the scheme of the url"},
	} {
		d := s.destination(tt.url)
		s.becomes(d, "ERROR", tt.reason)
		s.recordedSoon("TopicRuleDestination NOTE|"+tt.hint, "R-126")
	}
	for _, ev := range s.trace.Events(trace.Filter{}) {
		if strings.Contains(ev.Text(), "geheim") || strings.Contains(ev.Text(), token) {
			t.Errorf("got a secret in %s", ev.Text())
		}
	}
	s.engine.Clear() // as a reset does, whose registry may wait again
	s.next(got)
	s.end()
}

// recordedSoon is recorded for what is written down a moment after the registry has changed.
func (s *rig) recordedSoon(want, source string) {
	s.t.Helper()
	head, part, _ := strings.Cut(want, "|")
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		for _, ev := range s.trace.Events(trace.Filter{}) {
			if string(ev.Operation)+" "+string(ev.Outcome) == head && strings.Contains(ev.Detail+" "+ev.Hint, part) {
				return
			}
		}
	}
	s.recorded(want, source)
}

// TestConfirmationsEnd: servers that hang are left at the end, within its time.
func TestConfirmationsEnd(t *testing.T) {
	hole, err := net.Listen("tcp", "127.0.0.1:0") // nobody accepts
	if err != nil {
		t.Fatal(err)
	}
	defer hole.Close()
	s := newRig(t)
	s.engine.Confirm()
	for i := range 3 * mostConfirming {
		s.destination(fmt.Sprint("http://", hole.Addr(), "/", i))
	}
	began := time.Now()
	s.end()
	if took := time.Since(began); took > 3*time.Second { // one hangs for 4 s
		t.Errorf("got %v until the end, want it at once", took)
	}
	if d, _ := s.registry.TopicRuleDestinationOf(fmt.Sprint("http://", hole.Addr(), "/0")); d.Status != "IN_PROGRESS" {
		t.Errorf("got %s, want it to be sent again at the next start", d.Status)
	}
}
