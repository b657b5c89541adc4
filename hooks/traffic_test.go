package hooks_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/suback/suback/emulator"
)

// A log keeps the entries that CloudWatch would have.
type log struct {
	mu    sync.Mutex
	lines []string
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, string(p))
	return len(p), nil
}

var entryMembers = regexp.MustCompile(`"(?:status|eventType|topicName|reasonCode|retain|qos)":"?([^",}\]]*(?:,[^":]*)?)"?[,}\]]`)

// entries are the status, event type and so on of each entry about a client.
func (l *log) entries(client string) (all []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range l.lines {
		if !strings.Contains(line, fmt.Sprintf(`"clientId":%q`, client)) {
			continue
		}
		var words []string
		for _, m := range entryMembers.FindAllStringSubmatch(line, -1) {
			words = append(words, m[1])
		}
		all = append(all, strings.Join(words, " "))
	}
	return all
}

// counts are the metrics that are not 0.
func counts(e *emulator.Emulator) (all []string) {
	for _, m := range e.Trace().Metrics() {
		if m.Count > 0 {
			all = append(all, fmt.Sprintf("%s.%s %d", m.Name, m.Result, m.Count))
		}
	}
	return all
}

// A SUBSCRIBE is one entry and counts once, whatever becomes of its filters
// [B-905, B-907, B-914].
func TestSubscribeEntries(t *testing.T) {
	const some = "Connect=* Subscribe=topicfilter/a/*"
	tests := []struct {
		name    string
		version byte
		filters []string
		entry   string
		count   string
		source  string
	}{
		{"granted", 4, []string{"a/b", "a/#"}, "Success Subscribe a/b,a/#", "Subscribe.Success 1", "B-903"},
		{"granted", 5, []string{"a/b", "a/#"}, "Success Subscribe a/b,a/# a/b 1 a/# 1", "Subscribe.Success 1", "B-905"},
		{"partly", 4, []string{"a/b", "b"}, "Failure Subscribe a/b,b", "Subscribe.AuthError 1", "B-907, guess"},
		{"partly", 5, []string{"a/b", "b", "c"}, "Success Subscribe a/b,b,c a/b 1 b 135 c 135", "Subscribe.Success 1", "B-905"},
		{"refused", 5, []string{"b", "c"}, "Failure Subscribe b,c b 135 c 135", "Subscribe.AuthError 1", "B-905, B-907, guess"},
		{"invalid", 5, []string{"a/#/b"}, "Failure Subscribe a/#/b a/#/b 143", "Subscribe.ClientError 1", "B-905, guess"},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%s/v%d", tt.name, tt.version), func(t *testing.T) {
			var group log
			e := emulator.Run(t, emulator.Options{Authorizer: authorize, CloudWatch: &group})
			d := online(t, e, tt.version, connect{id: "d", password: some})
			d.send(d.subscribe(2, 1, tt.filters...))
			_, _ = d.read() // a SUBACK or the end
			if got := group.entries("d"); len(got) < 2 || got[1] != tt.entry || len(got) > 2 && !strings.Contains(got[2], "Disconnect") {
				t.Errorf("got entries %q, want Connect and %q (%s)", got, tt.entry, tt.source)
			}
			if got := counts(e); !slices.Equal(got, []string{"Connect.Success 1", tt.count}) {
				t.Errorf("got %q, want Connect.Success 1 and %s (%s)", got, tt.count, tt.source)
			}
		})
	}
}

// What goes through without a record is counted, and has an entry [B-903, B-910,
// B-914].
func TestTraffic(t *testing.T) {
	var group log
	e := emulator.Run(t, emulator.Options{Authorizer: authorize, CloudWatch: &group, CloudWatchLevel: -4})
	sleeper := online(t, e, 4, connect{id: "sleeper", password: "all", persistent: true})
	sleeper.subscribed(1, "a")
	sleeper.disconnect()

	d := online(t, e, 4, connect{id: "d", password: "all"})
	d.lives("B-623")
	d.send(d.publish(qos1|retain, "a", "x"))
	d.expect("\x40\x02\x00\x07", "B-688")
	d.send(d.unsubscribe(3, "never"))
	d.expect("\xb0\x02\x00\x03", "B-667")
	sleeper = online(t, e, 4, connect{id: "sleeper", password: "all", persistent: true})
	sleeper.receives("a", "x", "B-705")
	sleeper.lives("B-623")

	want := []string{"Success Connect", "Success Ping", "Success Publish-In a True", "Success Unsubscribe"}
	if got := group.entries("d"); !slices.Equal(got, want) {
		t.Errorf("d: got %q, want %q (B-903, B-910)", got, want)
	}
	want = []string{"Success Connect", "Success Subscribe a", "Success Disconnect", "Success Queued a 1", "Success Connect",
		"Success Publish-Out a", "Success Ping"}
	if got := group.entries("sleeper"); !slices.Equal(got, want) {
		t.Errorf("sleeper: got %q, want %q (B-903, B-910)", got, want)
	}
	want = []string{"Connect.Success 3", "PublishIn.Success 1", "PublishOut.Success 1", "PublishRetained.Success 1",
		"Subscribe.Success 1", "Unsubscribe.Success 1", "Ping.Success 2", "Queued.Success 1"}
	if got := counts(e); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q (B-914)", got, want)
	}
}
