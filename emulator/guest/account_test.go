package guest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// alone leaves nothing of the SDKs' configuration but some variables.
func alone(t *testing.T, variables ...string) {
	t.Helper()
	for _, v := range os.Environ() {
		if name, value, _ := strings.Cut(v, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, value) // so that it comes back
			os.Unsetenv(name)
		}
	}
	none := filepath.Join(t.TempDir(), "none")
	for _, v := range append([]string{"AWS_CONFIG_FILE=" + none, "AWS_SHARED_CREDENTIALS_FILE=" + none,
		"AWS_EC2_METADATA_DISABLED=true"}, variables...) {
		name, value, _ := strings.Cut(v, "=")
		t.Setenv(name, value)
	}
}

// TestOpenRefuses: before anybody is asked, services in two places are refused: the account
// that is told would not be that in which something is made.
func TestOpenRefuses(t *testing.T) {
	const nobody = "http://127.0.0.1:1"
	tests := []struct {
		what string
		env  []string
		want string
	}{
		{"no region", nil, "no region: neither AWS_REGION nor the profile says one"},
		{"STS alone", []string{"AWS_REGION=us-east-1", "AWS_ENDPOINT_URL_STS=" + nobody},
			"AWS_ENDPOINT_URL_STS is set and AWS_ENDPOINT_URL_IOT is not"},
		{"IoT alone", []string{"AWS_REGION=us-east-1", "AWS_ENDPOINT_URL_IOT=" + nobody},
			"AWS_ENDPOINT_URL_IOT is set and AWS_ENDPOINT_URL_IOT_DATA_PLANE is not"},
		{"all, and nobody there", []string{"AWS_REGION=us-east-1", "AWS_ENDPOINT_URL=" + nobody}, "GetCallerIdentity: " + nobody},
		{"no such profile", []string{"AWS_REGION=us-east-1", "AWS_PROFILE=nobody"}, "AWS configuration"},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			alone(t, tt.env...)
			if _, err := Open(t.Context(), Options{}); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}
