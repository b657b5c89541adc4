package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// withFunction makes a folder with a configuration whose default authorizer is
// this code.
func withFunction(t *testing.T, code string) (config string) {
	t.Helper()
	if _, err := exec.LookPath("node"); err != nil {
		missing(t, "Node.js", "apt-get install nodejs")
	}
	dir := t.TempDir()
	write(t, dir, "index.js", code)
	write(t, dir, "suback.yaml", `
functions: {f: {runtime: nodejs, code: ./index.js, handler: index.handler}}
authorizers: [{authorizerName: a, authorizerFunctionArn: f, status: ACTIVE, signingDisabled: true}]
defaultAuthorizerName: a
`)
	return filepath.Join(dir, "suback.yaml")
}

// TestFunctionsGetNoDescriptors: what the shell left open is not the functions',
// wherever it is.
func TestFunctionsGetNoDescriptors(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux lists the descriptors with what they are")
	}
	if err := compile(); err != nil {
		t.Fatal(err)
	}
	config := withFunction(t, `
		const { readdirSync, readlinkSync } = require('node:fs');
		for (const fd of readdirSync('/proc/self/fd')) {
			try { console.log('open ' + fd + ' ' + readlinkSync('/proc/self/fd/' + fd)); } catch {}
		}
		exports.handler = async () => ({ isAuthenticated: false });
	`)
	shadow, err := os.Create(filepath.Join(t.TempDir(), "shadow"))
	if err != nil {
		t.Fatal(err)
	}
	defer shadow.Close()
	cmd := exec.Command(binary, "invoke", "--config", config, "--password", "x")
	cmd.Env = []string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH")}
	for range 7 { // 3 to 9
		cmd.ExtraFiles = append(cmd.ExtraFiles, shadow)
	}
	out, _ := cmd.CombinedOutput() // refused
	if !strings.Contains(string(out), "open 0 ") {
		t.Fatalf("got %s, want the descriptors of the handler", out)
	}
	if found := regexp.MustCompile(`open \d+ \S*/shadow`).FindAllString(string(out), -1); found != nil {
		t.Errorf("got %q, want none of the descriptors that the program was started with", found)
	}
}

// TestServeEndsWhatFunctionsLeft: on SIGTERM also what a function has started in
// a session of its own.
func TestServeEndsWhatFunctionsLeft(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("only on Linux more than the process group is found")
	}
	config := withFunction(t, `
		const { spawn } = require('node:child_process');
		process.on('SIGTERM', () => {});
		exports.handler = async () => {
			console.log('left ' + spawn('sleep', ['300'], { detached: true, stdio: 'ignore' }).pid);
			console.log('left ' + spawn('sh', ['-c', 'setsid sleep 300 & echo left $!'], { stdio: ['ignore', 'inherit', 'inherit'] }).pid);
			return { isAuthenticated: false };
		};
	`)
	g := serve(t, free, "--config", config)
	if err := g.connect(t, "pump-7", "x"); err == nil {
		t.Fatal("got accepted, want refused by the authorizer")
	}
	var left []int
	eventually(t, "three processes", func() bool {
		left = nil
		for _, m := range regexp.MustCompile(`left (\d+)`).FindAllStringSubmatch(g.stderr.String(), -1) {
			pid, _ := strconv.Atoi(m[1])
			left = append(left, pid)
		}
		return len(left) == 3
	})
	start := time.Now()
	g.stop(t)
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("got %v from SIGTERM to the end, want at most 5 s", took)
	}
	for _, pid := range left {
		if stat, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat"); syscall.Kill(pid, 0) == nil &&
			!strings.Contains(string(stat), ") Z ") {
			t.Errorf("process %d lives on (H-14): %s", pid, stat)
		}
	}
}
