package egress

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// TestSign: with the keys of the environment, or ones that are no secret.
func TestSign(t *testing.T) {
	none := filepath.Join(t.TempDir(), "none")
	for _, tt := range []struct{ name, id, secret, want, by string }{
		{"keys", "AKIAMINE", "secret", "Credential=AKIAMINE/", "the gateway's own keys"},
		{"none", "", "", "Credential=test/", "the keys test and test, since the gateway has none"},
	} {
		t.Setenv("AWS_ACCESS_KEY_ID", tt.id)
		t.Setenv("AWS_SECRET_ACCESS_KEY", tt.secret)
		t.Setenv("AWS_CONFIG_FILE", none)
		t.Setenv("AWS_SHARED_CREDENTIALS_FILE", none)
		r, err := http.NewRequest("POST", "http://localhost:9200/x", nil)
		if err != nil {
			t.Fatal(err)
		}
		by, err := new(Keys).Sign(t.Context(), r, []byte("{}"), "eu-west-1", "es")
		got := r.Header.Get("Authorization")
		if err != nil || by != tt.by || !strings.Contains(got, tt.want) || !strings.Contains(got, "/eu-west-1/es/aws4_request") ||
			!strings.Contains(got, "host") {
			t.Errorf("%s: got %q by %q (%v), want %s by %q", tt.name, got, by, err, tt.want, tt.by)
		}
	}
}
