package scenario_test

import (
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator/scenario"
)

// TestPage: the example of docs/scenarios.md is true, and the page knows every key.
func TestPage(t *testing.T) {
	text, err := os.ReadFile("../../docs/scenarios.md")
	if err != nil {
		t.Fatal(err)
	}
	example := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindSubmatch(text)
	if example == nil {
		t.Fatal("got no example, want one in ```yaml")
	}
	scenarios, err := scenario.Parse("scenarios.md", example[1])
	if err != nil {
		t.Fatal(err)
	}
	cases := scenario.Cases(scenarios, scenario.TCP, scenario.TLS)
	for _, r := range (scenario.Runner{Patience: time.Minute}).Play(t.Context(), cases, nil) {
		if !r.Passed() {
			t.Error(r.Text())
		}
	}
	if len(cases) != 4 {
		t.Errorf("got %d cases, want both versions over two transports", len(cases))
	}
	for _, of := range []reflect.Type{reflect.TypeFor[scenario.Scenario](), reflect.TypeFor[scenario.Client](),
		reflect.TypeFor[scenario.Step]()} {
		for field := range of.Fields() {
			if key := field.Tag.Get("yaml"); key != "" && !strings.Contains(string(text), "`"+key) {
				t.Errorf("the page does not say `%s` of %s", key, of.Name())
			}
		}
	}
	if n := len(corpus(t)); !strings.Contains(string(text), fmt.Sprintf("has %d of them", n)) {
		t.Errorf("the page does not say that fixtures/scenarios has %d scenarios", n)
	}
}
