package behaviour

import (
	"slices"
	"testing"
)

func TestParseRules(t *testing.T) {
	const text = `# Title [guess]
- A-1. One. X [doc][obs] [not emulated: no need to, as we guess]
  Its second line [guess: a reason].

  1. a list

Next to come
- B-810a. Two [a key] without a mark.

| x | [doc/guess] |
|---|---|

---

## 7. Next
[obs]
| # | What | Where |
|---|---|---|
| M-3 | fault | place |

Afterwards.
`
	want := []rule{
		{number{"A", 1, ""}, "f", 0, true, true, true, "no need to, as we guess",
			"One. X [doc][obs] [not emulated: no need to, as we guess]\n  Its second line [guess: a reason].\n\n  1. a list", 2},
		{number{"B", 810, "a"}, "f", 0, true, false, true, "", "Two [a key] without a mark.\n\n| x | [doc/guess] |\n|---|---|", 8},
		{number{"M", 3, ""}, "f", 7, false, false, false, "", "fault\nplace", 19},
	}
	if got := parseRules("f", text); !slices.Equal(got, want) {
		t.Errorf("parseRules = %+v, want %+v", got, want)
	}
}

// A number stands for one rule only.
func TestNumbersAreUnique(t *testing.T) {
	rules := rules()
	for i := 1; i < len(rules); i++ {
		if rules[i].number == rules[i-1].number {
			t.Errorf("%v is given twice, in %s and %s", rules[i].number, rules[i-1].file, rules[i].file)
		}
	}
}
