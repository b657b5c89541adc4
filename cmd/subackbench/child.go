package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// lastTime is how long a child has between SIGTERM and SIGKILL; suback takes 5 s at most.
const lastTime = 7 * time.Second

// A command is what a child runs; a calm one gives way to others on its CPU.
type command struct {
	path           string
	args           []string
	cpu            int // noCPU for any
	calm           bool
	stdout, stderr io.Writer
}

// A child is a process of the bench. It ends with end, with the context that it was
// started with, and, on Linux, with the bench.
type child struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
	err  error         // how it ended, after done
}

// start starts a child on its CPU. It has PATH and a HOME in the lab's folder, and
// nothing else of the bench's environment.
func (l *lab) start(ctx context.Context, c command) (*child, error) {
	if nice := find("nice"); c.calm && nice != "" {
		c.path, c.args = nice, append([]string{"-n", "10", c.path}, c.args...)
	}
	cmd := exec.CommandContext(ctx, c.path, c.args...)
	start := cmd.Start
	if c.calm {
		start = func() error { return calmly(cmd.Start) }
	}
	cmd.Stdout, cmd.Stderr, cmd.Dir = c.stdout, c.stderr, l.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + l.dir, "TMPDIR=" + l.dir}
	cmd.Cancel = func() error { return terminate(cmd.Process) }
	cmd.WaitDelay = lastTime
	dieWithParent(cmd)
	if err := onCPU(c.cpu, start); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(c.path), err)
	}
	p := &child{cmd: cmd, done: make(chan struct{})}
	go func() {
		p.err = cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

func (p *child) pid() int { return p.cmd.Process.Pid }

// end ends the child and waits for it.
func (p *child) end() {
	_ = terminate(p.cmd.Process)
	select {
	case <-p.done:
	case <-time.After(lastTime):
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}
