package sql_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator/services/rules/sql"
)

// TestBounds: whatever a statement and a payload of 128 KiB do together ends soon, with an
// error that says so.
func TestBounds(t *testing.T) {
	ones := `{"e":[` + strings.TrimSuffix(strings.Repeat("1,", 60_000), ",") + `],"s":"` + strings.Repeat("a", 5000) + `"}`
	objects := `{"e":[` + strings.TrimSuffix(strings.Repeat(`{"a":1},`, 12_000), ",") + `]}`
	text := `{"s":"` + strings.Repeat("a", 120<<10) + `"}`
	for _, tt := range []struct{ what, payload, text string }{
		{"each element with each", ones, `SELECT (SELECT VALUE (SELECT VALUE b FROM e AS b WHERE b = 2) FROM e AS a) AS l`},
		{"IN for each", ones, `SELECT (SELECT VALUE a FROM e AS a WHERE 2 IN e) AS l`},
		{"equal arrays for each", ones, `SELECT (SELECT VALUE a FROM e AS a WHERE e = e) AS l`},
		{"a text of the array for each", ones, `SELECT (SELECT VALUE length(concat(e, '')) FROM e AS a) AS l`},
		{"the array in each", objects, `SELECT (SELECT VALUE [e, e, e] FROM e) AS l`},
		{"a text that grows", text, `SELECT replace(s, 'a', s) AS s`},
		{"a text that grows by a regular expression", text, `SELECT regexp_replace(s, 'a', '$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0') AS s, ` +
			`regexp_replace(s, 'a', s) AS t`},
		{"variables that grow", text, `SET @a = s + s, @b = @a + @a, @c = @b + @b SELECT @c`},
		{"all names beside all", objects, `SELECT (SELECT *, 1 AS a.b, (SELECT * FROM e) AS l FROM e) AS l`},
		{"a regular expression that goes back", ones, `SELECT regexp_matches(s + '!', '(a+)+$') AS m`},
		{"a regular expression that goes back, for each", ones, `SELECT (SELECT VALUE regexp_matches(s, '(a|a)*b') FROM e AS x) AS m`},
		{"a long number for each", `{"e":[` + strings.Repeat("1,", 30_000) + `1],"s":"` + strings.Repeat("9", 60_000) + `"}`,
			`SELECT (SELECT VALUE length(s) + s FROM e AS x WHERE isUndefined(s > 1)) AS l`},
		{"a substring for each", text, `SELECT (SELECT VALUE substring(s, 100000) FROM [1] AS x) AS a, replace(replace(s,'a','bbbbbbbbbb'),'b',s) AS b`},
	} {
		began := time.Now()
		r := parse(t, tt.text, sql.V2016).Evaluate(context.Background(), message("a", tt.payload), env())
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%s: took %v, want less than 10 s", tt.what, took)
		}
		if !errors.Is(r.Err, sql.ErrTooMuch) || r.Matched || r.Payload != nil {
			t.Errorf("%s: got %v, %v, %d bytes; want ErrTooMuch and nothing", tt.what, r.Err, r.Matched, len(r.Payload))
		}
	}
}

// TestLargePayloads: what AWS takes is taken.
func TestLargePayloads(t *testing.T) {
	ones := `{"e":[` + strings.TrimSuffix(strings.Repeat("1,", 60_000), ",") + `]}`
	for _, tt := range []struct{ what, payload, text, want string }{
		{"a loop over 60,000 elements", ones, `SELECT (SELECT VALUE a * 2 FROM e AS a WHERE a > 1 AND a < 9) AS l`, `{"l":[]}`},
		{"as deep as may be", strings.Repeat("[", 1000) + strings.Repeat("]", 1000), `SELECT * WHERE isUndefined(a)`,
			strings.Repeat("[", 1000) + strings.Repeat("]", 1000)},
		{"deeper", strings.Repeat("[", 60_000) + strings.Repeat("]", 60_000), `SELECT topic() AS t`, `{"t":"a"}`},
		{"many names", `{` + strings.Repeat(`"aaaaaaaaaa":1,`, 8000) + `"b":1}`, `SELECT b`, `{"b":1}`},
		{"other names", `{` + names(8000) + `"b":1}`, `SELECT b, n77, get(*, 'n7999') AS last`, `{"b":1,"n77":1,"last":1}`},
		{"digits", `{"n":` + strings.Repeat("9", 100_000) + `}`, `SELECT isUndefined(n) AS u`, `{"u":true}`},
		{"an exponent", `{"n":1E999999999,"m":1E-999999999,"o":1E+500}`, `SELECT n, o`, `{"o":1E+500}`},
	} {
		if got := evaluate(t, tt.text, sql.V2016, "a", tt.payload); got != tt.want {
			t.Errorf("%s: got %.100q, want %.100q", tt.what, got, tt.want)
		}
	}
}

func names(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `"n%d":1,`, i)
	}
	return b.String()
}

var result *sql.Result

// BenchmarkEvaluate: a payload is parsed once for all rules, so once for each round here.
func BenchmarkEvaluate(b *testing.B) {
	nested := `{"e":[` + strings.TrimSuffix(strings.Repeat(`{"n":"temperature","u":"Cel","v":22.5},`, 20), ",") + `]}`
	for _, bb := range []struct{ name, payload, text string }{
		{"where", `{"temperature":21.5,"humidity":40,"device":"pump-7"}`, `SELECT temperature, device FROM 'a/+' WHERE humidity > 30`},
		{"where-not", `{"temperature":21.5,"humidity":40,"device":"pump-7"}`, `SELECT temperature, device FROM 'a/+' WHERE humidity > 50`},
		{"nested", nested, `SELECT (SELECT v FROM e WHERE n = 'temperature') AS t FROM 'a/+'`},
		{"functions", `{"t":21.5,"d":"pump-7"}`, `SELECT *, topic(2) AS id, timestamp() AS ts FROM 'a/+' WHERE regexp_matches(d, '^pump-\d$')`},
	} {
		s := parse(b, bb.text, sql.V2016)
		ctx, e := context.Background(), env()
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				result = s.Evaluate(ctx, message("a/b", bb.payload), e)
			}
		})
		b.Run(bb.name+"-parsed", func(b *testing.B) {
			b.ReportAllocs()
			m := message("a/b", bb.payload)
			for b.Loop() {
				result = s.Evaluate(ctx, m, e)
			}
		})
		b.Run(bb.name+"-explained", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				result = s.Explain(ctx, message("a/b", bb.payload), e).Result
			}
		})
	}
}
