package registry

import "time"

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
