package registry

import (
	"fmt"
	"time"

	"github.com/suback/suback/emulator/policy"
)

// Credentials
//
//   - temporary key ids start ASIA, long-term ones AKIA
//   - keys of a role know the role and the session name, those of
//     Cognito the identity and whether it is authenticated
//   - expired ones are remembered for 24 hours, so that "expired" can be told
//     from "unknown"

const credential kind = "credential"

// credentialShape is how keys are kept.
func credentialShape() shape[Credential] {
	return asStored(shape[Credential]{kind: "credentials"},
		storedCredentialOf, storedCredential.restore)
}

const (
	expiredKept        = 24 * time.Hour
	secretLength       = 40  // characters
	sessionTokenLength = 420 // characters
)

// A Credential is a pair of keys that may sign requests.
type Credential struct {
	AccessKeyID     string    `json:"accessKeyId" yaml:"accessKeyId"`
	SecretAccessKey string    `json:"-" yaml:"secretAccessKey"`
	SessionToken    string    `json:"-" yaml:"sessionToken"` // "" with long-term keys
	Expiration      time.Time `json:"-" yaml:"-"`            // zero: never

	// the account's own keys, which may do everything
	Root            bool   `json:"root,omitempty" yaml:"-"`
	UserName        string `json:"userName,omitempty" yaml:"userName"` // of other long-term keys
	RoleName        string `json:"roleName,omitempty" yaml:"-"`        // of temporary keys
	RoleSessionName string `json:"roleSessionName,omitempty" yaml:"-"`

	// SessionPolicies must allow too; nil limits nothing.
	SessionPolicies []*policy.Document `json:"-" yaml:"-"`

	// Values are policy variables of these keys alone: credentials-iot:ThingName
	// and the like, of those a device got with its certificate.
	Values policy.Values `json:"-" yaml:"-"`

	// IdentityID and IdentityPoolID are of the Cognito identity the keys were
	// given to, "" if to none; Authenticated says whether it has logins.
	IdentityID     string `json:"identityId,omitempty" yaml:"-"`
	IdentityPoolID string `json:"identityPoolId,omitempty" yaml:"-"`
	Authenticated  bool   `json:"authenticated,omitempty" yaml:"-"`
}

// String keeps the secrets out of whatever prints a Credential.
func (c Credential) String() string { return "credential " + c.AccessKeyID }

// GoString is String.
func (c Credential) GoString() string { return c.String() }

// PutCredential creates or replaces long-term keys, and the user of UserName if
// there is none; the default is the access key id. The error is an *Error.
func (r *Registry) PutCredential(c Credential) (Credential, error) {
	return change(r, func() (Credential, error) {
		c.UserName = orElse(c.UserName, c.AccessKeyID)
		secret := ""
		if c.SecretAccessKey == "" {
			secret = "is missing, want the key that signs"
		}
		if err := firstOf(
			credential.invalid(c.AccessKeyID, "accessKeyId", wantName(c.AccessKeyID, "_-", 128)),
			credential.invalid(c.AccessKeyID, "secretAccessKey", secret),
		); err != nil {
			return Credential{}, err
		}
		if _, ok := r.users.get(c.UserName); !ok {
			if _, err := r.putUser(User{UserName: c.UserName}); err != nil {
				return Credential{}, err
			}
		}
		r.credentials.put(c.AccessKeyID, c)
		return c, nil
	})
}

// AddRootKey makes keys of the account itself: they may do everything, as those of
// AWS's root user. The error is an *Error: they could not be kept.
func (r *Registry) AddRootKey() (Credential, error) {
	return quietly(r, func() (Credential, error) {
		c := Credential{
			AccessKeyID:     "AKIA" + random(upperAlphanumeric, 16),
			SecretAccessKey: random(secretCharacters, secretLength), Root: true,
		}
		r.credentials.put(c.AccessKeyID, c)
		return c, nil
	})
}

// rootPolicy is what the account itself may do.
func rootPolicy() *policy.Document {
	d, err := policy.Parse("root",
		[]byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`))
	if err != nil {
		panic(err) // it is written here
	}
	return d
}

// IssueCredential makes temporary keys that are good for life, and returns them
// with all that c says of their principal. The error is an *Error: they could not
// be kept.
func (r *Registry) IssueCredential(c Credential, life time.Duration) (Credential, error) {
	return quietly(r, func() (Credential, error) { return r.issue(c, life), nil })
}

func (r *Registry) issue(c Credential, life time.Duration) Credential {
	now := r.now()
	var over []string
	for id, old := range r.credentials.all() {
		if !old.Expiration.IsZero() && now.Sub(old.Expiration) > expiredKept {
			over = append(over, id)
		}
	}
	for _, id := range over {
		r.credentials.delete(id)
	}
	c.AccessKeyID = "ASIA" + random(upperAlphanumeric, 16)
	c.SecretAccessKey = random(secretCharacters, secretLength)
	c.SessionToken = random(secretCharacters, sessionTokenLength)
	c.Expiration = now.Add(life).Truncate(time.Second)
	r.credentials.put(c.AccessKeyID, c)
	return c
}

// Credential finds keys by their id. Expired ones are found for another 24
// hours: compare Expiration with Now.
func (r *Registry) Credential(accessKeyID string) (Credential, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	c, ok := r.credentials.get(accessKeyID)
	if !ok || !c.Expiration.IsZero() && r.now().Sub(c.Expiration) > expiredKept {
		return Credential{}, false
	}
	return c, true
}

// CredentialDocuments returns the IAM policies of the user or role,
// sorted by name. SessionPolicies are not among them.
func (r *Registry) CredentialDocuments(c Credential) []*policy.Document {
	if c.Root {
		return []*policy.Document{rootPolicy()}
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	policyNames := r.users.at(c.UserName).Policies
	if c.RoleName != "" {
		policyNames = r.roles.at(c.RoleName).Policies
	}
	held := set{}
	for _, name := range policyNames {
		held[name] = true
	}
	var docs []*policy.Document
	for _, name := range held.sorted() {
		docs = append(docs, r.policies.at(name).Default().Parsed)
	}
	return docs
}

// PrincipalARN is the ARN of the user, or of the role's session.
func (r *Registry) PrincipalARN(c Credential) string {
	switch {
	case c.Root:
		return r.globalARN("iam", "root")
	case c.RoleName != "":
		return r.globalARN("sts", fmt.Sprintf("assumed-role/%s/%s", c.RoleName, c.RoleSessionName))
	}
	return r.globalARN("iam", "user/"+c.UserName)
}

// PrincipalID is "AIDA…" of the user, "AROA…:session" of the role's session, or the
// account's id.
func (r *Registry) PrincipalID(c Credential) string {
	if c.Root {
		return r.Account()
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	if c.RoleName != "" {
		return r.roles.at(c.RoleName).RoleID + ":" + c.RoleSessionName
	}
	return r.users.at(c.UserName).UserID
}
