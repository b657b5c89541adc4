package session

import (
	"fmt"
	"time"

	"github.com/suback/suback/emulator/store"
	"github.com/suback/suback/emulator/topic"
)

// Options say where sessions are kept and how fast they catch up. The zero value
// keeps them in memory and sends what waits as fast as it is acknowledged.
type Options struct {
	// Kept has persistent sessions and retained messages. A message is written to it
	// before it is acknowledged to its publisher. Nil keeps everything in memory. Its
	// store is closed after [Sessions.Close].
	Kept *store.Part

	// ReplayPerSecond is how many messages that waited for a client are sent to
	// it per second after it has come back; AWS sends 10 [B-705]. From a shared
	// group's queue it is twice as many [B-669]. 0 means no limit.
	ReplayPerSecond int

	// Room is what they share with others. Nil is one of their own, with default
	// bounds. What is kept already is taken as it is, and makes room with the next
	// message, or the next session that loses its connection.
	Room *Room
}

// Open returns the sessions that are kept, all of them offline, and retained
// messages. What has expired meanwhile is gone; a session that was connected
// when the process ended expires as if its connection had ended now [B-703].
// The error names the file and says what to do.
func Open(o Options) (*Sessions, error) {
	if o.Room == nil {
		o.Room = NewRoom(Bounds{})
	}
	a := newSessions(o.Room)
	if o.ReplayPerSecond > 0 {
		a.interval = time.Second / time.Duration(o.ReplayPerSecond)
	}
	if o.Kept == nil {
		return a, nil
	}
	a.store = &keeper{kept: o.Kept}
	if err := o.Kept.Read(a.load); err != nil {
		a.room.leave(a)
		return nil, err
	}
	a.resume()
	return a, nil
}

// Close ends what goes on by itself and returns when what is left is kept.
// Connections have been ended and detached before; what is offline stays as it is.
func (a *Sessions) Close() error {
	for _, s := range a.list() {
		s.mu.Lock()
		s.stop()
		s.mu.Unlock()
	}
	a.release()
	return a.store.wait()
}

// Stored returns what waits until the file has what a crash must not take: m for each
// persistent session that is to get it, m as a retained message; nil if it has. It comes
// after [Sessions.Publish], and is to be waited for before the acknowledgement; it costs
// nothing in memory.
func (a *Sessions) Stored(m *Message) (written func() error) {
	if a.store == nil {
		return nil
	}
	return a.store.written(m)
}

// load reads all records.
func (a *Sessions) load(r store.Reader) error {
	l := loading{Sessions: a, file: r, now: time.Now(), messages: make(map[uint64]*Message),
		queues: make(map[uint64]*queue), loads: make(map[uint64]*load)}
	a.store.ahead = readAhead(r)
	for _, step := range []struct {
		bucket string
		read   func(key, value []byte) error
	}{
		{bucketSessions, l.session}, {bucketGroups, l.group}, {bucketQueues, l.place},
		{bucketMessages, l.message}, {bucketRetained, l.retainedMessage}, {bucketNumbers, l.number},
	} {
		if err := r.Each(step.bucket, step.read); err != nil {
			return err
		}
	}
	return nil
}

// A loading is one reading of a file. What it finds to be of no use any more is
// noted as a change.
type loading struct {
	*Sessions
	file     store.Reader
	now      time.Time
	messages map[uint64]*Message // that somebody waits for
	queues   map[uint64]*queue   // by owner
	loads    map[uint64]*load    // likewise
}

// used keeps numbers from being given twice.
func (l *loading) used(numbers ...uint64) {
	for _, n := range numbers {
		l.store.last = max(l.store.last, n)
	}
}

func (l *loading) session(key, value []byte) error {
	id := string(key)
	r, err := parseRecord(value)
	if err != nil {
		return err
	}
	l.used(r.Owner)
	s := &Session{id: id, version: r.Version, all: l.Sessions, owner: r.Owner, expiry: r.Expiry,
		subs: make(map[string]*subscription)}
	s.lasts.Store(true)
	s.ends = l.now.Add(r.Expiry) // connected until the crash
	if r.Ends != 0 {
		s.ends = time.Unix(0, r.Ends).Add(-l.store.ahead)
	}
	if !s.ends.After(l.now) {
		l.store.session(id, nil, time.Time{})
		return nil
	}
	l.byID[id] = s
	l.queues[r.Owner], l.loads[r.Owner] = &s.queue, &s.load
	for _, sub := range r.Subscriptions {
		next := newSubscription(s, sub)
		s.subs[sub.Filter] = next
		l.index(nil, next)
	}
	s.regroup()
	return nil
}

func (l *loading) group(key, value []byte) error {
	owner, err := parseNumber(value)
	if err != nil {
		return err
	}
	l.used(owner)
	_, filter, shared := topic.Shared(string(key))
	if !shared {
		return fmt.Errorf("a group %q", key)
	}
	for _, g := range l.tree.leaf(filter).groups {
		if g.filter == string(key) {
			g.owner = owner
			l.queues[owner], l.loads[owner] = &g.queue, &g.load
			return nil
		}
	}
	l.tree.prune(filter)
	l.store.endGroup(string(key)) // without its last member
	return nil
}

func (l *loading) place(key, value []byte) error {
	at, err := parsePlace(key)
	if err != nil {
		return err
	}
	e, err := parseEntry(value)
	if err != nil {
		return err
	}
	l.used(at.owner, at.position, e.message)
	q := l.queues[at.owner]
	if q == nil {
		l.store.note(bucketQueues, key, nil) // of a session that has ended
		return nil
	}
	m := l.messages[e.message]
	if m == nil {
		if m, err = parseMessage(l.file.Get(bucketMessages, string(number(e.message))), l.store.ahead); err != nil {
			return err
		}
		m.number = e.message
		l.messages[e.message] = m
	}
	m.places++
	l.room.hold(m)
	l.loads[at.owner].add(m)
	*q = append(*q, outbound{message: m, retain: e.retain, position: at.position, id: e.id, paced: true})
	return nil
}

// message forgets those that nobody waits for.
func (l *loading) message(key, _ []byte) error {
	n, err := parseNumber(key)
	if err != nil {
		return err
	}
	l.used(n)
	if l.messages[n] == nil {
		l.store.note(bucketMessages, key, nil)
	}
	return nil
}

func (l *loading) retainedMessage(key, value []byte) error {
	m, err := parseMessage(value, l.store.ahead)
	if err != nil {
		return err
	}
	if m.expired() {
		l.store.unretain(string(key))
		return nil
	}
	m.retained = true
	l.retained[string(key)] = m
	l.room.holdRetained(m)
	return nil
}

// resume starts the time that sessions have left. Who was connected is offline
// from now on, also if the next crash comes before the next connection.
func (a *Sessions) resume() {
	for _, s := range byAbsence(a.list()) {
		s.mu.Lock()
		a.room.isAway(s)
		s.timer = time.AfterFunc(time.Until(s.ends), func() { s.advance(0) })
		if n := len(s.queue); n > 0 {
			s.lastID = s.queue[n-1].id // the newest
		}
		s.keep(nil)
		s.mu.Unlock()
	}
}
