package main

import (
	"flag"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/suback/suback/emulator"
)

// TestSessions plays what somebody types, and looks at what they see: testdata/*.txtar,
// in testscript's language with three commands for the exit codes: suback wants 0,
// ! suback 1, and usage suback 2. Files are $WORK/name.
func TestSessions(t *testing.T) { testscript.Run(t, sessions(t, "testdata")) }

var rewrite = flag.Bool("rewrite", false, "write what was printed into the session files")

func sessions(t *testing.T, folder string) testscript.Params {
	typed := func(ts *testscript.TestScript, want int, args []string) {
		p := &program{stdout: ts.Stdout(), stderr: ts.Stderr(), getenv: ts.Getenv}
		if got := p.run(t.Context(), args); got != want {
			ts.Fatalf("suback %s: got exit code %d, want %d", strings.Join(args, " "), got, want)
		}
	}
	return testscript.Params{
		Dir:           folder,
		UpdateScripts: *rewrite,
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			e.Values[gatewayKey{}] = map[string]*emulator.Emulator{}
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
	}
}
