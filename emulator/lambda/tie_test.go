package lambda

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A kill -9 of this program leaves no handler behind, not even one that ignores
// signals, never reaches its event loop, or has started something itself.
func TestKilledProgram(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("only the Linux kernel ends what does not end itself")
	}
	for _, handler := range []string{"nodejs index.child", "nodejs index.spin", "python index.spins", "provided untied.sh"} {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "SUBACK_TEST_HANG="+handler, "TMPDIR="+t.TempDir())
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		var pids []int
		for lines := bufio.NewScanner(out); len(pids) == 0 && lines.Scan(); {
			if _, text, ok := strings.Cut(lines.Text(), "pids "); ok {
				for _, field := range strings.Fields(text) {
					pid, _ := strconv.Atoi(field)
					pids = append(pids, pid)
				}
			}
		}
		if len(pids) == 0 || !alive(pids[0]) {
			t.Fatalf("%s: no process runs", handler)
		}
		cmd.Process.Kill()
		cmd.Wait()
		for _, pid := range pids {
			waitFor(t, fmt.Sprintf("%s: end of process %d", handler, pid), func() bool { return !alive(pid) })
		}
	}
}

// hang is the program to kill.
func hang(handler string) {
	var o ProcessOptions
	fmt.Sscan(handler, &o.Runtime, &o.Handler)
	o.Name, o.Code, o.Timeout = "fn", "testdata/"+o.Runtime, time.Minute
	o.Log = slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr { // the bare message on a line of its own
			if a.Key == slog.MessageKey {
				fmt.Println(a.Value)
			}
			return a
		},
	}))
	p, err := NewProcess(o)
	if err != nil {
		fmt.Println(err)
		return
	}
	p.Invoke(context.Background(), Invocation{Event: []byte(`{}`)})
}
