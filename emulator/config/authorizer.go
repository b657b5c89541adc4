package config

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/tree"
)

// Authorizers in suback.yaml, and the default one.

func authorizerKind() kind {
	return kind{key: "authorizers", after: []string{"functions"}, put: (*Config).putAuthorizers,
		read: func(x *exporting, c *Config) {
			c.Authorizers, c.DefaultAuthorizerName = x.Authorizers(), x.DefaultAuthorizer()
		},
	}
}

func (c *Config) putAuthorizers(r *registry.Registry) error {
	err := each(c.Authorizers, func(i int, a registry.Authorizer) (err error) {
		if a.TokenSigningPublicKeys, err = c.keys(a.TokenSigningPublicKeys); err != nil {
			return c.Errorf([]any{"authorizers", i, "tokenSigningPublicKeys"}, "authorizer %q: %v", a.AuthorizerName,
				err)
		}
		_, err = r.CreateAuthorizer(a)
		return c.refused([]any{"authorizers", i}, err)
	})
	if c.DefaultAuthorizerName == "" {
		return err
	}
	return errors.Join(err, c.refused(nil, r.SetDefaultAuthorizer(c.DefaultAuthorizerName)))
}

// keys returns public keys with files read.
func (c *Config) keys(byID map[string]string) (map[string]string, error) {
	out := maps.Clone(byID)
	for id, text := range byID {
		if strings.Contains(text, "-----BEGIN") {
			continue
		}
		pem, err := tree.ReadNamed(c.path(text), tree.MaxFile)
		if err != nil {
			return nil, fmt.Errorf("key %q: %w, want a PEM text or the path of one", id, err)
		}
		out[id] = string(pem)
	}
	return out, nil
}
