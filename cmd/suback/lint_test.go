package main

import (
	"encoding/json"
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestLint: exit codes, and what the flags change.
func TestLint(t *testing.T) {
	const policies = "../../fixtures/policies/"
	config := filepath.Join(t.TempDir(), "suback.yaml")
	const accounts = "accountId: \"123456789012\"\nregion: us-east-1\naccounts: {china: {region: cn-north-1}}\n"
	if err := os.WriteFile(config, []byte(accounts), 0o600); err != nil {
		t.Fatal(err)
	}
	const cured = policies + "receive-missing-cured.json"
	tests := []struct {
		name   string
		args   []string
		code   int
		stdout string // a part of it
		stderr string // a part of it
	}{
		{"nothing to find", []string{cured}, exitYes, "0 findings in 1 file", ""},
		{"a mistake", []string{policies + "subscribe-topic.json"}, exitNo,
			"subscribe-topic.json:6:64: error: Statement[2] has iot:Subscribe on", ""},
		{"its cure", []string{policies + "subscribe-topic.json"}, exitNo,
			"\n    write topicfilter/ in place of topic/ (B-504, B-209, D-13); see fixtures/policies/subscribe-topic-cured.json\n", ""},
		{"a warning", []string{policies + "receive-missing.json"}, exitNo, "[receive-missing]", ""},
		{"a warning that does not count", []string{"--severity", "error", policies + "receive-missing.json"}, exitYes, "[receive-missing]", ""},
		{"worth knowing", []string{policies + "answer-text.json"}, exitYes, "[answer-text]", ""},
		{"worth knowing, and it counts", []string{policies + "answer-text.json", "--severity=info"}, exitNo, "[answer-text]", ""},
		{"of two files", []string{cured, policies + "timer.json"}, exitNo, "1 finding in 2 files", ""},
		{"folders", []string{"../../fixtures"}, exitNo, "suback.yaml:152:", ""},
		{"another account", []string{"--account", "999999999999", cured}, exitNo, "the endpoint's is 999999999999", ""},
		{"another region", []string{"--region", "eu-west-1", cured}, exitNo, "the endpoint's is eu-west-1", ""},
		{"another partition", []string{"--partition", "aws-cn", cured}, exitNo, "the endpoint's is aws-cn", ""},
		{"a configuration's", []string{"--config", config, cured}, exitYes, "0 findings", ""},
		{"one of its accounts'", []string{"--config", config, "--account", "china", cured}, exitNo, "the endpoint's is cn-north-1", ""},
		{"for a certificate", []string{"--principal", "certificate", policies + "receive-variable.json"}, exitYes, "0 findings", ""},
		{"for an authorizer's client", []string{"--principal", "authorizer", policies + "receive-variable.json"}, exitNo,
			"[variable-principal]", ""},
		{"GitHub", []string{"--format", "github", policies + "timer.json"}, exitNo, "::error file=../../fixtures/policies/timer.json,line=", ""},

		{"no file", nil, exitUsage, "", "want files or folders, or - for standard input"},
		{"a file that there is not", []string{"nowhere.json"}, exitUsage, "", "nowhere.json: no such file"},
		{"a format", []string{"--format", "html", cured}, exitUsage, "", `--format is "html", want one of github, json, junit, sarif, text`},
		{"a severity", []string{"--severity", "fatal", cured}, exitUsage, "", `--severity is "fatal", want error, warning or info`},
		{"a principal", []string{"--principal", "thing", cured}, exitUsage, "", `--principal is "thing", want certificate, authorizer`},
		{"an account", []string{"--account", "staging", cured}, exitUsage, "", `--account is "staging", want 12 digits`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := call(t, nil, append([]string{"lint"}, tt.args...)...)
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

// TestLintFormats: what a program reads is whole, whatever is found.
func TestLintFormats(t *testing.T) {
	for format, read := range map[string]func([]byte, any) error{"json": json.Unmarshal, "sarif": json.Unmarshal, "junit": xml.Unmarshal} {
		got := call(t, nil, "lint", "--format", format, "../../fixtures/policies")
		var v any
		if format == "junit" {
			v = &struct {
				Tests int `xml:"tests,attr"`
			}{}
		} else {
			v = &map[string]any{}
		}
		if err := read([]byte(got.stdout), v); err != nil || got.code != exitNo {
			t.Errorf("%s: got exit code %d and %v, want 1 and a text that can be read", format, got.code, err)
		}
	}
}

// TestLintStdin: "-" is standard input, as behind aws iot get-policy.
func TestLintStdin(t *testing.T) {
	if err := compile(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary, "lint", "-")
	cmd.Stdin = strings.NewReader(`{"policyName": "p", "policyDocument": "{\"Version\": \"2012-10-17\"}"}`)
	out, err := cmd.CombinedOutput()
	const want = "<stdin>:1:40: error: Statement is missing [malformed]\n"
	if err == nil || !strings.HasPrefix(string(out), want) {
		t.Errorf("got %v and %s, want exit code 1 and %s", err, out, want)
	}
}
