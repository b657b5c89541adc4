package hooks

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

func TestVersions(t *testing.T) {
	tests := []struct {
		name   string
		expiry time.Duration // of the session
		gone   time.Duration
		want   uint64
		source string
	}{
		{"at once", 0, 0, 1, "B-826"},
		{"shortly before an hour", 0, time.Hour - 1, 1, "B-826"},
		{"after an hour", 0, time.Hour, 0, "B-826"},
		{"a persistent session of a minute", time.Minute, time.Minute - 1, 1, "B-826"},
		{"has ended", time.Minute, time.Minute, 0, "B-826"},
		{"a persistent session of a day", 24 * time.Hour, 2 * time.Hour, 1, "B-826"},
	}
	ways := map[string]func(versions, time.Duration){
		"time passes": func(_ versions, d time.Duration) { <-time.After(d) },
		"advance":     func(v versions, d time.Duration) { v.advance(d) },
	}
	for _, tt := range tests {
		for way, pass := range ways {
			t.Run(tt.name+", "+way, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					v := make(versions)
					v.leave("a", v.next("a"), Connection{SessionExpiry: tt.expiry})
					pass(v, tt.gone)
					if got := v.next("a"); got != tt.want {
						t.Errorf("got %d, want %d (%s)", got, tt.want, tt.source)
					}
				})
			})
		}
	}
}

// Many client ids that come once do not fill the memory, and drive out nobody
// who has longer to live [B-826].
func TestVersionsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := make(versions)
		v.leave("device", 6, Connection{SessionExpiry: 24 * time.Hour})
		for i := range 3 * maxVersions {
			v.leave(fmt.Sprint(i), 0, Connection{})
			if i%10_000 == 0 {
				v.advance(time.Millisecond)
			}
		}
		if len(v) > maxVersions {
			t.Errorf("got %d, want at most %d", len(v), maxVersions)
		}
		if got := v.next("device"); got != 7 {
			t.Errorf("got %d, want 7: others had less time left", got)
		}
		if got := v.next(fmt.Sprint(3*maxVersions - 1)); got != 1 {
			t.Errorf("got %d, want 1: the last to leave is not forgotten", got)
		}
		<-time.After(time.Hour)
		v.shrink()
		if len(v) != 0 {
			t.Errorf("%d are left after their time", len(v))
		}
	})
}
