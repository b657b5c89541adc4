package rules

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/suback/suback/emulator/egress"
	"github.com/suback/suback/emulator/neighbour"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/services/rules/sql"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/topic"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/hooks"
)

// Options are what an Engine needs; all are required but those that may be nil.
type Options struct {
	Registry *registry.Registry

	// Publish publishes what a rule republishes: [hooks.Hook.Route].
	Publish func(*session.Message, hooks.Origin) error

	// Start has a function run, by its ARN, and waits for nothing but that it is taken.
	Start func(arn string, event []byte) error

	// Invoke runs a function, and waits for its answer.
	Invoke func(ctx context.Context, arn string, event []byte) ([]byte, error)

	// GetThingShadow returns the state document of a shadow, named or, if name is empty,
	// the classic one. Nil: get_thing_shadow fails.
	GetThingShadow func(thing, name string) ([]byte, error)

	// Door says to which hosts http actions may send; it is asked for each request.
	// Nil: to this machine.
	Door func() *egress.Door

	// Own knows what http actions send, for whoever finds it come back. Nil: nobody does.
	Own *egress.Own

	// Sign signs a request of an http action, for a service in a region; by is whose keys it took,
	// for people. Nil: actions that want it fail.
	Sign func(ctx context.Context, r *http.Request, body []byte, region, service string) (by string, err error)

	// EnableURL is where a destination's server gives its token back; local is the gateway's address
	// as that server sees it. Nil: nowhere, the API is the way.
	EnableURL func(token string, local netip.Addr) string

	// Services are where actions such as sqs are sent to. Nil: they are recorded, and sent
	// nowhere.
	Services func() *neighbour.Services

	// Fault is asked before each action of a rule, by its name: its error is what the action
	// fails with. Nil: none.
	Fault func(ctx context.Context, rule string) error

	Trace *trace.Recorder
	Log   *slog.Logger
}

// An Engine has the rules of one account. Methods are safe for concurrent use.
type Engine struct {
	Options
	lanes  lanes
	book   book
	ctx    context.Context // of all that rules do
	cancel context.CancelFunc
	rules  atomic.Pointer[ruleSet] // of now
	roles  atomic.Pointer[roles]   // likewise

	http      *http.Client // of http actions
	batching  sync.WaitGroup
	confirmer confirmer

	reloading sync.Mutex
	made      uint64 // rules, so far
}

// A ruleSet is all rules at one time. Nobody changes it.
type ruleSet struct {
	revision registry.Revision
	byName   map[string]*rule
	index    index
}

// New returns an engine with the rules that the registry has.
func New(o Options) *Engine {
	e := &Engine{Options: o}
	e.ctx, e.cancel = context.WithCancel(context.Background())
	e.http = e.newClient()
	e.lanes = lanes{serve: e.serve, waiting: map[*rule][]item{}, of: map[*rule]int{}}
	e.rules.Store(&ruleSet{})
	e.Reload()
	return e
}

// Reload takes the rules and roles that the registry has now, if they have changed; it is
// called after every change of the registry. A rule that is as it was is not made again,
// and what waits for one that is not runs as it was then.
func (e *Engine) Reload() {
	e.reloading.Lock()
	defer e.reloading.Unlock()
	e.roles.Store(&roles{})
	e.confirm()
	old := e.rules.Load()
	all, revision := e.Registry.TopicRulesByAge(old.revision)
	if revision == old.revision {
		return
	}
	next := &ruleSet{revision: revision, byName: make(map[string]*rule, len(all))}
	for _, t := range all {
		r := old.byName[t.RuleName]
		if r == nil || !r.is(&t) {
			e.made++
			r = e.compile(t, e.made)
		}
		next.byName[t.RuleName] = r
		if filter, ok := r.from(); ok && !r.disabled {
			next.index.add(filter, r)
		}
	}
	e.rules.Store(next)
}

// See shows a message to its rules, as [hooks.Rules] has it, which an Engine is: Basic Ingest to the one that
// it names, whatever that one's FROM says [R-24, guess], all others to those whose FROM
// matches.
func (e *Engine) See(m *session.Message, from hooks.Origin) (known bool) {
	set := e.rules.Load()
	if len(set.byName) == 0 {
		return false
	}
	if name, _, ok := topic.Ingest(m.Topic); ok {
		r := set.byName[name]
		if r == nil || r.disabled { // RuleNotFound for either
			return false
		}
		e.enter(r, m, &from)
		return true
	}
	var few [8]*rule
	for _, r := range set.index.reached(m.Topic, few[:0]) {
		e.enter(r, m, &from)
	}
	return false
}

// Wants reports whether there is a rule for messages on a topic.
func (e *Engine) Wants(name string) bool {
	set := e.rules.Load()
	var few [8]*rule
	return len(set.byName) > 0 && len(set.index.reached(name, few[:0])) > 0
}

func (e *Engine) enter(r *rule, m *session.Message, from *hooks.Origin) {
	i := item{message: m, from: *from}
	if !e.lanes.enter(r, i) {
		e.newRun(r, &i).tellThrottled()
	}
}

// env is what statements ask of the world.
func (e *Engine) env(x *run) *sql.Env {
	return &sql.Env{Account: e.Registry.Account(), Now: e.Registry.Now, UUID: uuid.NewString,
		Random:   rand.Float64,
		External: x.external}
}

// Clear forgets what waits, and what became of messages.
func (e *Engine) Clear() {
	e.lanes.forget()
	e.book.clear()
	e.confirmer.forget()
	e.confirm()
}

// endTime is how long rules have to do what waits when all ends.
const endTime = time.Second

// Close lets no message in any more, and ends what rules do. What waits after a second is
// given up: the error says how much.
func (e *Engine) Close() error {
	given := make(chan int, 1)
	late := time.AfterFunc(endTime, func() {
		given <- e.lanes.forget()
		e.cancel()
	})
	e.lanes.close()
	e.batching.Wait()
	e.cancel()
	e.confirmer.close()
	e.http.CloseIdleConnections()
	if late.Stop() {
		return nil
	}
	if n := <-given; n > 0 {
		return fmt.Errorf("rules: %d messages had been taken and no rule has seen them", n)
	}
	return nil
}
