package sql

import (
	"context"
	"fmt"
)

// A Result is what a statement makes of a message.
type Result struct {
	Matched bool   // WHERE is true, or there is none
	Payload []byte // what the actions get; nil unless Matched
	// Err ends the rule without actions: an external function failed, or a bound was
	// reached (ErrTooMuch).
	Err error
	// Notes are what the user should know though nothing failed, as that a time zone is
	// not on this machine.
	Notes []string

	run *run
}

// Evaluate applies the statement to a message that its FROM matches; FROM is not looked
// at. WHERE comes first. The message and env may be used at the same time by others.
func (s *Statement) Evaluate(ctx context.Context, m *Message, env *Env) *Result {
	r := newRun(ctx, s.version, m, env)
	return s.evaluate(r)
}

func (s *Statement) evaluate(r *run) *Result {
	res := &Result{run: r}
	if r.err = s.twice; r.err == nil {
		s.assign(r)
	}
	res.Matched = r.err == nil && s.matches(r)
	if res.Matched && r.err == nil {
		res.Payload = s.output(r)
	}
	if r.err != nil {
		res.Matched, res.Payload, res.Err = false, nil, r.err
	}
	res.Notes = r.notes
	return res
}

func (s *Statement) matches(r *run) bool {
	if s.query.where == nil {
		return true
	}
	return s.query.where.eval(r, nil).isTrue()
}

// assign evaluates the SET clause.
func (s *Statement) assign(r *run) {
	total := 0
	for _, a := range s.assignments {
		v := a.node.eval(r, nil)
		r.variables = append(r.variables, v)
		if n := size(r, v); n > mostValue || total+n > mostValue {
			r.err = fmt.Errorf("%w: @%s makes the variables larger than 128 KiB", ErrTooMuch, a.name)
		} else {
			total += n
		}
		if r.err != nil {
			return
		}
	}
}

// output is what SELECT gives, as bytes. * by itself is the payload as it came.
func (s *Statement) output(r *run) []byte {
	q := &s.query
	if len(q.columns) == 1 && isStar(q.columns[0].node) && q.columns[0].alias == nil {
		return append([]byte{}, r.message.Payload.Raw()...)
	}
	if _, err := r.message.Payload.value(r.version); err != nil {
		r.noteBinary(q, err)
	}
	v := q.selected(r, nil)
	if q.value && r.version == V2015 && v.kind == Array {
		r.note("SELECT VALUE of an array needs awsIotSqlVersion 2016-03-23: nothing is selected")
		return []byte{}
	}
	if !r.grow(size(r, v)) {
		return nil
	}
	return v.appendJSON(make([]byte, 0, 256))
}

// noteBinary says what becomes of * with other columns, where the payload is not JSON:
// AWS's page gives the extra data no place beside it.
func (r *run) noteBinary(q *query, err error) {
	for _, c := range q.columns {
		if isStar(c.node) && len(r.message.Payload.Raw()) > 0 {
			r.note("the payload is %v, so * adds nothing to the other columns: use encode(*, 'base64') AS data", err)
		}
	}
}

// With is the result with another payload for actions, as the error action has it:
// templates are of the same message.
func (r *Result) With(payload []byte) *Result {
	next := *r
	next.Payload = payload
	return &next
}
