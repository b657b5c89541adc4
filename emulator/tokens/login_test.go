package tokens_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator/trace"
)

const provider = "cognito-idp.us-east-1.amazonaws.com/us-east-1_abc"

// jwt is a token that nobody signed.
func jwt(claims string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"RS256","kid":"k"}`)) + "." + encode([]byte(claims)) + "." + encode([]byte("secret-signature"))
}

func idToken(sub string, expires time.Time, more string) string {
	return jwt(fmt.Sprintf(`{"iss":"https://%s","aud":"client","sub":%q,"exp":%d%s}`, provider, sub, expires.Unix(), more))
}

func TestTokensOfLogins(t *testing.T) {
	a := start(t)
	soon := time.Now().Add(time.Hour)
	ann := a.identity(t, pool, map[string]string{provider: idToken("ann", soon, "")})
	tests := []struct {
		name, token string
		want        string // "": the identity of ann
		source      string
	}{
		{"the same user, a newer token", idToken("ann", soon.Add(time.Minute), `,"jti":"2"`), "", "A-255: who the user is, not the token"},
		{"an audience list", jwt(fmt.Sprintf(`{"iss":"https://%s","aud":["a","b"],"sub":"ann","exp":%d}`, provider, soon.Unix())), "",
			"RFC 7519"},
		{"out of date", idToken("ann", time.Unix(1553623394, 0), ""), "Invalid login token. Token expired: ", "aws-sdk-android#809"},
		{"another provider's", jwt(fmt.Sprintf(`{"iss":"https://accounts.google.com","aud":"a","sub":"ann","exp":%d}`, soon.Unix())),
			"Invalid login token. Issuer doesn't match providerName", "amazon-cognito-identity-js#220"},
		{"the access token", jwt(fmt.Sprintf(`{"iss":"https://%s","client_id":"client","sub":"ann","exp":%d}`, provider, soon.Unix())),
			"Invalid login token. Missing a required claim: aud", "amazon-cognito-identity-js#7"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, body := a.json(t, "GetId", fmt.Sprintf(`{"IdentityPoolId":%q,"Logins":{%q:%q}}`, pool, provider, tt.token))
			if tt.want == "" && !strings.Contains(body, ann) || !strings.Contains(body, tt.want) {
				t.Errorf("got %s, want %q or %s (%s)", body, tt.want, ann, tt.source)
			}
			if tt.want != "" {
				a.refused(t, tt.source, "NotAuthorizedException", "cognito-identity:GetId")
			}
		})
	}
	events := a.trace.Events(trace.Filter{Outcome: trace.Note})
	if len(events) != 1 || !strings.Contains(events[0].Detail, "not verified") || events[0].Count != 3 {
		t.Errorf("got %+v, want one note that tokens are not verified, counted 3 times", events)
	}
	if text := fmt.Sprint(a.trace.Events(trace.Filter{})); strings.Contains(text, "secret-") || strings.Contains(text, "eyJ") {
		t.Errorf("got %s, want no token in the trace", text)
	}
}

// A guest who logs in keeps the identity.
func TestGuestLogsIn(t *testing.T) {
	a := start(t)
	guest := a.identity(t, pool, nil)
	_, body := a.json(t, "GetCredentialsForIdentity", fmt.Sprintf(`{"IdentityId":%q,"Logins":{"a.test":"x.y.z"}}`, guest))
	if !strings.Contains(body, "ASIA") {
		t.Fatalf("got %s, want keys (A-256)", body)
	}
	if got := a.identity(t, pool, map[string]string{"a.test": "x.y.z"}); got != guest {
		t.Errorf("got %s, want %s, to which the login was linked (A-218)", got, guest)
	}
	_, body = a.json(t, "GetCredentialsForIdentity", fmt.Sprintf(`{"IdentityId":%q}`, guest))
	if !strings.Contains(body, "is forbidden") {
		t.Errorf("got %s, want a refusal: the identity is authenticated now (A-218)", body)
	}
}
