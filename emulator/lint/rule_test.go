package lint

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/suback/suback/docs/behaviour"
)

const examples = "../../fixtures/policies"

// lintFile lints a file, with everything that it says.
func lintFile(t *testing.T, file string, o Options) []Finding {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return Text(file, text, o)
}

// ids are the rules of findings.
func ids(all []Finding) (ids []string) {
	for _, f := range all {
		ids = append(ids, f.Rule)
	}
	return ids
}

// TestExamples: each rule has a file that makes exactly its mistake, and a cure that makes
// none.
func TestExamples(t *testing.T) {
	for _, r := range Rules() {
		t.Run(r.ID, func(t *testing.T) {
			o := Options{}
			if r.ID == "variable-principal" { // it is a mistake for them alone
				o.Principal = Authorizer
			}
			file := filepath.Join(examples, r.Example)
			found := lintFile(t, file, o)
			if got := ids(found); !slices.Equal(got, []string{r.ID}) {
				t.Fatalf("%s: got %q, want %q alone: %+v", r.Example, got, r.ID, found)
			}
			f := found[0]
			if f.File != file || f.Line < 1 || f.Column < 1 || f.Text == "" || f.Cure == "" || f.Example != r.Example {
				t.Errorf("%s: got %+v, want place, text, cure and example", r.Example, f)
			}
			if cured := lintFile(t, filepath.Join(examples, r.Cured()), o); len(cured) > 0 {
				t.Errorf("%s: got %+v, want nothing", r.Cured(), cured)
			}
		})
	}
}

// TestExamplesOfDevices: what only a device shows is no finding.
func TestExamplesOfDevices(t *testing.T) {
	for _, name := range []string{"connect-other-client", "publish-other-topic", "receive-denied", "receive-variable"} {
		if found := lintFile(t, filepath.Join(examples, name+".json"), Options{}); len(found) > 0 {
			t.Errorf("%s: got %+v, want nothing", name, found)
		}
	}
}

// TestRules: they are named in kebab case, once, and the numbers are rules.
func TestRules(t *testing.T) {
	seen, known := map[string]bool{}, map[string]bool{}
	for _, r := range behaviour.Rules() {
		known[r.Number] = true
	}
	for _, r := range Rules() {
		if seen[r.ID] || !isKebab(r.ID) {
			t.Errorf("%s: got it twice or not in kebab case, want such as receive-missing", r.ID)
		}
		seen[r.ID] = true
		for _, n := range r.Rules {
			if !known[n] {
				t.Errorf("%s: there is no rule %s", r.ID, n)
			}
		}
	}
}

func isKebab(id string) bool {
	return !slices.ContainsFunc([]rune(id), func(r rune) bool { return r != '-' && (r < 'a' || r > 'z') })
}
