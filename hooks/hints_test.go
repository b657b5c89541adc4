package hooks

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/trace"
)

// TestRecordsHaveHints: whatever a record of this package names as its first rule
// has a sentence that says what to do, unless the record brings one of its own.
func TestRecordsHaveHints(t *testing.T) {
	files, _ := filepath.Glob("*.go")
	found := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		fset := token.NewFileSet()
		parsed, err := parser.ParseFile(fset, file, text, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			var rule string
			hinted := false
			switch n := n.(type) {
			case *ast.CompositeLit:
				rule, hinted = firstRule(n)
			case *ast.CallExpr:
				rule = firstRuleOf(n)
			}
			if rule == "" || hinted {
				return true
			}
			found++
			if advise(trace.Event{Outcome: trace.Refused, Cause: cause.Cause{Rules: []string{rule}}}).Hint == "" {
				t.Errorf("%v: a record names %s first and has no hint, want a sentence in hints.go", fset.Position(n.Pos()), rule)
			}
			return true
		})
	}
	if found < 40 {
		t.Errorf("found %d records, want them all", found)
	}
	for _, rule := range grantRules {
		if advise(trace.Event{Outcome: trace.Note, Cause: cause.Cause{Rules: []string{rule}}}).Hint == "" {
			t.Errorf("%s: a note at CONNECT has no hint, want a sentence in hints.go", rule)
		}
	}
}

// grantRules are what package authn notes of a grant, and policies of a document.
var grantRules = []string{"A-86", "A-130", "A-131", "A-236", "A-371", "B-109", "B-111", "B-119", "B-201", "B-314", "B-338", "D-4", "D-7",
	"D-25", "D-41"}

// firstRuleOf is the first rule of a call of breaks or throttles, or of what stands for it.
func firstRuleOf(call *ast.CallExpr) string {
	name := ""
	switch f := call.Fun.(type) {
	case *ast.SelectorExpr:
		name = f.Sel.Name
	case *ast.Ident:
		name = f.Name
	}
	if (name == "breaks" || name == "throttles" || name == "bad") && len(call.Args) > 1 {
		if first, ok := call.Args[1].(*ast.BasicLit); ok {
			rule, _ := strconv.Unquote(first.Value)
			return rule
		}
	}
	return ""
}

// firstRule is the first rule of a literal that has a list of them as a field, and
// whether a field beside it is its hint.
func firstRule(literal *ast.CompositeLit) (rule string, hinted bool) {
	for _, field := range literal.Elts {
		pair, named := field.(*ast.KeyValueExpr)
		if named {
			key, _ := pair.Key.(*ast.Ident)
			hinted = hinted || key != nil && (key.Name == "Hint" || key.Name == "hint")
			field = pair.Value
		}
		list, ok := field.(*ast.CompositeLit)
		if !ok || len(list.Elts) == 0 {
			continue
		}
		kind, ok := list.Type.(*ast.ArrayType)
		if !ok {
			continue
		}
		first, ok := list.Elts[0].(*ast.BasicLit)
		if elem, _ := kind.Elt.(*ast.Ident); !ok || elem == nil || elem.Name != "string" {
			continue
		}
		if text, err := strconv.Unquote(first.Value); err == nil && len(text) > 2 && text[1] == '-' {
			rule = text
		}
	}
	return rule, hinted
}
