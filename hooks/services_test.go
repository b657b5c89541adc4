package hooks_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/hooks"
)

const (
	request  = "$aws/things/T/shadow/get"
	accepted = request + "/accepted"
)

// An echo answers a request on <topic>/accepted with its payload. What some payloads
// make it do is said beside them.
func (s *served) echo(most int) hooks.Service {
	return hooks.Service{Name: "Echo", Filters: []string{"$aws/things/+/shadow/get"}, MostWaiting: most,
		Serve: func(ctx context.Context, r *hooks.Request) {
			payload := string(r.Message.Payload)
			s.note("served " + payload)
			switch payload {
			case "hang": // until its time is over, or all ends
				<-ctx.Done()
				return
			case "panic":
				panic(errors.New("secret"))
			case "nil":
				r = nil
			}
			if r.Busy {
				payload = "busy: " + payload
			}
			if err := r.Answer(r.Message.Topic+"/accepted", []byte(payload)); err != nil {
				s.t.Errorf("answer: %v", err)
			}
		}}
}

func (s *served) register(service hooks.Service) {
	if err := s.Register(service); err != nil {
		s.t.Fatal(err)
	}
}

// A service answers MQTT of either version and HTTPS, after the PUBACK; request and
// answer are messages as any other, of one trace id [B-901, B-1002, B-1003, B-1004].
func TestServiceAnswers(t *testing.T) {
	device := func(version byte) func(*served) {
		return func(s *served) {
			d := s.device(version, connect{id: "d", password: "Connect=client/d Publish=topic/" + request +
				" Subscribe=topicfilter/" + accepted + " Receive=topic/" + accepted})
			d.subscribed(1, accepted)
			for i := range 100 {
				d.published(request, fmt.Sprint(i))
				d.receives(accepted, fmt.Sprint(i), "B-1004: the PUBACK first, then the answer")
			}
		}
	}
	tests := []struct {
		name    string
		publish func(*served)
		want    hooks.Origin
		entries []string // of CloudWatch, for the first request
	}{
		{"MQTT 3.1.1", device(4), hooks.Origin{ClientID: "d", ThingName: "thing-of-d", Protocol: "MQTT 3.1.1", Listener: "mqtt"},
			[]string{"Publish-In " + request + " d", "Publish-Out " + request + " w",
				"Publish-Out " + accepted + " d", "Publish-Out " + accepted + " w"}},
		{"MQTT 5", device(5), hooks.Origin{ClientID: "d", ThingName: "thing-of-d", Protocol: "MQTT 5", Listener: "mqtt"},
			[]string{"Publish-In " + request + " d", "Publish-Out " + request + " w",
				"Publish-Out " + accepted + " d", "Publish-Out " + accepted + " w"}},
		{"HTTPS", func(s *served) {
			for i := range 100 {
				if status := s.post(topicsOf(request), "Publish=topic/"+request, fmt.Sprint(i)); status != 200 {
					t.Errorf("got %d, want 200 (B-803)", status)
				}
			}
		}, hooks.Origin{Kind: hooks.FromHTTP, Protocol: "HTTP", Listener: "http"},
			[]string{"Publish-In " + request, "Publish-Out " + request + " w", "Publish-Out " + accepted + " w"}},
	}
	var numbers []string
	for i := range 100 {
		numbers = append(numbers, fmt.Sprint(i))
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			origins := make(chan hooks.Origin, 100)
			s := newServed(t, func(s *served) {
				echo := s.echo(0)
				answer := echo.Serve
				echo.Serve = func(ctx context.Context, r *hooks.Request) {
					origins <- r.From
					answer(ctx, r)
				}
				s.register(echo)
			})
			w := s.device(5, connect{id: "w", password: "all"})
			w.subscribed(1, request, accepted)
			tt.publish(s)
			got := map[string][]string{}
			for range 200 {
				_, topic, _, payload := w.message()
				got[topic] = append(got[topic], payload)
			}
			if !slices.Equal(got[request], numbers) || !slices.Equal(got[accepted], numbers) {
				t.Errorf("got the messages %q, want 0 to 99 on both topics, in order (B-1002, B-1003)", got)
			}
			from := <-origins
			if !from.Source.IsValid() || from.ConnectionID == "" {
				t.Errorf("got the origin %+v, want its address and connection", from)
			}
			from.Source, from.ConnectionID = netip.AddrPort{}, ""
			if tt.want.Principal = "tester"; from != tt.want {
				t.Errorf("got the origin %+v, want %+v", from, tt.want)
			}
			if err := s.EndServices(); err != nil { // now all answers are in the log
				t.Error(err)
			}
			var first []string
			entries, ids := s.entries()
			for i, entry := range entries {
				if ids[i] == ids[0] {
					first = append(first, entry)
				}
			}
			if slices.Sort(first); !slices.Equal(first, tt.entries) {
				t.Errorf("got the entries %q of one trace id, want %q (B-901, B-903)", first, tt.entries)
			}
			if all := s.records.Events(trace.Filter{}); slices.ContainsFunc(all, func(ev trace.Event) bool { return ev.Outcome != trace.Allowed }) {
				t.Errorf("got the records %+v, want none of a refusal", all)
			}
		})
	}
}

// However fast requests come, each has its PUBACK before its answer [B-1004].
func TestServiceAnswersAfterPuback(t *testing.T) {
	for _, version := range []byte{4, 5} {
		s := newServed(t, func(s *served) { s.register(s.echo(0)) })
		d := s.device(version, connect{id: "d", password: "all"})
		d.subscribed(0, accepted)
		const batch = 60
		for range 50 {
			var all strings.Builder
			for id := 1; id <= batch; id++ {
				all.WriteString(publishing(version, qos1, request, id, "", string(rune(id))))
			}
			d.send(all.String())
			acknowledged := make(map[string]bool)
			for range 2 * batch {
				p := d.receive()
				if p[0] == 0x40 {
					acknowledged[p[3:4]] = true
				} else if !acknowledged[p[len(p)-1:]] {
					t.Fatalf("version %d: got the answer to request %q before its PUBACK (B-1004)", version, p[len(p)-1:])
				}
			}
		}
	}
}

// Policies stand before and behind a service as anywhere [B-409, B-217, B-1002].
func TestServiceAndPolicies(t *testing.T) {
	s := newServed(t, func(s *served) { s.register(s.echo(0)) })
	d := s.device(5, connect{id: "d", password: "Connect=client/d Publish=topic/other"})
	d.send(d.publish(qos1, request, "no"))
	d.expect(packet(0x40, "\x00\x07\x87"+reasonString("PUBACK:Client is not authenticated/authorized to send the message")), "B-409")
	if status := s.post(topicsOf(request), "Publish=topic/other", "no"); status != 403 {
		t.Errorf("got %d, want 403 (B-805)", status)
	}
	deaf := s.device(5, connect{id: "deaf", password: "all !Receive=topic/" + accepted})
	deaf.subscribed(1, accepted)
	deaf.published(request, "yes")
	if got := s.done(1); !slices.Equal(got, []string{"served yes"}) {
		t.Errorf("got %q, want the one request that a policy allows served", got)
	}
	if err := s.EndServices(); err != nil { // now the answer has been published
		t.Error(err)
	}
	deaf.lives("B-217")
	withheld := s.records.Events(trace.Filter{Client: "deaf", Outcome: trace.Withheld})
	if len(withheld) != 1 || withheld[0].Topic != accepted || withheld[0].Decision == nil || withheld[0].Hint == "" {
		t.Errorf("got %+v, want the answer WITHHELD by iot:Receive (B-217)", withheld)
	}
	if entries, _ := s.entries(); !slices.Contains(entries, "Publish-Out "+accepted+" deaf AUTHORIZATION_FAILURE") {
		t.Errorf("got the entries %q, want the delivery's failure (B-903)", entries)
	}
}

// What hangs or fails is one client's trouble, and told; a client whose requests pile up
// is answered that they do, and then told of it; bystanders see nothing of either.
func TestServiceFaults(t *testing.T) {
	t.Parallel()
	s := newServed(t, func(s *served) { s.register(s.echo(2)) })
	d := s.device(5, connect{id: "d", password: "all"})
	d.subscribed(1, "$aws/things/+/shadow/get/accepted")
	by := s.device(4, connect{id: "by", password: "all"})
	const other = "$aws/things/other/shadow/get"
	by.subscribed(1, other+"/accepted", "t")

	d.published(request, "panic")
	d.published(request, "nil")
	d.published(request, "after")
	d.receives(accepted, "after", "a panic is survived")
	d.published(request, "hang")
	s.done(4)
	for i := range 6 {
		d.published(request, fmt.Sprint(i))
	}
	d.lives("the connection goes on")
	by.published(other, "mine")
	by.receives(other+"/accepted", "mine", "a client's hanging request is nobody else's")
	d.receives(other+"/accepted", "mine", "B-1002")
	d.published("t", "plain")
	by.receives("t", "plain", "what is no request goes on")
	if err := s.EndServices(); err == nil || err.Error() != "services: 4 requests had been taken and are not done" {
		t.Errorf("EndServices: got %v, want it to say what is lost", err)
	}

	notes := s.noted("d")
	want := []string{
		"the Echo service failed at a request: a panic with a *errors.errorString, in github.com/suback/suback/hooks_test.",
		"the Echo service failed at a request: runtime error: invalid memory address or nil pointer dereference, in github.com/",
		"the Echo service has too many requests of this client waiting, and did not take this one; subscribers have got the message",
	}
	if len(notes) != len(want) {
		t.Fatalf("got the notes %q, want %q", notes, want)
	}
	for i, note := range notes {
		if !strings.HasPrefix(note, want[i]) || strings.Contains(note, "secret") {
			t.Errorf("got the note %q, want %q", note, want[i])
		}
	}
	if got := s.noted("by"); len(got) > 0 {
		t.Errorf("got the notes %q of a bystander, want none", got)
	}
}

// Of the requests of a client too many about one subject are answered that they are, be
// there room for others [S-77].
func TestServiceSubjects(t *testing.T) {
	t.Parallel()
	hanging, goOn := make(chan bool, 1), make(chan bool)
	s := newServed(t, func(s *served) {
		echo := s.echo(64)
		answer := echo.Serve
		echo.Subject, echo.MostOfOne = func(topic string) string { return strings.Split(topic, "/")[2] }, 2
		echo.Serve = func(ctx context.Context, r *hooks.Request) {
			if string(r.Message.Payload) == "first" {
				hanging <- true
				<-goOn
			}
			answer(ctx, r)
		}
		s.register(echo)
	})
	d := s.device(5, connect{id: "d", password: "all"})
	d.subscribed(1, "$aws/things/+/shadow/get/accepted")
	const other = "$aws/things/other/shadow/get"
	d.published(request, "first")
	<-hanging
	for _, payload := range []string{"1", "2", "3"} {
		d.published(request, payload)
	}
	d.published(other, "4")
	close(goOn)
	for _, want := range []struct{ topic, payload string }{
		{accepted, "first"}, {accepted, "1"}, {accepted, "2"}, {accepted, "busy: 3"}, {other + "/accepted", "4"}} {
		d.receives(want.topic, want.payload, "S-77: two of one thing may wait")
	}
}

// A will is no request, and says so; subscribers and rules get it [B-231].
func TestServiceTakesNoWill(t *testing.T) {
	s := newServed(t, func(s *served) { s.register(s.echo(0)) })
	w := s.device(5, connect{id: "w", password: "all"})
	w.subscribed(1, request, accepted)
	d := s.device(4, connect{id: "d", password: "all", will: &will{topic: request, payload: "gone", qos: 1}})
	_ = d.conn.Close()
	w.receives(request, "gone", "B-231")
	d = s.device(4, connect{id: "d", password: "all"}) // when its predecessor is done with
	d.published(request, "here")
	w.receives(request, "here", "B-1003")
	w.receives(accepted, "here", "B-231: not the will")
	if got := s.noted("d"); len(got) != 1 || !strings.Contains(got[0], "takes no wills") {
		t.Errorf("got the notes %q, want one about the will (B-231)", got)
	}
}

// A filter that no request can match is a mistake of whoever registers.
func TestRegister(t *testing.T) {
	tests := []struct{ filter, want string }{
		{"$aws/things/+/shadow/get", ""},
		{"$aws/things/+/shadow/#", ""},
		{"sensor/#", "is no service's"},
		{"#", "is no service's"},
		{"$aws/rules/r", "is no service's"},
		{"$aws/things/+/shadow/get/accepted", "matches no topic that clients may publish to"},
		{"$aws/mine", "matches no topic that clients may publish to"},
		{"$aws/things/a+/shadow/get", "has a wildcard beside other characters"},
	}
	for _, tt := range tests {
		err := hooks.New(hooks.Options{}).Register(hooks.Service{Name: "Echo", Filters: []string{tt.filter}})
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", tt.filter, err, tt.want)
		}
	}
}
