// Package story keeps what became of each message: who published it, who got it and
// when, and who did not.
//
// It writes while messages pass, so it keeps little and looks nothing up: a [Book] has a
// fixed number of entries that are used again, and no payloads. What it means, a [Story],
// is worked out when somebody asks, by package hooks; why something was refused or
// withheld is in the trace. It is no log: what is older than the latest messages is gone.
//
//	b := story.New(story.Options{})
//	m.Story = b.Begin(&story.Opening{Topic: m.Topic, QoS: m.QoS, By: b.Publisher(publisher)})
//	m.Story.Places([]story.Place{story.To(b.Holder(holder), 1, story.ToClient)}, 0) // once: who gets it
//	m.Story.Acknowledged(1, 0) // the first of them has
//	records := b.Find(m.Story.ID())
package story
