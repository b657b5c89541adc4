package sql

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// dump is the tree of a statement.
func dump(s *Statement) string {
	all := ""
	for _, a := range s.assignments {
		all += a.name + "=" + nodeTree(a.node) + ";"
	}
	return all + nodeTree(&s.query) + s.filter + fmt.Sprint(s.hasFrom)
}

// nodeTree writes what a node is, without its place.
func nodeTree(n node) string {
	own := ""
	switch n := n.(type) {
	case *literal:
		own = n.text + string(n.value.JSON()) + n.value.kind.String()
	case *field:
		own = n.name
	case *variable:
		own = fmt.Sprint(n.name, n.slot)
	case *member:
		own = n.name
	case *unary:
		own = n.op.String()
	case *binary:
		own = n.op.String()
	case *exists:
		own = "exists"
	case *choice:
		own = fmt.Sprint(len(n.whens), n.other != nil)
	case *object:
		own = strings.Join(n.names, "\x00")
	case *call:
		own = n.function.name
	case *cast:
		own = fmt.Sprint(n.name, n.to)
	case *query:
		own = fmt.Sprint(n.value, n.alias, n.where != nil)
		for _, c := range n.columns {
			own += fmt.Sprintf("%q", c.alias)
		}
	}
	all := reflect.TypeOf(n).Elem().Name() + ":" + own + "("
	for _, c := range n.children() {
		all += nodeTree(c) + ","
	}
	return all + ")"
}

// checkPrinted holds that a statement's text is the same statement.
func checkPrinted(t *testing.T, s *Statement) {
	t.Helper()
	printed := s.String()
	again, err := Parse(printed, s.version)
	if err != nil {
		t.Fatalf("printed as %s: got %v, want no error", printed, err)
	}
	if got, want := dump(again), dump(s); got != want {
		t.Fatalf("printed as %s\ngot  %s\nwant %s", printed, got, want)
	}
	if again.String() != printed {
		t.Fatalf("printed as %s, then as %s", printed, again)
	}
}

// TestPrint parses what random statements are printed as.
func TestPrint(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	parsed := 0
	for range 4000 {
		text := randomStatement(rnd)
		s, err := Parse(text, V2016)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		parsed++
		checkPrinted(t, s)
	}
	if parsed == 0 {
		t.Fatal("nothing was parsed")
	}
}

func pick(rnd *rand.Rand, of ...string) string { return of[rnd.IntN(len(of))] }

func randomStatement(rnd *rand.Rand) string {
	text := ""
	if rnd.IntN(3) == 0 {
		text = "SET @v = " + randomExpression(rnd, 3) + ", @w = " + randomExpression(rnd, 2) + " "
		text += randomQuery(rnd, 4, "v", "w")
	} else {
		text = randomQuery(rnd, 4)
	}
	if rnd.IntN(2) == 0 {
		text += " FROM " + pick(rnd, "'a/+'", `"a/+"`, `"it's/#"`)
	}
	if rnd.IntN(2) == 0 {
		text += " WHERE " + randomExpression(rnd, 4)
	}
	return text
}

func randomQuery(rnd *rand.Rand, depth int, variables ...string) string {
	if rnd.IntN(4) == 0 {
		return "SELECT VALUE " + pick(rnd, "*", "*.a", "*.*", "a.*", "(-a)", "(* * 2)", "value", "[1]", "("+randomExpression(rnd, depth)+")")
	}
	var columns []string
	for range 1 + rnd.IntN(3) {
		c := pick(rnd, "*", randomExpression(rnd, depth), "value * 2", "value - 1")
		if len(variables) > 0 && rnd.IntN(3) == 0 {
			c = "@" + pick(rnd, variables...) + pick(rnd, "", ".a")
		}
		columns = append(columns, c+pick(rnd, "", " AS x", " as from.where", " AS a.b.c"))
	}
	return "select " + strings.Join(columns, ", ")
}

// randomExpression is one with every kind of node.
func randomExpression(rnd *rand.Rand, depth int) string {
	if depth == 0 {
		return pick(rnd, "a", "b.c", "*", "*.x", "b.*", "*.*", "1", "2.50", "1e3", `'it"s'`, `"it's"`, "''", "null", "True", "false", "value",
			"$a_1")
	}
	e := func() string { return randomExpression(rnd, depth-1) }
	switch rnd.IntN(14) {
	case 0, 1:
		return "(" + e() + ")" + pick(rnd, "+", " - ", "*", "/", "%", "=", "<>", "<", "<=", ">", ">=", " and ", " OR ", " IN ") + "(" + e() + ")"
	case 2, 3:
		return e() + " " + pick(rnd, "+", "-", "*", "/", "%", "=", "<>", "<", "AND", "OR", "IN") + " " + e()
	case 4:
		return pick(rnd, "NOT ", "- ", "NOT - ", "- NOT ") + "(" + e() + ")"
	case 5:
		return "CASE " + e() + " WHEN " + e() + " THEN " + e() + pick(rnd, "", " ELSE "+e()) + " END"
	case 6:
		return "[" + e() + ", " + e() + "]"
	case 7:
		return "{'k': " + e() + `, "it's": ` + e() + "}"
	case 8:
		return pick(rnd, "ABS", "isundefined", "lower") + "(" + e() + ")"
	case 9:
		return "regexp_matches(" + e() + ", " + pick(rnd, "'a+'", e()) + ")"
	case 10:
		return "cast(" + e() + " as " + pick(rnd, "Int", "STRING", "bool") + ")"
	case 11:
		return "(" + randomQuery(rnd, depth-1) + " FROM " + pick(rnd, "*", "e", "e.f", "(SELECT a FROM b)") + pick(rnd, "", " AS e") +
			pick(rnd, "", " WHERE "+e()) + ")"
	case 12:
		return "exists(" + randomQuery(rnd, depth-1) + " FROM e)"
	}
	return "get((" + e() + "), 0).a.b"
}
