package authn

import (
	"strings"
	"testing"
)

func TestDeniedHints(t *testing.T) {
	noPassword := mqttTLS("user", "")
	noPassword.Password = nil
	again := mqttTLS("user?SDK=x", "test")
	again.Refresh = true
	tests := []struct {
		name    string
		request Request
		want    string
		rule    string
		source  string
	}{
		{"password", mqttTLS("user", "test"), "is base64, decode it once", "D-17", "D-17"},
		{"parameters in the user name", mqttTLS("user?SDK=x", "test"), "includes all from the ? on", "D-18", "D-18"},
		{"at a refresh", again, "may have expired meanwhile", "D-22", "D-22"},
		{"neither", noPassword, "look at what it compares in its log", "A-121", "A-121"},
	}
	for _, tt := range tests {
		g := newGateway(t, `{"isAuthenticated":false}`)
		if err := g.Registry.SetDefaultAuthorizer("pumps"); err != nil {
			t.Fatal(err)
		}
		_, refused := g.authenticate(tt.request)
		if refused == nil || refused.Reason != notAuthenticated || !refused.Invoked {
			t.Fatalf("%s: got %+v, want %s by the function (%s)", tt.name, refused, notAuthenticated, tt.source)
		}
		if !strings.Contains(refused.Hint, tt.want) || (tt.want == "") != (refused.Hint == "") ||
			!strings.Contains(strings.Join(refused.Rules, " "), tt.rule) {
			t.Errorf("%s: got hint %q, rules %v, want %q, %s (%s)", tt.name, refused.Hint, refused.Rules, tt.want, tt.rule, tt.source)
		}
	}
}
