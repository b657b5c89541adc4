package registry

import (
	"maps"
	"time"
)

// Now is the time by which credentials and certificates expire: that of the
// machine, and what was advanced.
func (r *Registry) Now() time.Time {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.now()
}

// now has no monotonic clock, which nothing that is kept has either.
func (r *Registry) now() time.Time { return time.Now().Add(r.advanced).UTC().Round(0) }

// Advance brings all expiries nearer by d.
func (r *Registry) Advance(d time.Duration) {
	_, _ = quietly(r, func() (time.Duration, error) {
		r.advanced += d
		return r.advanced, nil
	})
}

// Inherit takes over what no configuration can say again: temporary
// credentials, Cognito identities, the registration code, what is logged, and
// how far the clock was advanced. It is called once, after a reload, before r is
// used.
func (r *Registry) Inherit(old *Registry) {
	old.mu.RLock()
	defer old.mu.RUnlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.advanced = old.advanced
	r.registrationCode, r.logging, r.events = old.registrationCode, old.logging, old.events
	r.logging.levels, r.events.Enabled = maps.Clone(old.logging.levels), maps.Clone(old.events.Enabled)
	for id, c := range old.credentials {
		if !c.Expiration.IsZero() {
			r.credentials[id] = c
		}
	}
	maps.Copy(r.identities, old.identities)
	for id := range old.identities {
		for name := range old.attached[id] {
			if _, ok := r.policies[name]; ok {
				add(r.attached, id, name)
			}
		}
	}
}
