package main

import (
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A child is on its CPU with all its threads; this process keeps all of its own.
func TestOnCPU(t *testing.T) {
	first, second := twoCPUs()
	if first == noCPU {
		t.Skip("one CPU alone")
	}
	for _, cpu := range []int{first, second} {
		cmd := exec.Command("cat", "/proc/self/status")
		var out strings.Builder
		cmd.Stdout = &out
		if err := onCPU(cpu, cmd.Start); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Fatal(err)
		}
		if got := allowed(out.String()); got != strconv.Itoa(cpu) {
			t.Errorf("got CPUs %s, want %d", got, cpu)
		}
	}
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Fatal(err)
	}
	for _, thread := range threads {
		status, err := os.ReadFile("/proc/self/task/" + thread.Name() + "/status")
		got := allowed(string(status))
		if _, alone := strconv.Atoi(got); err == nil && alone == nil {
			t.Errorf("thread %s: got CPU %s alone, want all that this process had", thread.Name(), got)
		}
	}
}

// A calm child has a lower priority under a real-time policy, where nice counts for nothing.
func TestCalmly(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before, err := unix.SchedGetAttr(0, 0)
	if err != nil {
		t.Fatal(err)
	}
	priorities := func() (during, after uint32) {
		err := calmly(func() error {
			now, err := unix.SchedGetAttr(0, 0)
			during = now.Priority
			return err
		})
		now, failed := unix.SchedGetAttr(0, 0)
		if err != nil || failed != nil {
			t.Fatal(err, failed)
		}
		return during, now.Priority
	}
	if during, after := priorities(); during != before.Priority || after != before.Priority {
		t.Errorf("got %d, then %d, want %d as before", during, after, before.Priority)
	}
	for _, own := range []uint32{10, 1} {
		rapid := unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_RR, Priority: own}
		if unix.SchedSetAttr(0, &rapid, 0) != nil {
			t.Skip("a real-time policy wants CAP_SYS_NICE")
		}
		during, after := priorities()
		if err := unix.SchedSetAttr(0, before, 0); err != nil {
			t.Fatal(err)
		}
		if want := (own + 1) / 2; during != want || after != own {
			t.Errorf("priority %d: got %d for a calm child, then %d, want %d, then %d", own, during, after, want, own)
		}
	}
}

func allowed(status string) string {
	_, after, _ := strings.Cut(status, "Cpus_allowed_list:")
	line, _, _ := strings.Cut(after, "\n")
	return strings.TrimSpace(line)
}

// A child does not outlive a bench that is killed, which is this test run once more.
func TestChildDiesWithParent(t *testing.T) {
	if os.Getenv("SUBACKBENCH_TEST_PARENT") != "" {
		l := testLab(t)
		p, err := l.start(t.Context(), command{path: l.self, args: []string{"load", "sink", "-addr", "127.0.0.1:0"}, cpu: l.broker})
		if err != nil {
			t.Fatal(err)
		}
		os.Stdout.WriteString("child " + strconv.Itoa(p.pid()) + "\n")
		time.Sleep(time.Minute)
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run", "^TestChildDiesWithParent$")
	cmd.Env = append(os.Environ(), "SUBACKBENCH_TEST_PARENT=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 64)
	n, err := out.Read(line)
	pid := strings.TrimSpace(strings.TrimPrefix(string(line[:n]), "child "))
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if _, number := strconv.Atoi(pid); err != nil || number != nil {
		t.Fatalf("got %q, %v, want the child's process id", line[:n], err)
	}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		status, err := os.ReadFile("/proc/" + pid + "/status")
		if err != nil || strings.Contains(string(status), "\nState:\tZ") {
			return
		}
		if time.Now().After(end) {
			number, _ := strconv.Atoi(pid)
			_ = syscall.Kill(number, syscall.SIGKILL)
			t.Fatalf("process %s is still there", pid)
		}
	}
}
