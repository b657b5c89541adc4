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
func (r *Registry) now() time.Time { return time.Now().Add(r.advanced.get()).UTC().Round(0) }

// Advanced is the sum of all that was advanced.
func (r *Registry) Advanced() time.Duration {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.advanced.get()
}

// Advance brings all expiries nearer by d. The error is an *Error: it could not be
// kept.
func (r *Registry) Advance(d time.Duration) error {
	_, err := quietly(r, func() (time.Duration, error) {
		r.advanced.set(r.advanced.get() + d)
		return r.advanced.get(), nil
	})
	return err
}
