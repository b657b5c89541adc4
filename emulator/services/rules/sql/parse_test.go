package sql_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/services/rules/sql"
)

// TestParseErrors is what is refused: where, what was found, what was wanted.
func TestParseErrors(t *testing.T) {
	for _, tt := range []struct{ rule, text, want string }{
		{"R-30", ``, `line 1, column 1 (offset 0): the end: want SELECT`},
		{"R-30", `FROM 't'`, `line 1, column 1 (offset 0): FROM: want SELECT`},
		{"R-30", `SELECT FROM 't'`, `line 1, column 8 (offset 7): FROM: want a value: a field, a string in quotes, a number, a function, * or ( )`},
		{"R-30", `SELECT a,`, `line 1, column 10 (offset 9): the end: want a value`},
		{"R-30", `SELECT a,, b FROM 't'`, `,: want a value`},
		{"R-30", "SELECT 'é',\n  a b FROM 't'", `line 2, column 5 (offset 17): b: want an operator, a comma, AS, FROM, WHERE or the end`},
		{"R-30", `SELECT a FROM 't' WHERE`, `the end: want a value`},
		{"R-30", `SELECT (a FROM 't'`, `FROM: want )`},
		{"R-31", `SELECT a FROM ""`, `an empty topic filter: want one, as in FROM 'room/+'`},
		{"R-31", `SELECT * from iot/rules WHERE a = 1`, `iot: want a topic filter in single quotes, as in FROM 'iot/rules'`},
		{"R-31", `SELECT 'a`, `a string that does not end: want a ' behind it`},
		{"R-31", `SELECT 'it''s'`, `a quote twice, which does not stand for one: want double quotes around a string that has such a quote`},
		{"R-31", `SELECT a -- b`, `--, which AWS IoT SQL does not have: want nothing: there are no comments`},
		{"R-31", `SELECT a /* b */`, `/*, which AWS IoT SQL does not have: want nothing: there are no comments`},
		{"R-31", `SELECT mydata.item2.0.x`, `.0: want get(mydata.item2, '0'), since a name of digits cannot stand in a path`},
		{"R-31", `SELECT 2nd`, `the name 2nd begins with a digit: want get(*, '2nd')`},
		{"R-31", `SELECT é`, `"é": want a name, a value or an operator`},
		{"R-18", `SELECT * FROM 'a/#/b'`, `in the topic filter 'a/#/b': want + as a whole level, # as the last one`},
		{"R-39", `SELECT VALUE a, b`, `a second column behind SELECT VALUE: want one, or [a, b] for an array`},
		{"R-39", `SELECT VALUE a AS b`, `SELECT VALUE with an alias: want none`},
		{"R-41", `SELECT {a: 1}`, `a for a key: want a string in quotes`},
		{"R-42", `SELECT CASE WHEN a = 1 THEN 2 END`, `CASE without a value: want CASE value WHEN value THEN result … END`},
		{"R-42", `SELECT CASE a WHEN 1 THEN 2`, `the end: want END`},
		{"R-43", `SELECT (SELECT a)`, `): want FROM`},
		{"R-43", `SELECT (SELECT a FROM 'b')`, `a string behind the FROM of a nested SELECT: want a path into the payload, or *`},
		{"R-46", `SELECT a[0]`, `[ ] behind a value: want get(a, 0), which counts from 0`},
		{"R-47", `SET limit = 1 SELECT a`, `limit: want a variable, as in SET @limit = 20`},
		{"R-47", `SET @a = 1, @a = 2 SELECT a`, `@a is assigned twice: want another name`},
		{"R-47", `SET @a = 1 SET @b = 2 SELECT a`, `a second SET: want one SET clause`},
		{"R-47", `SET @a = 1, @b = @c SELECT a`, `@c is not set: want @a`},
		{"R-47", `SELECT @limit`, `@limit is not set: want SET @limit = … before SELECT`},
		{"R-47", `SET @a=1,@b=1,@c=1,@d=1,@e=1,@f=1,@g=1,@h=1,@i=1,@j=1,@k=1 SELECT a`, `an eleventh variable: want at most 10`},
		{"R-47", `SET @m = 'x' SELECT transform(@m, a, b)`, `the variable @m for the mode of transform: want a string in quotes`},
		{"R-54a", `SELECT * FROM 't' WHERE id LIKE 'pump%'`, `LIKE, which AWS IoT SQL does not have: want startswith(id, 'pump')`},
		{"R-54a", `SELECT * FROM 't' WHERE a.b LIKE '%x%'`, `want regexp_matches(a.b, 'x')`},
		{"R-54a", `SELECT * FROM 't' WHERE a LIKE '%x'`, `want endswith(a, 'x')`},
		{"R-54a", `SELECT * FROM 't' WHERE temp BETWEEN 1 AND 2`, `BETWEEN, which AWS IoT SQL does not have: want temp >= … AND temp <= …`},
		{"R-54a", `SELECT * FROM 't' WHERE temp IS NULL`, `want isNull(temp), or isUndefined(temp) where it may be missing`},
		{"R-54a", `SELECT * FROM 't' WHERE temp IS NOT NULL`, `want isNull(temp) = false`},
		{"R-54a", `SELECT * FROM 't' WHERE temp != 1`, `line 1, column 30 (offset 29): !=, which AWS IoT SQL does not have: want <>`},
		{"R-54a", `SELECT * FROM 't' WHERE temp == 1`, `==, which AWS IoT SQL does not have: want =`},
		{"R-54a", `SELECT * FROM 't' WHERE a NOT IN b`, `NOT IN, which AWS IoT SQL does not have: want NOT (a IN …)`},
		{"R-48", `SELECT * FROM 't' WHERE a IN ('x', 'y')`, `a list in ( ): want brackets, as in ['a', 'b']`},
		{"R-31", `SELECT a AS my-a FROM 't'`, `line 1, column 15 (offset 14): - in an alias: want letters, digits and _`},
		{"R-54a", `SELECT * FROM 't' WHERE a NOT LIKE 'x'`, `NOT LIKE, which AWS IoT SQL does not have: want NOT regexp_matches(a, '…')`},
		{"R-54a", `SELECT * FROM 't' WHERE a && b`, `&&, which AWS IoT SQL does not have: want AND`},
		{"R-54a", `SELECT * FROM 't' GROUP BY a`, `GROUP, which AWS IoT SQL does not have`},
		{"R-54a", `SELECT * FROM 't';`, `;, which AWS IoT SQL does not have`},
		{"R-54a", `SELECT DISTINCT a FROM 't'`, `DISTINCT, which AWS IoT SQL does not have`},
		{"R-58", `SELECT cast(a as Float)`, `Float: want a type: String, Int, Decimal, Double or Boolean`},
		{"R-73", `SELECT get_or_default(a, aws_lambda('arn', *))`, `aws_lambda in the default of get_or_default: want a value`},
		{"R-76", `SELECT decode(*, 'proto', 'b', 'k', 'f', 'm')`, `decode with 'proto', which is not emulated: want decode(value, 'base64')`},
		{"R-90", `SELECT isUndefned(a)`, `line 1, column 8 (offset 7): there is no function isUndefned: want isUndefined`},
		{"R-90", `SELECT count(a)`, `there is no function count: want no aggregates: AWS looks at one message`},
		{"R-90", `SELECT frobnicate(a)`, `there is no function frobnicate: want a function of AWS IoT SQL`},
		{"R-10", `SELECT ` + strings.Repeat(" ", 300<<10), `the statement has 307207 bytes: want at most 262144`},
	} {
		_, err := sql.Parse(tt.text, sql.V2016)
		var e *sql.Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%.80s\ngot  %v\nwant %s (%s)", tt.text, err, tt.want, tt.rule)
		}
	}
}

// TestOlderVersionRefuses is what 2015-10-08 has no syntax for [guess].
func TestOlderVersionRefuses(t *testing.T) {
	for _, tt := range []struct{ rule, text, want string }{
		{"R-41", `SELECT [a, b] AS l`, `an array in the statement, which SQL version 2015-10-08 does not have: want awsIotSqlVersion 2016-03-23`},
		{"R-41", `SELECT {'a': b} AS o`, `an object in the statement`},
		{"R-43", `SELECT (SELECT a FROM b) AS l`, `a nested SELECT, which SQL version 2015-10-08 does not have`},
		{"R-58", `SELECT cast(a as Decimal)`, `cast to Decimal, which SQL version 2015-10-08 does not have`},
	} {
		if _, err := sql.Parse(tt.text, sql.V2015); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s\ngot  %v\nwant %s (%s)", tt.text, err, tt.want, tt.rule)
		}
	}
}

// TestDeepStatements are refused before they take a stack, or an age.
func TestDeepStatements(t *testing.T) {
	const n = 100_000
	for _, text := range []string{
		"SELECT " + strings.Repeat("(", n), "SELECT " + strings.Repeat("- ", n) + "1", "SELECT " + strings.Repeat("NOT ", n/2) + "a",
		"SELECT " + strings.Repeat("[", n), "SELECT " + strings.Repeat("{'a':", n/5), "SELECT " + strings.Repeat("abs(", n/2),
		"SELECT " + strings.Repeat("(SELECT a FROM ", n/10) + "b", "SELECT 1" + strings.Repeat("+1", n), "SELECT a" + strings.Repeat(".a", n),
		"SELECT 1" + strings.Repeat("=1", n), "SELECT " + strings.Repeat("CASE ", n/5),
	} {
		if s, err := sql.Parse(text, sql.V2016); err == nil {
			t.Errorf("%.40s…: got %.40s, want an error", text, s)
		}
	}
}

func TestStatement(t *testing.T) {
	s := parse(t, `SET @a = topic(2), @b = Topic(1) SELECT Get_Thing_Shadow(@a, 'arn').x, abs(1) FROM 'a/+/#' WHERE ABS(b) > 1`, sql.V2016)
	filter, ok := s.From()
	check := func(what string, got, want any) {
		t.Helper()
		if got != want {
			t.Errorf("%s: got %v, want %v", what, got, want)
		}
	}
	check("From", filter, "a/+/#")
	check("From", ok, true)
	check("Functions", strings.Join(s.Functions(), " "), "topic get_thing_shadow abs")
	check("External", strings.Join(s.External(), " "), "get_thing_shadow")
	check("Variables", strings.Join(s.Variables(), " "), "a b")
	check("Version", s.Version(), sql.V2016)
	if _, ok := parse(t, "SELECT 1", sql.V2015).From(); ok {
		t.Error("From of a statement without: got one, want none (R-25)")
	}
	for text, want := range map[string]string{"": "2015-10-08", "2015-10-08": "2015-10-08", "2016-03-23": "2016-03-23", "beta": "2016-03-23"} {
		if v, err := sql.ParseVersion(text); err != nil || v.String() != want {
			t.Errorf("ParseVersion(%q): got %v, %v; want %s (R-3)", text, v, err, want)
		}
	}
	if _, err := sql.ParseVersion("2016"); err == nil {
		t.Error("ParseVersion(2016): got no error, want one (R-3)")
	}
}
