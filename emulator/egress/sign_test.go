package egress

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSign: with the keys of the environment for a host that was opened by name, or ones that are
// no secret.
func TestSign(t *testing.T) {
	none := filepath.Join(t.TempDir(), "none")
	const own, others = "the gateway's own keys", "the keys test and test, since only --rules-to "
	for _, tt := range []struct{ name, opened, listed, url, id, key, by string }{
		{"opened", "api.example.com", "", "https://api.example.com/x", "AKIAMINE", "AKIAMINE", own},
		{"opened below", "*.example.com", "", "https://API.example.com:8443/x", "AKIAMINE", "AKIAMINE", own},
		{"opened here", "localhost", "", "http://localhost:9200/x", "AKIAMINE", "AKIAMINE", own},
		{"listed", "", "api.example.com", "https://api.example.com/x", "AKIAMINE", "AKIAMINE", own},
		{"opened, without keys", "api.example.com", "", "https://api.example.com/x", "", "test",
			"the keys test and test, since the gateway has none"},
		{"this machine", "", "", "http://localhost:9200/x", "AKIAMINE", "test", others + "localhost has it take the gateway's own"},
		{"loopback", "api.example.com", "", "http://127.0.0.1:9999/x", "AKIAMINE", "test", others + "127.0.0.1 has"},
		{"this machine, listed for another port", "", "localhost", "http://localhost:9999/x", "AKIAMINE", "test", others + "localhost has"},
		{"near, listed for another port", "", "app", "http://app:9999/x", "AKIAMINE", "test", others + "app has"},
		{"opened and listed", "app", "app", "http://app:9999/x", "AKIAMINE", "AKIAMINE", own},
		{"not open", "example.com", "", "https://api.example.com/x", "AKIAMINE", "test", others + "api.example.com has"},
	} {
		for _, v := range []string{"AWS_ACCESS_KEY_ID=" + tt.id, "AWS_SECRET_ACCESS_KEY=" + tt.id, "AWS_SESSION_TOKEN=" + tt.id,
			"AWS_CONFIG_FILE=" + none, "AWS_SHARED_CREDENTIALS_FILE=" + none, "AWS_PROFILE="} {
			name, value, _ := strings.Cut(v, "=")
			t.Setenv(name, value)
		}
		d, err := New(strings.Fields(tt.opened))
		if err != nil {
			t.Fatal(err)
		}
		d = d.With(strings.Fields(tt.listed), strings.Fields("localhost app"))
		r, err := http.NewRequest("POST", tt.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		by, err := new(Keys).Sign(t.Context(), d, r, []byte("{}"), "eu-west-1", "es")
		got := r.Header.Get("Authorization")
		if err != nil || !strings.HasPrefix(by, tt.by) || !strings.Contains(got, "Credential="+tt.key+"/") ||
			!strings.Contains(got, "/eu-west-1/es/aws4_request") || !strings.Contains(got, "host") {
			t.Errorf("%s: got %q by %q (%v), want %s by %q", tt.name, got, by, err, tt.key, tt.by)
		}
		if token := r.Header.Get("X-Amz-Security-Token"); (token != "") != (tt.key == "AKIAMINE") {
			t.Errorf("%s: got the session token %q, want it with the gateway's own keys alone", tt.name, token)
		}
	}
}

// TestSignAsksNobody: for a host that is not trusted no process of the profile runs.
func TestSignAsksNobody(t *testing.T) {
	ran, profile := filepath.Join(t.TempDir(), "ran"), filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(profile, []byte("[default]\ncredential_process = echo x> "+ran+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, v := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"} {
		t.Setenv(v, "")
	}
	t.Setenv("AWS_CONFIG_FILE", profile)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", profile+".none")
	for _, tt := range []struct {
		door *Door
		ran  bool
	}{{nil, false}, {new(Door).With([]string{"localhost"}, nil), false}, {&Door{hosts: map[string]scope{"localhost": trusted}}, true}} {
		r, err := http.NewRequest("POST", "http://localhost:9999/x", nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := new(Keys).Sign(t.Context(), tt.door, r, nil, "eu-west-1", "es"); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(ran); (err == nil) != tt.ran {
			t.Errorf("got %v of what the process makes, want that it ran: %v", err, tt.ran)
		}
	}
}
