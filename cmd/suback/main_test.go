package main

import (
	"bytes"
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/suback/suback/emulator/skips"
)

func TestMain(m *testing.M) {
	// Most wait for a program; the command line wins.
	_ = flag.Set("test.parallel", strconv.Itoa(2*runtime.GOMAXPROCS(0)))
	code := m.Run()
	if binary != "" {
		_ = os.RemoveAll(filepath.Dir(binary))
	}
	for _, folder := range outs.folders {
		_ = os.RemoveAll(folder)
	}
	os.Exit(skips.Report(code))
}

// binary is the program, made by the first test that starts it.
var binary string

var compile = sync.OnceValue(func() error {
	dir, err := os.MkdirTemp("", "suback")
	if err != nil {
		return err
	}
	binary = filepath.Join(dir, "suback")
	cmd := exec.Command("go", "build", "-o", binary, ".")
	cmd.Stderr = os.Stderr
	return cmd.Run()
})

// A result is what one run of the program left behind.
type result struct {
	code           int
	stdout, stderr string
}

// call runs the program in this process, with a folder of its own for the CA.
func call(t *testing.T, environment map[string]string, args ...string) result {
	t.Helper()
	home := t.TempDir()
	var stdout, stderr bytes.Buffer
	p := &program{stdout: &stdout, stderr: &stderr, getenv: func(name string) string {
		if value, given := environment[name]; given {
			return value
		}
		return map[string]string{"HOME": home}[name]
	}}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	return result{p.run(ctx, args), stdout.String(), stderr.String()}
}

func TestExitCodes(t *testing.T) {
	broken := filepath.Join(t.TempDir(), "suback.yaml")
	if err := os.WriteFile(broken, []byte("region: us-east-1\nregoin: x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name        string
		environment map[string]string
		args        []string
		code        int
		stdout      string // a part of it
		stderr      string // a part of it
	}{
		{"help", nil, []string{"help"}, exitYes, "suback serve", ""},
		{"-h", nil, []string{"-h"}, exitYes, "suback serve", ""},
		{"help of a verb", nil, []string{"serve", "-h"}, exitYes, "-log-format", ""},
		{"version", nil, []string{"version"}, exitYes, "suback ", ""},
		{"coverage", nil, []string{"coverage"}, exitYes, "not emulated", ""},
		{"ca", nil, []string{"ca"}, exitYes, "-----BEGIN CERTIFICATE-----", ""},
		{"ca without a place", map[string]string{"HOME": ""}, []string{"ca"}, exitNo, "", "hint: give --state"},

		{"no such verb", nil, []string{"serf"}, exitUsage, "", `error: there is no "serf", want one of: serve, invoke,`},
		{"nearly a verb", nil, []string{"srve"}, exitUsage, "",
			"error: there is no \"srve\", is \"serve\" meant?\nsuback: hint: see suback help\n"},
		{"nearly help", nil, []string{"halp"}, exitUsage, "", `is "help" meant?`},
		{"no such flag", nil, []string{"--nope"}, exitUsage, "", "error: suback serve has no flag --nope\nsuback: hint: see suback serve -h\n"},
		{"nearly a flag", nil, []string{"--log-fromat", "json"}, exitUsage, "",
			"error: suback serve has no flag --log-fromat, is --log-format meant?\n"},
		{"nearly a flag of a verb", nil, []string{"invoke", "-clientid=x"}, exitUsage, "",
			"error: suback invoke has no flag --clientid, is --client-id meant?\nsuback: hint: see suback invoke -h\n"},
		{"flag without its value", nil, []string{"--state"}, exitUsage, "",
			"error: flag needs an argument: -state\nsuback: hint: see suback help\n"},
		{"argument too many", nil, []string{"version", "now"}, exitUsage, "", `unexpected argument "now"`},
		{"log level", nil, []string{"serve", "--log-level", "loud"}, exitUsage, "", `--log-level is "loud", want debug, info, warn or error`},
		{"log format", nil, []string{"serve", "--log-format", "xml"}, exitUsage, "", `--log-format is "xml", want text, json or cloudwatch`},
		{"log level from the environment", map[string]string{"SUBACK_LOG_LEVEL": "loud"}, []string{"serve"}, exitUsage, "", "--log-level is"},
		{"transport", nil, []string{"invoke", "--transport", "http"}, exitUsage, "", `--transport is "http", want mqtt or wss`},
		{"query without WebSocket", nil, []string{"invoke", "--query", "a=b"}, exitUsage, "", "belong to --transport wss"},
		{"header", nil, []string{"invoke", "--transport", "wss", "--header", "x"}, exitUsage, "", `--header is "x"`},

		{"rule", nil, []string{"rule", "b-660"}, exitYes, "At most 8 filters", ""},
		{"rules, as a hint has them", nil, []string{"rule", "(D-12,", "B-501)"}, exitYes, "\nB-501  observed", ""},
		{"rules with a word", nil, []string{"rule", "--search", "iot:receive missing"}, exitYes, "D-12    **Subscribe succeeds", ""},
		{"no rule has the word", nil, []string{"rule", "--search", "nobody says so"}, exitNo, "", `no rule has "nobody says so"`},
		{"no such rule", nil, []string{"rule", "b-9999"}, exitNo, "", "error: there is no rule b-9999, want one as B-"},
		{"one rule of two", nil, []string{"rule", "S-14", "A-1"}, exitNo, "A-1  ",
			"error: there is no rule S-14, want one as A-1 or B-101 or D-1"},
		{"no number", nil, []string{"rule", "A-1", "receive"}, exitUsage, "",
			`"receive" is no rule's number, as B-660 is; --search receive looks`},
		{"no rule", nil, []string{"rule"}, exitUsage, "", "want a rule's number"},
		{"rule and word", nil, []string{"rule", "A-1", "--search", "x"}, exitUsage, "", "want one of them"},

		{"no such file", nil, []string{"serve", "--config", "nowhere.yaml"}, exitNo, "", "hint: without --config"},
		{"broken file", nil, []string{"serve", "--config", broken}, exitNo, "", "suback: error: " + broken + `:2: unknown key "regoin"`},
		{"broken file from the environment", map[string]string{"SUBACK_CONFIG": broken}, nil, exitNo, "", broken + ":2: "},
		{"broken file, env", nil, []string{"env", "--config", broken}, exitNo, "", broken + ":2: "},
		{"broken file, invoke", nil, []string{"invoke", "--config", broken}, exitNo, "", broken + ":2: "},
		{"address", nil, []string{"serve", "--mqtt", "nowhere"}, exitNo, "", "listener mqtt"},
		{"nobody is well", nil, []string{"healthcheck", "--http", "127.0.0.1:1"}, exitNo, "", "no gateway at http://127.0.0.1:1/_suback/health"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := call(t, tt.environment, tt.args...)
			if got.code != tt.code {
				t.Errorf("got exit code %d, want %d", got.code, tt.code)
			}
			if !strings.Contains(got.stdout, tt.stdout) {
				t.Errorf("got output %q, want %q in it", got.stdout, tt.stdout)
			}
			if !strings.Contains(got.stderr, tt.stderr) || tt.stderr == "" && got.stderr != "" {
				t.Errorf("got errors %q, want %q in it", got.stderr, tt.stderr)
			}
		})
	}
}
