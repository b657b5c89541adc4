package trace

import "time"

// A Key names what a message is counted under.
type Key struct {
	// ConnectionID is the connection that it is about, such as the one that would
	// have received it. It stands for the client too: after a reconnect, counting
	// starts anew.
	ConnectionID string

	Topic string

	// Policy tells apart the policies one connection has had: 0 for the one
	// granted at connect, one more at each refresh. Under a new policy the
	// reasons are asked for again, and only if they changed a new event begins.
	Policy uint64
}

// A pair is what at most one record is counted for at a time; rule is empty for
// what is withheld, and says what was refused for what was.
type pair struct{ connection, topic, rule string }

// Withheld counts a message that a client was not allowed to receive.
//
// The first of a connection and topic makes an event, and only for that one
// explain is called, without a lock, to say why (Outcome, Count and Last of what
// it returns are set here). Later ones raise the Count and Last of that event,
// allocate nothing, and drive nothing out, however many come. A pair is
// forgotten when its event is driven out by younger ones.
// With [Options.Every] explain is called for each message.
func (r *Recorder) Withheld(k Key, explain func() Event) {
	r.count(Withheld, pair{k.ConnectionID, k.Topic, ""}, k.Policy, explain)
}

// Note counts something that a person will want to know of, as Withheld does:
// one event for a connection, a topic and a rule, or whatever tells notes apart.
func (r *Recorder) Note(k Key, rule string, explain func() Event) {
	r.count(Note, pair{k.ConnectionID, k.Topic, rule}, k.Policy, explain)
}

// Through is Note for what went through and a person will want to see.
func (r *Recorder) Through(k Key, what string, explain func() Event) {
	r.count(Allowed, pair{k.ConnectionID, k.Topic, what}, k.Policy, explain)
}

func (r *Recorder) count(outcome Outcome, p pair, policy uint64, explain func() Event) {
	now := time.Now()
	if r.every != nil {
		e := explain()
		e.Outcome = outcome
		e.complete(now)
		r.every(e)
		explain = func() Event { return e }
	}
	r.mu.Lock()
	r.counts.add(outcome, 1)
	old := r.counted[p]
	if old != nil && old.policy == policy {
		r.repeat(old, 1, now)
		r.tally.add(&old.event)
		r.mu.Unlock()
		return
	}
	// Messages that come while explain works are counted on rec already.
	rec := &record{pair: p, policy: policy, event: Event{Count: 1, Operation: PublishOut, Outcome: outcome}}
	r.counted[p] = rec
	r.mu.Unlock()

	e := explain()
	e.Outcome = outcome
	e.complete(now)
	r.tally.add(&e)
	if e, isNew := r.settle(old, rec, e); isNew {
		r.report(e)
	}
}

// settle gives rec its reasons. If they are those of old, rec is counted there.
func (r *Recorder) settle(old, rec *record, e Event) (Event, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.counted[rec.pair] != rec { // a reset, or a still newer policy, was quicker
		return Event{}, false
	}
	if old != nil && old.event.Seq != 0 && !old.evicted && old.event.sameCause(&e) {
		old.policy = rec.policy
		r.counted[rec.pair] = old
		r.repeat(old, rec.event.Count, later(e.Time, rec.event.Last))
		return Event{}, false
	}
	e.Count, e.Last = rec.event.Count, rec.event.Last
	rec.event = e
	return r.keep(rec), true
}

// repeat counts n more messages on a record. The caller holds r.mu.
func (r *Recorder) repeat(rec *record, n uint64, now time.Time) {
	rec.event.Count += n
	rec.event.Last = later(rec.event.Last, now)
	r.repeats++
	rec.repeat = r.repeats
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
