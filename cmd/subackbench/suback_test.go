package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/skips"
)

// Each setup's configuration is one that Suback takes.
func TestSetups(t *testing.T) {
	tests := []struct {
		name string
		setup
		want string // in it; empty: there is none
	}{
		{"embedded", setup{}, ""},
		{"executable", setup{statements: 50}, `{BENCH_STATEMENTS: "50"}`},
		{"node", setup{node: true}, "runtime: nodejs"},
		{"things", setup{things: 3}, "thing-000002"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l := testLab(t)
			if test.node && l.node == "" {
				skips.Missing(t, "node", "apt-get install nodejs")
			}
			got, err := test.config(l, l.dir)
			if err != nil || !strings.Contains(got, test.want) || (test.want == "") != (got == "") {
				t.Fatalf("got %q, %v, want %s in it", got, err, test.want)
			}
			file := filepath.Join(l.dir, "suback.yaml")
			if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := emulator.LoadConfig(file); err != nil {
				t.Error(err)
			}
		})
	}
}
