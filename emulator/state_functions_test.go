package emulator_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/suback/suback/emulator"
)

// TestMadeFunctionStays: a function that Lambda's API made runs on after a
// reload and after a restart with a state directory, and is gone after a reset.
func TestMadeFunctionStays(t *testing.T) {
	t.Parallel()
	needRuntime(t, "nodejs")
	state := t.TempDir()
	start := func() (*emulator.Emulator, *lambda.Client) {
		e := emulator.Run(t, emulator.Options{Listeners: free, StateDir: state})
		return e, lambdaClient(e)
	}
	answers := func(c *lambda.Client, when string) {
		t.Helper()
		if answer, failure, _ := invoked(t, c); !strings.Contains(answer, "somebody") || failure != "" {
			t.Errorf("%s: got %s, %q, want its principal (A-357, issue 6)", when, answer, failure)
		}
	}
	e, c := start()
	made(t, c, "nodejs22.x", "index.handler", packed(t, "index.js", openNode))
	answers(c, "at first")
	if err := e.Reload(&emulator.Config{}); err != nil {
		t.Fatal(err)
	}
	answers(c, "after a reload")
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	e, c = start()
	answers(c, "after a restart")
	resp, err := http.Post("http://"+e.Addr(emulator.HTTP)+"/_suback/reset", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if _, err := c.GetFunction(t.Context(), &lambda.GetFunctionInput{FunctionName: aws.String("made")}); err == nil ||
		!strings.Contains(err.Error(), "ResourceNotFoundException") {
		t.Errorf("after a reset: got %v, want no such function (issue 6)", err)
	}
	if got := folders(t, state); got != 0 {
		t.Errorf("after a reset: got code in %d folders, want none (issue 6)", got)
	}
}
