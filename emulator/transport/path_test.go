package transport

import (
	"strings"
	"testing"
)

// A presigned URL whose ? went wrong has the session token and the signature in
// its path.
func TestShownPath(t *testing.T) {
	tests := []struct{ name, path, want, source string }{
		{"as it is", "/role-aliases/a", "/role-aliases/a", "A-252"},
		{"? percent-encoded", "/mqtt%3FX-Amz-Signature=5eCrE7", "/mqtt…", "A-38"},
		{"? percent-encoded, lower case", "/mqtt%3fx-amz-security-token%3d5eCrE7", "/mqtt…", "A-38"},
		{"? decoded", "/mqtt?X-Amz-Signature=5eCrE7", "/mqtt…", "A-38"},
		{"& for ?", "/mqtt&X-Amz-Signature=5eCrE7", "/mqtt…", "A-38"},
		{"; for ?", "/mqtt;X-Amz-Signature=5eCrE7", "/mqtt…", "A-38"},
		{"/ for ?", "/mqtt/X-Amz-Security-Token=5eCrE7", "/mqtt/X-Amz-Security-Token…", "A-38"},
		{"token as a segment", "/mqtt/" + strings.Repeat("e", 42) + "5eCrE7", "/mqtt/" + strings.Repeat("e", 42) + "…", "rule of our own"},
		{"cut within a letter", "/" + strings.Repeat("e", 46) + "ü", "/" + strings.Repeat("e", 46) + "…", "UTF-8"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := ShownPath(tt.path); got != tt.want {
				t.Errorf("got %q, want %q (%s)", got, tt.want, tt.source)
			}
		})
	}
}

func TestRefusedPathKeepsSecrets(t *testing.T) {
	s := start(t, Options{Name: "http"}, nil)
	head := s.tcp().upgrade("/mqtt%3FX-Amz-Signature=5eCrE7", "Sec-WebSocket-Protocol: mqtt", someKey)
	if !strings.HasPrefix(head, "HTTP/1.1 403 ") {
		t.Errorf("got %q, want status 403 (A-38)", head)
	}
	p := s.problem()
	if p.Reason != ProblemUpgrade || strings.Contains(p.Detail+p.Hint, "5eCrE7") || !strings.Contains(p.Hint, "begins with a ?") {
		t.Errorf("got %s, %q, hint %q, want the path without its query, and a hint at the ? (A-38)", p.Reason, p.Detail, p.Hint)
	}
}
