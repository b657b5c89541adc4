package account

import (
	"context"
	"errors"
	"fmt"

	"github.com/suback/suback/emulator/lambda"
	"github.com/suback/suback/emulator/neighbour"
	"github.com/suback/suback/emulator/services/rules"
	"github.com/suback/suback/emulator/services/shadow"
)

// Topic rules of the account: what they see is the hook's, what they do goes back to it.

// openRules has rules see messages; services are where their actions are sent to then.
func (a *Account) openRules(services func() *neighbour.Services) {
	a.rules = rules.New(rules.Options{Registry: a.registry, Publish: a.hook.Route, Start: a.start,
		Invoke: a.invoke, Door: a.door, Own: a.Own, Sign: a.sign, EnableURL: a.enableURL,
		Services: services, Fault: a.faultAction,
		Trace: a.trace, Log: a.log, GetThingShadow: a.getThingShadow})
	a.hook.SetRules(a.rules)
}

// getThingShadow is get_thing_shadow of a statement.
func (a *Account) getThingShadow(thing, name string) ([]byte, error) {
	id := shadow.ID{Thing: thing, Name: name}
	document, ok := a.shadows.Document(id)
	if !ok {
		return nil, fmt.Errorf("there is no shadow %s", id)
	}
	return document, nil
}

// mostStarted is how many bytes the events of rules may take that wait for their
// functions, or run; eventBytes is what one takes beside itself.
const (
	mostStarted = 64 << 20
	eventBytes  = 16 << 10
)

var errTooManyStarted = errors.New("64 MiB of events of rules wait for their functions, want fewer at a time")

// start runs a function that nobody waits for.
func (a *Account) start(arn string, event []byte) error {
	size := int64(eventBytes + len(event))
	if a.started.Add(size) > mostStarted {
		a.started.Add(-size)
		return errTooManyStarted
	}
	a.made.Go(func(ctx context.Context) {
		defer a.started.Add(-size)
		if _, err := a.run(ctx, lambda.Invocation{FunctionARN: arn, Event: event}); err != nil {
			a.log.Warn("a function that a rule had run has failed", "function", arn, "error", err)
		}
	})
	return nil
}
