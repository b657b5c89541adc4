package session

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestAway: who is offline, with what waits, those whose session ends last first.
func TestAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := New()
		online(t, all, "connected")
		for i, id := range []string{"hour", "day", "also a day"} {
			d := online(t, all, id)
			d.subscribe(Subscription{Filter: "b", QoS: 1}, Subscription{Filter: "a", QoS: 1})
			d.Detach([]time.Duration{time.Hour, 24 * time.Hour, 24 * time.Hour}[i])
		}
		publish(all, "a", "1", 1)
		const want = "also a day in 24h0m0s: 1 of a b; day in 24h0m0s: 1 of a b; hour in 1h0m0s: 1 of a b"
		var got []string
		for _, s := range all.Away(10) {
			got = append(got, fmt.Sprintf("%s in %v: %d of %s", s.ClientID, time.Until(s.Ends), s.Waiting, strings.Join(s.Filters, " ")))
		}
		if told := strings.Join(got, "; "); told != want {
			t.Errorf("got %s, want %s", told, want)
		}
		if got := all.Away(1); len(got) != 1 || got[0].ClientID != "also a day" {
			t.Errorf("got %v, want the first alone", got)
		}
	})
}
