package emulator_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// AWS's command line takes half a second of a processor to load, and a tenth for a
// command. So it is loaded once for all tests where it is a module of a Python that
// can be found, as those of pip and of Linux distributions are; AWS's own installer
// brings a program of one piece, which is started for each command.

// sharedCLI is the process, started by the first test that wants it and ended by
// TestMain. There is one in a test program, as of sdkDevices.
var sharedCLI loadedCLI

// A loadedCLI runs one command at a time.
type loadedCLI struct {
	mu      sync.Mutex
	tried   bool
	version string // "" if it cannot be loaded
	in      io.Closer
	done    func() error

	commands *json.Encoder
	answers  *json.Decoder
}

// load starts it once, in an environment whose AWS_DATA_PATH stays; its version is "" if
// path is no script, or that of a Python which is not found.
func (l *loadedCLI) load(t *testing.T, path string, environment []string) (version string) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.tried {
		return l.version
	}
	l.tried = true
	for _, python := range pythonsOf(path) {
		cmd := exec.Command(python, "testdata/loadedcli.py")
		cmd.Env = append(os.Environ(), environment...)
		in, err := cmd.StdinPipe()
		must(t, err)
		out, err := cmd.StdoutPipe()
		must(t, err)
		must(t, cmd.Start())
		answers := json.NewDecoder(out)
		var first struct{ Version string }
		if err := answers.Decode(&first); err != nil { // it has no such module
			_ = in.Close()
			_ = cmd.Wait()
			continue
		}
		l.version, l.in, l.done = first.Version, in, cmd.Wait
		l.commands, l.answers = json.NewEncoder(in), answers
		break
	}
	return l.version
}

// close ends the process.
func (l *loadedCLI) close() {
	if l.version != "" {
		_ = l.in.Close()
		_ = l.done()
	}
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

// A loadedCommand is a line to the process: where it runs, with what beside its environment.
type loadedCommand struct {
	Folder string   `json:"folder"`
	Env    []string `json:"env"` // name=value
	Args   []string `json:"args"`
}

// run runs a command; its results are those of [cli.command].
func (l *loadedCLI) run(c loadedCommand) (printed, problem string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var done struct {
		Code     int
		Out, Err string
	}
	if err := l.commands.Encode(c); err != nil {
		return "", "", fmt.Errorf("testdata/loadedcli.py: %w", err)
	}
	if err := l.answers.Decode(&done); err != nil {
		return "", "", fmt.Errorf("testdata/loadedcli.py: %w", err)
	}
	if done.Code != 0 {
		problem = fmt.Sprintf("%s [exit status %d]", strings.TrimSpace(done.Err), done.Code)
	}
	return done.Out, problem, nil
}

// asked is the script "aws" for scripts: it hands its command to the test.
const asked = `#!/bin/sh
printf '%%s\0' "$PWD" "$@" | curl --silent --fail-with-body --data-binary @- %s
`

// inPath has scripts use the command line that is loaded already, where one is: "aws" is
// first in their path.
func (c *cli) inPath() {
	c.t.Helper()
	if !c.loaded {
		return
	}
	if _, err := exec.LookPath("curl"); err != nil {
		missing(c.t, "curl", "apt-get install curl")
	}
	env := c.env
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		words := strings.Split(strings.TrimSuffix(string(text), "\x00"), "\x00")
		printed, problem, err := sharedCLI.run(loadedCommand{words[0], env, words[1:]})
		if problem != "" || err != nil {
			c.t.Errorf("aws %s: %s %v", strings.Join(words[1:], " "), problem, err)
			w.WriteHeader(http.StatusBadGateway)
		}
		_, _ = io.WriteString(w, printed)
	}))
	c.t.Cleanup(server.Close)
	folder := c.t.TempDir()
	must(c.t, os.WriteFile(filepath.Join(folder, "aws"), fmt.Appendf(nil, asked, server.URL), 0o755))
	c.env = append(c.env, "PATH="+folder+string(os.PathListSeparator)+os.Getenv("PATH"))
}
