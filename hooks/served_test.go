package hooks_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/dataplane"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/emulator/transport"
	"github.com/suback/suback/hooks"
)

// A served broker has services, rules, and requests to publish. Devices bring what
// they may do as their password, requests as the header Policy.
type served struct {
	*hooks.Hook
	t       testing.TB
	addr    map[string]string
	records *trace.Recorder

	mu  sync.Mutex
	log bytes.Buffer // CloudWatch's
	did []string     // see [served.note]
}

// newServed makes one; prepare registers what is in it.
func newServed(t *testing.T, prepare func(*served)) *served {
	t.Helper()
	s := &served{t: t}
	logged := trace.CloudWatch(s, "000000000000", func(trace.Event) slog.Level { return slog.LevelInfo })
	s.records = trace.New(trace.Options{Every: func(ev trace.Event) {
		logged(ev)
		if ev.Outcome == trace.Allowed && ev.Operation == trace.PublishOut {
			s.note(string(ev.Operation) + " " + ev.Client)
		}
	}})
	sessions := session.New()
	s.Hook = hooks.New(hooks.Options{Region: "us-east-1", Account: "000000000000", Trace: s.records, Sessions: sessions,
		Authenticate: s.authenticate})
	prepare(s)
	requests := dataplane.New(dataplane.Options{Authenticate: s.authenticate, Caches: func(string) bool { return false },
		Hook: s.Hook, Sessions: sessions, Trace: s.records})
	s.addr = serveBeside(t, s.Hook, requests, "mqtt", "http")
	t.Cleanup(func() {
		if err := s.EndServices(); err != nil {
			t.Errorf("EndServices: %v", err)
		}
	})
	return s
}

// Write takes an entry of CloudWatch's log.
func (s *served) Write(line []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.Write(line)
}

// note keeps what has happened, in order.
func (s *served) note(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.did = append(s.did, what)
}

// done returns and forgets what has happened, once there are n of them, more than 0.
func (s *served) done(n int) (did []string) {
	s.t.Helper()
	deadline := time.Now().Add(patience)
	for {
		s.mu.Lock()
		if len(s.did) >= n || time.Now().After(deadline) {
			did, s.did = s.did, nil
		}
		s.mu.Unlock()
		if did != nil || time.Now().After(deadline) {
			return did
		}
		time.Sleep(time.Millisecond)
	}
}

// entries are those of CloudWatch's log that are about publishing, in order: event
// type, topic, client and reason, and the trace id.
func (s *served) entries() (all []string, traceIDs []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := json.NewDecoder(bytes.NewReader(s.log.Bytes()))
	for {
		var e struct{ EventType, TopicName, ClientID, Reason, TraceID string }
		if d.Decode(&e) != nil {
			return all, traceIDs
		}
		if strings.HasPrefix(e.EventType, "Publish") {
			line := strings.TrimSpace(e.EventType + " " + e.TopicName + " " + e.ClientID + " " + e.Reason)
			all, traceIDs = append(all, line), append(traceIDs, e.TraceID)
		}
	}
}

func (s *served) authenticate(_ context.Context, r authn.Request) (*authn.Grant, error) {
	may := string(r.Password)
	if r.Facts.HTTP != nil {
		i := slices.IndexFunc(r.Facts.HTTP.Header, func(f transport.Field) bool { return f.Name == "Policy" })
		may = r.Facts.HTTP.Header[i].Value
	}
	document, err := policy.Parse("d", []byte(policyOf(may)))
	if err != nil {
		return nil, err
	}
	g := &authn.Grant{PrincipalID: "tester", AuthenticationType: "AWS_SIGV4", Documents: []*policy.Document{document}}
	if r.ClientID != "" {
		g.ThingName = "thing-of-" + r.ClientID
	}
	return g, nil
}

// device is a device that is connected.
func (s *served) device(version byte, c connect) *device {
	s.t.Helper()
	d := dialBare(s.t, s.addr["mqtt"], version)
	d.send(c.packet(version))
	d.connack()
	return d
}

// post publishes by request, and returns the status of the answer.
func (s *served) post(target, may, body string) int {
	s.t.Helper()
	request, err := http.NewRequest(http.MethodPost, "http://"+s.addr["http"]+target, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Policy", may)
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: patience}
	response, err := client.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode
}

func topicsOf(name string) string { return "/topics/" + url.PathEscape(name) + "?qos=1" }

// noted are the details of a client's notes.
func (s *served) noted(client string) (details []string) {
	for _, ev := range s.records.Events(trace.Filter{Client: client, Outcome: trace.Note}) {
		advised(s.t, ev)
		details = append(details, ev.Detail)
	}
	return details
}
