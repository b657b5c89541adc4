package tokens

import (
	"errors"
	"net/http"
	"strings"

	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/sigv4"
)

// Who calls
//
//   - a user or the session of a role, as the registry has it
//   - any other key is the account's root: local stacks take every key, and
//     theirs is test [guess]; so is the key test that has no other user
//   - what AWS says of a signature it does not accept is 403 and named by its
//     cause

// caller verifies the signature of a call and returns whose it is.
func (c *call) caller(service string) (registry.Credential, error) {
	keys, err := c.verify(service)
	if err != nil {
		return keys, err
	}
	c.principal = c.arn(keys)
	if !keys.Expiration.IsZero() && !c.registry.Now().Before(keys.Expiration) {
		return keys, refuse(http.StatusForbidden, "ExpiredToken",
			"The security token included in the request is expired").
			because("A-207", "A-260").try("the keys expired at %s; ask for new ones",
			keys.Expiration.UTC().Format("15:04:05Z"))
	}
	return keys, nil
}

func (c *call) verify(service string) (registry.Credential, error) {
	id, _ := signerOf(sigv4.IdentityOf(c.request))
	if id == "" {
		return registry.Credential{}, refuse(http.StatusForbidden, "MissingAuthenticationToken",
			"Request is missing Authentication Token").
			because("A-206").try("sign the request with SigV4 for the service %s; any key will do", service)
	}
	if c.Verify == nil {
		if known, ok := c.registry.Credential(id); ok {
			return known, nil
		}
		return registry.Credential{AccessKeyID: id}, nil
	}
	keys, err := c.Verify(c.request, c.body, service)
	if refused := new(authn.Error); errors.As(err, &refused) {
		return keys, badSignature(refused)
	}
	return keys, err
}

// badSignature says of a signature what authn found wrong with it: the codes of
// an authn.Error are STS's, but for the one that tells the clock apart.
func badSignature(e *authn.Error) *refusal {
	r := &refusal{status: http.StatusForbidden, message: e.Message, Cause: e.Because("A-260")}
	if r.Reason == "RequestExpired" {
		r.Reason = "SignatureDoesNotMatch"
	}
	if r.Hint == "" {
		r.Hint = "sign the request anew, with keys that are known here and with the clock set"
	}
	return r
}

// isRoot says whether keys are the account's own.
func isRoot(keys registry.Credential) bool {
	return keys.RoleName == "" && (keys.UserName == "" || keys.AccessKeyID == "test" && keys.UserName == "test")
}

// arn is the caller's.
func (c *call) arn(keys registry.Credential) string {
	if isRoot(keys) {
		return c.rootARN()
	}
	return c.registry.PrincipalARN(keys)
}

func (c *call) rootARN() string {
	return strings.Join([]string{"arn", c.registry.Partition(), "iam", "", c.registry.Account(), "root"}, ":")
}

// userID is the caller's unique id: that of the account for its root.
func (c *call) userID(keys registry.Credential) string {
	if isRoot(keys) {
		return c.registry.Account()
	}
	return c.registry.PrincipalID(keys)
}

// mayAssume judges the caller's own policies: nobody needs to allow a user what
// the role's trust does [guess: identity policies here are those of devices], but
// a Deny counts, and keys with a session policy reach no further than it says
//
func (c *call) mayAssume(keys registry.Credential, role registry.Role) error {
	own := c.judge(c.registry.CredentialDocuments(keys), role)
	if own.Explicit && !own.Allowed {
		return c.deniedRole(role.RoleArn, " with an explicit deny in an identity-based policy").
			try("a policy of %s denies sts:AssumeRole", c.principal)
	}
	if len(keys.SessionPolicies) > 0 && !c.judge(keys.SessionPolicies, role).Allowed {
		return c.deniedRole(role.RoleArn, " because no session policy allows the sts:AssumeRole action").
			try("the keys of %s were issued with a session policy, which must allow sts:AssumeRole on %s too",
				c.principal, role.RoleArn)
	}
	return nil
}

func (c *call) judge(documents []*policy.Document, role registry.Role) policy.Decision {
	return policy.Compile(documents, c.context(nil)).ExplainARN("sts:AssumeRole", role.RoleArn, nil)
}

func (c *call) context(values policy.Values) policy.Context {
	return policy.Context{Partition: c.registry.Partition(), Region: c.registry.Region(),
		Account: c.registry.Account(),
		Values:  values, Now: c.registry.Now}
}

// deniedRole is the same for a role that does not exist and one that does not
// trust the caller.
func (c *call) deniedRole(arn, why string) *refusal {
	return refuse(http.StatusForbidden, "AccessDenied",
		"User: %s is not authorized to perform: sts:AssumeRole on resource: %s%s", c.principal, arn, why).
		because("A-260", "A-262")
}
