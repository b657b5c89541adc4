package scenario

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"time"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/trace"
)

// A Runner plays cases at a target, several at once.
type Runner struct {
	Target Target // default: Emulator
	Crowd  int    // how many cases at once; default: two for each CPU, or what the target takes

	// Patience is how long answers may take, and what steps wait for that name no time of
	// their own. Default 10 seconds.
	Patience time.Duration
}

// A Result is what came of a case.
type Result struct {
	Case
	Skipped string // why it was not played
	Problem string // what went wrong; empty if nothing did
	Step    string // that failed, as "3" or "3.1"
	Line    int    // of it in the file
	Verb    string // of it
	Took    time.Duration

	// PassedOver are the steps, as "3" or "3.1", that the target has nothing for: those about the trace.
	PassedOver []string

	Talk  []string // what clients sent and got until then
	Story string   // of the message that the step was about
	Trace []string // what was refused or withheld
}

// Passed reports whether all went as the scenario says.
func (r *Result) Passed() bool { return r.Problem == "" && r.Skipped == "" }

// Play plays cases and returns their results, in order. report gets each as soon as those
// before it are done; it may be nil.
func (r Runner) Play(ctx context.Context, cases []Case, report func(*Result)) []*Result {
	if r.Target == nil {
		r.Target = Emulator{}
	}
	results := make([]*Result, len(cases))
	done := make([]chan struct{}, len(cases))
	for i := range done {
		done[i] = make(chan struct{})
	}
	turns := make(chan struct{}, r.crowd())
	var all sync.WaitGroup
	all.Go(func() {
		for i, c := range cases {
			turns <- struct{}{}
			all.Go(func() {
				results[i] = r.play(ctx, c)
				<-turns
				close(done[i])
			})
		}
	})
	for i := range cases {
		<-done[i]
		if report != nil {
			report(results[i])
		}
	}
	all.Wait()
	return results
}

func (r Runner) crowd() int {
	n := 2 * runtime.GOMAXPROCS(0)
	if r.Crowd > 0 {
		n = r.Crowd
	}
	if most := r.Target.Crowd(); most > 0 {
		n = min(n, most)
	}
	return n
}

// play plays one case, again if the target may have been late with what it was told.
func (runner Runner) play(ctx context.Context, c Case) *Result {
	if why := runner.Target.Lacks(c.Scenario); why != "" {
		return &Result{Case: c, Line: c.line, Skipped: why}
	}
	if ctx.Err() != nil {
		return &Result{Case: c, Line: c.line, Skipped: "it was interrupted"}
	}
	for n := 1; ; n++ {
		r := runner.once(ctx, c)
		if r.Problem == "" || n == runner.Target.Tries() || ctx.Err() != nil {
			return r
		}
	}
}

// once plays a case. A mistake of ours that panics is a failure, so that what was made for the
// cases is removed none the less.
func (runner Runner) once(ctx context.Context, c Case) (r *Result) {
	r = &Result{Case: c, Line: c.line}
	began := time.Now()
	defer func() {
		if what := recover(); what != nil {
			r.Problem = fmt.Sprintf("panic: %v, at %s", what, debug.Stack())
		}
		r.Took = time.Since(began)
	}()
	place, err := runner.Target.Open(ctx, c)
	if err != nil {
		r.Problem = err.Error()
		return r
	}
	p := &player{c: c, place: place, talk: &talk{}, peers: map[string]*peer{}, kept: map[string]string{},
		patience: cmp.Or(runner.Patience, defaultPatience)}
	if f := p.steps(ctx, c.Steps, ""); f != nil {
		r.fail(p, f)
	}
	p.end()
	if err := place.Close(); err != nil && r.Problem == "" {
		r.Problem = err.Error()
	}
	if place.Witness() == nil {
		r.PassedOver = c.traces(c.Steps, "")
	}
	return r
}

// traces are the numbers of the steps about the trace, which a target without one passes over.
func (c Case) traces(steps []*Step, before string) (numbers []string) {
	for i, s := range steps {
		if s.Only != "" && s.Only != c.Version {
			continue
		}
		number := before + strconv.Itoa(i+1)
		if s.Trace != nil {
			numbers = append(numbers, number)
		}
		numbers = append(numbers, c.traces(s.Parallel, number+".")...)
	}
	return numbers
}

// fail tells what went wrong, with what is known of it.
func (r *Result) fail(p *player, f *failure) {
	r.Problem, r.Step, r.Line = f.text, f.path, f.step.line
	r.Verb = f.step.verbs()[0]
	r.Talk = p.talk.all()
	a := p.place.Witness()
	if a == nil {
		return
	}
	if f.client != "" || f.topic != "" {
		r.Story = storyOf(a, p.c.client(f.client).id(f.client), f.topic)
	}
	events, _ := a.Events() // what cannot be asked is not shown
	for _, e := range events {
		if e.Outcome == trace.Refused || e.Outcome == trace.Note || e.Outcome == trace.Withheld && r.Story == "" {
			r.Trace = append(r.Trace, e.Text())
		}
	}
	if n := len(r.Trace) - maxRecords; n > 0 {
		r.Trace = append([]string{fmt.Sprintf("(%d records before)", n)}, r.Trace[n:]...)
	}
}

// maxRecords is how many records of the trace a failure shows.
const maxRecords = 4

// storyOf is that of the latest message for a client on a topic, or else of the latest on it.
func storyOf(a Witness, client, topic string) string {
	for _, of := range []string{client, ""} {
		latest, _ := a.Messages(emulator.Selection{Client: of, Topic: topic, Limit: 1})
		for _, short := range latest {
			if s, ok := a.Story(short.ID); ok {
				return s.Text()
			}
		}
	}
	return ""
}
