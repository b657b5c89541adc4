package trace

import (
	"fmt"
	"slices"
	"testing"

	"github.com/suback/suback/emulator/cause"
)

// counted are the metrics that are not 0.
func counted(r *Recorder) []string {
	var all []string
	for _, m := range r.Metrics() {
		if m.Count > 0 {
			all = append(all, fmt.Sprintf("%s.%s %d", m.Name, m.Result, m.Count))
		}
	}
	return all
}

func TestMetrics(t *testing.T) {
	refused := func(o Operation, reason string) Event {
		return Event{Operation: o, Outcome: Refused, Cause: cause.Cause{Reason: reason}}
	}
	http := func(reason string) Event {
		e := refused(PublishIn, reason)
		e.Protocol = "HTTP"
		return e
	}
	retained := refused(PublishIn, "AUTHORIZATION_FAILURE")
	retained.Retain = true
	part := refused(Subscribe, "AUTHORIZATION_FAILURE")
	part.Part = true
	tests := []struct {
		name   string
		events []Event
		want   []string
		source string
	}{
		{"Connect", []Event{{Operation: Connect, Outcome: Allowed}, refused(Connect, "AUTHORIZATION_FAILURE"), refused(Connect, "CLIENT_ERROR")},
			[]string{"Connect.Success 1", "Connect.AuthError 1", "Connect.ClientError 1"}, "B-914, A-181"},
		{"a client id too often", []Event{refused(Connect, "THROTTLED")},
			[]string{"Connect.ClientIDThrottle 1", "Throttle.Exceeded. 1"}, "B-607, B-914"},
		{"authentication", []Event{refused(AuthNError, "NOT_AUTHENTICATED"), refused(AuthNError, "INTERNAL_SERVER_ERROR")},
			[]string{"Connection.AuthNError. 2"}, "A-178, A-181"},
		{"a retained publish", []Event{retained},
			[]string{"PublishIn.AuthError 1", "PublishRetained.AuthError 1"}, "B-914, guess"},
		{"HTTP publish", []Event{http("AUTHORIZATION_FAILURE"), http("THROTTLED"), http("CLIENT_ERROR")},
			[]string{"PublishIn.ClientError 1"}, "B-914"},
		{"one SUBSCRIBE of two filters", []Event{refused(Subscribe, "AUTHORIZATION_FAILURE"), part},
			[]string{"Subscribe.AuthError 1"}, "B-905, guess"},
		{"deliveries", []Event{{Operation: PublishOut, Outcome: Withheld, Cause: cause.Cause{Reason: "AUTHORIZATION_FAILURE"}},
			{Operation: PublishOut, Outcome: Withheld, Cause: cause.Cause{Reason: "PACKET_TOO_LARGE"}}},
			[]string{"PublishOut.AuthError 1", "PublishOut.ClientError 1"}, "B-432, B-914"},
		{"what a quota discards", []Event{{Operation: PublishIn, Outcome: Note, Cause: cause.Cause{Reason: "THROTTLED"}},
			{Operation: Queued, Outcome: Note, Cause: cause.Cause{Reason: "THROTTLED"}}},
			[]string{"PublishIn.Throttle 1", "Queued.Throttle 1", "Throttle.Exceeded. 2"}, "B-681, B-910, B-914"},
		{"shadows", []Event{{Operation: GetThingShadow, Outcome: Allowed}, {Operation: UpdateThingShadow, Outcome: Allowed, Protocol: "HTTP"},
			{Operation: UpdateThingShadow, Outcome: Allowed}, refused(UpdateThingShadow, "VERSION_CONFLICT"),
			refused(DeleteThingShadow, "THROTTLED")},
			[]string{"GetThingShadow.Accepted 1", "UpdateThingShadow.Accepted 2"}, "S-92"},
		{"what AWS has no metric for",
			[]Event{refused(PublishOut, "SERVER_ERROR"), {Operation: Connect, Outcome: Note}, refused(Transport, "CLIENT_ERROR")},
			[]string{"PublishOut.ClientError 1"}, "B-914, guess"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := New(Options{})
			for _, e := range tt.events {
				r.Record(e)
			}
			if got := counted(r); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q (%s)", got, tt.want, tt.source)
			}
		})
	}
}

// What leaves no record is counted too, and each message that is withheld.
func TestMetricsWithoutRecord(t *testing.T) {
	r := New(Options{})
	r.Allowed(Ping, nil)
	r.Count(PublishRetained)
	for range 3 {
		r.Withheld(Key{Topic: "a"}, func() Event { return Event{Operation: PublishOut, Cause: cause.Cause{Reason: "PACKET_TOO_LARGE"}} })
	}
	if got, want := counted(r), []string{"PublishOut.ClientError 3", "PublishRetained.Success 1", "Ping.Success 1"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q (B-914)", got, want)
	}
	r.Reset()
	if got := counted(r); got != nil {
		t.Errorf("after a reset: got %q, want nothing", got)
	}
}

// Every operation that is counted has the row of its name.
func TestMeters(t *testing.T) {
	if len(meters) != otherMeter {
		t.Fatalf("%d meters, want %d", len(meters), otherMeter)
	}
	for operation, want := range map[Operation]string{
		Connect: "Connect", PublishIn: "PublishIn", PublishOut: "PublishOut", PublishRetained: "PublishRetained", Subscribe: "Subscribe",
		GetThingShadow: "GetThingShadow", UpdateThingShadow: "UpdateThingShadow", DeleteThingShadow: "DeleteThingShadow",
		Unsubscribe: "Unsubscribe", Ping: "Ping", Queued: "Queued", AuthNError: "Connection.AuthNError",
	} {
		if got := meters[operation.meter()].name; got != want {
			t.Errorf("%s is counted as %s, want %s", operation, got, want)
		}
	}
	if got := meters[throttleMeter].name; got != "Throttle.Exceeded" {
		t.Errorf("throttling is counted as %s", got)
	}
	if m := Transport.meter(); m != otherMeter {
		t.Errorf("Transport is counted as %s, want nothing", meters[m].name)
	}
}
