package emulator_test

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// A plan says how the files of a package lie on each other. What a file calls or reads
// of another lies in its own layer or below; types and their fields are everybody's.
type plan struct {
	layers []string          // file names without .go, the highest layer first
	up     map[string]string // why files below it use what a file has, by "file: name"
}

// TestFilesRunDownward: inside a folder too, nothing runs upward but what is listed.
func TestFilesRunDownward(t *testing.T) {
	t.Parallel()
	packages := listPackages(t)
	for name, p := range layers {
		checkLayers(t, name, p, packages)
	}
}

// A listed package is what the go command knows of one.
type listed struct {
	export, dir string
	files       []string
}

func listPackages(t *testing.T) map[string]listed {
	t.Helper()
	all, err := goList()
	must(t, err)
	return all
}

// goList asks the go command once.
var goList = sync.OnceValues(func() (map[string]listed, error) {
	out, err := exec.Command("go", "list", "-export", "-deps", "-f",
		"{{.ImportPath}}\t{{.Export}}\t{{.Dir}}\t{{join .GoFiles \" \"}}", ".", "../hooks").Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	all := map[string]listed{}
	for line := range strings.Lines(string(out)) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		all[fields[0]] = listed{fields[1], fields[2], strings.Fields(fields[3])}
	}
	return all, nil
})

func checkLayers(t *testing.T, name string, p plan, packages map[string]listed) {
	t.Helper()
	layerOf := map[string]int{}
	for i, layer := range p.layers {
		for _, file := range strings.Fields(layer) {
			layerOf[file+".go"] = i + 1
		}
	}
	for _, file := range packages[module+name].files {
		if layerOf[file] == 0 {
			t.Errorf("%s/%s is in no layer", name, file)
		}
	}
	needed := map[string]bool{}
	for use := range usesBetween(t, name, packages) {
		if layerOf[use.from] <= layerOf[use.of] {
			continue
		}
		at := strings.TrimSuffix(use.of, ".go") + ": " + use.name
		needed[at] = true
		if p.up[at] == "" {
			t.Errorf("%s/%s uses %s of %s, which lies above it: move one of them, or say at %q why", name, use.from,
				use.name, use.of, at)
		}
	}
	for at := range p.up {
		if !needed[at] {
			t.Errorf("%s: nothing below uses %q any more, want it taken from the list", name, at)
		}
	}
}

// A use is that a file names what another declares.
type use struct{ from, of, name string }

// usesBetween are those of functions, methods, variables and constants between the files of a
// package.
func usesBetween(t *testing.T, name string, packages map[string]listed) map[use]bool {
	t.Helper()
	fset, here := token.NewFileSet(), packages[module+name]
	var files []*ast.File
	for _, file := range here.files {
		f, err := parser.ParseFile(fset, filepath.Join(here.dir, file), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(packages[path].export)
	})}
	pkg, err := config.Check(module+name, fset, files, info)
	if err != nil {
		t.Fatal(err)
	}
	all := map[use]bool{}
	for id, o := range info.Uses {
		if o.Pkg() == pkg && isShared(o, pkg) {
			u := use{filepath.Base(fset.Position(id.Pos()).Filename), filepath.Base(fset.Position(o.Pos()).Filename), o.Name()}
			all[u] = u.from != u.of
		}
	}
	maps.DeleteFunc(all, func(_ use, apart bool) bool { return !apart })
	return all
}

// isShared tells what a package declares for all its files, and is no type.
func isShared(o types.Object, pkg *types.Package) bool {
	switch o := o.(type) {
	case *types.Func:
		return true // methods have no parent
	case *types.Var, *types.Const:
		return o.Parent() == pkg.Scope()
	}
	return false
}

// TestLayersAreSeen: what checks the layers finds what runs upward.
func TestLayersAreSeen(t *testing.T) {
	t.Parallel()
	uses := usesBetween(t, "emulator/functions", listPackages(t))
	want := use{"made.go", "room.go", "drop"}
	if !uses[want] || uses[use{"room.go", "made.go", "drop"}] {
		t.Errorf("got %v, want %v among them", slices.SortedFunc(maps.Keys(uses), func(a, b use) int {
			return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
		}), want)
	}
}
