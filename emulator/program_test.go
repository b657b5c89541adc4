package emulator_test

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// A program is a client in another language. It prints a line for each thing
// that happens to it.
type program struct {
	t     *testing.T
	name  string
	cmd   *exec.Cmd   // nil of a device that shares its process, see sdkDevices
	kill  func()      // and let lines be closed
	lines chan string // closed at the end of the output
	seen  []string
	wrote transcript // standard error
}

// A transcript is what a program has written so far.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (w *transcript) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(p)
}

func (w *transcript) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// start runs a program until the end of the test. environment is added to that
// of the test.
func start(t *testing.T, environment []string, name string, args ...string) *program {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Env = append(os.Environ(), environment...)
	return startCommand(t, cmd)
}

func startCommand(t *testing.T, cmd *exec.Cmd) *program {
	t.Helper()
	p := &program{t: t, name: filepath.Base(cmd.Path), cmd: cmd, lines: make(chan string, 1000)}
	p.kill = func() { _ = p.cmd.Process.Kill() }
	p.cmd.Stderr = &p.wrote
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			p.lines <- s.Text()
		}
	}()
	p.endWithTest()
	return p
}

func (p *program) endWithTest() {
	p.t.Cleanup(func() {
		p.end()
		if p.t.Failed() {
			p.t.Logf("%s printed:\n%s\n%s", p.name, strings.Join(p.seen, "\n"), p.wrote.String())
		}
	})
}

// end kills the program and collects what it has still printed.
func (p *program) end() {
	p.kill()
	for line := range p.lines {
		p.seen = append(p.seen, line)
	}
	if p.cmd != nil {
		_ = p.cmd.Wait()
	}
}

// ended waits for the program's own end and returns what it wrote to standard
// error.
func (p *program) ended() string {
	p.t.Helper()
	timeout := time.After(patience)
	for {
		select {
		case line, open := <-p.lines:
			if open {
				p.seen = append(p.seen, line)
				continue
			}
			_ = p.cmd.Wait()
			return p.wrote.String()
		case <-timeout:
			p.t.Fatalf("%s has not ended within %v", p.name, patience)
		}
	}
}

// until waits for a line, or for one that begins so.
func (p *program) until(want string) {
	p.t.Helper()
	p.within(patience, want)
}

// within is until for a program that may take its time; it returns what follows.
func (p *program) within(d time.Duration, want string) (rest string) {
	p.t.Helper()
	timeout := time.After(d)
	for {
		select {
		case line, open := <-p.lines:
			if !open {
				p.t.Fatalf("%s has ended, want the line %q first", p.name, want)
			}
			p.seen = append(p.seen, line)
			if strings.HasPrefix(line, want) {
				return line[len(want):]
			}
		case <-timeout:
			p.t.Fatalf("%s has not printed %q within %v", p.name, want, d)
		}
	}
}

// untilAll waits for lines that come in any order.
func (p *program) untilAll(want ...string) {
	p.t.Helper()
	for _, line := range want {
		if !p.saw(line) {
			p.until(line)
		}
	}
}

// saw reports whether a line that begins so has been read.
func (p *program) saw(want string) bool {
	return slices.ContainsFunc(p.seen, func(line string) bool { return strings.HasPrefix(line, want) })
}
