package emulator_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// firstOfAll are the functions that return the first argument that is not zero,
// and by then have evaluated all of them. An argument with an effect has it also
// when an earlier one is an error: so was registry.json replaced by a half-written
// one (H-5).
var firstOfAll = []string{"cmp.Or", "firstOf"}

// lookers are what may be called in a later argument, whatever it belongs to: it
// computes a value and changes nothing, as does what begins with check or want.
// TestLookersChangeNothing looks at those of this repository.
var lookers = []string{
	"string", "len", "Compare", "CompareFunc", "Join", "ReplaceAll", "Itoa", "Sprintf", "StatusText", "Or", "Get", "Err", // Go's
	"invalid", "missing", "problem", "nameTaken", "protocols", "status", "uuidOf", "listenerOf", "DefaultAuthorizer",
	"baseURL", "getenv", "String",
}

func TestNoEffectsInFirstOfAll(t *testing.T) {
	t.Parallel()
	sources(t, func(files *token.FileSet, file *ast.File) {
		for _, call := range callsAfterTheFirst(file) {
			if !isLooker(lastName(call.Fun)) {
				t.Errorf("%s: %s may have an effect, and has it whatever comes before it: want an if (H-5)",
					files.Position(call.Pos()), name(call.Fun))
			}
		}
	})
}

// TestLookersChangeNothing: none that is called in such a place assigns to what it
// was given, or begins anything.
func TestLookersChangeNothing(t *testing.T) {
	t.Parallel()
	called := map[string]bool{} // folder and name
	sources(t, func(files *token.FileSet, file *ast.File) {
		for _, call := range callsAfterTheFirst(file) {
			called[path.Dir(files.Position(call.Pos()).Filename)+"."+lastName(call.Fun)] = true
		}
	})
	sources(t, func(files *token.FileSet, file *ast.File) {
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || !called[path.Dir(files.Position(d.Pos()).Filename)+"."+f.Name.Name] {
				continue
			}
			made := locals(f)
			ast.Inspect(f, func(n ast.Node) bool {
				if changes(n, made) {
					t.Errorf("%s: %s changes something: want it called after an if (H-5)", files.Position(n.Pos()), f.Name.Name)
				}
				return true
			})
		}
	})
}

// sources shows every Go file of the repository, tests too.
func sources(t *testing.T, show func(*token.FileSet, *ast.File)) {
	t.Helper()
	all, err := parsed()
	must(t, err)
	for _, file := range all.syntax {
		show(all.files, file)
	}
}

// A repository is its Go files.
type repository struct {
	files  *token.FileSet
	syntax []*ast.File
}

// parsed reads them once: that takes half a second.
var parsed = sync.OnceValues(func() (all repository, err error) {
	all.files = token.NewFileSet()
	err = filepath.WalkDir("..", func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains([]string{"node_modules", ".git", "testdata"}, d.Name()):
			return filepath.SkipDir
		case !strings.HasSuffix(file, ".go"):
			return nil
		}
		syntax, err := parser.ParseFile(all.files, file, nil, parser.SkipObjectResolution)
		all.syntax = append(all.syntax, syntax)
		return err
	})
	return all, err
})

// callsAfterTheFirst are the calls in later arguments of firstOfAll. What a function
// literal would do when it is called counts too.
func callsAfterTheFirst(in ast.Node) (calls []*ast.CallExpr) {
	ast.Inspect(in, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) < 2 || !slices.Contains(firstOfAll, name(call.Fun)) {
			return true
		}
		for _, arg := range call.Args[1:] {
			ast.Inspect(arg, func(n ast.Node) bool {
				if inner, ok := n.(*ast.CallExpr); ok {
					calls = append(calls, inner)
				}
				if receive, ok := n.(*ast.UnaryExpr); ok && receive.Op == token.ARROW {
					calls = append(calls, &ast.CallExpr{Fun: receive.X, Lparen: receive.Pos()})
				}
				return true
			})
		}
		return true
	})
	return calls
}

func isLooker(called string) bool {
	return slices.Contains(lookers, called) || strings.HasPrefix(called, "check") || strings.HasPrefix(called, "want")
}

func lastName(e ast.Expr) string { return name(e)[strings.LastIndex(name(e), ".")+1:] }

// locals are the variables that a function makes.
func locals(f *ast.FuncDecl) map[string]bool {
	made := map[string]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		if a, ok := n.(*ast.AssignStmt); ok && a.Tok == token.DEFINE {
			for _, e := range a.Lhs {
				made[name(e)] = true
			}
		}
		return true
	})
	return made
}

// changes says whether a statement reaches out of its function.
func changes(n ast.Node, made map[string]bool) bool {
	outside := func(e ast.Expr) bool {
		if at, ok := e.(*ast.IndexExpr); ok {
			return !made[name(at.X)]
		}
		_, variable := e.(*ast.Ident)
		return !variable
	}
	switch n := n.(type) {
	case *ast.GoStmt, *ast.SendStmt:
		return true
	case *ast.AssignStmt:
		return slices.ContainsFunc(n.Lhs, outside)
	case *ast.IncDecStmt:
		return outside(n.X)
	case *ast.CallExpr:
		return name(n.Fun) == "delete" || strings.HasPrefix(name(n.Fun), "os.")
	}
	return false
}

// name is what is called, as it is written: "cmp.Or", "r.wantRole".
func name(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return strings.TrimPrefix(name(e.X)+"."+e.Sel.Name, ".")
	case *ast.IndexExpr: // of type parameters
		return name(e.X)
	}
	return ""
}
