package emulator_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
)

// AWS's walkthrough of a shadow over HTTP, by its command line and boto3.

// TestShadowBoto3 walks with boto3 [S-80…S-82, S-85, B-818].
func TestShadowBoto3(t *testing.T) {
	t.Parallel()
	e := emulator.Run(t, emulator.Options{Listeners: free})
	p := start(t, nil, pythonWithBoto3(t), "testdata/shadow.py", "http://"+e.Addr(emulator.HTTP), "thing-boto3", shadowSteps())
	walked(t, p, "thing-boto3")
}

// TestShadowCLI walks with AWS's command line, whose answers are files, and lists
// named shadows [S-80…S-82, S-86, B-818].
func TestShadowCLI(t *testing.T) {
	t.Parallel()
	c := newCLI(t, emulator.Run(t, emulator.Options{Listeners: free}))
	for i, step := range sdkWalk() {
		args := []string{"iot-data", step.op + "-thing-shadow", "--thing-name", "thing-cli"}
		if step.op == "update" {
			args = append(args, "--payload", c.blob(step.body))
		}
		_, problem := c.run(append(args, "out.json"))
		said := fmt.Sprintf(`{"%s/rejected":{"code":404,"message":%q}}`, step.op, afterOperation(problem))
		if problem == "" {
			answer, err := os.ReadFile(filepath.Join(c.folder, "out.json"))
			must(t, err)
			said = fmt.Sprintf(`{"%s/accepted":%s}`, step.op, answer)
		} else if !strings.Contains(problem, "(ResourceNotFoundException)") {
			t.Errorf("step %d: got %q, want ResourceNotFoundException (S-81)", i+1, problem)
		}
		compareStep(t, fmt.Sprintf("step %d, %s %s", i+1, step.op, step.body), said, step.said, "thing-cli", nil)
	}
	for _, name := range []string{"b", "a", "c"} {
		c.run([]string{"iot-data", "update-thing-shadow", "--thing-name", "thing-cli", "--shadow-name", name, "--payload",
			c.blob(`{"state":{"reported":{"n":1}}}`), "out.json"})
	}
	list := func(more ...string) answer {
		printed, problem := c.run(append([]string{"iot-data", "list-named-shadows-for-thing", "--thing-name", "thing-cli"}, more...))
		if problem != "" {
			t.Fatal(problem)
		}
		var a answer
		must(t, json.Unmarshal([]byte(printed), &a))
		return a
	}
	if all := list(); fmt.Sprint(all["results"]) != "[a b c]" || all["nextToken"] != nil || all["timestamp"] == nil {
		t.Errorf("got %v, want a, b and c, and when (S-86)", all)
	}
	first := list("--page-size", "2")
	second := list("--page-size", "2", "--next-token", first.text("nextToken"))
	if fmt.Sprint(first["results"], second["results"]) != "[a b] [c]" || second["nextToken"] != nil {
		t.Errorf("got %v, then %v, want a and b, then c (S-86)", first, second)
	}
	c.refused("InvalidRequestException", "State contains an invalid node: 'delta'", "S-22, S-81", "iot-data", "update-thing-shadow",
		"--thing-name", "thing-cli", "--payload", c.blob(`{"state":{"delta":{}}}`), "out.json")
}

// afterOperation is the message in what the command line prints of an exception.
func afterOperation(problem string) string {
	_, text, _ := strings.Cut(problem, " operation: ")
	text, _, _ = strings.Cut(text, " [exit")
	return text
}
