package hooks

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/suback/suback/emulator/aside"
)

// Lanes to services
//
//   - each client has one to each service: its requests are served in their order, and a
//     service that hangs with one client holds up no other
//   - a lane has room for twice the service's MostWaiting, all of them for 64 MiB; what
//     finds no room is refused, and told
//   - a lane has a goroutine while something is in it, one that keeps its deep stack

// maxWaitingBytes is what all requests in lanes may take; requestBytes is what one takes
// beside its topic and payload.
const (
	maxWaitingBytes = 64 << 20
	requestBytes    = 1 << 10
)

// drainTime is how long services have to finish what is in the lanes when all ends.
const drainTime = time.Second

// Why a request is not taken.
var (
	errTooManyWaiting = errors.New("has too many requests of this client waiting, and did not take this one")
	errNoRoom         = errors.New("has no room for more requests of all clients, and did not take this one")
	errClosing        = errors.New("did not take a request: the gateway ends")
)

// A laneKey is a service and a client, or whoever else asks it: of a kind, by name.
type laneKey struct {
	service   *Service
	kind, who string
}

// lanes hold what services have not done yet.
type lanes struct {
	crew    *aside.Crew
	ctx     context.Context // of all that is served
	cancel  context.CancelFunc
	running sync.WaitGroup // a lane each

	mu     sync.Mutex
	all    map[laneKey]*lane // those with a goroutine
	idle   []*lane           // to be another one's
	bytes  int               // of what waits and what is served
	closed bool
	terms  []*term // that nobody has
}

// A lane is what waits of one key, without the request that is being served.
type lane struct {
	key     laneKey
	waiting []*Request
	run     func() // serves it until nothing is in it
}

// mostIdleLanes is how many are kept to be used again.
const mostIdleLanes = 16

func newLanes() *lanes {
	l := &lanes{all: make(map[laneKey]*lane)}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	l.crew = aside.New(l.ctx)
	return l
}

// lane is where a request waits. A request without a connection waits behind those of the
// same principal and address.
func (r *Request) lane() laneKey {
	o := &r.From
	switch {
	case o.Kind == FromRule:
		return laneKey{r.service, "rule", o.By}
	case o.ClientID != "":
		return laneKey{r.service, "client", o.ClientID}
	}
	return laneKey{r.service, "request", o.Principal + " " + o.Source.Addr().String()}
}

// crowded reports whether as many requests of the same subject wait as may.
func (r *Request) crowded(waiting []*Request) bool {
	n := 0
	for _, other := range waiting {
		if other.subject == r.subject {
			n++
		}
	}
	return r.service.Subject != nil && n >= r.service.MostOfOne
}

func (r *Request) bytes() int { return requestBytes + len(r.Message.Topic) + len(r.Message.Payload) }

// enter puts a request into its lane.
func (l *lanes) enter(r *Request) error {
	key, most := r.lane(), r.service.MostWaiting
	l.mu.Lock()
	defer l.mu.Unlock()
	of, runs := l.all[key]
	switch {
	case l.closed:
		return errClosing
	case runs && len(of.waiting) >= 2*most:
		return errTooManyWaiting
	case l.bytes+r.bytes() > maxWaitingBytes:
		return errNoRoom
	case !runs:
		of = l.lane(key)
	}
	r.Busy = len(of.waiting) >= most || r.crowded(of.waiting)
	of.waiting = append(of.waiting, r)
	l.bytes += r.bytes()
	if l.all[key] = of; !runs {
		l.running.Add(1)
		l.crew.Go(of.run)
	}
	return nil
}

// serve has a request served, whatever the service does.
func (l *lanes) serve(r *Request) {
	t := l.term(r)
	defer func() {
		l.end(t)
		if v := recover(); v != nil {
			r.hook.unserved(r, "failed at a request: "+panicked(v), faultHint)
		}
	}()
	r.service.Serve(t, r)
}

// A term is how long a service has for a request. The next request has it after that one,
// unless it was over.
type term struct {
	context.Context
	end     context.CancelFunc
	ends    time.Time
	timer   *time.Timer
	over    atomic.Bool
	request *Request
}

func (t *term) Deadline() (time.Time, bool) { return t.ends, true }

func (t *term) Err() error {
	if t.over.Load() {
		return context.DeadlineExceeded
	}
	return t.Context.Err()
}

// mostTerms is how many terms are kept at most.
const mostTerms = 16

// term begins one for a request.
func (l *lanes) term(r *Request) *term {
	l.mu.Lock()
	defer l.mu.Unlock()
	ends := time.Now().Add(serviceTime)
	if n := len(l.terms); n > 0 {
		t := l.terms[n-1]
		l.terms, t.request, t.ends = l.terms[:n-1], r, ends
		t.timer.Reset(serviceTime)
		return t
	}
	t := &term{request: r, ends: ends}
	t.Context, t.end = context.WithCancel(l.ctx)
	t.timer = time.AfterFunc(serviceTime, func() {
		what := fmt.Sprintf("has worked on a request for %v and was told to end", serviceTime)
		t.request.hook.unserved(t.request, what, faultHint)
		t.over.Store(true)
		t.end()
	})
	return t
}

// end ends a term.
func (l *lanes) end(t *term) {
	inTime := t.timer.Stop()
	l.mu.Lock()
	defer l.mu.Unlock()
	if !inTime || l.closed || len(l.terms) == mostTerms {
		t.end()
		return
	}
	t.request = nil
	l.terms = append(l.terms, t)
}

// lane is a new one. The caller holds mu.
func (l *lanes) lane(key laneKey) *lane {
	if n := len(l.idle); n > 0 {
		of := l.idle[n-1]
		l.idle, of.key = l.idle[:n-1], key
		return of
	}
	of := &lane{key: key}
	of.run = func() {
		defer l.running.Done()
		for r := l.next(of, nil); r != nil; r = l.next(of, r) {
			l.serve(r)
		}
	}
	return of
}

// next takes the first request out of a lane, once the one before is done.
func (l *lanes) next(of *lane, done *Request) *Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	if done != nil {
		l.bytes -= done.bytes()
	}
	if len(of.waiting) == 0 {
		if delete(l.all, of.key); len(l.idle) < mostIdleLanes {
			l.idle = append(l.idle, of)
		}
		return nil
	}
	r := of.waiting[0]
	of.waiting = slices.Delete(of.waiting, 0, 1)
	return r
}

// forget drops what waits, and returns how much that was.
func (l *lanes) forget() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, of := range l.all {
		for _, r := range of.waiting {
			l.bytes -= r.bytes()
		}
		n += len(of.waiting)
		of.waiting = nil
	}
	return n
}

// EndServices takes no more requests, and returns when services have ended. What they
// have not done in a second is given up: the error says how much, and a service that
// ignores the end of its context keeps EndServices from returning.
func (h *Hook) EndServices() error {
	l := h.lanes
	defer l.cancel()
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	ended := make(chan struct{})
	go func() {
		l.running.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-time.After(drainTime):
	}
	given := l.forget()
	l.cancel()
	<-ended
	if given > 0 {
		return fmt.Errorf("services: %d requests had been taken and are not done", given)
	}
	return nil
}
