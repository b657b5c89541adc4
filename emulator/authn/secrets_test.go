package authn

import (
	"fmt"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/transport"
)

// A principalId made of a secret must not bring the secret into a log.
func TestAnswerShowsNoSecret(t *testing.T) {
	withHeader := overHTTP("POST", "apikey=abc-def", transport.Field{Name: "authorization", Value: "Bearer ey-123"})
	long := strings.Repeat("long-token-", 10)
	tests := []struct {
		name      string
		request   Request
		principal string
		want      string
	}{
		{"password", mqttTLS("user", "hunter-2"), "hunter-2", `principalId "***": character 7`},
		{"password in base64", mqttTLS("user", "???>"), "Pz8/Pg==", `principalId "***": character 4`},
		{"short password", mqttTLS("user", "a-b"), "a-b", `principalId "***": character 2`},
		{"password with quotes", mqttTLS("user", `a"b-c`), `a"b-c`, `principalId "***": character 2`},
		{"user name", mqttTLS("user?key=value", ""), "user?key=value", `principalId "user?***": character 5`},
		{"long user name", mqttTLS("user?key="+long, ""), "user?key=" + long, `principalId of 119 characters: character 5`},
		{"bearer token", withHeader, "ey-123", `principalId "***": character 3`},
		{"query", withHeader, "apikey=abc-def", `principalId "***": character 7`},
		{"nothing secret", mqttTLS("user", "hunter-2"), "user-42", `principalId "user-42": character 5`},
	}
	for _, tt := range tests {
		g := newGateway(t, fmt.Sprintf(`{"isAuthenticated":true,"principalId":%q,"policyDocuments":[]}`, tt.principal))
		if err := g.Registry.SetDefaultAuthorizer("pumps"); err != nil {
			t.Fatal(err)
		}
		_, refused := g.authenticate(tt.request)
		if refused == nil || !strings.HasPrefix(refused.Detail, tt.want) {
			t.Errorf("%s: got %v, want %s… (design)", tt.name, refused, tt.want)
		}
	}
}
