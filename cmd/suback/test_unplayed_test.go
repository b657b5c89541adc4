package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
)

// TestUnplayed: a run of which the target can play nothing is no success, whatever the form of its results.
func TestUnplayed(t *testing.T) {
	t.Parallel()
	e := emulator.Run(t, emulator.Options{Authorizer: func(context.Context, []byte) ([]byte, error) {
		return answerOf(`{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}`), nil
	}})
	file := filepath.Join(t.TempDir(), "a.yaml")
	for _, tt := range []struct {
		text string
		args []string
		code int
		want string
	}{
		{"name: x\nsteps: [connect: a]\n", nil, exitUsage, "nothing was played: all 2 were skipped, the first, " + file + ":1, since: "},
		{"name: x\nsteps: [connect: a]\n", []string{"--json"}, exitUsage, "nothing was played"},
		{"name: x\ntags: [standard]\nsteps: [connect: a]\n", nil, exitYes, ""},
		{"scenarios:\n- {name: x, tags: [standard], steps: [connect: a]}\n- {name: y, steps: [connect: a]}\n", nil, exitYes, ""},
	} {
		if err := os.WriteFile(file, []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		var out, errs strings.Builder
		args := append([]string{"test", "--target", e.Addr(emulator.MQTT)}, append(tt.args, file)...)
		p := &program{stdout: &out, stderr: &errs, getenv: func(string) string { return "" }}
		code := p.run(t.Context(), args)
		if code != tt.code || !strings.Contains(errs.String(), tt.want) || (tt.want == "") != (errs.Len() == 0) {
			t.Errorf("%s %q: got %d %s%s, want %d and %q", tt.text, tt.args, code, out.String(), errs.String(), tt.code, tt.want)
		}
	}
}
