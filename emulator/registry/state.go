package registry

import (
	"encoding/json"
	"fmt"
	"strings"
)

// A State is all that a Registry holds, secrets too, as JSON: by the sort of
// thing and its name. Two states of the same content are equal byte by byte.
type State map[string]map[string]json.RawMessage

// State returns the present content.
func (r *Registry) State() State {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.content.state()
}

func (c *content) state() State {
	s := State{}
	for _, p := range c.parts() {
		if values := p.save(); len(values) > 0 {
			s[p.kind] = values
		}
	}
	return s
}

// Load returns a Registry of that content. What names something that does not
// exist, as a merged state may, is taken out. The error says which part of the
// state cannot be read, or is an *Error.
func Load(o Options, s State) (*Registry, error) {
	r, err := New(o)
	if err != nil {
		return nil, err
	}
	for _, p := range r.parts() {
		for key, value := range s[p.kind] {
			if err := p.load(key, value); err != nil {
				return nil, fmt.Errorf("%s %q: %w", p.kind, key, err)
			}
		}
	}
	r.mend()
	return r, r.wantDistinctNames()
}

// Replace puts what next makes of the present content in its place, at once for
// everybody who uses r. After an error, which is as Load's, nothing has changed.
// Neither Options.Save nor Options.Changed is called.
func (r *Registry) Replace(next func(live State) State) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	fresh, err := Load(r.options, next(r.content.state()))
	if err == nil {
		r.content = fresh.content
	}
	return err
}

// A part is a field of content in a State.
type part struct {
	kind string // the field's name
	save func() map[string]json.RawMessage
	load func(key string, value json.RawMessage) error
}

// parts are all fields of content, which have been made by New.
func (c *content) parts() []part {
	return []part{
		value("advanced", &c.advanced),
		value("enforcePermissions", &c.enforcePermissions),
		entries("functions", c.functions),
		derived("authorizers", c.authorizers, (*Authorizer).derive),
		entries("domains", c.domains),
		value("defaultAuthorizer", &c.defaultAuthorizer),
		converted("serverCerts", c.serverCerts, storedServerCertificateOf, storedServerCertificate.restore),
		entries("things", c.things),
		entries("thingTypes", c.thingTypes),
		entries("thingGroups", c.thingGroups),
		entries("billingGroups", c.billingGroups),
		sets("groupsOf", c.groupsOf),
		pairs("principals", c.principals),
		derived("certificates", c.certificates, (*Certificate).derive),
		derived("caCerts", c.caCerts, (*CACertificate).derive),
		converted("policies", c.policies, storedPolicyOf, storedPolicy.restore),
		sets("attached", c.attached),
		entries("users", c.users),
		entries("roles", c.roles),
		converted("credentials", c.credentials, storedCredentialOf, storedCredential.restore),
		entries("identityPools", c.identityPools),
		entries("identities", c.identities),
		entries("roleAliases", c.roleAliases),
		pairs("tags", c.tags),
		value("registrationCode", &c.registrationCode),
		c.loggingPart(),
		value("events", &c.events),
		value("indexing", &c.indexing),
	}
}

// entries is a map of what has only exported fields.
func entries[V any](kind string, m map[string]V) part {
	return derived(kind, m, func(*V) error { return nil })
}

// derived is a map of what has unexported fields too, which derive finds by the
// others.
func derived[V any](kind string, m map[string]V, derive func(*V) error) part {
	return converted(kind, m, func(v V) V { return v }, func(v V) (V, error) {
		err := derive(&v)
		return v, err
	})
}

// converted is a map of what is kept in another form.
func converted[V, S any](kind string, m map[string]V, to func(V) S, from func(S) (V, error)) part {
	form := formOf[S]()
	return part{kind,
		func() map[string]json.RawMessage {
			values := make(map[string]json.RawMessage, len(m))
			for key, v := range m {
				values[key] = form.encode(to(v))
			}
			return values
		},
		func(key string, text json.RawMessage) (err error) {
			s, err := form.decode(text)
			if err == nil {
				m[key], err = from(s)
			}
			return err
		}}
}

// theKey is that of a field that is no map.
const theKey = "account"

// value is a field that is no map.
func value[V any](kind string, v *V) part {
	form := formOf[V]()
	return part{kind,
		func() map[string]json.RawMessage { return map[string]json.RawMessage{theKey: form.encode(*v)} },
		func(_ string, text json.RawMessage) (err error) {
			*v, err = form.decode(text)
			return err
		}}
}

// pairs is a map of maps. Each entry has its own key, so that those of a file
// and those of the API merge; the first name has no spaces in it.
func pairs(kind string, m map[string]map[string]string) part {
	return part{kind,
		func() map[string]json.RawMessage {
			values := map[string]json.RawMessage{}
			for first, inner := range m {
				for second, v := range inner {
					values[first+" "+second] = formOf[string]().encode(v)
				}
			}
			return values
		},
		func(key string, text json.RawMessage) error {
			first, second, _ := strings.Cut(key, " ")
			if m[first] == nil {
				m[first] = map[string]string{}
			}
			v, err := formOf[string]().decode(text)
			m[first][second] = v
			return err
		}}
}

// sets is pairs without values.
func sets(kind string, m map[string]set) part {
	return part{kind,
		func() map[string]json.RawMessage {
			values := map[string]json.RawMessage{}
			for first, names := range m {
				for second := range names {
					values[first+" "+second] = json.RawMessage("true")
				}
			}
			return values
		},
		func(key string, _ json.RawMessage) error {
			first, second, _ := strings.Cut(key, " ")
			add(m, first, second)
			return nil
		}}
}

// loggingPart keeps the level of each target by itself.
func (c *content) loggingPart() part {
	options, v1, level := value("options", &c.logging.options), value("v1", &c.logging.v1), formOf[LogTargetLevel]()
	return part{"logging",
		func() map[string]json.RawMessage {
			values := map[string]json.RawMessage{"options": options.save()[theKey], "v1": v1.save()[theKey]}
			for t, l := range c.logging.levels {
				values["level "+t.TargetType+" "+t.TargetName] = level.encode(LogTargetLevel{t, l})
			}
			return values
		},
		func(key string, text json.RawMessage) error {
			switch key {
			case "options":
				return options.load(key, text)
			case "v1":
				return v1.load(key, text)
			}
			l, err := level.decode(text)
			if c.logging.levels == nil {
				c.logging.levels = map[LogTarget]string{}
			}
			c.logging.levels[l.LogTarget] = l.LogLevel
			return err
		}}
}
