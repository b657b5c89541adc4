package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/suback/suback/emulator/skips"
)

// badFunctions are authorizers that do what none should, by name; each knows its clients
// by a variable that everything which it starts inherits.
const badFunctions = `
const { spawn } = require('node:child_process');
exports.good = async () => ({ isAuthenticated: true, principalId: 'p', policyDocuments:
	[{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'iot:*', Resource: '*' }] }] });
exports.crashes = async () => process.abort();
exports.throws = async () => { setTimeout(() => { throw new Error('later'); }, 0); return new Promise(() => {}); };
exports.hangs = () => { for (;;); };
exports.floods = async () => { for (let i = 0; i < 2000; i++) console.log('x'.repeat(10000)); return { isAuthenticated: false }; };
exports.forks = async () => {
	for (let i = 0; i < 3; i++) spawn('sleep', ['300'], { detached: true, stdio: 'ignore' });
	spawn('sh', ['-c', 'setsid sleep 300 & setsid sleep 300 &'], { stdio: 'ignore' });
	return { isAuthenticated: false };
};
`

// TestBadFunctions: functions that crash, hang, flood and fork, twenty invocations at
// once, in CI a hundred: each client is refused, others' functions and connections go on meanwhile, and
// no process is left at the end.
func TestBadFunctions(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("only on Linux more than the process group is found")
	}
	bad := []string{"crashes", "throws", "hangs", "floods", "forks"}
	each := 4
	if skips.CI() {
		each = 20
	}
	config := withFunction(t, badFunctions)
	mark := "SUBACK_TEST_MARK=" + t.TempDir()
	name, value, _ := strings.Cut(mark, "=")
	var functions, authorizers strings.Builder
	for _, f := range append([]string{"good"}, bad...) {
		fmt.Fprintf(&functions, "  %s: {runtime: nodejs, code: ./index.js, handler: index.%s, timeout: 1, environment: {%s: %q}}\n",
			f, f, name, value)
		fmt.Fprintf(&authorizers, "  - {authorizerName: %s, authorizerFunctionArn: %s, status: ACTIVE, signingDisabled: true}\n", f, f)
	}
	write(t, filepath.Dir(config), "suback.yaml",
		"functions:\n"+functions.String()+"authorizers:\n"+authorizers.String()+"defaultAuthorizerName: good\n")
	g := serve(t, free, "--config", config)
	if err := g.connect(t, "warm", "x"); err != nil {
		t.Fatal(err)
	}
	healthy := startPair(t, g.addresses()["mqtt"], "healthy")

	over := make(chan struct{})
	var all, good sync.WaitGroup
	newcomers := 0
	good.Go(func() { // others' functions
		for ; !pause(over, 50*time.Millisecond); newcomers++ {
			w, _, err := dialWire(g.addresses()["mqtt"], fmt.Sprint("good-", newcomers), true)
			if err != nil {
				t.Errorf("newcomer %d: %v, want to be let in by a function of its own", newcomers, err)
				return
			}
			_ = w.Close()
		}
	})
	begin := time.Now()
	for _, f := range bad {
		for i := range each {
			all.Go(func() {
				if err := g.connectBy(f, fmt.Sprint(f, "-", i)); err == nil {
					t.Errorf("%s-%d: let in, want refused", f, i)
				}
			})
		}
	}
	all.Wait()
	took := time.Since(begin)
	close(over)
	good.Wait()
	healthy.end()
	t.Logf("%d invocations at once, all over after %v; %d others let in meanwhile; %d MB of memory, %d KB of log",
		each*len(bad), took.Round(time.Millisecond), newcomers, resident(t, g.cmd.Process.Pid)>>20, len(g.stderr.String())>>10)
	if newcomers == 0 {
		t.Error("nobody was let in meanwhile")
	}
	if n := len(g.stderr.String()); n > 8<<20 {
		t.Errorf("%d bytes of log, want a flood to be bounded", n)
	}
	if len(marked(mark)) < 2 {
		t.Error("no process of a function is found, want the warm ones at least")
	}
	g.stop(t)
	if left := marked(mark); len(left) > 0 {
		t.Errorf("%d processes are left (H-14): %q", len(left), left)
	}
}

// connectBy tries MQTT through an authorizer.
func (g *gateway) connectBy(authorizer, id string) error {
	w, _, err := dialWireAs(g.addresses()["mqtt"], id, true, "me?x-amz-customauthorizer-name="+authorizer)
	if err == nil {
		_ = w.Close()
	}
	return err
}

// marked are the processes that have a variable in their environment.
func marked(variable string) (found []string) {
	folders, _ := filepath.Glob("/proc/[0-9]*")
	for _, folder := range folders {
		environment, err := os.ReadFile(filepath.Join(folder, "environ"))
		pid, _ := strconv.Atoi(filepath.Base(folder))
		if err == nil && pid != os.Getpid() && strings.Contains("\x00"+string(environment), "\x00"+variable+"\x00") {
			line, _ := os.ReadFile(filepath.Join(folder, "cmdline"))
			found = append(found, fmt.Sprint(pid, " ", strings.ReplaceAll(string(line), "\x00", " ")))
		}
	}
	return found
}
