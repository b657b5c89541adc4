package session

import (
	"fmt"
	"testing"

	"github.com/suback/suback/emulator/story"
)

// BenchmarkTold is one message to so many receivers, with a story and without.
func BenchmarkTold(b *testing.B) {
	for _, receivers := range []int{1, 100} {
		for _, qos := range []byte{0, 1} {
			for name, book := range map[string]*story.Book{"off": nil, "on": story.New(story.Options{})} {
				b.Run(fmt.Sprintf("%d/%d/%s", receivers, qos, name), func(b *testing.B) { toldTo(b, book, receivers, qos) })
			}
		}
	}
}

func toldTo(b *testing.B, book *story.Book, receivers int, qos byte) {
	all := New()
	all.Tell(book)
	sessions := make([]*Session, receivers)
	for i := range sessions {
		sessions[i], _ = all.Open(fmt.Sprint("pump-", i), Terms{Version: 4})
		_ = sessions[i].Subscribe([]Subscription{{Filter: "bench/+", QoS: qos}}, func() {})
		sessions[i].Attach(Link{Window: 100, Allowed: func(*Message) story.Outcome { return story.Sent },
			Write: func(p []byte) (int, error) { return len(p), nil }})
		defer sessions[i].Detach(0)
	}
	by, payload := book.Publisher(&story.Publisher{Kind: story.Device, Client: "plant"}), make([]byte, 100)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		m := &Message{Topic: "bench/topic", Payload: payload, QoS: qos}
		m.Story = book.Begin(&story.Opening{At: int64(i), Topic: m.Topic, QoS: qos, Bytes: len(payload), By: by})
		all.Publish(m)
		if qos == 1 {
			for _, s := range sessions {
				s.AcknowledgeAt(s.lastID, int64(i+1))
			}
		}
	}
}
