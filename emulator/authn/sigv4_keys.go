package authn

import (
	"fmt"
	"strings"
	"time"

	"github.com/suback/suback/emulator/registry"
)

// Whose keys signed: they are known and not expired, and the session token is theirs
//

// credential finds the keys and compares the session token.
func (a *Authenticator) credential(r *signedRequest) (registry.Credential, error) {
	c, ok := a.Registry.Credential(r.AccessKeyID)
	if !ok {
		return c, invalid("there are no keys with the access key id %s", keyName(r.AccessKeyID)).
			try(hintUnknownKey(r.AccessKeyID), "A-206")
	}
	switch {
	case r.Token == c.SessionToken:
	case r.Token == "":
		return c, invalid("access key %s is a temporary one, and the request has no session token",
			c.AccessKeyID).try(hintTokenMissing(r), "A-198")
	case c.SessionToken == "":
		return c, wrongToken("access key %s is a long-term one, and the request has a session token",
			c.AccessKeyID).try(hintTokenOfOther)
	default:
		return c, wrongToken("the session token is not that of access key %s", c.AccessKeyID).
			try(hintToken(r.Token, c.SessionToken))
	}
	if a.expired(c, r.now) {
		at := c.Expiration.UTC().Format(time.RFC3339)
		e := refuse(expiredToken, "the temporary keys %s expired at %s", c.AccessKeyID, at).
			because("A-207").try(hintNewKeys)
		e.Message = "The security token included in the request is expired"
		return c, e
	}
	return c, nil
}

// expired says whether keys were no good any more at a time, as the registry's
// clock has it.
func (a *Authenticator) expired(c registry.Credential, at time.Time) bool {
	advanced := time.Until(a.Registry.Now()).Round(time.Millisecond)
	return !c.Expiration.IsZero() && !at.Add(advanced).Before(c.Expiration)
}

// keyName is an access key id that may be shown; what may be a secret key in its
// place is not: those made up for local use may be short.
func keyName(id string) string {
	if len(id) > 32 || strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") != "" {
		return fmt.Sprintf("that was sent, of %d characters", len(id))
	}
	return fmt.Sprintf("%q", id)
}
