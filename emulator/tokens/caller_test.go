package tokens_test

import (
	"context"
	"testing"
	"time"

	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/tokens"
)

// Signatures as authn verifies them, from the SDK's signer.
func TestVerified(t *testing.T) {
	a := start(t)
	options := a.options
	options.Verify = (&authn.Authenticator{Registry: a.Registry}).VerifyRequest
	a.Config.Handler = tokens.New(options)
	session, err := a.IssueCredential(registry.Credential{RoleName: "app", RoleSessionName: "s"}, time.Minute)
	must(t, err)
	tests := []struct {
		name              string
		id, secret, token string
		code, text        string // "": accepted
		source            string
	}{
		{"a user", "AKIAANN", "anns secret", "", "", "", "A-258"},
		{"a role's session", session.AccessKeyID, session.SecretAccessKey, session.SessionToken, "", "", "A-262"},
		{"wrong secret", "AKIAANN", "bobs secret", "", "SignatureDoesNotMatch", "The request signature we calculated does not match",
			"A-206, A-260"},
		{"unknown key", "AKIANOBODY", "x", "", "InvalidClientTokenId", "The security token included in the request is invalid", "A-260"},
		{"no session token", session.AccessKeyID, session.SecretAccessKey, "", "InvalidClientTokenId",
			"The security token included in the request is invalid", "A-206"},
		{"another session token", session.AccessKeyID, session.SecretAccessKey, "secret-token", "InvalidClientTokenId",
			"The security token included in the request is invalid", "A-206"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := a.sts(tt.id, tt.secret, tt.token).GetCallerIdentity(context.Background(), nil)
			if tt.code == "" {
				must(t, err)
				return
			}
			apiError(t, err, tt.code, tt.text, tt.source)
			a.refused(t, tt.source, tt.code, "sts:GetCallerIdentity")
		})
	}
	a.Advance(61 * time.Second)
	_, err = a.sts(session.AccessKeyID, session.SecretAccessKey, session.SessionToken).GetCallerIdentity(context.Background(), nil)
	apiError(t, err, "ExpiredToken", "The security token included in the request is expired", "A-207")
}
