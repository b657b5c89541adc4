package emulator_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/mqtttest"
	"github.com/suback/suback/emulator/trace"
)

// mayDoAll may do everything.
func mayDoAll(context.Context, []byte) ([]byte, error) {
	return []byte(`{"isAuthenticated": true, "principalId": "p", "policyDocuments": [{"Version": "2012-10-17",
		"Statement": [{"Effect": "Allow", "Action": "iot:*", "Resource": "*"}]}]}`), nil
}

// newShadowStage is a stage whose clients may use shadows.
func newShadowStage(t *testing.T, o emulator.Options) *stage {
	o.Authorizer, o.Listeners = mayDoAll, free
	return &stage{emulator.Run(t, o), t}
}

// aShadow is where the topics of most tests begin.
const aShadow = "$aws/things/pump-7/shadow/"

// told receives n messages, each as "<topic below the shadow> v<version>".
func told(t *testing.T, c *mqtttest.Client, n int) (all []string) {
	t.Helper()
	for range n {
		pk, err := c.Receive()
		if err != nil {
			t.Fatalf("after %q: %v", all, err)
		}
		var in struct {
			Version int
			Current struct{ Version int }
		}
		if err := json.Unmarshal(pk.Payload, &in); err != nil {
			t.Fatalf("%s: %v", pk.Payload, err)
		}
		if err := c.Acknowledge(pk); err != nil {
			t.Fatal(err)
		}
		all = append(all, fmt.Sprintf("%s v%d", strings.TrimPrefix(pk.TopicName, aShadow), max(in.Version, in.Current.Version)))
	}
	return all
}

// However many update a shadow at a time, all that one update says comes before what the
// next one says, and no version is missing [S-37, S-58].
func TestShadowUpdatesOneAfterTheOther(t *testing.T) {
	s := newShadowStage(t, emulator.Options{StateDir: t.TempDir()})
	watcher := s.subscriber("watcher", aShadow+"update/+", mqtttest.QoS(1))
	const clients, updates = 4, 10
	var running sync.WaitGroup
	for n := range clients {
		c := s.connect(fmt.Sprint("c", n))
		running.Go(func() {
			for i := range updates {
				if _, err := c.Publish(aShadow+"update", fmt.Sprintf(`{"state":{"desired":{"c%d":%d}}}`, n, i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	var want []string
	for v := 1; v <= clients*updates; v++ {
		want = append(want, fmt.Sprint("update/accepted v", v), fmt.Sprint("update/delta v", v), fmt.Sprint("update/documents v", v))
	}
	if got := told(t, watcher, len(want)); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q (S-37, S-58)", got, want)
	}
	running.Wait()
}

// The order of an update's messages is none that AWS promises: a test can wish for
// another, and the same one again [S-58].
func TestShadowDisorder(t *testing.T) {
	inOrder := []string{"update/accepted v1", "update/delta v1", "update/documents v1"}
	order := func(d emulator.Disorder) []string {
		s := newShadowStage(t, emulator.Options{Config: &emulator.Config{Disorder: d}})
		c := s.subscriber("c", aShadow+"update/+")
		if _, err := c.Publish(aShadow+"update", `{"state":{"desired":{"on":true}}}`); err != nil {
			t.Fatal(err)
		}
		return told(t, c, 3)
	}
	if got := order(emulator.Disorder{}); !slices.Equal(got, inOrder) {
		t.Errorf("got %q, want %q (S-58)", got, inOrder)
	}
	first := order(emulator.Disorder{Shadows: true, Seed: 7})
	if slices.Equal(first, inOrder) {
		t.Errorf("got %q, want another order (S-58)", first)
	}
	if again := order(emulator.Disorder{Shadows: true, Seed: 7}); !slices.Equal(again, first) {
		t.Errorf("got %q and then %q, want a run to repeat (S-58)", first, again)
	}
}

// What becomes of a request is in the story of its message, in the trace if there is
// something to say, and in CloudWatch's log [S-90].
func TestShadowRecords(t *testing.T) {
	var group logGroup
	s := newShadowStage(t, emulator.Options{CloudWatch: &group})
	c := s.connect("plant")
	steps := []struct {
		topic, payload string
		line           string // of the story
		outcome        trace.Outcome
		reason, detail string
		entry          string
	}{
		{"update", `{"state":{"desired":{"on":true}}}`, `Shadow-Update pump-7 created v1, delta {"on":true}`, trace.Note, "",
			"the answer has nobody to go to", "UpdateThingShadow Success"},
		{"update", `{"state":{"reported":{"on":true}},"version":1}`, `Shadow-Update pump-7 v1→v2, no delta`, "", "", "", "UpdateThingShadow Success"},
		{"update", `{"state":{},"version":1}`, "Shadow-Update pump-7 rejected: 409 Version conflict: the request is for version 1, the shadow has version 2",
			trace.Refused, "VERSION_CONFLICT", "the request is for version 1, the shadow has version 2",
			"UpdateThingShadow Failure VERSION_CONFLICT the request is for version 1, the shadow has version 2"},
		{"get", ``, "Shadow-Get pump-7 v2", trace.Note, "", "the answer has nobody to go to", "GetThingShadow Success"},
		{"delete", ``, "Shadow-Delete pump-7 v2 deleted", trace.Note, "", "the answer has nobody to go to", "DeleteThingShadow Success"},
	}
	for i, step := range steps {
		seq := s.Trace().Seq()
		if _, err := c.Publish(aShadow+step.topic, step.payload); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the line of "+step.payload, func() bool { return s.latest(aShadow+step.topic).Served != "" })
		if got := s.latest(aShadow + step.topic); got.Served != step.line || !strings.Contains(got.Text(), "\n  "+step.line+"\n") {
			t.Errorf("step %d: got\n%s\nwant %q in it", i, got.Text(), step.line)
		}
		eventually(t, "the entry of "+step.payload, func() bool { return len(group.ofShadows()) == i+1 })
		if got := group.ofShadows()[i]; got != step.entry+" MQTT pump-7 "+aShadow+step.topic {
			t.Errorf("step %d: got the entry %q, want %q and its topic (S-90)", i, got, step.entry)
		}
		if step.outcome == "" {
			continue
		}
		ev := recorded(t, s.Emulator, func(ev trace.Event) bool { return ev.Seq > seq && ev.Outcome == step.outcome })
		if ev.Reason != step.reason || !strings.Contains(ev.Detail, step.detail) || ev.Client != "plant" || ev.Hint == "" {
			t.Errorf("step %d: got the record\n%s\nwant %q", i, ev.Text(), step.detail)
		}
	}
}

// ofShadows are the entries of requests to shadows: they do not say who asks [S-90].
func (l *logGroup) ofShadows() (all []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, entry := range l.entries {
		kind, _ := entry["eventType"].(string)
		if !strings.HasSuffix(kind, "ThingShadow") {
			continue
		}
		words := []string{kind}
		for _, m := range []string{"status", "reason", "details", "protocol", "deviceShadowName", "topicName", "clientId"} {
			if v, ok := entry[m].(string); ok {
				words = append(words, v)
			}
		}
		all = append(all, strings.Join(words, " "))
	}
	return all
}

// A device that listens to its answers is told nothing; one that listens to everything of
// its shadow is told of AWS's advice [S-10].
func TestShadowNotes(t *testing.T) {
	s := newShadowStage(t, emulator.Options{})
	c := s.subscriber("quiet", aShadow+"update/delta")
	if _, err := c.Publish(aShadow+"update", `{"state":{"reported":{"on":true}}}`); err != nil {
		t.Fatal(err)
	}
	eventually(t, "its story", func() bool { return s.latest(aShadow+"update").Served != "" })
	unexplained(t, s.Emulator)
	s.subscriber("all", aShadow+"#")
	noted(t, s.Emulator, "all", "S-10", "matches the requests to the shadow too", "$aws/things/pump-7/shadow/update/delta")
}

// The account's clock drives the 48 hours, over restarts too; a reset forgets all
// [S-63, S-64, S-91].
func TestShadowVersionsByTheClock(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	version := func(s *stage, name string) string {
		c := s.subscriber(name, aShadow+"update/accepted")
		if _, err := c.Publish(aShadow+"update", `{"state":{}}`); err != nil {
			t.Fatal(err)
		}
		got := told(t, c, 1)[0]
		c = s.subscriber(name, aShadow+"delete/accepted")
		if _, err := c.Publish(aShadow+"delete", ``); err != nil {
			t.Fatal(err)
		}
		return got + ", " + told(t, c, 1)[0]
	}
	s := newShadowStage(t, emulator.Options{StateDir: dir})
	for _, step := range []struct {
		what string
		do   func()
		want string
	}{
		{"at first", func() {}, "update/accepted v1, delete/accepted v1"},
		{"after a restart", func() {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			s = newShadowStage(t, emulator.Options{StateDir: dir})
		}, "update/accepted v3, delete/accepted v3"},
		{"47 hours later", func() { s.Advance(47 * time.Hour) }, "update/accepted v5, delete/accepted v5"},
		{"49 hours later", func() { s.Advance(49 * time.Hour) }, "update/accepted v1, delete/accepted v1"},
		{"after a reset", func() { s.Reset() }, "update/accepted v1, delete/accepted v1"},
	} {
		step.do()
		if got := version(s, "c"); got != step.want {
			t.Errorf("%s: got %q, want %q (S-63, S-64, S-91)", step.what, got, step.want)
		}
	}
}
