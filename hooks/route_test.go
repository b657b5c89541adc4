package hooks_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/story"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/hooks"
)

var kinds = map[hooks.OriginKind]string{hooks.FromDevice: "device", hooks.FromWill: "will", hooks.FromHTTP: "HTTP", hooks.FromAWS: "AWS",
	hooks.FromDirect: "direct", hooks.FromService: "service", hooks.FromRule: "rule"}

// seeing are rules that want all there is.
type seeing func(m *session.Message, from hooks.Origin) bool

func (f seeing) See(m *session.Message, from hooks.Origin) bool { return f(m, from) }
func (f seeing) Wants(string) bool                              { return true }
func (f seeing) Told(string) []story.Ruling                     { return nil }

// Every message comes by the rules, once, before it is at a subscriber, and goes to a
// service after that, if it may [B-231, B-511, B-817, B-820, B-1101, B-1111].
func TestRoute(t *testing.T) {
	s := newServed(t, func(s *served) {
		s.register(s.echo(0))
		s.SetRules(seeing(func(m *session.Message, from hooks.Origin) bool {
			s.note(fmt.Sprintf("rules %s %s %s%s", kinds[from.Kind], m.Topic, from.ClientID, from.By))
			return strings.HasPrefix(m.Topic, "$aws/rules/known/")
		}))
	})
	presence := func(event, id string) string { return "rules AWS $aws/events/presence/" + event + "/" + id + " " }
	var w, d, pub *device
	gone := &will{topic: "t", payload: "gone", qos: 1}
	everything := policyFor(t, "all")
	tests := []struct {
		name   string
		do     func()
		want   []string
		source string
	}{
		{"events are made for rules alone", func() { pub = s.device(4, connect{id: "pub", password: "all"}) },
			[]string{presence("connected", "pub")}, "B-820, B-1111"},
		{"subscribe", func() {
			w = s.device(5, connect{id: "w", password: "all"})
			w.subscribed(1, "t", request, accepted, "$aws/events/presence/+/late", "announced/#", "$aws/events/certificates/#")
		}, []string{presence("connected", "w"), "rules AWS $aws/events/subscriptions/subscribed/w "}, "B-820"},
		{"device", func() { pub.published("t", "x") }, []string{"rules device t pub", "Publish-Out w"}, "B-1111"},
		{"device, to nobody", func() { pub.published("nobody", "x") }, []string{"rules device nobody pub"}, "B-1111"},
		{"HTTPS", func() { s.post("/topics/t?qos=1", "all", "x") }, []string{"rules HTTP t ", "Publish-Out w"}, "B-1111"},
		{"retained", func() { pub.send(pub.publish(qos1|retain, "kept", "x")); pub.receive() }, []string{"rules device kept pub"}, "B-1111"},
		{"event", func() { d = s.device(5, connect{id: "late", password: "all", will: gone}) },
			[]string{presence("connected", "late"), "Publish-Out w"}, "B-820"},
		{"will", func() { _ = d.conn.Close() },
			[]string{presence("disconnected", "late"), "Publish-Out w", "rules will t late", "Publish-Out w"}, "B-231, B-1111"},
		{"announcement", func() { s.Announce("$aws/events/certificates/registered/ca", []byte("{}")) },
			[]string{"rules AWS $aws/events/certificates/registered/ca ", "Publish-Out w"}, "B-1111"},
		{"Basic Ingest", func() { pub.published("$aws/rules/known/t", "x") }, []string{"rules device $aws/rules/known/t pub"}, "B-1101"},
		{"Basic Ingest, HTTPS",
			func() { s.post(topicsOf("$aws/rules/known/t"), "all", "x") }, []string{"rules HTTP $aws/rules/known/t "}, "B-1101"},
		{"Basic Ingest, no rule", func() { pub.published("$aws/rules/r/t", "x") }, []string{"rules device $aws/rules/r/t pub"}, "B-1103"},
		{"Basic Ingest, no rule, HTTPS",
			func() { s.post(topicsOf("$aws/rules/r/h"), "all", "x") }, []string{"rules HTTP $aws/rules/r/h "}, "B-1103"},
		{"Basic Ingest, no rule, republished", func() { s.republish(t, "$aws/rules/r/r", 1) }, []string{"rules rule $aws/rules/r/r r"}, "B-1103"},
		{"request", func() { pub.published(request, "x") }, []string{"rules device " + request + " pub", "Publish-Out w", "served x",
			"rules service " + accepted + " Echo", "Publish-Out w"}, "B-1003, B-1004"},
		{"republished", func() { s.republish(t, "t", 1) }, []string{"rules rule t r", "Publish-Out w"}, "B-1121"},
		{"republished, as a request", func() { s.republish(t, request, 1) }, []string{"rules rule " + request + " r", "Publish-Out w", "served x",
			"rules service " + accepted + " Echo", "Publish-Out w"}, "B-231, B-1121"},
		{"direct", func() {
			m := &session.Message{Topic: "announced/x", Payload: []byte("x")}
			if err := s.SendDirect(context.Background(), everything, "w", m, patience); err != nil {
				t.Error(err)
			}
		}, []string{"Publish-Out w"}, "B-817"},
		{"refused", func() { s.post("/topics/t", "Publish=topic/u", "x") }, nil, "B-1111: what passed authorisation"},
		{"what comes after all that", func() { pub.published("nobody", "x") }, []string{"rules device nobody pub"}, "B-1111"},
	}
	for _, tt := range tests {
		if tt.do(); tt.want == nil { // what comes next shows that nothing came
			continue
		}
		if got := s.done(len(tt.want)); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got  %q\nwant %q (%s)", tt.name, got, tt.want, tt.source)
		}
	}
	var missing []string
	for _, ev := range s.records.Events(trace.Filter{}) {
		if ev.Reason == "RuleNotFound" {
			missing = append(missing, ev.Topic)
		}
	}
	if !slices.Equal(missing, []string{"$aws/rules/r/t", "$aws/rules/r/h", "$aws/rules/r/r"}) {
		t.Errorf("got RuleNotFound for %q, want it for each message to the rule that there is not (B-1103)", missing)
	}
}

// republish is what a rule does.
func (s *served) republish(t *testing.T, topic string, depth int) {
	t.Helper()
	m := &session.Message{Topic: topic, Payload: []byte("x"), QoS: 1}
	if err := s.Route(m, hooks.Origin{Kind: hooks.FromRule, By: "r", Depth: depth}); err != nil {
		t.Error(err)
	}
}

func policyFor(t *testing.T, may string) *policy.Policy {
	t.Helper()
	document, err := policy.Parse("d", []byte(policyOf(may)))
	if err != nil {
		t.Fatal(err)
	}
	return policy.Compile([]*policy.Document{document}, policy.Context{Partition: "aws", Region: "us-east-1", Account: "000000000000"})
}

// A rule that republishes to what it matches, itself or by way of a service, ends, and
// says so [B-1121].
func TestRouteEndsLoops(t *testing.T) {
	for _, tt := range []struct{ matches, to, by string }{
		{"t", "t", `the rule "r" publishes`},
		{accepted, request, "the Echo service publishes"},
	} {
		synctest.Test(t, func(t *testing.T) {
			records := trace.New(trace.Options{})
			h := hooks.New(hooks.Options{Trace: records})
			if err := h.Register(hooks.Service{Name: "Echo", Filters: []string{request}, Serve: func(_ context.Context, r *hooks.Request) {
				_ = r.Answer(accepted, nil)
			}}); err != nil {
				t.Fatal(err)
			}
			seen := 0
			again := func(depth int) error {
				return h.Route(&session.Message{Topic: tt.to}, hooks.Origin{Kind: hooks.FromRule, By: "r", Depth: depth})
			}
			h.SetRules(seeing(func(m *session.Message, from hooks.Origin) bool {
				if seen++; m.Topic == tt.matches {
					_ = again(from.Depth + 1)
				}
				return true
			}))
			if err := again(0); err != nil {
				t.Error(err)
			}
			synctest.Wait()
			notes := records.Events(trace.Filter{Outcome: trace.Note})
			if seen != hooks.MaxDepth+1 || len(notes) != 1 || notes[0].Hint == "" || !strings.HasPrefix(notes[0].Detail, tt.by) {
				t.Errorf("%s: the rule saw %d messages, with notes %+v, want %d and one note", tt.to, seen, notes, hooks.MaxDepth+1)
			}
			if err := h.EndServices(); err != nil {
				t.Error(err)
			}
		})
	}
}

// A lane keeps its order, says when it is long, and is one client's alone; what takes
// too long is told.
func TestLanes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		records := trace.New(trace.Options{})
		h := hooks.New(hooks.Options{Trace: records})
		var did []string
		hold := make(chan struct{})
		serve := func(ctx context.Context, r *hooks.Request) {
			if r.From.ClientID == "slow" {
				select {
				case <-ctx.Done():
				case <-hold:
				}
			}
			did = append(did, fmt.Sprintf("%s %s busy %v %v", r.From.ClientID, r.Message.Payload, r.Busy, ctx.Err()))
		}
		if err := h.Register(hooks.Service{Name: "Echo", Filters: []string{request}, MostWaiting: 2, Serve: serve}); err != nil {
			t.Fatal(err)
		}
		ask := func(id string, payload int) {
			m := &session.Message{Topic: request, Payload: fmt.Append(nil, payload)}
			if err := h.Route(m, hooks.Origin{ClientID: id, ConnectionID: id}); err != nil {
				t.Error(err)
			}
			synctest.Wait()
		}
		check := func(want ...string) {
			t.Helper()
			if synctest.Wait(); !slices.Equal(did, want) {
				t.Errorf("got  %q\nwant %q", did, want)
			}
			did = nil
		}
		for i := range 7 {
			ask("slow", i)
		}
		ask("quick", 1)
		check("quick 1 busy false <nil>")
		hold <- struct{}{}
		check("slow 0 busy false <nil>")
		ask("slow", 7) // there is room for it again
		close(hold)
		check("slow 1 busy false <nil>", "slow 2 busy false <nil>", "slow 3 busy true <nil>", "slow 4 busy true <nil>", "slow 7 busy true <nil>")

		hold = make(chan struct{})
		ask("slow", 8)
		time.Sleep(time.Minute)
		check("slow 8 busy false context deadline exceeded")
		var notes []string
		for _, ev := range records.Events(trace.Filter{Client: "slow"}) {
			notes = append(notes, fmt.Sprint(ev.Count, " ", ev.Detail))
		}
		if want := []string{
			"2 the Echo service has too many requests of this client waiting, and did not take this one; subscribers have got the message",
			"1 the Echo service has worked on a request for 10s and was told to end; subscribers have got the message",
		}; !slices.Equal(notes, want) {
			t.Errorf("got the notes %q, want %q", notes, want)
		}

		ask("slow", 9)
		ask("slow", 10)
		if err := h.Clear(); err != nil { // a reset drops what waits
			t.Error(err)
		}
		began := time.Now()
		if err := h.EndServices(); err != nil || time.Since(began) != time.Second {
			t.Errorf("EndServices: got %v after %v, want it to wait a second for the last", err, time.Since(began))
		}
		check("slow 9 busy false context canceled")
		ask("late", 1)
		check()
	})
}

// All that waits has a bound, whoever sends it.
func TestLanesRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		records := trace.New(trace.Options{})
		h := hooks.New(hooks.Options{Trace: records})
		var served atomic.Int32
		if err := h.Register(hooks.Service{Name: "Echo", Filters: []string{request}, Serve: func(ctx context.Context, r *hooks.Request) {
			<-ctx.Done()
			served.Add(1)
		}}); err != nil {
			t.Fatal(err)
		}
		large := make([]byte, 128<<10)
		for i := range 600 {
			id := fmt.Sprint(i)
			if err := h.Route(&session.Message{Topic: request, Payload: large}, hooks.Origin{ClientID: id, ConnectionID: id}); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		notes := records.Events(trace.Filter{Outcome: trace.Note})
		taken := 600 - len(notes)
		if taken < 400 || taken > 512 || !strings.Contains(notes[0].Detail, "no room") {
			t.Errorf("%d requests of 128 KiB were taken, want no more than 64 MiB of them, and a note for each other", taken)
		}
		if err := h.EndServices(); err != nil || int(served.Load()) != taken {
			t.Errorf("EndServices: got %v, %d of %d ended", err, served.Load(), taken)
		}
	})
}

// What no service may publish is an error of its own, which says what is wrong with it.
func TestRouteRefusesWhatIsNoMessage(t *testing.T) {
	h := hooks.New(hooks.Options{Trace: trace.New(trace.Options{})})
	for _, tt := range []struct {
		m    *session.Message
		want error
		text string
	}{
		{&session.Message{Topic: "a"}, nil, ""},
		{&session.Message{Topic: "a/+"}, hooks.ErrTopic, `invalid topic: the topic "a/+" holds a wildcard`},
		{&session.Message{}, hooks.ErrTopic, "invalid topic: the topic is empty"},
		{&session.Message{Topic: "a", Properties: &packets.Properties{ResponseTopic: "a/+"}}, hooks.ErrProperties,
			`invalid message properties: the response topic "a/+" holds a wildcard`},
		{&session.Message{Topic: "a", Payload: make([]byte, 128<<10+1)}, hooks.ErrTooLarge, "the payload has more than 131072 bytes"},
	} {
		err := h.Route(tt.m, hooks.Origin{Kind: hooks.FromService})
		if !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) || err != nil && err.Error() != tt.text {
			t.Errorf("%q: got %v, want %v: %s", tt.m.Topic, err, tt.want, tt.text)
		}
	}
}

// What no rule and no service is there for costs nothing on its way.
func TestRouteAllocatesNothing(t *testing.T) {
	h := hooks.New(hooks.Options{Trace: trace.New(trace.Options{})})
	m := &session.Message{Topic: "a/b", Payload: []byte("x")}
	from := hooks.Origin{ClientID: "d"}
	if n := testing.AllocsPerRun(100, func() { _ = h.Route(m, from) }); n > 0 {
		t.Errorf("%v allocations for a message, want none", n)
	}
}
