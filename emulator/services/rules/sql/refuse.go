package sql

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/near"
)

// What other languages have and AWS IoT SQL has not, by its own list of operators and
// clauses [R-54a, guess]: refused, with what AWS has instead.

func notAWS(what string) string { return strings.ToUpper(what) + ", which AWS IoT SQL does not have" }

// foreignSigns are refused where they stand.
var foreignSigns = []struct{ text, want string }{
	{"!=", "<>"}, {"==", "="}, {"&&", "AND"}, {"||", "OR, or + to put strings together"}, {"!", "NOT"},
	{"/*", "nothing: there are no comments"}, {"--", "nothing: there are no comments; a minus of a minus needs parentheses"},
	{";", "nothing: a statement has no ; at its end"}, {"`", "no quotes around a field"},
}

func refuseSign(text string, at int) error {
	for _, f := range foreignSigns {
		if strings.HasPrefix(text[at:], f.text) {
			return errorAt(text, at, notAWS(f.text), f.want)
		}
	}
	return nil
}

// foreignClauses are words that begin a clause of another SQL.
var foreignClauses = map[string]string{
	"group": "a nested SELECT", "order": "a nested SELECT; arrays keep their order", "having": "WHERE",
	"limit": "get(array, 0)", "join": "a nested SELECT with FROM of an array of the payload",
	"inner": "a nested SELECT", "left": "a nested SELECT", "union": "two rules", "distinct": "a nested SELECT",
	"insert": "SELECT", "update": "SELECT", "delete": "SELECT", "with": "SET @name = …",
}

// foreign tells a word of another SQL, and what AWS has instead.
func (p *parser) foreign(t token) (problem, instead string) {
	if t.kind != tokWord {
		return "", ""
	}
	if want, ok := foreignClauses[strings.ToLower(t.text)]; ok {
		return notAWS(t.text), want
	}
	return "", ""
}

// foreignOperator tells a comparison of another SQL, with its left side, in AWS's words.
func (p *parser) foreignOperator(t token, l node) (problem, instead string) {
	if !t.isOneOf("LIKE", "BETWEEN", "RLIKE", "REGEXP", "SIMILAR", "IS", "NOT") {
		return "", ""
	}
	left, next := clip(text(l)), p.after()
	switch {
	case t.is("LIKE"):
		return notAWS("LIKE"), p.insteadOfLike(left, next)
	case t.is("BETWEEN"):
		return notAWS("BETWEEN"), fmt.Sprintf("%s >= … AND %s <= …", left, left)
	case t.is("RLIKE"), t.is("REGEXP"), t.is("SIMILAR"):
		return notAWS(t.text), fmt.Sprintf("regexp_matches(%s, '…')", left)
	case t.is("IS"):
		if next.is("NOT") {
			return notAWS("IS NOT NULL"),
				fmt.Sprintf("isNull(%s) = false, and isUndefined(%s) = false where it may be missing", left, left)
		}
		return notAWS("IS NULL"),
			fmt.Sprintf("isNull(%s), or isUndefined(%s) where it may be missing", left, left)
	case t.is("NOT") && next.is("LIKE"):
		return notAWS("NOT LIKE"), fmt.Sprintf("NOT regexp_matches(%s, '…')", left)
	case t.is("NOT") && next.is("BETWEEN"):
		return notAWS("NOT BETWEEN"), fmt.Sprintf("%s < … OR %s > …", left, left)
	case t.is("NOT") && next.is("IN"):
		return notAWS("NOT IN"), fmt.Sprintf("NOT (%s IN …)", left)
	}
	return "", ""
}

// insteadOfLike is the function that does what a pattern of LIKE means.
func (p *parser) insteadOfLike(left string, pattern token) string {
	if pattern.kind != tokText || strings.Contains(pattern.text, "_") {
		return fmt.Sprintf("regexp_matches(%s, '…')", left)
	}
	bare := strings.Trim(pattern.text, "%")
	begins, ends := strings.HasPrefix(pattern.text, "%"), strings.HasSuffix(pattern.text, "%")
	switch {
	case strings.Contains(bare, "%"):
		return fmt.Sprintf("regexp_matches(%s, '…')", left)
	case begins && ends:
		return fmt.Sprintf("regexp_matches(%s, %s)", left, quoted(bare))
	case begins:
		return fmt.Sprintf("endswith(%s, %s)", left, quoted(bare))
	case ends:
		return fmt.Sprintf("startswith(%s, %s)", left, quoted(bare))
	}
	return fmt.Sprintf("%s = %s", left, quoted(bare))
}

// meantFunctions are what other languages call AWS's functions.
var meantFunctions = map[string]string{
	"ifnull": "nanvl(x, y), or get_or_default(x, y)", "coalesce": "get_or_default(x, y)", "nvl": "nanvl(x, y)",
	"isdefined": "isUndefined(x) = false", "isnotnull": "isNull(x) = false", "len": "length(x)",
	"strlen": "length(x)", "substr": "substring(x, from, to), which counts from 0", "now": "timestamp()",
	"uuid": "newuuid()", "ceiling": "ceil(x)", "pow": "power(x, y)",
	"contains": "regexp_matches(x, '…'), or indexof(x, '…') >= 0", "to_string": "cast(x as String)",
	"tostring": "cast(x as String)", "parse_json": "decode(x, 'base64')", "json_extract": "a path, as in a.b.c",
	"count": "no aggregates: AWS looks at one message", "sum": "no aggregates: AWS looks at one message",
	"avg": "no aggregates: AWS looks at one message", "min": "no aggregates: AWS looks at one message",
	"max": "no aggregates: AWS looks at one message", "if": "CASE x WHEN … THEN … END",
	"left": "substring(x, 0, n)",
}

func (p *parser) meantFunction(name string) string {
	if want := meantFunctions[strings.ToLower(name)]; want != "" {
		return want
	}
	if meant := near.Name(name, slices.Sorted(maps.Keys(functions()))); meant != "" {
		return functions()[meant].name
	}
	return "a function of AWS IoT SQL; a function of your own is aws_lambda(arn, input)"
}
