package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A box is a container without an engine: mount and network namespaces, a
// read-only root, a user without privileges. It needs root and util-linux.
//
// What an engine would pull, this machine's own files stand in for.
type box struct {
	image    string            // a folder: the files of the image
	machine  bool              // below them lie this machine's own files
	binds    map[string]string // path inside, to the folder that is mounted there
	readOnly []string          // those of binds that cannot be written to
	tmpfs    []string
	env      []string
	workdir  string
	user     string // uid:gid
	sysctls  map[string]string
	network  *boxed // whose network it shares; nil for one of its own
}

// A boxed is a program that runs in a box.
type boxed struct {
	t     *testing.T
	cmd   *exec.Cmd
	lines chan string // of standard output, closed at its end
	seen  []string
	wrote bytes.Buffer // standard error; read it after the end
}

// needsBox checks that boxes can be made here.
func needsBox(t *testing.T) {
	t.Helper()
	switch {
	case runtime.GOOS != "linux":
		t.Skip("this test needs Linux")
	case os.Geteuid() != 0:
		missing(t, "root", "run as root, which makes the container")
	}
	for _, tool := range []string{"unshare", "nsenter", "mount", "ip", "chroot"} {
		if _, err := exec.LookPath(tool); err != nil {
			missing(t, tool, "apt-get install util-linux iproute2")
		}
	}
}

// script is what happens in the namespaces before the program takes over. The
// image is copied to a file system of its own, for the layers of an overlay must
// not lie within each other.
func (b *box) script(m string) string {
	s := []string{"set -eu", "mount -t tmpfs -o mode=755 tmpfs " + m, "mkdir " + m + "/image " + m + "/below " + m + "/root"}
	do := func(format string, args ...any) { s = append(s, fmt.Sprintf(format, args...)) }
	if b.network == nil {
		do("ip link set lo up")
	}
	for name, value := range b.sysctls {
		do("echo %s > /proc/sys/%s", value, strings.ReplaceAll(name, ".", "/"))
	}
	do("cp -a %s/. %s/image", b.image, m)
	below := m + "/below"
	if b.machine {
		below = "/"
		b.binds["/dev"], b.binds["/proc"] = "/dev", "/proc"
	}
	for _, inside := range b.tmpfs {
		do("mkdir -p %s/image%s", m, inside)
	}
	for inside := range b.binds {
		do("mkdir -p %s/image%s", m, inside)
	}
	do("mount -t overlay -o lowerdir=%s/image:%s overlay %s/root", m, below, m)
	for _, inside := range b.tmpfs {
		do("mount -t tmpfs -o mode=1777,noexec,nosuid,nodev tmpfs %s/root%s", m, inside)
	}
	for inside, outside := range b.binds {
		do("mount --bind %s %s/root%s", outside, m, inside)
		if slices.Contains(b.readOnly, inside) {
			do("mount -o remount,bind,ro %s/root%s", m, inside)
		}
	}
	program := `"$@"`
	if b.workdir != "" {
		program = "env --chdir=" + b.workdir + " " + program
	}
	do("exec chroot --userspec=%s %s/root %s", b.user, m, program)
	return strings.Join(s, "\n")
}

// start runs a program in the box until the end of the test.
func (b *box) start(t *testing.T, words ...string) *boxed {
	t.Helper()
	args := []string{"unshare", "--mount", "--net"}
	if b.network != nil {
		args = []string{"nsenter", "--target", b.network.pid(), "--net", "unshare", "--mount"}
	}
	args = append(args, "sh", "-c", b.script(t.TempDir()), "sh")
	p := &boxed{t: t, cmd: exec.Command(args[0], append(args[1:], words...)...), lines: make(chan string, 1000)}
	p.cmd.Env = append([]string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/"}, b.env...)
	p.cmd.Stderr = &p.wrote
	out, err := p.cmd.StdoutPipe()
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	go p.read(out)
	t.Cleanup(func() {
		p.end(syscall.SIGKILL)
		if t.Failed() {
			t.Logf("%s printed:\n%s\n%s", words[0], strings.Join(p.seen, "\n"), p.wrote.String())
		}
	})
	return p
}

func (p *boxed) read(out io.Reader) {
	defer close(p.lines)
	for s := bufio.NewScanner(out); s.Scan(); {
		p.lines <- s.Text()
	}
}

func (p *boxed) pid() string { return strconv.Itoa(p.cmd.Process.Pid) }

// until waits for a line.
func (p *boxed) until(want string) {
	p.t.Helper()
	timeout := time.After(patience)
	for {
		select {
		case line, open := <-p.lines:
			if !open {
				p.t.Fatalf("the program has ended, want the line %q first", want)
			}
			p.seen = append(p.seen, line)
			if line == want {
				return
			}
		case <-timeout:
			p.t.Fatalf("the program has not printed %q within %v", want, patience)
		}
	}
}

// end sends a signal, or 0 for none, and returns how the program ended. Later
// calls have no effect.
func (p *boxed) end(signal syscall.Signal) *os.ProcessState {
	p.t.Helper()
	if p.cmd.ProcessState != nil {
		return p.cmd.ProcessState
	}
	_ = p.cmd.Process.Signal(signal)
	overdue := time.AfterFunc(patience, func() { _ = p.cmd.Process.Kill() })
	defer overdue.Stop()
	for line := range p.lines {
		p.seen = append(p.seen, line)
	}
	_ = p.cmd.Wait()
	return p.cmd.ProcessState
}

// exec runs a command in the box of a program, as docker exec does.
func (p *boxed) exec(user string, words ...string) (string, error) {
	uid, gid, _ := strings.Cut(user, ":")
	args := append([]string{"--target", p.pid(), "--mount", "--net", "--root", "--setuid", uid, "--setgid", gid}, words...)
	return run(exec.Command("nsenter", args...))
}

// beside runs a command of this machine in the network of a program.
func (p *boxed) beside(env []string, words ...string) (string, error) {
	cmd := exec.Command("nsenter", append([]string{"--target", p.pid(), "--net"}, words...)...)
	cmd.Env = append(os.Environ(), env...)
	return run(cmd)
}

// run runs a command to its end and returns what it printed; the error has it
// too.
func run(cmd *exec.Cmd) (string, error) {
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%s: %w\n%s", filepath.Base(cmd.Path), err, out)
	}
	return string(out), err
}

// status returns a line of /proc/…/status without its name.
func (p *boxed) status(t *testing.T, name string) []string {
	t.Helper()
	text, err := os.ReadFile("/proc/" + p.pid() + "/status")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.Fields(rest)
		}
	}
	return nil
}
