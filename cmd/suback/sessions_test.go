package main

import (
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestSessions plays what somebody types, and looks at what they see: testdata/*.txtar,
// in testscript's language with three commands for the exit codes: suback wants 0,
// ! suback 1, and usage suback 2. Files are $WORK/name.
func TestSessions(t *testing.T) {
	typed := func(ts *testscript.TestScript, want int, args []string) {
		p := &program{stdout: ts.Stdout(), stderr: ts.Stderr(), getenv: ts.Getenv}
		if got := p.run(t.Context(), args); got != want {
			ts.Fatalf("suback %s: got exit code %d, want %d", strings.Join(args, " "), got, want)
		}
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"suback": func(ts *testscript.TestScript, neg bool, args []string) {
				want := exitYes
				if neg {
					want = exitNo
				}
				typed(ts, want, args)
			},
			"usage": func(ts *testscript.TestScript, _ bool, args []string) { typed(ts, exitUsage, args[1:]) },
		},
	})
}
