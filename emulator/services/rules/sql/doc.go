// Package sql is the language of AWS IoT's rules: statements are parsed once and then
// evaluated on message after message.
//
// It is pure. It has no clock, no network and no state of its own: what a statement may
// ask of the world, an Env hands in. Which rules there are, when they run, and what
// their actions do is not its business.
//
//	s, err := sql.Parse("SELECT temp AS t FROM 'room/+' WHERE temp > 20", sql.V2016)
//	m := &sql.Message{Topic: "room/7", Payload: sql.NewPayload([]byte(`{"temp":21}`))}
//	r := s.Evaluate(ctx, m, env)   // r.Matched, r.Payload: {"t":21}
//	e := s.Explain(ctx, m, env)    // the same, and why
//
// In order: text to tokens (lex.go), tokens to a tree (ast*.go, parse*.go, refuse.go), the
// tree as text again (print.go); values, how they compare, calculate and stand in JSON (value.go,
// number.go, compare.go, arithmetic.go, json*.go); evaluation within its bounds (run.go,
// eval.go, query.go, columns.go); functions, a table over files (functions.go, fn_*.go),
// with Java's regular expressions and its two languages of time (java_regexp.go, joda.go,
// jdk*.go); templates of actions (template.go); reasons (explain.go, why*.go), what can
// be said of a statement before any message comes (hints*.go), and both of one that somebody
// tries (trial.go).
package sql
