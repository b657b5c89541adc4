package config

import (
	"cmp"

	"github.com/suback/suback/emulator/registry"
)

// Access keys and their users in suback.yaml.

func credentialKind() kind {
	return kind{key: "credentials", after: []string{"policies"}, put: (*Config).putCredentials,
		read: func(x *exporting, c *Config) { c.Credentials = x.credentials() }}
}

// A Credential is an access key of an IAM user.
type Credential struct {
	AccessKeyID     string   `yaml:"accessKeyId"`
	SecretAccessKey string   `yaml:"secretAccessKey"`
	UserName        string   `yaml:"userName"` // default: the access key's id
	Policies        []string `yaml:"policies"` // names
}

func (c *Config) putCredentials(r *registry.Registry) error {
	return each(c.Credentials, func(i int, k Credential) error {
		at := []any{"credentials", i}
		name := cmp.Or(k.UserName, k.AccessKeyID)
		if _, err := r.PutUser(registry.User{UserName: name, Policies: k.Policies}); err != nil {
			return c.refused(at, err)
		}
		key := registry.Credential{AccessKeyID: k.AccessKeyID, SecretAccessKey: k.SecretAccessKey, UserName: name}
		_, err := r.PutCredential(key)
		return c.refused(at, err)
	})
}

func (x *exporting) credentials() (all []Credential) {
	for _, k := range x.Credentials() {
		if !x.secrets {
			x.notes = append(x.notes, "credentials "+k.AccessKeyID+", whose secret access key --secrets would write")
			continue
		}
		u, _ := x.User(k.UserName)
		all = append(all, Credential{AccessKeyID: k.AccessKeyID, SecretAccessKey: k.SecretAccessKey,
			UserName: k.UserName, Policies: u.Policies})
	}
	return all
}
