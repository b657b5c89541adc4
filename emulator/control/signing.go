package control

import (
	"maps"
	"regexp"
	"slices"

	"github.com/suback/suback/emulator/registry"
)

// What AWS says about an authorizer's function and keys, before the registry,
// which would refuse the same in other words, is asked:
//
//   - the function's ARN is judged by its form
//   - with signing: a token key name, then one or two keys
//   - without signing: no keys

const maxKeys = 2

func checkFunction(authorizer, arn string) error {
	if ok, _ := regexp.MatchString(
		`\Aarn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:[a-zA-Z0-9_-]{1,64}(:[a-zA-Z0-9$_-]+)?\z`,
		arn); !ok {
		return refuse(invalidRequest, "Lambda function arn for authorizer %s is not in proper ARN syntax",
			authorizer)
	}
	return nil
}

func checkSigning(in createAuthorizerInput) error {
	name, keys := in.AuthorizerName, in.TokenSigningPublicKeys
	switch {
	case in.SigningDisabled && keys != nil:
		return keysMustBeNull(name)
	case in.SigningDisabled:
		return nil
	case in.TokenKeyName == nil:
		return refuse(invalidRequest, "Token key name for authorizer %s cannot be null", name)
	case len(keys) == 0:
		return refuse(invalidRequest, "Token signing keys map for authorizer %s cannot be null or empty. "+
			"There must be at least one and at most two token signing public keys in the map", name)
	}
	return checkKeys(name, keys)
}

// checkMoreKeys judges the keys of an update.
func checkMoreKeys(a registry.Authorizer, keys map[string]string) error {
	if keys == nil {
		return nil
	}
	if a.SigningDisabled {
		return keysMustBeNull(a.AuthorizerName)
	}
	if err := checkKeys(a.AuthorizerName, keys); err != nil {
		return err
	}
	together := maps.Clone(a.TokenSigningPublicKeys)
	maps.Copy(together, keys)
	if len(together) > maxKeys {
		return refuse(invalidRequest, "Number of signing keys for authorizer %s must neither be zero nor greater "+
			"than 2", a.AuthorizerName)
	}
	return nil
}

func keysMustBeNull(name string) error {
	return refuse(invalidRequest, "Token signing keys map must be null for authorizer %s if using optional "+
		"signature header", name)
}

// checkKeys leaves the keys themselves to the registry.
func checkKeys(name string, keys map[string]string) error {
	if len(keys) > maxKeys {
		return refuse(invalidRequest, "Token signing keys map for authorizer %s cannot contain more than 2 keys",
			name)
	}
	if slices.Contains(slices.Collect(maps.Values(keys)), "") {
		return refuse(invalidRequest, "Token signing public keys for authorizer %s cannot be null or empty", name)
	}
	return nil
}
