package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/suback/suback/emulator/linked"
	"github.com/suback/suback/emulator/skips"
)

func TestMain(m *testing.M) {
	skips.SetParallel()
	code := m.Run()
	if binary != "" {
		_ = os.RemoveAll(filepath.Dir(binary))
	}
	for _, folder := range outs.folders {
		_ = os.RemoveAll(folder)
	}
	os.Exit(skips.Report(code))
}

// binary is the program, made by the first test that starts it.
var binary string

var compile = sync.OnceValue(func() error {
	dir, err := os.MkdirTemp("", "suback")
	if err != nil {
		return err
	}
	binary = filepath.Join(dir, "suback")
	return linked.Program(context.Background(), "github.com/suback/suback/cmd/suback", binary)
})

// A result is what one run of the program left behind.
type result struct {
	code           int
	stdout, stderr string
}

// call runs the program in this process, with a folder of its own for the CA.
func call(t *testing.T, environment map[string]string, args ...string) result {
	t.Helper()
	home := t.TempDir()
	var stdout, stderr bytes.Buffer
	p := &program{stdout: &stdout, stderr: &stderr, getenv: func(name string) string {
		if value, given := environment[name]; given {
			return value
		}
		return map[string]string{"HOME": home}[name]
	}}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	return result{p.run(ctx, args), stdout.String(), stderr.String()}
}
