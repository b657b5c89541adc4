package trace

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// defaultCapacity is the number of events kept when Options.Capacity is 0.
const defaultCapacity = 10_000

// Options configures a Recorder. The zero value works.
type Options struct {
	// Capacity is how many events are kept, all outcomes together. When one
	// more comes, the oldest of the outcome with the most events goes, so that
	// a storm of one outcome never drives out the others. Default 10,000.
	Capacity int

	// Followers is how many may follow at once. One more ends the oldest, which is
	// told so. Default: any number.
	Followers int

	// OnEvent, if not nil, is called with each new event, not with growing
	// counts, by the goroutine that recorded it and under no lock. It may be
	// called from several goroutines at once.
	OnEvent func(Event)

	// OnAgain, if not nil, is called like OnEvent with each refusal that raised the
	// count of an event instead of making one.
	OnAgain func(Event)

	// Every, if not nil, is called like OnEvent, but with every operation as it
	// happens: besides each new event those that are not kept because they went
	// through, and each that is counted: withheld messages, notes. It makes every delivery cost an
	// event. Seq is 0 where nothing is kept.
	Every func(Event)
}

// A Recorder keeps the latest events. Make one with [New]; it is safe for
// concurrent use and has no goroutine of its own.
type Recorder struct {
	capacity int
	onEvent  func(Event)
	onAgain  func(Event)
	every    func(Event)
	tally    tally
	began    time.Time

	mu        sync.Mutex // guards what follows
	seq       uint64     // Seq of the latest event
	repeats   uint64     // how often a record's count grew
	counts    Counts     // but for Allowed
	queues    [kinds]queue
	counted   map[pair]*record
	most      int         // followers at once, 0 for any number
	followers []*follower // oldest first
	ended     uint64      // followers that had to make room
}

// A record is an event the recorder holds.
type record struct {
	event   Event
	pair    pair      // the zero pair unless counted
	policy  uint64    // Key.Policy of the latest message
	nth     int       // of refusals in quick succession, and the time of the
	last    time.Time // latest that it stands for
	repeat  uint64    // Recorder.repeats when the count last grew
	evicted bool
}

// Counts is how many operations ended how, since the start or the last reset.
// Withheld counts messages, not events; so does Notes, where a note is counted.
type Counts struct {
	Allowed  uint64 `json:"allowed"`
	Refused  uint64 `json:"refused"`
	Withheld uint64 `json:"withheld"`
	Notes    uint64 `json:"notes"`
}

// New makes a Recorder.
func New(o Options) *Recorder {
	if o.Capacity <= 0 {
		o.Capacity = defaultCapacity
	}
	return &Recorder{
		capacity: o.Capacity,
		onEvent:  o.OnEvent,
		onAgain:  o.OnAgain,
		every:    o.Every,
		counted:  map[pair]*record{},
		most:     o.Followers,
		began:    time.Now(),
	}
}

// Record keeps an event. It never waits for a reader.
//
// Withheld messages go to [Recorder.Withheld], refusals and notes that may come
// again to [Recorder.Refused] and [Recorder.Note], accepted operations that nobody will want to look at to
// [Recorder.Allowed]. Record returns the event's Seq.
func (r *Recorder) Record(e Event) uint64 {
	e.complete(time.Now())
	if e.Outcome == Withheld {
		e.Count = max(e.Count, 1)
	}
	r.mu.Lock()
	r.counts.add(e.Outcome, max(e.Count, 1))
	e = r.keep(&record{event: e})
	r.mu.Unlock()
	r.tally.add(&e)
	r.report(e)
	r.pass(e)
	return e.Seq
}

// add counts n operations that ended so; those allowed are counted elsewhere.
func (c *Counts) add(o Outcome, n uint64) {
	switch o {
	case Allowed:
	case Refused:
		c.Refused += n
	case Withheld:
		c.Withheld += n
	default:
		c.Notes += n
	}
}

// Allowed counts an operation that went through, without a record: deliveries
// are many, and what worked needs no explanation. Only if [Options.Every] is set
// describe is called, for its event; Operation and Outcome are set here.
func (r *Recorder) Allowed(o Operation, describe func() Event) {
	r.tally.allowed(o)
	if r.every == nil {
		return
	}
	e := describe()
	e.Operation, e.Outcome = o, Allowed
	e.complete(time.Now())
	r.pass(e)
}

// Count counts what went through in a metric that has no event of its own.
func (r *Recorder) Count(o Operation) { r.tally.allowed(o) }

func (r *Recorder) pass(e Event) {
	if r.every != nil {
		r.every(e)
	}
}

// keep numbers an event and puts it into its queue. The caller holds r.mu.
func (r *Recorder) keep(rec *record) Event {
	if r.held() >= r.capacity {
		r.evict()
	}
	r.seq++
	rec.event.Seq = r.seq
	r.queues[rec.event.Outcome.index()].push(rec)
	for _, f := range r.followers {
		f.wakeFor(&rec.event)
	}
	return rec.event
}

// evict drops the oldest event of the outcome that has the most.
func (r *Recorder) evict() {
	longest := &r.queues[0]
	for i := range r.queues {
		if r.queues[i].len() > longest.len() {
			longest = &r.queues[i]
		}
	}
	rec := longest.pop()
	rec.evicted = true
	if r.counted[rec.pair] == rec {
		delete(r.counted, rec.pair)
	}
	for _, f := range r.followers {
		f.missed(&rec.event)
	}
}

func (r *Recorder) report(e Event) {
	if r.onEvent != nil {
		r.onEvent(e)
	}
}

// Events returns the events held that f selects, oldest first.
func (r *Recorder) Events(f Filter) []Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.after(f.Since, f, r.capacity)
}

// after returns at most n events younger than seq. The caller holds r.mu.
func (r *Recorder) after(seq uint64, f Filter, n int) []Event {
	var found []Event
	for i := range r.queues {
		all := r.queues[i].all()
		start, _ := slices.BinarySearchFunc(all, seq+1,
			func(rec *record, seq uint64) int { return cmp.Compare(rec.event.Seq, seq) })
		taken := 0
		for _, rec := range all[start:] {
			if taken == n {
				break
			}
			if f.selects(&rec.event) {
				found = append(found, rec.event)
				taken++
			}
		}
	}
	slices.SortFunc(found, func(a, b Event) int { return cmp.Compare(a.Seq, b.Seq) })
	return found[:min(n, len(found))]
}

// Seq returns the Seq of the latest event, 0 before the first.
func (r *Recorder) Seq() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.seq
}

// Began is when the counting of Seq began: it tells one recorder from the next, as after a
// restart.
func (r *Recorder) Began() time.Time { return r.began }

// Len returns the number of events held.
func (r *Recorder) Len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.held()
}

func (r *Recorder) held() int {
	n := 0
	for i := range r.queues {
		n += r.queues[i].len()
	}
	return n
}

// Counts returns how many operations ended how.
func (r *Recorder) Counts() Counts {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.counts
	c.Allowed = r.tally.total()
	return c
}

// Reset forgets all events and counts. Followers stay, and Seq goes on.
func (r *Recorder) Reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.counts = Counts{}
	r.tally.reset()
	r.queues = [kinds]queue{}
	clear(r.counted)
	r.ended = 0
}
