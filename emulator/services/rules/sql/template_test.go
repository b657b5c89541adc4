package sql_test

import (
	"context"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/services/rules/sql"
)

func TestTemplates(t *testing.T) {
	s := parse(t, `SET @v = concat(a, '!'), @o = o SELECT a AS alias FROM 'a/+'`, sql.V2016)
	r := s.Evaluate(context.Background(), message("a/b", `{"a":"x","n":1E3,"d":1.5E-9,"o":{"k":[1]},"l":[1],"nul":null}`), env())
	for _, tt := range []struct{ rule, template, want string }{
		{"R-105", "plain", "plain"}, {"R-105", "", ""}, {"R-105", "$a {b} $", "$a {b} $"},
		{"R-105", "${topic()}/republish", "a/b/republish"}, {"R-105", "${topic(1)}-${a}${a}", "a-xx"},
		{"R-105", `${regexp_replace(a, "}", '{"')}`, "x"}, {"R-105", `${get({'k': {'m': 5}}, 'k').m}`, "5"},
		{"R-105", "[${alias}]", "[]"}, {"R-105", "${@v}/${@o.k}", "x!/[1]"}, {"R-107", "[${gone}${nul}]", "[]"},
		{"R-108", "${n} ${d} ${a}", "1000 0.0000000015 x"}, {"R-108", "${o}${l}${true}", `{"k":[1]}[1]true`},
		{"R-78", "${parse_time('yyyy', timestamp(), 'UTC')}", "2016"},
	} {
		template, err := s.ParseTemplate(tt.template)
		if err != nil {
			t.Errorf("%s: got %v, want no error (%s)", tt.template, err, tt.rule)
			continue
		}
		if got, err := r.Expand(template); got != tt.want || err != nil {
			t.Errorf("%s: got %q, %v; want %q (%s)", tt.template, got, err, tt.want, tt.rule)
		}
		if constant := !strings.Contains(tt.template, "${"); template.Constant() != constant || template.String() != tt.template {
			t.Errorf("%s: got %v, %s; want %v and the same", tt.template, template.Constant(), template, constant)
		}
	}
	for _, tt := range []struct{ template, want string }{
		{"a ${b", "line 1, column 3 (offset 2): ${ that does not end: want a } behind the expression"},
		{"a ${'b}", "${ that does not end"},
		{"a ${b LIKE 'c%'}", "line 1, column 7 (offset 6): LIKE, which AWS IoT SQL does not have: want startswith(b, 'c')"},
		{"a ${}", "line 1, column 5 (offset 4): the end: want a value"},
		{"${@w}", "@w is not set: want @v"},
		{"${a b}", "b: want an operator or }"},
	} {
		if _, err := s.ParseTemplate(tt.template); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %s (R-109)", tt.template, err, tt.want)
		}
	}
	template, _ := s.ParseTemplate("${get_secret('a', 'b', 'c')}")
	if got := template.External(); len(got) != 1 || got[0] != "get_secret" {
		t.Errorf("External: got %v, want get_secret (R-132)", got)
	}
	if _, err := r.Expand(template); err == nil {
		t.Error("an external function that is not there: got no error, want one (R-132)")
	}
}

func TestHints(t *testing.T) {
	for _, tt := range []struct {
		version    sql.Version
		text, want string
	}{
		{sql.V2015, `SELECT * WHERE isUndefined(a)`, "isUndefined is a function of SQL version 2016-03-23, and Undefined in 2015-10-08"},
		{sql.V2016, `SELECT temp AS t WHERE t > 1`, "`t` is an alias of SELECT, which WHERE does not know: write `temp`"},
		{sql.V2016, `SELECT temp AS t, t AS u WHERE t > 1`, ""},
		{sql.V2016, `SELECT * WHERE a = 1 OR b.c = 2`, "when `a` is missing, all of `a = 1 OR b.c = 2` is Undefined and nothing happens: write get_or_default(a, …)"},
		{sql.V2016, `SELECT * WHERE isUndefined(a) = False OR isUndefined(b) = False`, ""},
		{sql.V2016, `SELECT * WHERE isUndefined(a) = true OR a > 0`, ""},
		{sql.V2016, `SELECT my-key`, "`my-key` is a subtraction: write get(*, 'my-key') for a field of that name"},
		{sql.V2016, `SELECT a.my-key`, "`a.my-key` is a subtraction: write get(a, 'my-key') for a field of that name"},
		{sql.V2016, `SELECT a - b`, ""},
		{sql.V2016, `SELECT * WHERE NOT a = 1`, ""},
		{sql.V2016, `SELECT abs(1, 2)`, "abs wants 1 argument and has 2: it is Undefined"},
		{sql.V2016, `SELECT regexp_substr(a, '[')`, `regexp_substr is Undefined: the regular expression "[": not valid in Java`},
		{sql.V2016, `SELECT decode(a, 'hex')`, `decode with 'hex' is Undefined: write 'base64', which it knows alone`},
		{sql.V2016, `SELECT transform('x', a, b)`, `transform with 'x' is Undefined: write 'enrichArray'`},
		{sql.V2016, `SELECT encode(*, 'base64') AS data, temp`, "`temp` is Undefined where the payload is no JSON, which encode(*, 'base64') is for"},
		{sql.V2016, `SELECT encode(*, 'base64') AS data, get_or_default(temp, 0) AS t, topic() AS o`, ""},
		{sql.V2016, `SELECT encode(*, 'base64') AS data, (SELECT a FROM [1]) AS t`, ""},
		{sql.V2016, `SELECT encode(temp, 'base64') AS data, temp`, ""},
		{sql.V2016, `SELECT * FROM '$aws/things/+/shadow/update'`, "write '$aws/things/+/shadow/update/documents', which has the states before and after"},
	} {
		hints := parse(t, tt.text, tt.version).Hints()
		got := ""
		if len(hints) > 0 {
			got = hints[0].Text
		}
		if !strings.Contains(got, tt.want) || (tt.want == "") != (len(hints) == 0) {
			t.Errorf("%s: got %v, want %q (R-153)", tt.text, hints, tt.want)
		}
	}
}

// TestMostHints: a statement that is all traps is told some of them.
func TestMostHints(t *testing.T) {
	s := parse(t, "SELECT a-b"+strings.Repeat(", a-b", 5000)+" WHERE c = 1"+strings.Repeat(" OR c = 1", 400), sql.V2016)
	if n := len(s.Hints()); n != 20 {
		t.Errorf("got %d hints, want 20", n)
	}
}
