package session

import (
	"cmp"
	"slices"
	"time"
)

// An Away is a session that waits for its client.
type Away struct {
	ClientID string
	Ends     time.Time // unless the client comes back before
	Filters  []string  // granted, sorted
	Waiting  int       // messages
}

// Away returns at most n sessions whose clients are offline, those that end last first:
// they are the ones that were left last, where all have the same expiry.
func (a *Sessions) Away(n int) []Away {
	var all []Away
	for _, s := range a.list() {
		if away, ok := s.away(); ok {
			all = append(all, away)
		}
	}
	slices.SortFunc(all, func(x, y Away) int {
		return cmp.Or(y.Ends.Compare(x.Ends), cmp.Compare(x.ClientID, y.ClientID))
	})
	all = all[:min(n, len(all))]
	for i := range all {
		if s := a.Find(all[i].ClientID); s != nil {
			for _, sub := range s.Subscriptions() {
				all[i].Filters = append(all[i].Filters, sub.Filter)
			}
		}
	}
	return all
}

// away describes the session, unless its client is connected or it is gone.
func (s *Session) away() (Away, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.claimed || s.gone {
		return Away{}, false
	}
	return Away{ClientID: s.id, Ends: s.ends, Waiting: len(s.queue)}, true
}
