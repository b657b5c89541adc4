package scenario_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/scenario"
)

// named are the scenarios of the corpus with some names, in one version.
func named(t *testing.T, version scenario.Version, names ...string) (all []*scenario.Scenario) {
	t.Helper()
	for _, s := range corpus(t) {
		if slices.Contains(names, s.Name) {
			s.Versions = []scenario.Version{version}
			all = append(all, s)
		}
	}
	if len(all) != len(names) {
		t.Fatalf("got %d scenarios, want %d by their names", len(all), len(names))
	}
	return all
}

// at plays scenarios at a target, each in one way.
func at(t *testing.T, target scenario.Target, all []*scenario.Scenario, over scenario.Transport) []*scenario.Result {
	t.Helper()
	return scenario.Runner{Target: target, Patience: time.Minute}.Play(t.Context(), scenario.Cases(all, over), nil)
}

// TestCompareBroker: a bare Mosquitto does the same as the emulator where a scenario is tagged
// standard, and another thing where it is AWS's alone; the rule says which.
func TestCompareBroker(t *testing.T) {
	t.Parallel()
	broker := scenario.Broker{URL: "mqtt://" + mosquitto(t), Everything: true}
	var standard []*scenario.Scenario
	for _, s := range corpus(t) {
		if slices.Contains(s.Tags, "standard") && len(standard) < 12 {
			standard = append(standard, s)
		}
	}
	names := [2]string{"emulator", "mosquitto"}
	c := scenario.NewComparison(names, false, at(t, scenario.Emulator{}, standard, scenario.TCP), at(t, broker, standard, scenario.TCP))
	if !c.Same() || c.Findings() != nil || len(c.Pairs) < 20 {
		t.Errorf("got %d pairs\n%s\nwant no difference", len(c.Pairs), c.Text())
	}
	own := named(t, "5", "a filter that ends in /# does not get the level above", "eight slashes of a filter are too many")
	c = scenario.NewComparison(names, false, at(t, scenario.Emulator{}, own, scenario.TCP), at(t, broker, own, scenario.TCP))
	if c.Same() {
		t.Errorf("got\n%s\nwant differences", c.Text())
	}
	for _, p := range c.Pairs {
		if !p.Differs() {
			t.Errorf("%s does not differ, want it to", p.Results[0])
		}
		for _, number := range p.Results[0].Rules {
			if !strings.Contains(c.Text(), "differs  "+number+" (") {
				t.Errorf("got\n%s\nwant the rule %s", c.Text(), number)
			}
		}
	}
}

// TestCompareFault: a stand-in that fails differs at the step where it does; without the fault
// nothing differs, and a guess on which both agree is settled if it is AWS.
func TestCompareFault(t *testing.T) {
	t.Parallel()
	all, err := scenario.Parse("tests.yaml", []byte(`
rules: [B-431, `+guess+`]
versions: [5]
scenarios:
  - name: it hears what it says
    steps: [{connect: a}, {subscribe: {client: a, filter: x}}, {publish: {client: a, topic: x, payload: 1}}, {expect: {client: a, message: x}}]
  - name: of no rule
    rules: []
    steps: [{connect: b}]
`))
	if err != nil {
		t.Fatal(err)
	}
	here := at(t, scenario.Emulator{}, all, scenario.TLS)
	s := newStandIn(t)
	a := s.visit(t, s.url())
	defer a.Close(t.Context())
	names := [2]string{"emulator", "aws"}
	there := at(t, scenario.NewAWS(a), all, scenario.TLS)
	if c := scenario.NewComparison(names, false, here, there); !c.Same() || c.Findings() != nil {
		t.Errorf("got\n%s\nwant nothing: it is not AWS", c.Text())
	}
	c := scenario.NewComparison(names, true, here, there)
	if text := c.Text(); !c.Same() || !strings.Contains(text, "settled: observed  "+guess+" (") ||
		!strings.Contains(text, "[guess] becomes [obs]") || !strings.Contains(text, "docs/behaviour/") ||
		strings.Contains(text, "B-431") || !strings.Contains(text, "2 agree; 0 not compared; 1 guesses are settled") {
		t.Errorf("got\n%s\nwant that %s is settled, and nothing else", text, guess)
	}

	if _, err := s.AddFault(emulator.Fault{On: "publish", Do: "throttle", Topic: "+"}); err != nil {
		t.Fatal(err)
	}
	c = scenario.NewComparison(names, true, here, at(t, scenario.NewAWS(a), all, scenario.TLS))
	want := []string{"differs  B-431 (documented) v5 PUBACK code 0x10", "      emulator  does what it says\n",
		"      aws       tests.yaml:6: step 3, publish: got PUBACK 0x97", "1 differ, in 2 rules; 1 agree; 0 not compared\n"}
	for _, w := range want {
		if !strings.Contains(c.Text()+"\n", w) {
			t.Errorf("got\n%s\nwant %q", c.Text(), w)
		}
	}
	if strings.Contains(c.Text(), "settled") {
		t.Errorf("got\n%s\nwant no rule settled that differs", c.Text())
	}
	var out bytes.Buffer
	if err := c.WriteJSON(&out); err != nil {
		t.Fatal(err)
	}
	var first struct {
		Rule, Outcome string
		Scenarios     []struct {
			Targets []struct {
				Target, Step, Problem string
				Passed                bool
			}
		}
	}
	if err := json.NewDecoder(&out).Decode(&first); err != nil || first.Outcome != "differs" || first.Rule == "" ||
		!first.Scenarios[0].Targets[0].Passed || first.Scenarios[0].Targets[1].Step != "3" {
		t.Errorf("got %+v (%v), want that aws fails at step 3", first, err)
	}
}

// guess is a rule that is one.
const guess = "B-207"
