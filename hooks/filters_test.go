package hooks_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/trace"
)

// A filter that is written like a policy: taken, and noted once [B-521].
func TestPolicyWildcardsInFilters(t *testing.T) {
	tests := []struct {
		filter string
		meant  string // "" if nothing is noted
	}{
		{"pump/*", "pump/#"},
		{"*", "#"},
		{"*/state", "+/state"},
		{"pump/*/state", "pump/+/state"},
		{"pump/dev*", "pump/+"},
		{"a/?/b", "a/+/b"},
		{"a/?", "a/+"},
		{"$share/g/jobs/*", "$share/g/jobs/#"},
		{"$share/*/jobs/+", ""},
		{"a/b", ""},
		{"a/+/#", ""},
		{"a/what?/b", ""},
		{"a/*b*c", ""},
	}
	for _, version := range []byte{4, 5} {
		for _, tt := range tests {
			t.Run(fmt.Sprint(tt.filter, " v", version), func(t *testing.T) {
				e := start(t)
				d := online(t, e, version, connect{id: "d", password: "all"})
				d.subscribed(1, tt.filter)
				d.subscribed(1, tt.filter)
				d.lives("B-521")
				if tt.meant == "" {
					if got := records(e, "d"); len(got) != 0 {
						t.Errorf("got %+v, want no note", got)
					}
					return
				}
				ev := record(t, e, "d")
				if ev.Outcome != trace.Note || ev.Operation != trace.Subscribe || ev.Filter != tt.filter || ev.Rules[0] != "B-521" ||
					!strings.HasSuffix(ev.Hint, fmt.Sprintf("subscribe to %q", tt.meant)) {
					t.Errorf("got %+v, want a note that says %q (B-521)", ev, tt.meant)
				}
			})
		}
	}
}

// An UNSUBSCRIBE of 9 filters does nothing, one of 8 works [B-671].
func TestUnsubscribeOfManyFilters(t *testing.T) {
	for _, version := range []byte{4, 5} {
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			e := start(t)
			d := online(t, e, version, connect{id: "d", password: "all"})
			var filters []string
			for i := range 9 {
				filters = append(filters, fmt.Sprint("a/", i))
			}
			d.subscribed(0, filters[:8]...)
			d.subscribed(0, filters[8])
			d.send(d.unsubscribe(3, filters...))
			d.lives("B-671: no UNSUBACK")
			d.send(d.publish(qos0, "a/0", "x"))
			d.receives("a/0", "x", "B-671: still subscribed")
			ev := record(t, e, "d")
			if ev.Outcome != trace.Note || ev.Operation != trace.Unsubscribe ||
				!strings.Contains(ev.Detail, `9 filters in one UNSUBSCRIBE, "a/0" and others`) ||
				!strings.Contains(ev.Hint, "batches of 8") {
				t.Errorf("got %+v, want a note (B-671)", ev)
			}
			d.send(d.unsubscribe(4, filters[:8]...))
			want := number(4) + properties(version, "")
			if version == 5 {
				want += strings.Repeat("\x00", 8)
			}
			d.expect(packet(0xb0, want), "B-671: 8 work")
			if got := clients(t, e)[0].Subscriptions; len(got) != 1 || got[0] != "a/8" {
				t.Errorf("subscribed to %q, want a/8 (B-667)", got)
			}
		})
	}
}

// An UNSUBSCRIBE of what the client does not hold succeeds [B-122, B-667], and is noted
// where messages go on to come that look like what it unsubscribed from.
func TestUnsubscribeOfNoSubscription(t *testing.T) {
	tests := []struct {
		held, from string
		why        string // "" if nothing is noted
	}{
		{"pump/7", "Pump/7", "but for upper and lower case"},
		{"pump/7", "/pump/7", "with a slash before it"},
		{"pump/7", "pump/*", ""},
		{"pump/+", "pump/7", "some of the same topics"},
		{"pump/7", "pump/+", "some of the same topics"},
		{"#", "pump/7", "some of the same topics"},
		{"$share/g/pump/7", "pump/7", "some of the same topics"},
		{"pump/7", "$share/g/pump/7", "some of the same topics"},
		{"pump/7", "pump/7/state", "one level less than the topic"},
		{"pump/7", "pump/7", ""},
		{"pump/7", "valve", ""},
	}
	for _, version := range []byte{4, 5} {
		for _, tt := range tests {
			t.Run(fmt.Sprint(tt.held, " ", tt.from, " v", version), func(t *testing.T) {
				e := start(t)
				d := online(t, e, version, connect{id: "d", password: "all"})
				d.subscribed(1, tt.held)
				for id := range 2 {
					want := number(3+id) + properties(version, "")
					if version == 5 {
						want += "\x00"
					}
					d.send(d.unsubscribe(3+id, tt.from))
					d.expect(packet(0xb0, want), "B-667")
				}
				if tt.why == "" {
					if got := records(e, "d"); len(got) != 0 {
						t.Errorf("got %+v, want no note", got)
					}
					return
				}
				ev := record(t, e, "d")
				if ev.Outcome != trace.Note || ev.Operation != trace.Unsubscribe || ev.Filter != tt.from ||
					!strings.Contains(ev.Detail, fmt.Sprintf("still is to %q: ", tt.held)) || !strings.Contains(ev.Detail, tt.why) ||
					!strings.HasSuffix(ev.Hint, fmt.Sprintf("%q", tt.held)) || ev.Rules[0] != "B-667" {
					t.Errorf("got %+v, want a note that says %q (B-667)", ev, tt.why)
				}
			})
		}
	}
}
