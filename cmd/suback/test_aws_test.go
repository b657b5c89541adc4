package main

import (
	"bytes"
	"os"
	"os/exec"
	ossignal "os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/suback/suback/emulator"
)

// waiting has a client that waits longer than the test, with a thing and a policy of its own.
const waiting = `
name: it waits
clients: {a: {things: [t], policy: {Effect: Allow, Action: "iot:*", Resource: ["*", topic/a]}}}
steps:
  - connect: a
  - subscribe: {client: a, filter: a}
  - expect: {client: a, message: a, within: 1h}
`

// TestTestOnAWS: a run at an account is interrupted while its client waits. It removes what it
// made; what it cannot, since it was killed, --cleanup does.
func TestTestOnAWS(t *testing.T) {
	if err := compile(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "waiting.yaml")
	if err := os.WriteFile(file, []byte(waiting), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, os.Kill} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			if signal == syscall.SIGHUP && ossignal.Ignored(signal) {
				t.Skip("hangups are ignored here, as under nohup, and so by the program")
			}
			e := emulator.Run(t, emulator.Options{})
			before := exported(t, e)
			stderr := interrupted(t, e, signal, "test", "--target", "aws", file)
			if signal != os.Kill {
				if !strings.Contains(stderr, "account 000000000000, region us-east-1, at http://") ||
					!strings.Contains(stderr, "interrupted; what was made there is being removed") {
					t.Errorf("got %q, want whose account it is, and that it is tidied up", stderr)
				}
			} else {
				if exported(t, e) == before {
					t.Error("a killed run has left nothing, so that this test proves nothing")
				}
				cmd := onAWS(t, e, "test", "--target", "aws", "--cleanup")
				out, err := cmd.Output()
				if err != nil || !strings.HasSuffix(string(out), " removed\n") {
					t.Errorf("got %q (%v), want that it is removed", out, err)
				}
			}
			if after := exported(t, e); after != before {
				t.Errorf("the account has changed, from\n%s\nto\n%s", before, after)
			}
		})
	}
}

// TestTestUnread: who reads the results of a run at an account goes away, as head does. It removes
// what it made, and waits for nothing any more.
func TestTestUnread(t *testing.T) {
	if err := compile(); err != nil {
		t.Fatal(err)
	}
	t.Parallel()
	file := filepath.Join(t.TempDir(), "some.yaml")
	text := "scenarios:\n- name: it connects\n  versions: [5]\n  steps: [{connect: a}]\n-" +
		strings.ReplaceAll(waiting, "\n", "\n  ")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, how := range []string{"", "--json"} {
		e := emulator.Run(t, emulator.Options{})
		before := exported(t, e)
		read, write, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		_ = read.Close()
		args := []string{"test", "--target", "aws", file}
		if how != "" {
			args = slices.Insert(args, 1, how)
		}
		cmd := onAWS(t, e, args...)
		cmd.Stdout = write
		err = cmd.Run()
		_ = write.Close()
		if cmd.ProcessState.ExitCode() != exitNo {
			t.Errorf("%s: got %v, want exit code 1", how, err)
		}
		if after := exported(t, e); after != before {
			t.Errorf("%s: the account has changed, from\n%s\nto\n%s", how, before, after)
		}
	}
}

func exported(t *testing.T, e *emulator.Emulator) string {
	t.Helper()
	var b bytes.Buffer
	if err := e.Export(&b, emulator.ExportOptions{}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// onAWS is the program with an emulator for AWS, and nothing else of the SDKs' configuration.
func onAWS(t *testing.T, e *emulator.Emulator, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, args...)
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "AWS_") && !strings.HasPrefix(v, "SUBACK_") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	none := filepath.Join(t.TempDir(), "none")
	cmd.Env = append(cmd.Env, "AWS_ENDPOINT_URL=http://"+e.Addr(emulator.HTTP), "AWS_REGION=us-east-1",
		"AWS_CONFIG_FILE="+none, "AWS_SHARED_CREDENTIALS_FILE="+none, "AWS_EC2_METADATA_DISABLED=true")
	return cmd
}

// interrupted sends the program a signal once a client of its is connected, and returns what
// it said.
func interrupted(t *testing.T, e *emulator.Emulator, signal os.Signal, args ...string) string {
	t.Helper()
	cmd := onAWS(t, e, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	until := time.Now().Add(patience)
	for subscribed := false; !subscribed; time.Sleep(5 * time.Millisecond) {
		for _, c := range e.Account("").Clients() {
			subscribed = subscribed || len(c.Subscriptions) > 0
		}
		if time.Now().After(until) {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
			t.Fatalf("no client of it comes, got\n%s%s", &stdout, &stderr)
		}
	}
	if err := cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Error("the exit code of what was interrupted is 0, want 1")
	}
	return stderr.String()
}
