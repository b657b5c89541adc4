package main

import (
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestOneCAForAll: programs that start at the same time, each for itself, share the
// CA of the user's folder: the same for all, and never a half one.
func TestOneCAForAll(t *testing.T) {
	t.Parallel()
	const programs = 4
	home := t.TempDir()
	if err := compile(); err != nil {
		t.Fatal(err)
	}
	served := make([]string, programs)
	var working sync.WaitGroup
	for i := range programs {
		working.Go(func() {
			cmd := exec.Command(binary, "ca")
			cmd.Env = []string{"HOME=" + home}
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Errorf("%v: %s", err, out)
			}
			served[i] = string(out)
		})
	}
	working.Wait()
	g := serve(t, append([]string{"HOME=" + home}, free...))
	resp, err := http.Get("http://" + g.addresses()["http"] + "/_suback/ca.pem")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	want, err := io.ReadAll(resp.Body)
	if err != nil || len(want) == 0 {
		t.Fatal(err)
	}
	for i, got := range served {
		if got != string(want) {
			t.Errorf("program %d: got another CA", i)
		}
	}
	if entries, err := os.ReadDir(filepath.Join(home, ".config", "suback")); err != nil || len(entries) != 2 {
		t.Errorf("got %v, %v, want certificate and key and nothing half", entries, err)
	}
}

// TestOneStateForOne: of programs that start at the same time on one new folder one
// has it, and the others say so and go.
func TestOneStateForOne(t *testing.T) {
	t.Parallel()
	const programs = 4
	state := filepath.Join(t.TempDir(), "state")
	if err := compile(); err != nil {
		t.Fatal(err)
	}
	type ended struct {
		output string
		code   int
	}
	gone, outputs := make(chan ended, programs), make([]*log, programs)
	cmds := make([]*exec.Cmd, programs)
	for i := range programs {
		outputs[i] = new(log)
		cmds[i] = exec.Command(binary, "serve", "--state", state)
		cmds[i].Env = append([]string{"HOME=" + t.TempDir()}, free...)
		cmds[i].Stdout, cmds[i].Stderr = outputs[i], outputs[i]
		if err := cmds[i].Start(); err != nil {
			t.Fatal(err)
		}
		go func() {
			_ = cmds[i].Wait()
			gone <- ended{outputs[i].String(), cmds[i].ProcessState.ExitCode()}
		}()
		t.Cleanup(func() { _ = cmds[i].Process.Kill() })
	}
	for range programs - 1 {
		select {
		case e := <-gone:
			if e.code != exitNo || !strings.HasPrefix(e.output, "suback: error: "+filepath.Join(state, "sessions.db")+
				": in use by another process") {
				t.Errorf("got exit code %d, %q, want that it is in use", e.code, e.output)
			}
		case <-time.After(patience):
			t.Fatal("more than one goes on, want one")
		}
	}
	eventually(t, "one that is ready", func() bool {
		for _, o := range outputs {
			if strings.HasSuffix(o.String(), "Ready.\n") {
				return true
			}
		}
		return false
	})
	if entries, _ := filepath.Glob(filepath.Join(state, ".*")); len(entries) != 0 {
		t.Errorf("got %q, want nothing half", entries)
	}
}

// TestReadOnlyState: a state that cannot be written to is told with the file and the
// cause, and is as it was.
func TestReadOnlyState(t *testing.T) {
	t.Parallel()
	switch {
	case runtime.GOOS != "linux":
		t.Skip("this test needs Linux")
	case os.Geteuid() != 0:
		missing(t, "root", "run as root, which mounts a folder read-only")
	}
	state := t.TempDir()
	g := serve(t, free, "--state", state)
	if resp, err := callAPI(t, g.addresses()["http"], "POST", "/things/kept", "{}"); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("got %v, %v, want 200", resp, err)
	}
	g.stop(t)
	for _, args := range [][]string{{"--bind", state, state}, {"-o", "remount,bind,ro", state}} {
		if out, err := exec.Command("mount", args...).CombinedOutput(); err != nil {
			missing(t, "a mount", "run where root may mount: "+string(out))
		}
	}
	unmount := sync.OnceFunc(func() { _ = syscall.Unmount(state, syscall.MNT_DETACH) })
	t.Cleanup(unmount)
	out, code := serveFails(t, state)
	if want := filepath.Join(state, "sessions.db") + ": read-only file system"; code != exitNo || !strings.Contains(out, want) {
		t.Errorf("got exit code %d, %q, want %q", code, out, want)
	}
	fresh := filepath.Join(state, "fresh")
	if out, code := serveFails(t, fresh); code != exitNo || !strings.Contains(out, fresh) || !strings.Contains(out, "read-only file system") {
		t.Errorf("got exit code %d, %q, want the folder and the cause", code, out)
	}
	unmount()
	g = serve(t, free, "--state", state)
	if resp, err := callAPI(t, g.addresses()["http"], "GET", "/things/kept", ""); err != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("got %v, %v, want what was there", resp, err)
	}
}

// TestDamagedState [H-5, H-13]: each file of the state directory, empty, cut off or with a
// byte changed, is told by name with what to do, and is left as it is. One that can
// be had again is asked for.
func TestDamagedState(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	g := serve(t, free, "--state", state)
	if resp, err := callAPI(t, g.addresses()["http"], "POST", "/things/kept", "{}"); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("got %v, %v, want 200", resp, err)
	}
	g.stop(t)
	damages := map[string]func([]byte) []byte{
		"empty":   func([]byte) []byte { return nil },
		"cut off": func(text []byte) []byte { return text[:len(text)/2] },
		"a byte": func(text []byte) []byte {
			text[len(text)/3] ^= 4 // of a key, in what is secret: the rest comes from that
			return text
		},
	}
	for _, name := range []string{"sessions.db", "ca.pem", "ca-key.pem"} {
		file := filepath.Join(state, name)
		good, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for damage, of := range damages {
			bad := of(append([]byte(nil), good...))
			if name == "sessions.db" && damage == "a byte" {
				continue // in the midst of this one are free pages: see TestFlippedByte
			}
			write(t, state, name, string(bad))
			out, code := serveFails(t, state)
			if code != exitNo || !strings.HasPrefix(out, "suback: error: "+state) || !strings.Contains(out, name) || strings.Contains(out, "panic") {
				t.Errorf("%s, %s: got exit code %d, %q, want it told by name", name, damage, code, out)
			}
			if now, err := os.ReadFile(file); err != nil || string(now) != string(bad) {
				t.Errorf("%s, %s: got another file, want it left as it is", name, damage)
			}
		}
		write(t, state, name, string(good))
	}
	serve(t, free, "--state", state).stop(t)
}
