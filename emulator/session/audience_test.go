package session

import (
	"fmt"
	"slices"
	"testing"

	"github.com/suback/suback/emulator/story"
)

// The story of a message to many names who got it at that moment, and what became of it for
// each, also where the messages before it went to the same.
func TestAudience(t *testing.T) {
	all, book := New(), story.New(story.Options{})
	all.Tell(book)
	const many = 2 * crowded
	var devices []*device
	var want []string
	for i := range many {
		devices = append(devices, online(t, all, fmt.Sprint("c", i), Subscription{Filter: "a/+", QoS: 1}))
		want = append(want, fmt.Sprintf("c%d sent", i))
	}
	with := func(change func(want []string) []string) []string { return change(slices.Clone(want)) }
	for _, step := range []struct {
		what  string
		do    func()
		topic string
		qos   byte
		want  []string
	}{
		{"the first", func() {}, "a/b", 0, want},
		{"another topic", func() {}, "a/c", 0, want},
		{"QoS 1", func() {}, "a/b", 1, want},
		{"one is refused", func() { devices[3].refuses = func(topic string) bool { return topic == "a/no" } }, "a/no", 0,
			with(func(w []string) []string { w[3] = "c3 withheld"; return w })},
		{"nobody is refused", func() {}, "a/b", 0, want},
		{"one more filter", func() { devices[5].subscribe(Subscription{Filter: "a/b/#"}, Subscription{Filter: "#"}) }, "a/b", 0,
			with(func(w []string) []string { return append(w, "c5 also holds") })},
		{"one filter less", func() { devices[5].Unsubscribe([]string{"#"}) }, "a/b", 0, want},
		{"a group beside", func() { devices[6].subscribe(Subscription{Filter: "$share/g/a/+"}) }, "a/b", 0,
			with(func(w []string) []string { return append(w, " sent", "c6 sent") })},
		{"no group any more", func() { devices[6].Unsubscribe([]string{"$share/g/a/+"}) }, "a/b", 0, want},
		{"one has gone", func() { devices[0].Detach(0) }, "a/b", 0, want[1:]},
		{"one is offline", func() { devices[many-1].Detach(persistent) }, "a/b", 0,
			with(func(w []string) []string { w[many-1] = fmt.Sprintf("c%d lost", many-1); return w[1:] })},
	} {
		step.do()
		m := &Message{Topic: step.topic, QoS: step.qos}
		m.Story = book.Begin(&story.Opening{Topic: m.Topic, QoS: m.QoS})
		all.Publish(m)
		got := receivers(book.Find(m.Story.ID())[0])
		if !slices.Equal(got, step.want) {
			t.Errorf("%s: got %q, want %q", step.what, got, step.want)
		}
	}
	for _, d := range devices[1:] {
		d.Detach(0)
	}
}

// receivers are whom a story names, each with what became of the message.
func receivers(r story.Record) (all []string) {
	for _, to := range r.Receivers {
		text := to.To.Client + map[bool]string{true: " sent", false: " withheld"}[to.Outcome == story.Sent]
		switch {
		case to.Role == story.AlsoHolds:
			text = to.To.Client + " also holds"
		case to.Outcome == story.Offline:
			text = to.To.Client + " lost"
		}
		all = append(all, text)
	}
	return all
}
