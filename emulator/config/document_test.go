//go:build unix

package config

import (
	"fmt"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestNamedFileIsPlain: a suback.yaml, which may be a stranger's, cannot have the start wait for ever on a
// pipe, or read a device.
func TestNamedFileIsPlain(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe.py")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	const policy, plain = "policies:\n  - {policyName: p, policyDocument: %s}\n", "is a pipe and no file"
	for _, tt := range []struct{ text, named, want string }{
		{policy, pipe, plain},
		{policy, "/dev/null", "is a device and no file"},
		{policy, t.TempDir(), "is a folder and no file"},
		{"certificates:\n  - {certificatePem: %s}\n", pipe, plain},
		{"caCertificates:\n  - {caCertificatePem: %s}\n", pipe, plain},
		{"shadows:\n  - {thingName: t, state: %s}\n", pipe, plain},
		{"authorizers:\n  - {authorizerName: a, authorizerFunctionArn: f, tokenSigningPublicKeys: {k: %s}}\n", pipe, plain},
		{"functions:\n  f: {runtime: provided, code: %s}\n", pipe, "is a pipe, want a folder or file"},
		{"functions:\n  f: {runtime: python, handler: pipe.x, code: %s}\n", pipe, "is a pipe, want a folder or file"},
	} {
		_, err := loadAndBuild(t, fmt.Sprintf(tt.text, tt.named))
		got := fmt.Sprint(err)
		if _, got, _ := strings.Cut(got, "suback.yaml:2: "); !strings.Contains(got, tt.named) || !strings.Contains(got, tt.want) {
			t.Errorf("got %q, want suback.yaml:2, %s and %q (SECURITY: it never harms the machine)", err, tt.named, tt.want)
		}
	}
}
