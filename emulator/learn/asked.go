package learn

import (
	"slices"
	"sync"
	"time"

	"github.com/suback/suback/emulator/policy"
)

// The bounds of what is kept of questions, for each account.
const (
	maxAsked      = 10_000  // distinct questions
	maxAskedBytes = 8 << 20 // of what clients chose in them
)

// Asked keeps the distinct questions that policies were asked: of a million messages on
// one topic there is one. It is bounded, and what finds no room is counted. Make one with
// [NewAsked]; it is safe for concurrent use.
type Asked struct {
	began time.Time

	mu      sync.Mutex
	seen    map[question]bool
	clients map[subject]policy.Values
	all     []Request // in the order of their Seq
	bytes   int
	seq     uint64
	omitted uint64
}

// A question tells requests apart. One that was allowed at first and is refused now is
// another.
type question struct {
	client, principal string
	action            policy.Action
	name              string
	allowed           bool
}

// A subject is who asks.
type subject struct{ client, principal string }

// NewAsked returns one that nothing was asked of.
func NewAsked() *Asked {
	return &Asked{began: time.Now(), seen: map[question]bool{}, clients: map[subject]policy.Values{}}
}

// Add keeps a question that p was asked by a client and answered. One that is known
// already costs a look into a map.
func (a *Asked) Add(
	p *policy.Policy, client, principal string, action policy.Action, name string, allowed bool,
) {
	q := question{client, principal, action, name, allowed}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.seen[q] {
		return
	}
	size := len(client) + len(principal) + len(name)
	who := subject{client, principal}
	values, known := a.clients[who]
	if varying := Varying(p.Values()); !known || !sameValues(values, varying) {
		values = varying
		size += sizeOf(values)
	}
	if len(a.seen) >= maxAsked || a.bytes+size > maxAskedBytes {
		a.omitted++
		return
	}
	a.seq++
	a.bytes += size
	a.seen[q], a.clients[who] = true, values
	a.all = append(a.all, Request{Seq: a.seq, Time: time.Now(), Client: client, Principal: principal,
		Action: action, Name: name, Resource: p.ARN(action, name), Allowed: allowed, Values: values})
}

// Requests returns the questions kept that are younger than since and of a client, in the
// order in which they were first asked; "" is of all clients.
func (a *Asked) Requests(client string, since uint64) []Request {
	a.mu.Lock()
	defer a.mu.Unlock()
	var some []Request
	for _, r := range a.all[a.after(since):] {
		if client == "" || r.Client == client {
			some = append(some, r)
		}
	}
	return some
}

// after is the index of the first question younger than since.
func (a *Asked) after(since uint64) int {
	i, _ := slices.BinarySearchFunc(a.all, since, func(r Request, since uint64) int {
		if r.Seq <= since {
			return -1
		}
		return 1
	})
	return i
}

// Omitted is how often a new question found no room.
func (a *Asked) Omitted() uint64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.omitted
}

// Began is when the counting of Seq began: it tells one Asked from the next.
func (a *Asked) Began() time.Time { return a.began }

// Reset forgets all questions. Seq goes on.
func (a *Asked) Reset() {
	a.mu.Lock()
	defer a.mu.Unlock()
	clear(a.seen)
	clear(a.clients)
	a.all, a.bytes, a.omitted = nil, 0, 0
}

func sizeOf(v policy.Values) (n int) {
	for key, values := range v {
		n += len(key)
		for _, value := range values {
			n += len(value)
		}
	}
	return n
}
