package scenario

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// defaultPatience is how long what must come may take.
const defaultPatience = 10 * time.Second

// A player plays one case.
type player struct {
	c     Case
	place Place
	talk  *talk
	// patience is how long an answer may take, and what a step waits for that names no time.
	patience time.Duration

	mu     sync.Mutex
	peers  map[string]*peer  // by client: its latest connection
	before []*peer           // those that others replaced
	kept   map[string]string // of answers, by name
}

// A failure is why a step did not go as it says.
type failure struct {
	step *Step
	path string // as "3" or "3.1"
	text string

	client, topic string // whose message it is about, and on what
}

func (f *failure) Error() string { return f.text }

// steps plays them until one fails.
func (p *player) steps(ctx context.Context, steps []*Step, before string) *failure {
	for i, s := range steps {
		if s.Only != "" && s.Only != p.c.Version {
			continue
		}
		path := fmt.Sprintf("%s%d", before, i+1)
		if s.Parallel != nil {
			if f := p.parallel(ctx, s.Parallel, path+"."); f != nil {
				return f
			}
			continue
		}
		if err := p.step(ctx, s); err != nil {
			return failed(err, s, path)
		}
		if err := ctx.Err(); err != nil {
			return failed(errors.New("it was interrupted"), s, path)
		}
	}
	return nil
}

func failed(err error, s *Step, path string) *failure {
	f := new(failure)
	if !errors.As(err, &f) {
		f = &failure{text: err.Error()}
	}
	f.step, f.path = s, path
	return f
}

// parallel plays steps at the same time, and returns the failure of the first of them.
func (p *player) parallel(ctx context.Context, steps []*Step, before string) *failure {
	var all sync.WaitGroup
	failures := make([]*failure, len(steps))
	for i, s := range steps {
		all.Go(func() {
			if f := p.steps(ctx, []*Step{s}, before); f != nil {
				f.path = fmt.Sprintf("%s%d", before, i+1)
				failures[i] = f
			}
		})
	}
	all.Wait()
	for _, f := range failures {
		if f != nil {
			return f
		}
	}
	return nil
}

// step plays one.
func (p *player) step(ctx context.Context, s *Step) error {
	for _, name := range namesIn(p.c.fillable(s)) {
		if _, ok := p.value(name); !ok {
			return fmt.Errorf("nothing stands for {{%s}} here: the client has no certificate, or nobody knows it", name)
		}
	}
	switch {
	case s.Connect != nil:
		return p.connect(ctx, s.Connect)
	case s.Subscribe != nil:
		return p.subscribe(ctx, s.Subscribe)
	case s.Unsubscribe != nil:
		return p.unsubscribe(ctx, s.Unsubscribe)
	case s.Publish != nil:
		return p.publish(ctx, s.Publish)
	case s.Expect != nil:
		return p.expect(ctx, s.Expect)
	case s.Silence != nil:
		return p.silence(ctx, s.Silence)
	case s.Close != nil:
		return p.closes(ctx, s.Close)
	case s.Disconnect != nil:
		return p.disconnect(ctx, s.Disconnect)
	case s.Drop != nil:
		return p.drop(s.Drop)
	case s.Ping != nil:
		return p.ping(ctx, s.Ping.Client)
	case s.Send != nil:
		return p.send(s.Send)
	case s.HTTP != nil:
		return p.http(ctx, s.HTTP)
	}
	return p.look(ctx, s)
}

// look plays a step about what no client sees.
func (p *player) look(ctx context.Context, s *Step) error {
	a := p.place.Witness()
	switch {
	case s.Shadow != nil:
		return p.shadow(ctx, s.Shadow)
	case a == nil:
		return nil // the target has no such thing: Lacks has said what counts
	case s.Advance != 0:
		return a.Advance(time.Duration(s.Advance))
	case s.Event != nil:
		return p.event(ctx, s.Event)
	case s.Fault != nil:
		return a.AddFault(s.Fault.asked(func(name string) string { return p.c.client(name).id(name) }))
	case s.Rule != nil:
		return p.rule(ctx, a, s.Rule)
	}
	return p.trace(ctx, a, s.Trace)
}

// within is a step's time.
func (p *player) within(d Duration) time.Duration { return cmp.Or(time.Duration(d), p.patience) }

// peer is a client's connection.
func (p *player) peer(name string) (*peer, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c := p.peers[name]; c != nil {
		return c, nil
	}
	return nil, fmt.Errorf("client %q has no connection, want a connect step before", name)
}

// connected are the connections that have not ended, by client name.
func (p *player) connected() (all []*peer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range append(slices.Clone(p.before), sortedPeers(p.peers)...) {
		if !c.isOver() {
			all = append(all, c)
		}
	}
	return all
}

func sortedPeers(m map[string]*peer) (all []*peer) {
	for _, c := range m {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b *peer) int { return strings.Compare(a.name, b.name) })
	return all
}

// end ends all connections.
func (p *player) end() {
	p.mu.Lock()
	all := append(slices.Clone(p.before), sortedPeers(p.peers)...)
	p.mu.Unlock()
	for _, c := range all {
		c.drop()
	}
}
