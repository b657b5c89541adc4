package authn

import (
	"errors"
	"fmt"
	"strings"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/registry"
)

// Keys that nobody configured
//
//   - where no keys are configured at all, any long-term keys may do what they may
//     do at the control plane: all. Their signature cannot be verified, the rest is
//     as ever: region, service, time
//   - not for a web page of another origin, which could sign with any keys
//   - a NOTE says so

const strangersPolicy = `{"Version": "2012-10-17",
	"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}`

// stranger returns the grant of keys that nobody configured, or with nil what
// there is to add to their refusal.
func (a *Authenticator) stranger(r Request, refused error) (g *Grant, hint, rule string) {
	e := new(Error)
	mayDoAll := a.setting().Strangers
	if mayDoAll == nil || !errors.As(refused, &e) || e.Reason != invalidToken {
		return nil, "", ""
	}
	s, err := readSignature(r.Facts.HTTP)
	_, known := a.Registry.Credential(s.AccessKeyID)
	// temporary keys are never those of nobody
	if err != nil || known || strings.HasPrefix(s.AccessKeyID, "ASIA") {
		return nil, "", ""
	}
	if !mayDoAll(r.Facts) {
		return nil, "a web page of another origin must sign with keys that are configured", "A-371"
	}
	d, err := policy.Parse("any keys", []byte(strangersPolicy))
	if err != nil {
		return nil, "", ""
	}
	name := keyName(s.AccessKeyID)
	if s.AccessKeyID == "test" { // what local stand-ins use, and no secret
		name = `"test"`
	}
	note := fmt.Sprintf("nobody configured the access key %s: its signature is not verified, and it may do "+
		"everything, "+
		"as at the control plane; with credentials in the configuration AWS's rules hold", name)
	return &Grant{
		PrincipalID: a.Registry.Account(),
		Documents:   []*policy.Document{d},
		Values:      a.values(registry.Credential{AccessKeyID: s.AccessKeyID}),
		Notes:       []Note{{note, "A-371"}},
	}, "", ""
}
