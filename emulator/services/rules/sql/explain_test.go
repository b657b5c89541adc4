package sql_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/services/rules/sql"
)

// TestExplain is what people are told who wait for a rule in vain.
func TestExplain(t *testing.T) {
	v1, v2 := sql.V2015, sql.V2016
	for _, tt := range []struct {
		what    string
		version sql.Version
		payload string
		text    string
		want    string // a line each
	}{
		{"a misspelled field", v2, `{"temp":21}`, `SELECT * WHERE temperature > 20`,
			"`temperature > 20` is Undefined: `temperature` is Undefined: the payload has `temp`"},
		{"a value", v2, `{"temp":15,"room":"a"}`, `SELECT * WHERE temp > 20 AND room = 'a'`, "`temp > 20` is false: `temp` is 15"},
		{"two values", v2, `{"a":1,"b":2}`, `SELECT * WHERE a > b`, "`a > b` is false: `a` is 1, `b` is 2"},
		{"another field", v2, `{"a":1,"b":2}`, `SELECT * WHERE zzz = 1`, "`zzz = 1` is Undefined: `zzz` is Undefined: the payload has `a`, `b`"},
		{"an empty object", v2, `{}`, `SELECT * WHERE a = 1`, "`a = 1` is Undefined: `a` is Undefined: the payload has no fields"},
		{"not JSON", v2, `on`, `SELECT * WHERE a = 1`, "`a = 1` is Undefined: `a` is Undefined: the payload is not JSON, which has no fields"},
		{"a number", v2, `80`, `SELECT * WHERE a = 1`, "`a = 1` is Undefined: `a` is Undefined: the payload is the Int 80, which has no fields"},
		{"an empty payload", v2, ``, `SELECT * WHERE a = 1`, "`a = 1` is Undefined: `a` is Undefined: the payload is empty, which has no fields"},
		{"a string for a number", v2, `{"n":"5"}`, `SELECT * WHERE n = 5`,
			"`n = 5` is false: `n` is the String \"5\" and `5` is the Int 5, and values of different kinds are not equal: " +
				"write cast(n as Decimal) = 5"},
		{"a word for a number", v2, `{"n":"red"}`, `SELECT * WHERE n > 5`,
			"`n > 5` is Undefined: `n` is the String \"red\", and > wants numbers"},
		{"a member of a string", v2, `{"a":"x"}`, `SELECT * WHERE a.b.c = 1`,
			"`a.b.c = 1` is Undefined: `a.b.c` is Undefined: `a.b` is Undefined: `a` is the String \"x\", which has no `b`"},
		{"a member of an array", v2, `{"a":[{"b":1}]}`, `SELECT * WHERE a.b = 1`,
			"`a.b = 1` is Undefined: `a.b` is Undefined: `a` is an Array: write get(a, 0).b for its first element"},
		{"a misspelled member", v2, `{"state":{"reported":1}}`, `SELECT * WHERE state.reportd = 1`,
			"`state.reportd = 1` is Undefined: `state.reportd` is Undefined: `state` has `reported`"},
		{"an alias", v2, `{"temp":21}`, `SELECT temp AS t WHERE t > 20`,
			"`t > 20` is Undefined: `t` is Undefined: it is an alias of SELECT, which WHERE does not know: write `temp`"},
		{"a missing field in OR", v2, `{"a":1}`, `SELECT * WHERE bb = 2 OR a = 1`,
			"`bb = 2` is Undefined: `bb` is Undefined: the payload has `a`\n" +
				"`bb = 2 OR a = 1` is Undefined: OR is Undefined when its left side is, even if the right one is true: " +
				"write get_or_default(field, value) for what may be missing"},
		{"a function of the newer version", v1, `{"a":1}`, `SELECT * WHERE isUndefined(b)`,
			"`isUndefined(b)` is Undefined: isUndefined is a function of SQL version 2016-03-23, and Undefined in 2015-10-08: " +
				"set awsIotSqlVersion to 2016-03-23"},
		{"too few arguments", v2, `{"a":1}`, `SELECT * WHERE startswith(a)`,
			"`startswith(a)` is Undefined: startswith wants 2 arguments and has 1: it is Undefined"},
		{"an argument of another kind", v2, `{"a":[1]}`, `SELECT * WHERE abs(a) = 1`,
			"`abs(a) = 1` is Undefined: `abs(a)` is Undefined: abs gives nothing for the Array [1]"},
		{"a regular expression", v2, `{"a":"x"}`, `SELECT * WHERE regexp_matches(a, '(')`,
			"`regexp_matches(a, '(')` is Undefined: regexp_matches: the regular expression \"(\": not valid in Java"},
		{"not a Boolean", v2, `{"a":1}`, `SELECT * WHERE a AND true`, "`a` is 1"},
		{"the string true", v2, `{"a":"true"}`, `SELECT * WHERE a`, "`a` is \"true\""},
		{"EXISTS", v2, `{"e":[1,2]}`, `SELECT * WHERE EXISTS (SELECT * FROM e AS n WHERE n = 3)`,
			"`EXISTS (SELECT * FROM e AS n WHERE n = 3)` is false: `e` with 2 elements has none for which `n = 3` is true"},
		{"IN", v2, `{"a":"b"}`, `SELECT * WHERE 1 IN a`, "`1 IN a` is Undefined: `a` is the String \"b\", and IN wants an array"},
		{"a variable", v2, `{"a":1}`, `SET @x = b SELECT * WHERE @x > 1`,
			"`@x > 1` is Undefined: `@x` is `b`, and `b` is Undefined: the payload has `a`"},
		{"a cast", v2, `{"a":"x"}`, `SELECT * WHERE cast(a as Int) = 1`,
			"`cast(a AS Int) = 1` is Undefined: `cast(a AS Int)` is Undefined: the String \"x\" cannot be cast to Int"},
		{"CASE", v2, `{"a":3}`, `SELECT * WHERE CASE a WHEN 1 THEN true END`,
			"`CASE a WHEN 1 THEN true END` is Undefined: `a` is 3, which no WHEN has, and there is no ELSE"},
		{"a missing column", v2, `{"temp":21}`, `SELECT temp, tmp AS t, topic(9) AS u`,
			"`tmp` is Undefined: the payload has `temp`\n`topic(9)` is Undefined: topic gives nothing for the Int 9"},
		{"no members", v2, `{"a":[1],"b":{"y":1}}`, `SELECT a.*, b.x.*`,
			"`a.*` is Undefined: `a` is the Array [1], which has no fields\n`b.x.*` is Undefined: `b.x` is Undefined: `b` has `y`"},
		{"a time zone", v2, `{}`, `SELECT parse_time('yyyy', 0, 'Europe/Atlantis') AS y`,
			"`parse_time('yyyy', 0, 'Europe/Atlantis')` is Undefined: parse_time: the time zone Europe/Atlantis: " +
				"there is no such time zone, or this machine has no list of them (package tzdata)"},
		{"a time", v2, `{"t":"yesterday"}`, `SELECT time_to_epoch(t, 'yyyy') AS y`,
			"`time_to_epoch(t, 'yyyy')` is Undefined: time_to_epoch: \"yesterday\" is not as the pattern \"yyyy\" says: " +
				"\"yesterday\" where yyyy is wanted"},
		{"all is well", v2, `{"a":1}`, `SELECT a WHERE a = 1`, ""},
	} {
		e := parse(t, tt.text, tt.version).Explain(context.Background(), message("a/b", tt.payload), env())
		var lines []string
		for _, r := range append(e.Where, e.Missing...) {
			lines = append(lines, r.String())
		}
		got := strings.Join(lines, "\n")
		if got != tt.want {
			t.Errorf("%s: %s on %s\ngot  %s\nwant %s", tt.what, tt.text, tt.payload, got, tt.want)
		}
	}
}

// TestExplainAsksOnce: another service is asked no more than by Evaluate, and a secret is
// not shown.
func TestExplainAsksOnce(t *testing.T) {
	calls := 0
	e := env()
	e.External = func(_ context.Context, name string, args []sql.Value) (sql.Value, error) {
		calls++
		return sql.OfText("hunter2"), nil
	}
	s := parse(t, `SET @s = get_secret('id', 'SecretString', 'arn') SELECT * WHERE @s = 'x' AND get_secret('id', 'SecretString', 'arn') = 'y'`, sql.V2016)
	x := s.Explain(context.Background(), message("a", "{}"), e)
	if calls != 1 {
		t.Errorf("got %d calls, want 1", calls)
	}
	for _, r := range x.Where {
		if strings.Contains(r.String(), "hunter2") || !strings.Contains(r.String(), "which is not shown") {
			t.Errorf("got %s, want no secret", r)
		}
	}
	if len(x.Where) != 2 {
		t.Errorf("got %d reasons, want 2", len(x.Where))
	}
}

// TestExternal is what another service's answer does.
func TestExternal(t *testing.T) {
	failing := func(context.Context, string, []sql.Value) (sql.Value, error) {
		return sql.Value{}, errors.New("no such function")
	}
	shadow := func(_ context.Context, name string, args []sql.Value) (sql.Value, error) {
		if name != "get_thing_shadow" || len(args) != 2 {
			return sql.Value{}, errors.New("want get_thing_shadow")
		}
		return sql.ParseJSON([]byte(`{"state":{"reported":{"alarm":"ON"}}}`), sql.V2016)
	}
	for _, tt := range []struct {
		rule, text string
		external   sql.External
		want       string // the payload, or the error
	}{
		{"R-85", `SELECT 1 AS a WHERE get_thing_shadow("MyThing","arn:x").state.reported.alarm = 'ON'`, shadow, `{"a":1}`},
		{"R-132", `SELECT aws_lambda('arn', *) AS a`, failing, `external function aws_lambda: no such function`},
		{"R-132", `SELECT get_or_default(aws_lambda('arn', *), 7) AS a`, failing, `{"a":7}`},
		{"R-132", `SELECT get_or_default(aws_lambda('arn', *)) AS a, 1 AS b`, failing, `{"b":1}`},
		{"R-88", `SELECT aws_lambda('arn', *) AS a`, nil, `external function aws_lambda: is not configured here`},
		{"R-88", `SELECT get_dynamodb('t', 'k', 1, 'r') AS a, get_dynamodb('t', 'k', 2, 'r') AS b`, shadow,
			`external function get_dynamodb: 2 calls in a statement, want one`},
		{"R-60", `SELECT get_dynamodb('t', 'k', 1, 's', 'r') AS a, 1 AS b`, shadow, `{"b":1}`},
	} {
		e := env()
		e.External = tt.external
		r := parse(t, tt.text, sql.V2016).Evaluate(context.Background(), message("a", "{}"), e)
		got := string(r.Payload)
		if r.Err != nil {
			got = r.Err.Error()
			if !errors.Is(r.Err, sql.ErrExternal) || r.Matched || r.Payload != nil {
				t.Errorf("%s: got %+v, want ErrExternal and nothing else (%s)", tt.text, r, tt.rule)
			}
		}
		if got != tt.want {
			t.Errorf("%s: got %s, want %s (%s)", tt.text, got, tt.want, tt.rule)
		}
	}
}
