package scenario_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/suback/suback/docs/behaviour"
)

// unplayed are the guesses that no scenario can be about, and why.
func unplayed() map[string]string {
	const (
		half  = "a scenario would wait half a minute: no deadline that advance moves"
		log   = "only CloudWatch's log and metrics have it"
		other = "the answer of another service counts, which a scenario does not have"
		http  = "a server that takes the request counts, which a scenario does not have"
	)
	return map[string]string{
		"A-35": half, "B-610": half,
		"A-341": log, "B-432": log, "B-908": log, "R-133": log,
		"R-88": other, "R-120": other, "R-121": other, "R-122": other,
		"R-124": http, "R-125": http,
		"B-332": "it is about names in certificates that no scenario's certificate has",
	}
}

// TestGuesses: every guess that is emulated and can be seen on the wire has a scenario, so that
// whoever can ask AWS sees which of them are wrong.
func TestGuesses(t *testing.T) {
	t.Parallel()
	played := map[string]bool{}
	for _, s := range corpus(t) {
		for _, number := range s.Rules {
			played[number] = true
		}
	}
	excused, guesses := unplayed(), 0
	for _, r := range behaviour.Rules() {
		if strings.HasPrefix(r.Number, "Q") || !slices.Contains(r.Marks, "guessed") {
			continue
		}
		guesses++
		why, excuse := excused[r.Number]
		switch {
		case played[r.Number] && excuse:
			t.Errorf("%s has a scenario, want it gone from the list of those that have none (%s)", r.Number, why)
		case !played[r.Number] && !excuse && r.NotEmulated == "":
			t.Errorf("%s is a guess without a scenario, want one, or the reason why there is none", r.Number)
		}
		delete(excused, r.Number)
	}
	for number := range excused {
		t.Errorf("%s is no guess (any more), want it gone from the list of those that have no scenario", number)
	}
	if guesses < 200 {
		t.Errorf("got %d guesses, want all of them looked at", guesses)
	}
}

// TestSections: each section about what clients see has a scenario (issue 17).
func TestSections(t *testing.T) {
	t.Parallel()
	played := map[string]bool{}
	for _, s := range corpus(t) {
		for _, number := range s.Rules {
			played[number] = true
		}
	}
	for file, last := range map[string]int{"auth": 18, "broker": 11, "shadow": 8, "topic_rules": 9} {
		text, err := os.ReadFile("../../docs/behaviour/" + file + ".md")
		if err != nil {
			t.Fatal(err)
		}
		sections := regexp.MustCompile(`(?m)^## (\d+)\. `).Split(string(text), -1)[1:]
		for i, section := range sections[:last] {
			rules := regexp.MustCompile(`(?m)^- ([A-Z]-\d+[a-z]?)\. `).FindAllStringSubmatch(section, -1)
			if !slices.ContainsFunc(rules, func(m []string) bool { return played[m[1]] }) {
				t.Errorf("%s has no scenario", fmt.Sprintf("%s.md, section %d", file, i+1))
			}
		}
	}
}
