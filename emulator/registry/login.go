package registry

import "maps"

// Has says whether a login is one of the identity's; who is what NewIdentity
// was given as its value.
func (i Identity) Has(provider, who string) bool {
	hash, ok := i.Logins[provider]
	return ok && hash == hashes(map[string]string{provider: who})[provider]
}

// LinkIdentity adds logins to an identity, which is authenticated from then on
// and returns it as stored. The error is an *Error.
func (r *Registry) LinkIdentity(id string, logins map[string]string) (Identity, error) {
	return quietly(r, func() (Identity, error) {
		i, ok := r.identities.get(id)
		if !ok {
			return Identity{}, identity.missing(id)
		}
		linked := hashes(logins)
		maps.Copy(linked, i.Logins)
		i.Logins = linked
		r.identities.put(id, i)
		return i, nil
	})
}
