package config

import "github.com/suback/suback/emulator/registry"

// Kinds of resources
//
//   - each has a file here, one in package registry, one in package control and one in
//     package cloudformation
//   - suback.yaml is put into a registry, the export reads a registry back: each is a
//     loop over kinds

// A kind is what suback.yaml and its export know of one kind of resource.
type kind struct {
	key   string   // in suback.yaml
	after []string // keys of the kinds that it needs in the registry

	put  func(*Config, *registry.Registry) error // what the configuration says
	read func(*exporting, *Config)               // the way back
}

// kinds are all of them.
func kinds() []kind {
	return []kind{
		functionKind(),
		authorizerKind(),
		serverCertificateKind(),
		roleKind(),
		credentialKind(),
		domainKind(),
		policyKind(),
		caCertificateKind(),
		certificateKind(),
		thingTypeKind(),
		billingGroupKind(),
		thingKind(),
		thingGroupKind(),
		roleAliasKind(),
		topicRuleKind(),
		topicRuleDestinationKind(),
		identityPoolKind(),
		identityKind(),
		loggingKind(),
		indexingKind(),
		eventKind(),
		tagKind(),
	}
}

// listed is a kind that stands in suback.yaml as it does in the registry.
func listed[V any](key string, list func(*Config) *[]V,
	create func(*registry.Registry, V) (V, error), all func(*exporting) []V) kind {
	return kind{key: key,
		put: func(c *Config, r *registry.Registry) error {
			return each(*list(c), func(i int, v V) error {
				_, err := create(r, v)
				return c.refused([]any{key, i}, err)
			})
		},
		read: func(x *exporting, c *Config) { *list(c) = all(x) },
	}
}

// putAll puts what the configuration says into a registry.
func (c *Config) putAll(r *registry.Registry) error {
	return each(inOrder(kinds()), func(_ int, k kind) error { return k.put(c, r) })
}

// inOrder are the kinds, each after those that it needs.
func inOrder(all []kind) (ordered []kind) {
	byKey, done := map[string]kind{}, map[string]bool{}
	for _, k := range all {
		byKey[k.key] = k
	}
	var add func(kind)
	add = func(k kind) {
		if done[k.key] {
			return
		}
		done[k.key] = true
		for _, key := range k.after {
			add(byKey[key])
		}
		ordered = append(ordered, k)
	}
	for _, k := range all {
		add(k)
	}
	return ordered
}
