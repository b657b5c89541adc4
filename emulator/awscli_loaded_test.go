package emulator_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// AWS's command line takes half a second of a processor to load, and a tenth for a
// command. So it is loaded once per account where it is a module of a Python that
// can be found, as those of pip and of Linux distributions are; AWS's own installer
// brings a program of one piece, which is started for each command.

// A loadedCLI runs one command at a time.
type loadedCLI struct {
	version string
	in      *json.Encoder
	out     *json.Decoder
}

// loadCLI starts it in a folder, until the end of the test; nil if path is no
// script, or that of a Python which is not found.
func loadCLI(t *testing.T, path, folder string, environment []string) *loadedCLI {
	t.Helper()
	script, err := filepath.Abs("testdata/loadedcli.py")
	must(t, err)
	for _, python := range pythonsOf(path) {
		cmd := exec.CommandContext(t.Context(), python, script)
		cmd.Dir, cmd.Env = folder, append(os.Environ(), environment...)
		in, err := cmd.StdinPipe()
		must(t, err)
		out, err := cmd.StdoutPipe()
		must(t, err)
		must(t, cmd.Start())
		end := func() { _ = in.Close(); _, _ = io.Copy(io.Discard, out); _ = cmd.Wait() }
		loaded := &loadedCLI{in: json.NewEncoder(in), out: json.NewDecoder(out)}
		var first struct{ Version string }
		if err := loaded.out.Decode(&first); err != nil { // it has no such module
			end()
			continue
		}
		loaded.version = first.Version
		t.Cleanup(end)
		return loaded
	}
	return nil
}

// pythonsOf are those that may have the module of a script: the one in its first
// line, or with a shell's script for pyenv, that of the path.
func pythonsOf(path string) []string {
	file, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer file.Close()
	first, _, _ := bufio.NewReader(file).ReadLine()
	interpreter, isScript := bytes.CutPrefix(first, []byte("#!"))
	fields := strings.Fields(string(interpreter))
	switch {
	case !isScript || len(fields) == 0:
		return nil
	case strings.Contains(fields[0], "python"):
		return fields[:1]
	}
	if python, err := exec.LookPath("python3"); err == nil {
		return []string{python}
	}
	return nil
}

// run runs a command; its results are those of [cli.command].
func (l *loadedCLI) run(t *testing.T, args []string) (printed, problem string) {
	t.Helper()
	must(t, l.in.Encode(args))
	var done struct {
		Code     int
		Out, Err string
	}
	must(t, l.out.Decode(&done))
	if done.Code != 0 {
		return done.Out, fmt.Sprintf("%s [exit status %d]", strings.TrimSpace(done.Err), done.Code)
	}
	return done.Out, ""
}
