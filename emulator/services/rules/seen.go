package rules

import (
	"time"

	"github.com/suback/suback/emulator/story"
)

// What rules have met of late, for whoever tries a statement on it.

// A Seen is a message that a rule met.
type Seen struct {
	Topic    string // as statements see it
	ClientID string // empty if not sent over MQTT
	Payload  []byte // nobody may change it
	Left     bool   // the payload has more than 4 KiB, and is not kept
}

// mostSeen is how many bytes of a message are kept for whoever tries a statement on it.
const mostSeen = 4 << 10

func (x *run) seen() Seen {
	s := Seen{Topic: x.topic, ClientID: x.from.ClientID, Payload: x.message.Payload}
	if len(s.Payload) > mostSeen {
		s.Payload, s.Left = nil, true
	}
	return s
}

// A Latest is what became of the latest message that a rule met.
type Latest struct {
	story.Ruling           // Detail is empty where nobody has asked why WHERE is not true
	Time         time.Time // by the registry's clock
	TraceID      string
	Seen         Seen
}

// Latest returns what became of the latest message of each rule that met one, by name, as
// far as it is kept.
func (e *Engine) Latest() map[string]Latest {
	b := &e.book
	b.mu.Lock()
	defer b.mu.Unlock()
	all := map[string]Latest{}
	for i := range b.pages {
		p := &b.pages[(b.first+i)%len(b.pages)]
		if p.traceID != "" {
			all[p.told.RuleName] = Latest{Ruling: p.told, Time: p.at, TraceID: p.traceID, Seen: p.seen}
		}
	}
	return all
}

// Seen returns the message with a trace id, if a rule met it and it is kept.
func (e *Engine) Seen(traceID string) (Seen, bool) {
	pages := e.book.find(traceID)
	if len(pages) == 0 || traceID == "" {
		return Seen{}, false
	}
	return pages[0].seen, true
}
