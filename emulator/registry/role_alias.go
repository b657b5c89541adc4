package registry

import (
	"fmt"
	"strings"
	"time"
)

// Role aliases: the names under which devices get credentials

const roleAlias kind = "role alias"

// roleAliasShape is how role aliases are kept.
func roleAliasShape() shape[RoleAlias] {
	return shape[RoleAlias]{kind: "roleAliases", arn: func(a RoleAlias) string { return a.RoleAliasArn }}
}

const (
	defaultCredentialDuration = 3600  // seconds
	minCredentialDuration     = 900   // seconds
	maxCredentialDuration     = 43200 // seconds
	maxRoleAliases            = 100
)

// A RoleAlias stands for a role towards the credential provider.
type RoleAlias struct {
	RoleAlias    string `json:"roleAlias" yaml:"roleAlias"` // 1 to 128 letters, digits or _ = , @ -
	RoleAliasArn string `json:"roleAliasArn" yaml:"-"`

	// RoleArn is not asked for here: a role that does not exist is refused when
	// credentials are wanted. The name of a role of this registry will do.
	RoleArn string `json:"roleArn" yaml:"roleArn"`

	// 900 to 43200, default 3600
	CredentialDurationSeconds int       `json:"credentialDurationSeconds" yaml:"credentialDurationSeconds"`
	CreationDate              time.Time `json:"-" yaml:"-"`
	LastModifiedDate          time.Time `json:"-" yaml:"-"`
}

// CreateRoleAlias adds a role alias and returns it as stored. The error is an
// *Error.
func (r *Registry) CreateRoleAlias(a RoleAlias) (RoleAlias, error) {
	return change(r, func() (RoleAlias, error) {
		if a.CredentialDurationSeconds == 0 {
			a.CredentialDurationSeconds = defaultCredentialDuration
		}
		if o, ok := r.roles.get(a.RoleArn); ok {
			a.RoleArn = o.RoleArn
		}
		if err := a.check(); err != nil {
			return RoleAlias{}, err
		}
		if old, ok := r.roleAliases.get(a.RoleAlias); ok {
			return RoleAlias{}, roleAlias.exists(a.RoleAlias, a.RoleAlias, old.RoleAliasArn)
		}
		if n := r.roleAliases.len(); n >= maxRoleAliases {
			return RoleAlias{}, roleAlias.refuse(LimitExceeded, a.RoleAlias,
				fmt.Sprintf("is one too many: there are %d, want at most %d", n, maxRoleAliases))
		}
		a.RoleAliasArn = r.arn("iot", "rolealias/"+a.RoleAlias)
		a.CreationDate = r.now()
		a.LastModifiedDate = a.CreationDate
		r.roleAliases.put(a.RoleAlias, a)
		return a, nil
	})
}

func (a RoleAlias) check() error {
	duration := ""
	if n := a.CredentialDurationSeconds; n < minCredentialDuration || n > maxCredentialDuration {
		duration = fmt.Sprintf("is %d, want %d to %d", n, minCredentialDuration, maxCredentialDuration)
	}
	return firstOf(
		roleAlias.invalid(a.RoleAlias, "roleAlias", wantName(a.RoleAlias, "_=,@-", 128)),
		roleAlias.invalid(a.RoleAlias, "roleArn", wantRoleARN(a.RoleArn)),
		roleAlias.invalid(a.RoleAlias, "credentialDurationSeconds", duration),
	)
}

func wantRoleARN(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) == 6 && parts[0] == "arn" && parts[2] == "iam" && wantAccount(parts[4]) == "" &&
		strings.HasPrefix(parts[5], "role/") && len(arn) <= 2048 {
		return ""
	}
	return fmt.Sprintf("is %q, want arn:aws:iam::<account>:role/<name>", arn)
}

// UpdateRoleAlias changes a role alias and returns it as stored; "" and 0 keep
// what is. The error is an *Error.
func (r *Registry) UpdateRoleAlias(name, roleARN string, credentialDurationSeconds int) (RoleAlias, error) {
	return change(r, func() (RoleAlias, error) {
		a, ok := r.roleAliases.get(name)
		if !ok {
			return RoleAlias{}, roleAlias.missing(name)
		}
		a.RoleArn = orElse(roleARN, a.RoleArn)
		if credentialDurationSeconds != 0 {
			a.CredentialDurationSeconds = credentialDurationSeconds
		}
		if err := a.check(); err != nil {
			return RoleAlias{}, err
		}
		a.LastModifiedDate = r.now()
		r.roleAliases.put(name, a)
		return a, nil
	})
}

// DeleteRoleAlias removes a role alias. The error is an *Error.
func (r *Registry) DeleteRoleAlias(name string) error {
	return r.alter(func() error {
		a, ok := r.roleAliases.get(name)
		if !ok {
			return roleAlias.missing(name)
		}
		r.roleAliases.delete(name)
		r.tags.removeAll(a.RoleAliasArn)
		return nil
	})
}

// RoleAlias finds a role alias by its name.
func (r *Registry) RoleAlias(name string) (RoleAlias, bool) { return look(r, &r.roleAliases, name) }

// RoleAliases returns all role aliases, sorted by name.
func (r *Registry) RoleAliases() []RoleAlias { return all(r, &r.roleAliases) }
