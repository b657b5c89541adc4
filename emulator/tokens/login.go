package tokens

import (
	"maps"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/registry"
)

// Logins: what a user of Cognito shows of another provider
//
//   - no token is verified: the keys of its issuer are not here [guess: the
//     emulator works offline]
//   - a JWT says who the user is by its sub, whatever else changes when it is
//     renewed; it must have aud and exp, be in date, and be issued by the provider
//     that it is sent for. Any other text is the user
//   - an identity that has logins wants one of them at every call; one that has none
//     gets those it is called with, and is authenticated from then on
//   - refusals are worded as users have seen them

// logins are tokens by login provider. They are secret.
type logins map[string]string

// subjects returns who the user is to each provider.
func (c *call) subjects(l logins) (map[string]string, error) {
	who := map[string]string{}
	for _, provider := range slices.Sorted(maps.Keys(l)) {
		token, isJWT := readJWT(l[provider])
		if !isJWT {
			who[provider] = l[provider]
			continue
		}
		if err := c.checkToken(provider, token); err != nil {
			return nil, err
		}
		who[provider] = token.Subject
	}
	if len(l) > 0 {
		c.note("A-254", "the tokens of Logins are not verified: whoever has any token for a login provider gets in",
			"try a wrong token against AWS; here give only the right ones")
	}
	return who, nil
}

// checkToken finds the mistakes people make; it proves nothing.
func (c *call) checkToken(provider string, t claims) error {
	now := c.registry.Now().Unix()
	switch {
	case strings.TrimPrefix(t.Issuer, "https://") != provider:
		return notAuthorized("Invalid login token. Issuer doesn't match providerName").
			explain("the token was issued by %q and sent for %q", t.Issuer, provider).
			try("the key in Logins is the token's iss without https://")
	case len(t.Audience) == 0:
		return notAuthorized("Invalid login token. Missing a required claim: aud").
			try("send the ID token; this is the access token of a user pool")
	case t.Expires <= now:
		return notAuthorized("Invalid login token. Token expired: %d >= %d", now, t.Expires).
			try("get a new ID token with the refresh token")
	}
	return nil
}

// login returns an identity with the logins it is called with.
func (c *call) login(identity registry.Identity, l logins) (registry.Identity, error) {
	who, err := c.subjects(l)
	if err != nil {
		return identity, err
	}
	switch {
	case len(who) == 0 && len(identity.Logins) > 0:
		return identity, notAuthorized("Access to Identity '%s' is forbidden.", identity.IdentityID).
			explain("the identity is authenticated by %s, and the call has no Logins",
				strings.Join(slices.Sorted(maps.Keys(identity.Logins)), ", ")).
			try("send the Logins that GetId got, or ask GetId for an unauthenticated identity")
	case len(who) > 0 && len(identity.Logins) > 0 && !knows(identity, who):
		return identity, notAuthorized("Logins don't match. Please include at least one valid login for this " +
			"identity or identity pool.").
			try("the identity belongs to another user: ask GetId with these Logins")
	case len(who) == 0:
		return identity, nil
	}
	return c.registry.LinkIdentity(identity.IdentityID, who)
}

func knows(identity registry.Identity, who map[string]string) bool {
	for provider, subject := range who {
		if identity.Has(provider, subject) {
			return true
		}
	}
	return false
}
