package trace

import "time"

const (
	// ownRecords is how many refusals in quick succession have a record each.
	ownRecords = 10

	// quietTime is how long it must be quiet before one has its own record again.
	quietTime = time.Second
)

// Refused records that a connection was refused something, and returns the Seq of
// the event. what tells refusals of one Key apart, such as the action and the
// reason. Of an event that explain calls a Note it is as well, else it is Refused.
//
// A client that asks again and again soon gets no more records: after the first
// ten without a second between them, later ones raise the Count and Last of the
// tenth, until there is a quiet second or another policy. For those explain is
// not called, unless [Options.Every] is set, and nothing is driven out, however
// many come.
func (r *Recorder) Refused(k Key, what string, explain func() Event) uint64 {
	now, p := time.Now(), pair{k.ConnectionID, k.Topic, what}
	if r.every != nil {
		e := refusal(explain, now)
		r.every(e)
		explain = func() Event { return e }
	}
	again, nth := r.refusedAgain(p, k.Policy, now)
	if nth == 0 {
		if r.onAgain != nil {
			r.onAgain(again)
		}
		return again.Seq
	}
	e := refusal(explain, now)
	r.tally.add(&e)
	r.mu.Lock()
	r.counts.add(e.Outcome, 1)
	rec := &record{pair: p, policy: k.Policy, nth: nth, last: now, event: e}
	r.counted[p] = rec
	e = r.keep(rec)
	r.mu.Unlock()
	r.report(e)
	return e.Seq
}

// refusal is the complete event of a refusal.
func refusal(explain func() Event, now time.Time) Event {
	e := explain()
	if e.Outcome != Note {
		e.Outcome = Refused
	}
	e.complete(now)
	return e
}

// refusedAgain counts a refusal on the record of those before it, which it returns;
// or which in the succession it is that needs one of its own.
func (r *Recorder) refusedAgain(p pair, policy uint64, now time.Time) (again Event, nth int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	old := r.counted[p]
	if old == nil || old.policy != policy || now.Sub(old.last) >= quietTime {
		return Event{}, 1
	}
	if old.nth < ownRecords {
		return Event{}, old.nth + 1
	}
	r.counts.add(old.event.Outcome, 1)
	old.last = now
	old.event.Count = max(old.event.Count, 1)
	r.repeat(old, 1, now)
	r.tally.add(&old.event)
	return old.event, 0
}
