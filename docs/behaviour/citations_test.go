package behaviour

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// root is the repository's top folder, from here.
const root = "../.."

// A citation is a number in a text, or two with a range between them.
type citation struct {
	from, to number // equal for a single number
	offset   int    // bytes into the text
}

// A number is cited as B-409, a range as B-301…B-305, B-301..B-305 or B-301–B-305.
// What stands inside a longer word, as in a uuid, is no citation.
var cited = regexp.MustCompile(`([ABDMQRS])-(\d+)([a-z]?)\b(?:(?:…|\.\.\.?|–)([ABDMQRS])-(\d+)([a-z]?)\b)?`)

func citations(text string) []citation {
	var all []citation
	for _, m := range cited.FindAllStringSubmatchIndex(text, -1) {
		if insideWord(text, m[0], m[1]) {
			continue
		}
		group := func(i int) string {
			if m[2*i] < 0 {
				return ""
			}
			return text[m[2*i]:m[2*i+1]]
		}
		c := citation{from: newNumber(group(1), group(2), group(3)), offset: m[0]}
		c.to = c.from
		if group(4) == group(1) {
			c.to = newNumber(group(4), group(5), group(6))
		}
		all = append(all, c)
	}
	return all
}

func insideWord(text string, start, end int) bool {
	word := func(c byte) bool {
		return c == '-' || c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
	}
	return start > 0 && word(text[start-1]) || end < len(text) && word(text[end])
}

// rules are the rules that a citation means: in a range those that exist.
func (c citation) rules(all []rule) []number {
	var found []number
	for _, r := range all {
		if c.from.compare(r.number) <= 0 && r.compare(c.to) <= 0 {
			found = append(found, r.number)
		}
	}
	return found
}

// A testFunc is a top-level test, as "emulator/policy/match_test.go:TestMatch". Its
// line would be another with every commit; its file and name are what finds it.
type testFunc struct {
	name  string
	cites []citation
}

var testName = regexp.MustCompile(`^(Test|Fuzz|Benchmark|Example)([^a-z]|$)`)

// testFuncs finds the tests of one file and what is cited inside each, its
// comment included.
func testFuncs(file string, src []byte) ([]testFunc, error) {
	files := token.NewFileSet()
	syntax, err := parser.ParseFile(files, file, src, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	offset := func(p token.Pos) int { return files.Position(p).Offset }
	var tests []testFunc
	for _, d := range syntax.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Recv != nil || !testName.MatchString(f.Name.Name) {
			continue
		}
		start := f.Pos()
		if f.Doc != nil {
			start = f.Doc.Pos()
		}
		text := string(src[offset(start):offset(f.End())])
		tests = append(tests, testFunc{file + ":" + f.Name.Name, citations(text)})
	}
	return tests, nil
}

// walk calls visit for each file of the repository that may cite rules.
func walk(t *testing.T, visit func(name string, text []byte)) {
	t.Helper()
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		hidden := strings.HasPrefix(d.Name(), ".") && name != root && d.Name() != ".ci"
		if d.IsDir() && (hidden || d.Name() == "node_modules" || d.Name() == "testdata" || d.Name() == "vendor") {
			return filepath.SkipDir
		}
		if d.IsDir() || !slices.Contains([]string{".go", ".md", ".yaml", ".js", ".mjs", ".py"}, path.Ext(name)) {
			return nil
		}
		text, err := os.ReadFile(name)
		if err == nil {
			visit(filepath.ToSlash(strings.TrimPrefix(name, filepath.Clean(root)+string(filepath.Separator))), text)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// readRules returns the rules as they are written now. What the program has of them may
// lag behind, until it is packed.
func readRules(t *testing.T) []rule {
	t.Helper()
	return rulesOf(func(file string) string { return readText(t, file) })
}

func readText(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// readTests finds all tests of the repository but those of this package, sorted
// by name. A file that does not parse is left to the compiler.
func readTests(t *testing.T) []testFunc {
	t.Helper()
	var tests []testFunc
	walk(t, func(name string, text []byte) {
		if !strings.HasSuffix(name, "_test.go") || path.Dir(name) == "docs/behaviour" {
			return
		}
		found, err := testFuncs(name, text)
		if err != nil {
			t.Log(err)
		}
		tests = append(tests, found...)
	})
	slices.SortStableFunc(tests, func(a, b testFunc) int { return strings.Compare(a.name, b.name) })
	return tests
}

// tag is how code cites the rules that a line obeys: [B-203, A-99 guess].
var tag = regexp.MustCompile(`\[[^\]\n]*\]`)

// readCode finds for each rule the files of Go, tests apart, that obey it: those with
// a tag of it, or if none has one, those that name it otherwise, as for a hint.
func readCode(t *testing.T, all []rule) map[number][]string {
	t.Helper()
	obeyed, named := map[number][]string{}, map[number][]string{}
	walk(t, func(name string, text []byte) {
		if path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return
		}
		add := func(to map[number][]string, text string) {
			for _, c := range citations(text) {
				for _, n := range c.rules(all) {
					to[n] = append(to[n], name)
				}
			}
		}
		add(obeyed, strings.Join(tag.FindAllString(string(text), -1), " "))
		add(named, string(text))
	})
	for n, files := range named {
		if obeyed[n] == nil {
			obeyed[n] = files
		}
	}
	return obeyed
}

func TestCitations(t *testing.T) {
	single := func(letter string, n int, suffix string, offset int) citation {
		return citation{number{letter, n, suffix}, number{letter, n, suffix}, offset}
	}
	tests := []struct {
		name, text string
		want       []citation
	}{
		{"tags", "[B-203, A-99 guess]", []citation{single("B", 203, "", 1), single("A", 99, "", 8)}},
		{"a suffix", "B-810a.", []citation{single("B", 810, "a", 0)}},
		{"ranges", "B-301…B-305", []citation{{number{"B", 301, ""}, number{"B", 305, ""}, 0}}},
		{"ranges in ASCII", "B-301..B-305", []citation{{number{"B", 301, ""}, number{"B", 305, ""}, 0}}},
		{"a list is no range", "B-301, B-305", []citation{single("B", 301, "", 0), single("B", 305, "", 7)}},
		{"inside words", "SHA-256 0B-12 B-12-3 x_A-1 B-12ab", nil},
		{"other letters", "C-1 H-2 AS-2", nil},
	}
	for _, tt := range tests {
		if got := citations(tt.text); !slices.Equal(got, tt.want) {
			t.Errorf("%s: citations(%q) = %v, want %v", tt.name, tt.text, got, tt.want)
		}
	}
}

func TestTestFuncs(t *testing.T) {
	const src = `package p
// TestOne holds B-301.
func TestOne(t *testing.T) { x("B-302") }
var outside = "B-303"
func (s *suite) TestMethod() { x("B-304") }
func Testimony() { x("B-305") }
func ExampleX() {} // A-1
func Fuzz(f *testing.F) {}
`
	got, err := testFuncs("a/p_test.go", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range got {
		names = append(names, f.name)
	}
	if want := []string{"a/p_test.go:TestOne", "a/p_test.go:ExampleX", "a/p_test.go:Fuzz"}; !slices.Equal(names, want) {
		t.Errorf("got tests %q, want %q", names, want)
	}
	if c := got[0].cites; len(c) != 2 || c[0].from.n != 301 || c[1].from.n != 302 {
		t.Errorf("TestOne cites %v, want B-301 of its comment and B-302", c)
	}
	if c := got[1].cites; len(c) != 0 {
		t.Errorf("ExampleX cites %v, want nothing: the comment is after it", c)
	}
}
