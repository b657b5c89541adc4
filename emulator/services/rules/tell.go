package rules

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/services/rules/sql"
	"github.com/suback/suback/emulator/story"
	"github.com/suback/suback/emulator/trace"
)

// What is written down
//
//   - of each rule and message that its FROM matches: the result, or what of WHERE is not
//     true, with the values; of each action its final parameters and its answer
//   - in the trace once for a connection, topic and rule, and counted from then on; in the
//     message's story each time
//   - AWS's log has RuleMatch, StartingRuleExecution, RuleExecution and FunctionExecution,
//     in this order; a WHERE that is not true is no failure there

// mostShown is how many bytes of a result are shown.
const mostShown = 256

// event is a record about the message, for the rule.
func (x *run) event(operation trace.Operation, ev trace.Event) trace.Event {
	ev.Operation, ev.Topic, ev.TraceID, ev.RuleName = operation, x.message.Topic, x.traceID, x.rule.RuleName
	o := &x.from
	ev.Client, ev.Principal, ev.ConnectionID, ev.Protocol = o.ClientID, o.Principal, o.ConnectionID, o.Protocol
	if o.Source.IsValid() {
		ev.Source = o.Source.String()
	}
	return ev
}

// key is what records about the message are counted under: a rule that was replaced begins
// anew.
func (x *run) key() trace.Key {
	return trace.Key{ConnectionID: x.from.ConnectionID, Topic: x.message.Topic, Policy: x.rule.number}
}

func (x *run) what(of string) string { return "rule " + x.rule.RuleName + " " + of }

func (x *run) tellMatched() {
	x.told.Outcome, x.told.Detail = "executed", shortly(x.result.Payload)
	if x.rule.secret {
		x.told.Detail = fmt.Sprintf("%d bytes, not shown: get_secret", len(x.result.Payload))
	}
	x.Trace.Through(x.key(), x.what("match"), func() trace.Event {
		return x.event(trace.RuleMatch, trace.Event{Cause: cause.Cause{
			Detail: fmt.Sprintf("the rule %q runs, with %s%s", x.rule.RuleName, x.told.Detail, x.missing())}})
	})
	x.tellFunctions()
}

// tellNotes tells what the user should know though nothing failed.
func (x *run) tellNotes() {
	for _, note := range x.result.Notes {
		if x.rule.secret { // notes have values in them
			note = "what it notes is not shown: the statement calls get_secret"
		}
		x.Trace.Note(x.key(), x.what(note), func() trace.Event {
			return x.event(trace.RuleMatch, trace.Event{Cause: cause.Cause{
				Detail: fmt.Sprintf("the rule %q: %s", x.rule.RuleName, note)}})
		})
	}
}

// missing tells of columns without a value.
func (x *run) missing() (text string) {
	if x.rule.external { // it would be asked again
		return ""
	}
	for _, r := range x.rule.statement.Explain(x.ctx, x.sqlMessage(), x.env(x)).Missing {
		text += "; it has no column for " + r.String()
	}
	return text
}

func (x *run) tellUnmatched(reasons []sql.Reason) {
	x.told.Outcome = "not true"
	why := func() string {
		if reasons == nil && !x.rule.external {
			reasons = x.reasons(x.Registry.Now())
		}
		return whyNot(reasons)
	}
	x.Trace.Note(x.key(), x.what("where"), func() trace.Event {
		x.told.Detail = why()
		return x.event(trace.RuleMatch, trace.Event{Cause: cause.Cause{Rules: []string{"R-32", "R-135"},
			Detail: fmt.Sprintf("the rule %q does nothing: %s", x.rule.RuleName, x.told.Detail),
			Hint: fmt.Sprintf("publish to %.64q what makes it true, or change the WHERE of %q: suback sql tries a "+
				"statement on a payload", x.message.Topic, x.rule.RuleName)}})
	})
	x.tellFunctions()
	if x.told.Detail == "" && !x.rule.external {
		x.book.addUnmatched(x)
		return
	}
	x.told.Detail = why()
	x.book.add(x)
}

// tellEnded tells of a rule that came to no end.
func (x *run) tellEnded(err error) {
	if x.rule.secret {
		err = tellableError(err, "the statement calls get_secret", "the statement")
	}
	x.told.Outcome, x.told.Detail = "ended", err.Error()
	operation, rules := trace.RuleExecution, []string{"R-132"}
	hint, _ := advice(err)
	switch {
	case hint != "":
	case errors.Is(err, sql.ErrExternal):
		hint = "put get_or_default(…, value) around what may fail"
	default:
		hint = "make the payload or the statement smaller"
	}
	x.Trace.Allowed(trace.RuleMatch, func() trace.Event { return x.event(trace.RuleMatch, trace.Event{}) })
	x.tellFunctions()
	x.Trace.Refused(x.key(), x.what("ended"), func() trace.Event {
		return x.event(operation, trace.Event{Cause: cause.Cause{Reason: "RuleExecutionFailure", Hint: hint,
			Rules: rules, Detail: fmt.Sprintf("the rule %q ended without its actions: %v", x.rule.RuleName, err)}})
	})
	x.book.add(x)
}

func (x *run) tellPanic() {
	x.Trace.Refused(x.key(), x.what("panic"), func() trace.Event {
		return x.event(trace.RuleExecution, trace.Event{Cause: cause.Cause{Reason: "INTERNAL_SERVER_ERROR",
			Hint:   "this is a fault of the gateway's own: please report it with this record and the message",
			Detail: fmt.Sprintf("the rule %q failed at this message", x.rule.RuleName)}})
	})
}

// tellThrottled tells of a message that a rule does not see.
func (x *run) tellThrottled() {
	x.told.Outcome, x.told.Detail = "throttled", "too many messages waited for the rule"
	x.Trace.Note(x.key(), x.what("throttled"), func() trace.Event {
		return x.event(trace.RuleMessageThrottled, trace.Event{Cause: cause.Cause{
			Reason: "RuleExecutionThrottled", Rules: []string{"R-134"},
			Detail: fmt.Sprintf("the rule %q did not see this message: %d messages waited for it, or %d MiB for all "+
				"rules, of which it had its share", x.rule.RuleName, mostInLane, mostWaiting>>20),
			Hint: "publish more slowly, or have the rule do less for each message"}})
	})
	x.book.add(x)
}

func (x *run) tellStarting(a *action) {
	x.Trace.Allowed(trace.StartingRuleExecution, func() trace.Event {
		return x.event(trace.StartingRuleExecution,
			trace.Event{Details: trace.Details{RuleAction: actionName(a.name)}})
	})
}

// tellRecorded tells of an action that is done nowhere.
func (x *run) tellRecorded(a *action, v values) {
	x.tellUnsent(a, v, "", cause.Cause{Rules: []string{"R-123"}, Hint: fmt.Sprintf("%s is not emulated; "+
		"the story of each message has what it would have got: suback why %s", a.name, x.traceID)})
}

// tellUnsent tells of an action that is not done, and, by the hint and rules of c, what to
// do about it.
func (x *run) tellUnsent(a *action, v values, why string, c cause.Cause) {
	told := x.add(a, v)
	told.Answer = "recorded, and sent nowhere" + why
	x.Trace.Note(trace.Key{Policy: x.rule.number}, x.what(a.at), func() trace.Event {
		c.Detail = fmt.Sprintf("the rule %q: %s", x.rule.RuleName, told.Line())
		return x.event(trace.RuleExecution,
			trace.Event{Details: trace.Details{RuleAction: actionName(a.name)}, Cause: c})
	})
}

// tellAction tells what came of an action.
func (x *run) tellAction(a *action, v values, d *done, err error) {
	told := x.add(a, v)
	details := trace.Details{RuleAction: actionName(a.name), Resources: d.log}
	if err == nil {
		told.Answer = d.answer
		x.Trace.Through(x.key(), x.what(a.at), func() trace.Event {
			return x.event(trace.RuleExecution, trace.Event{Details: details, Cause: cause.Cause{
				Detail: fmt.Sprintf("the rule %q: %s", x.rule.RuleName, told.Line())}})
		})
		return
	}
	told.Error = err.Error()
	hint, rules := advice(err)
	told.Hint = hint
	x.Trace.Refused(x.key(), x.what(a.at+" failed"), func() trace.Event {
		return x.event(trace.RuleExecution, trace.Event{Details: details, Cause: cause.Cause{
			Reason: "RuleExecutionFailure", Hint: hint, Rules: rules,
			Detail: fmt.Sprintf("the rule %q: %s", x.rule.RuleName, told.Line())}})
	})
}

// add adds an action to what is told; nobody adds another before it is done with.
func (x *run) add(a *action, v values) *story.RuleAction {
	told := story.RuleAction{Action: a.name}
	if text, err := plainJSON(shown(a.name, v, &a.params)); err == nil && v != nil {
		told.Parameters = text
	}
	x.told.Actions = append(x.told.Actions, told)
	return &x.told.Actions[len(x.told.Actions)-1]
}

// plainJSON is JSON with < > and & as they are.
func plainJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// tellFunctions tells AWS's log of the functions that were asked, behind the RuleMatch.
func (x *run) tellFunctions() {
	for range x.asked {
		x.Trace.Allowed(trace.FunctionExecution, func() trace.Event {
			ev := x.event(trace.FunctionExecution, trace.Event{})
			ev.Client = "N/A"
			return ev
		})
	}
}

// noteRole tells of a role that is not known here.
func (x *run) noteRole(arn string) {
	x.Trace.Note(trace.Key{Policy: x.rule.number}, x.what("role "+arn), func() trace.Event {
		return x.event(trace.RuleExecution, trace.Event{Cause: cause.Cause{Rules: []string{"R-118"},
			Detail: fmt.Sprintf("the rule %q acts with the role %s, which is not known here: "+
				"whether it may was not asked", x.rule.RuleName, arn),
			Hint: "add the role, with its policies, to roles of suback.yaml to have it asked"}})
	})
}

// shortly is the beginning of a result, for people.
func shortly(payload []byte) string {
	switch n := len(payload); {
	case !utf8.Valid(payload):
		return fmt.Sprintf("%d bytes that are no text", n)
	case n > mostShown:
		cut := mostShown
		for !utf8.RuneStart(payload[cut]) {
			cut--
		}
		return string(payload[:cut]) + "… (" + strconv.Itoa(n) + " bytes)"
	case n == 0:
		return "an empty payload"
	}
	return string(payload)
}
