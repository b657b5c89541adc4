package behaviour

import (
	"slices"
	"strings"
	"testing"
)

func TestCoverage(t *testing.T) {
	r := coverage(parseRules("broker.md", `## 6. Six
- B-601. X [doc][guess]
- B-602. X [obs] [not emulated: accounts are small]
- B-603. X
- Q-1. Not a rule [doc]
`))
	want := Counts{Rules: 3, Documented: 1, Observed: 1, Guess: 1, Unmarked: 1, NotEmulated: 1}
	if r.Total != want {
		t.Errorf("got a total of %+v, want %+v", r.Total, want)
	}
	want.File = "broker.md"
	if !slices.Equal(r.Files, []Counts{{File: "auth.md"}, want, {File: "engine.md"}, {File: "shadow.md"}, {File: "topic_rules.md"}}) {
		t.Errorf("got %+v per file, want those of broker.md alone", r.Files)
	}
	if !slices.Equal(r.NotEmulated, []Exception{{"B-602", "accounts are small"}}) {
		t.Errorf("got %+v, want B-602", r.NotEmulated)
	}
	const text = `                 rules  documented  observed  guess   no mark  not emulated
auth.md              0           0         0      0         0             0
broker.md            3           1         1      1         1             1
engine.md            0           0         0      0         0             0
shadow.md            0           0         0      0         0             0
topic_rules.md       0           0         0      0         0             0
total                3           1         1      1         1             1

A rule with several marks counts under each.

Not emulated:
  B-602   accounts are small
`
	if got := r.Text(); got != text {
		t.Errorf("got\n%s\nwant\n%s", got, text)
	}
}

// What the program was built with is what the files say.
func TestCoverageOfTheFiles(t *testing.T) {
	r := Coverage(Operations{Implemented: []string{"CreateThing"}})
	sum := 0
	for i, least := range []int{300, 300, 17, 70, 100} {
		if r.Files[i].Rules < least {
			t.Errorf("got %d rules of %s, want %d or more", r.Files[i].Rules, r.Files[i].File, least)
		}
		sum += r.Files[i].Rules
	}
	if r.Total.Rules != sum || len(r.Files) != 5 {
		t.Errorf("got %+v, want the sum of five files", r)
	}
	for _, e := range r.NotEmulated {
		if strings.TrimSpace(e.Why) == "" {
			t.Errorf("%s is not emulated, and nobody says why", e.Rule)
		}
	}
}
