package trace

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/suback/suback/emulator/cause"
)

const (
	// updateInterval is the least time between two reports of one growing count.
	updateInterval = time.Second

	// batch is how many events a follower takes at once.
	batch = 256
)

// A follower is one reader of the stream. It keeps no events of its own: it
// reads what the recorder holds, at its own pace, and what was driven out
// before it came that far is counted as lost.
type follower struct {
	filter  Filter
	wake    chan struct{} // holds one token when there is something to read
	cursor  uint64        // Seq of the last event read
	lost    uint64        // events driven out unread
	repeats uint64        // Recorder.repeats at the last look at growing counts
	due     time.Time     // when to look again
	ended   bool          // to make room for another

	// reported is the count of events that may grow, read since that look.
	reported map[uint64]uint64
}

// Follow returns the events held that f selects, oldest first, then each new
// one as it comes, until ctx ends or the loop is left:
//
//	for e := range recorder.Follow(ctx, trace.Filter{Client: "pump-7"}) {
//
// An event whose Count grew comes again, with the same Seq, at most once
// per second. A slow loop holds up nobody: it loses the oldest events, and a
// NOTE in their place says how many. The loop also ends, after a NOTE that says
// so, when more than [Options.Followers] follow and it is the oldest.
func (r *Recorder) Follow(ctx context.Context, f Filter) iter.Seq[Event] {
	return func(yield func(Event) bool) {
		fo := r.join(f)
		defer r.leave(fo)
		for ctx.Err() == nil {
			events := r.read(fo)
			for _, e := range events {
				if ctx.Err() != nil || !yield(e) {
					return
				}
			}
			if r.hasEnded(fo) {
				yield(endedNote(r.most))
				return
			}
			if len(events) > 0 {
				continue
			}
			select {
			case <-ctx.Done():
			case <-fo.wake:
			case <-time.After(time.Until(fo.due)):
			}
		}
	}
}

func (r *Recorder) join(f Filter) *follower {
	fo := &follower{filter: f, cursor: f.Since, wake: make(chan struct{}, 1), reported: map[uint64]uint64{}}
	r.mu.Lock()
	defer r.mu.Unlock()
	fo.repeats = r.repeats
	fo.due = time.Now().Add(updateInterval)
	r.followers = append(r.followers, fo)
	if r.most > 0 && len(r.followers) > r.most {
		oldest := r.followers[0]
		r.followers = slices.Delete(r.followers, 0, 1)
		r.ended++
		oldest.ended = true
		oldest.signal()
	}
	return fo
}

func (r *Recorder) leave(fo *follower) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if i := slices.Index(r.followers, fo); i >= 0 {
		r.followers = slices.Delete(r.followers, i, i+1)
	}
}

func (r *Recorder) hasEnded(fo *follower) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return fo.ended
}

// Followers returns how many follow, and how many had to make room for others
// since the start or the last reset.
func (r *Recorder) Followers() (now int, ended uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.followers), r.ended
}

// wakeFor tells the follower of a new event. It never blocks.
func (fo *follower) wakeFor(e *Event) {
	if fo.filter.selects(e) {
		fo.signal()
	}
}

func (fo *follower) signal() {
	select {
	case fo.wake <- struct{}{}:
	default:
	}
}

// missed counts an event that leaves the recorder unread.
func (fo *follower) missed(e *Event) {
	if e.Seq > fo.cursor && fo.filter.selects(e) {
		fo.lost++
	}
}

// read returns what the follower has not seen yet, at most about a batch.
func (r *Recorder) read(fo *follower) []Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	var events []Event
	if now := time.Now(); !now.Before(fo.due) {
		events = r.grown(fo)
		fo.due = now.Add(updateInterval)
	}
	if fo.lost > 0 {
		events = append(events, lostNote(fo.lost))
		fo.lost = 0
	}
	fresh := r.after(fo.cursor, fo.filter, batch)
	for i := range fresh {
		if fresh[i].Count > 0 {
			fo.reported[fresh[i].Seq] = fresh[i].Count
		}
	}
	if len(fresh) < batch {
		fo.cursor = r.seq
	} else {
		fo.cursor = fresh[batch-1].Seq
	}
	return append(events, fresh...)
}

// grown returns the events already read whose count grew since the last look.
func (r *Recorder) grown(fo *follower) []Event {
	var events []Event
	for _, o := range []Outcome{Note, Withheld, Refused} {
		for _, rec := range r.queues[o.index()].all() {
			e := &rec.event
			if rec.repeat > fo.repeats && e.Seq <= fo.cursor && fo.filter.selects(e) && fo.reported[e.Seq] != e.Count {
				events = append(events, *e)
			}
		}
	}
	fo.repeats = r.repeats
	clear(fo.reported)
	return events
}

func endedNote(most int) Event {
	return Event{
		Time: time.Now(), Operation: Follow, Outcome: Note,
		Cause: cause.Cause{
			Detail: fmt.Sprintf("this reader is ended: it is the oldest of more than %d that follow the trace", most),
			Hint:   "end readers that are no longer needed, or raise --max-followers"},
	}
}

func stalledNote(reader string) Event {
	return Event{
		Operation: Follow, Outcome: Note, Source: reader,
		Cause: cause.Cause{
			Detail: fmt.Sprintf("a reader of the trace took nothing for %v and was left", stallTime),
			Hint:   "read what comes, or come again: what it missed is still held, within bounds"},
	}
}

func lostNote(n uint64) Event {
	return Event{
		Time:      time.Now(),
		Operation: Follow,
		Outcome:   Note,
		Cause:     cause.Cause{Detail: fmt.Sprintf("events lost because the reader was too slow: %d", n)},
		Count:     n,
	}
}
