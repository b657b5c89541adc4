package rules

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/google/uuid"
	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/neighbour"
	"github.com/suback/suback/emulator/services/rules/sql"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/story"
	"github.com/suback/suback/emulator/topic"
	"github.com/suback/suback/hooks"
)

// ruleTime is how long a rule may take for one message, with all that it asks and does; its error
// action has as long again [R-130, choice].
const ruleTime = 20 * time.Second

// A run is one rule with one message.
type run struct {
	*Engine
	ctx     context.Context
	rule    *rule
	message *session.Message
	from    hooks.Origin
	topic   string // without Basic Ingest's prefix
	traceID string
	result  *sql.Result
	asked   int          // functions of other services
	told    story.Ruling // what became of it
	later   []*batched   // actions that wait for other messages
	item    *item        // of its lane, while it has its turn there
	copied  int          // bytes that those send beside the result
	kept    int          // bytes of the lane's that it keeps beyond its turn
}

func (e *Engine) newRun(r *rule, i *item) *run {
	x := &run{Engine: e, ctx: e.ctx, rule: r, message: i.message, from: i.from, topic: i.message.Topic,
		traceID: i.message.TraceID(uuid.NewString), told: story.Ruling{RuleName: r.RuleName}, item: i}
	if _, rest, ok := topic.Ingest(i.message.Topic); ok {
		x.topic = rest
	}
	return x
}

// serve has a rule see a message, whatever comes of it: a panic costs this message.
func (e *Engine) serve(r *rule, i *item) {
	if e.ctx.Err() != nil {
		return // the end
	}
	e.newRun(r, i).guarded((*run).evaluate)
}

// guarded has a part of the run done in its time.
func (x *run) guarded(do func(*run)) {
	e := x.Engine
	defer func() {
		if v := recover(); v != nil {
			e.Log.Error("a rule failed at a message: this is a fault of the gateway's own, please report it",
				"rule", x.rule.RuleName, "panic", fmt.Sprintf("%T", v), "stack", string(debug.Stack()))
			x.tellPanic()
		}
	}()
	ctx, cancel := context.WithTimeout(e.ctx, ruleTime)
	defer cancel()
	x.ctx = ctx
	do(x)
}

// evaluate evaluates the statement, and does the actions if the message is for them.
func (x *run) evaluate() {
	m, env := x.sqlMessage(), x.env(x)
	var reasons []sql.Reason
	if x.rule.external { // asked once, also for the reasons
		e := x.rule.statement.Explain(x.ctx, m, env)
		x.result, reasons = e.Result, e.Where
	} else {
		x.result = x.rule.statement.Evaluate(x.ctx, m, env)
	}
	x.tellNotes()
	switch {
	case x.result.Err != nil:
		x.tellEnded(x.result.Err)
		return
	case !x.result.Matched:
		x.tellUnmatched(reasons)
		return
	}
	x.tellMatched()
	var failures []failure
	for _, a := range x.rule.actions {
		if f := x.act(a); f != nil {
			failures = append(failures, *f)
		}
	}
	x.finish(failures)
}

// finish ends the run, once no action waits for other messages any more. Who hands the run on
// to those has it no longer.
func (x *run) finish(failures []failure) {
	if len(x.later) > 0 {
		next := x.later[0]
		x.later, next.failures = x.later[1:], failures
		next.action.batches.add(next)
		return
	}
	if len(failures) > 0 && x.rule.onError != nil { // once, however many failed
		x.actOnError(failures)
	}
	if x.kept > 0 {
		x.lanes.release(x.rule, x.kept)
	}
	x.book.add(x)
}

// keep has the lane count the message, and what batches send of it, until the run is finished, not
// until its turn is over. The error is that there is no room for that.
func (x *run) keep() error {
	if x.kept > 0 {
		return nil
	}
	more := x.copied
	if !sharesBytes(x.result.Payload, x.message.Payload) {
		more += len(x.result.Payload)
	}
	if !x.lanes.grow(x.rule, more) {
		return refuse(fmt.Sprintf("have the server of the rule %q answer faster, or select less of its messages: what "+
			"waits for batches has no room among %d MiB of all rules", x.rule.RuleName, 2*mostWaiting>>20), "R-134",
			failedTo+"Too many messages wait")
	}
	x.item.kept, x.kept = true, x.item.bytes()+more
	return nil
}

// sharesBytes tells whether two are the same bytes in memory.
func sharesBytes(a, b []byte) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// act does an action; nil if it did not fail.
func (x *run) act(a *action) *failure {
	x.tellStarting(a)
	expanded, err := a.params.expand(x.result)
	v, _ := expanded.(map[string]any)
	var d done
	switch {
	case err != nil:
	case a.perform == nil:
		x.tellRecorded(a, v)
		return nil
	default:
		var later bool
		if d, later, err = x.do(a, v); later {
			return nil // what comes of it is told then
		}
	}
	return x.settle(a, v, &d, err)
}

// do does an action, or puts it into a batch: then it is done later.
func (x *run) do(a *action, v values) (d done, later bool, err error) {
	if err = x.fault(); err != nil {
		return d, false, err
	}
	if a.batches != nil {
		d, err = x.batch(a, v)
		return d, err == nil, err
	}
	d, err = a.perform(x, v)
	return d, false, err
}

// settle tells what came of an action; nil if it did not fail.
func (x *run) settle(a *action, v values, d *done, err error) *failure {
	if errors.Is(err, neighbour.ErrNowhere) {
		x.tellNowhere(a, v, err)
		return nil
	}
	told, why := a.tellable(*d, err)
	x.tellAction(a, v, &told, why)
	if err == nil {
		return nil
	}
	return &failure{FailedAction: actionName(a.name), FailedResource: d.resource, ErrorMessage: document(err)}
}

// fault is a failure that somebody asked for.
func (x *run) fault() error {
	if x.Fault == nil {
		return nil
	}
	return x.Fault(x.ctx, x.rule.RuleName)
}

// sqlMessage is the message as statements see it.
func (x *run) sqlMessage() *sql.Message {
	m := &sql.Message{Topic: x.topic, Payload: sql.NewPayload(x.message.Payload), ClientID: x.from.ClientID,
		Principal: x.from.Principal, Properties: sqlProperties(x.message.Properties)}
	if x.from.ClientID != "" {
		m.TraceID = x.traceID
	}
	if x.from.Source.IsValid() {
		m.SourceIP = x.from.Source.Addr().Unmap().String()
	}
	return m
}

func sqlProperties(p *packets.Properties) sql.Properties {
	if p == nil {
		return sql.Properties{}
	}
	s := sql.Properties{ContentType: p.ContentType, ResponseTopic: p.ResponseTopic,
		CorrelationData: p.CorrelationData}
	if p.PayloadFormatFlag && p.PayloadFormat == 1 {
		s.FormatIndicator = "UTF8_DATA"
	}
	for _, u := range p.User {
		s.User = append(s.User, sql.Property{Name: u.Key, Value: u.Val})
	}
	return s
}
