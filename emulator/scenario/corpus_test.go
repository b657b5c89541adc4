package scenario_test

import (
	"path/filepath"
	"testing"

	"github.com/suback/suback/emulator/scenario"
)

func corpus(t *testing.T) (all []*scenario.Scenario) {
	t.Helper()
	files, err := filepath.Glob("../../fixtures/scenarios/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("got %v, %v, want scenario files", files, err)
	}
	for _, file := range files {
		scenarios, err := scenario.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, scenarios...)
	}
	return all
}

func TestCorpus(t *testing.T) {
	results := scenario.Runner{}.Play(t.Context(), scenario.Cases(corpus(t), scenario.AllTransports()...), nil)
	for _, r := range results {
		if !r.Passed() {
			t.Error(r.Text())
		}
	}
	t.Log(scenario.Summary(results))
}
