package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/suback/suback/cmd/subackbench/load"
	"github.com/suback/suback/emulator/linked"
)

// A lab is where brokers are laid out: a temporary folder and two CPUs.
type lab struct {
	dir       string // goes with close
	self      string // this program
	suback    string // the program that is measured
	mosquitto string // empty: not installed
	node      string // empty: not installed
	seconds   float64
	broker    int // CPU of whatever is measured, noCPU for any
	generator int // CPU of the generator
	files     int // descriptors that a process may have
	port      int // of the next broker, counted from firstPort
	log       io.Writer
}

// newLab makes the folder, and builds suback into it unless the file of one is given.
func newLab(ctx context.Context, seconds float64, suback string, log io.Writer) (*lab, error) {
	dir, err := os.MkdirTemp("", "subackbench")
	if err != nil {
		return nil, err
	}
	l := &lab{dir: dir, suback: cmp.Or(suback, filepath.Join(dir, "suback")), seconds: seconds, log: log,
		files: raiseFiles(), port: os.Getpid() * 100}
	l.broker, l.generator = twoCPUs()
	l.mosquitto, l.node = find("mosquitto"), find("node")
	if l.self, err = os.Executable(); err == nil && suback == "" {
		err = l.build(ctx)
	}
	if err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

// find looks for a program, also where Debian has servers.
func find(name string) string {
	for _, at := range []string{name, "/usr/sbin/" + name, "/usr/local/sbin/" + name} {
		if found, err := exec.LookPath(at); err == nil {
			return found
		}
	}
	return ""
}

func (l *lab) build(ctx context.Context) error {
	fmt.Fprintln(l.log, "building suback …")
	return linked.Program(ctx, "github.com/suback/suback/cmd/suback", l.suback)
}

func (l *lab) close() { _ = os.RemoveAll(l.dir) }

// folder makes a folder of its own for a broker.
func (l *lab) folder() (string, error) { return os.MkdirTemp(l.dir, "broker") }

// load runs the generator against a broker, if that is not nil.
func (l *lab) load(ctx context.Context, b *broker, args ...string) (load.Figures, error) {
	return l.figures(ctx, command{path: l.self, args: l.loadArgs(b, args), cpu: l.generator})
}

// loadArgs are the arguments of the generator; those of a row may name another duration.
func (l *lab) loadArgs(b *broker, args []string) []string {
	all := []string{"load", args[0]}
	if b != nil {
		all = append(all, b.args(args)...)
	}
	return append(append(all, "-duration", l.time(1).String(), "-warmup", l.time(.25).String()), args[1:]...)
}

// time is so many times the counting time.
func (l *lab) time(times float64) time.Duration {
	return time.Duration(times * l.seconds * float64(time.Second))
}

// figures runs a command and reads what it prints.
func (l *lab) figures(ctx context.Context, c command) (f load.Figures, err error) {
	var out, complaint strings.Builder
	c.stdout, c.stderr = &out, &complaint
	p, err := l.start(ctx, c)
	if err != nil {
		return nil, err
	}
	select {
	case <-p.done:
	case <-ctx.Done():
		p.end()
		return nil, context.Cause(ctx)
	}
	if p.err != nil {
		return nil, errors.New(strings.TrimPrefix(strings.TrimSpace(complaint.String()), "subackbench: "))
	}
	if err := json.Unmarshal([]byte(out.String()), &f); err != nil {
		return nil, fmt.Errorf("%s: figures: %w", strings.Join(c.args, " "), err)
	}
	return f, nil
}

// needFiles says which row cannot be measured with so few descriptors.
func (l *lab) needFiles(n int) error {
	if l.files > 0 && l.files < n {
		return skipped("it needs " + strconv.Itoa(n) + " file descriptors, ulimit -Hn is " + strconv.Itoa(l.files))
	}
	return nil
}

// skipped is why a row was not measured.
type skipped string

func (s skipped) Error() string { return "skipped: " + string(s) }
