package main

import (
	"encoding/json"
	"encoding/xml"
	"os/exec"
	"strings"
	"testing"
)

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
