package rules

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/suback/suback/emulator/services/rules/sql"
	"github.com/suback/suback/emulator/story"
)

// What is kept of what rules made of messages: the latest alone, within bounds. Why a
// WHERE was not true is worked out when somebody asks.

const (
	mostTold  = 2000
	toldBytes = 4 << 20
)

// A book has the latest runs, oldest first.
type book struct {
	mu    sync.Mutex
	pages []page
	first int // of pages, a ring once it is full
	bytes int
}

// A page is one run.
type page struct {
	traceID string
	told    story.Ruling
	run     *run // to find out why not; nil where that is known
	bytes   int
	at      time.Time // by the registry's clock
	seen    Seen
}

// add keeps what became of a run.
func (b *book) add(x *run) {
	p := page{traceID: x.traceID, told: x.told, at: x.Registry.Now(), bytes: size(&x.told), seen: x.seen()}
	p.bytes += len(p.seen.Payload) + len(p.seen.Topic)
	b.put(p)
}

// addUnmatched keeps a run of which nobody has asked why.
func (b *book) addUnmatched(x *run) {
	x.ctx, x.result, x.item = nil, nil, nil // they are over, and may be large
	b.put(page{traceID: x.traceID, told: x.told, run: x, at: x.Registry.Now(), seen: x.seen(),
		bytes: 512 + len(x.message.Payload) + len(x.message.Topic)})
}

func size(r *story.Ruling) int {
	n := 256 + len(r.Detail)
	for _, a := range r.Actions {
		n += 128 + len(a.Parameters) + len(a.Answer) + len(a.Error) + len(a.Hint)
	}
	return n
}

func (b *book) put(p page) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.bytes += p.bytes
	if len(b.pages) < mostTold {
		b.pages = append(b.pages, p)
	} else {
		b.bytes -= b.pages[b.first].bytes
		b.pages[b.first] = p
		b.first = (b.first + 1) % mostTold
	}
	for i := 0; b.bytes > toldBytes && i < len(b.pages)-1; i++ {
		old := &b.pages[(b.first+i)%len(b.pages)]
		b.bytes -= old.bytes
		*old = page{}
	}
}

func (b *book) clear() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pages, b.first, b.bytes = nil, 0, 0
}

// find returns what is kept of the message with a trace id.
func (b *book) find(traceID string) (found []page) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range b.pages {
		if p := &b.pages[(b.first+i)%len(b.pages)]; p.traceID == traceID {
			found = append(found, *p)
		}
	}
	return found
}

// Told returns what rules made of the message with a trace id, in the order in which they
// came to an end; nothing if it is not kept, or any more.
func (e *Engine) Told(traceID string) (all []story.Ruling) {
	for _, p := range e.book.find(traceID) {
		r := p.told
		if p.run != nil {
			r.Detail = whyNot(p.run.reasons(p.at))
		}
		r.Actions = slices.Clone(r.Actions)
		all = append(all, r)
	}
	return all
}

// reasons are why WHERE is not true. External functions are not asked again: a rule that
// calls some has its reasons at once.
func (x *run) reasons(at time.Time) []sql.Reason {
	env := x.env(x)
	env.External, env.Now = nil, func() time.Time { return at }
	return x.rule.statement.Explain(context.Background(), x.sqlMessage(), env).Where
}

// whyNot is in words why WHERE is not true.
func whyNot(reasons []sql.Reason) string {
	if len(reasons) == 0 {
		return "WHERE is not true"
	}
	texts := make([]string, len(reasons))
	for i, r := range reasons {
		texts[i] = r.String()
	}
	return "WHERE is not true: " + strings.Join(texts, "; ")
}
