package sql

import (
	"context"
	"errors"
	"testing"
	"time"
)

// statements are seeds: what the grammar has.
var statements = []string{
	`SELECT * FROM 'a/b'`, `SET @a = 1, @b = @a + 1 SELECT VALUE [@a, @b] WHERE a > 1 AND NOT b = 2 OR c IN [1, 'x']`,
	`SELECT *, topic(1) AS t.u, (SELECT VALUE v FROM e AS e WHERE n = 'x') AS l FROM '+/#'`,
	`SELECT CASE a WHEN 1 THEN 'x' ELSE {'k': -1.5e3} END, cast(a as Int), get((SELECT * FROM *), 0).a.b`,
	`SELECT regexp_replace(s, '(a+)+$', '$1'), parse_time("yyyy 'at' Z", 1, 'UTC'), time_to_epoch(s, '[yyyy]-MM')`,
	`SELECT replace(s, 'a', s), concat(e, e), transform('enrichArray', o, e), decode(encode(*, 'base64'), 'base64')`,
	`SELECT md2(s), lpad(s, 9), substring(s, 1, 2), 1/3.0, power(2, 999), exists (SELECT a FROM e), round(a), trunc(a, 2)`,
	`SELECT value * 2, value - -1 FROM "x"`, `SELECT a LIKE 'b'`, `SELECT "`, `SELECT @`, `SELECT ((((`, "SELECT é", `SELECT 1e9999`,
}

// FuzzParse holds that the parser ends, without a panic, and that what it takes is
// printed as the same.
func FuzzParse(f *testing.F) {
	for _, s := range statements {
		f.Add(s, true)
	}
	f.Fuzz(func(t *testing.T, text string, newer bool) {
		ver := V2015
		if newer {
			ver = V2016
		}
		s, err := Parse(text, ver)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Offset < 0 || e.Offset > len(text) || e.Line < 1 || e.Column < 1 {
				t.Fatalf("%q: got %#v, want an *Error within the text", text, err)
			}
			return
		}
		s.Hints()
		checkPrinted(t, s)
	})
}

// FuzzEvaluate holds that an evaluation and its reasons end in time, without a panic, and
// agree.
func FuzzEvaluate(f *testing.F) {
	payload := `{"a":1.5,"b":[1,"x",null],"s":"aaaa","e":[{"n":"x","v":1},{"n":"y"}],"o":{"k":true},"value":3}`
	for _, s := range statements {
		f.Add(s, payload)
		f.Add(s, "\xff")
	}
	f.Add(`SELECT (SELECT (SELECT (SELECT a FROM e) FROM e) FROM e)`, `{"e":[1,2,3]}`)
	env := &Env{Now: func() time.Time { return time.UnixMilli(0) }}
	f.Fuzz(func(t *testing.T, text, payload string) {
		if len(payload) > 128<<10 {
			return
		}
		s, err := Parse(text, V2016)
		if err != nil {
			return
		}
		m := &Message{Topic: "a/b", Payload: NewPayload([]byte(payload))}
		r := s.Evaluate(context.Background(), m, env)
		e := s.Explain(context.Background(), m, env)
		if errors.Is(r.Err, ErrTooMuch) || errors.Is(e.Err, ErrTooMuch) {
			return // how much time a regular expression took is not the same twice
		}
		if r.Matched != e.Matched || string(r.Payload) != string(e.Payload) {
			t.Fatalf("%s on %s: got %v %q, explained %v %q", text, payload, r.Matched, r.Payload, e.Matched, e.Payload)
		}
		if !e.Matched && e.Err == nil && len(e.Where) == 0 {
			t.Fatalf("%s on %s: does not match, and there is no reason", text, payload)
		}
	})
}
