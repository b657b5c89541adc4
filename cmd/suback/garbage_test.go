package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"
)

// Only where collections have come often for a while there may be more garbage than what
// lives, and never more than a small heap or four times that.
func TestCollections(t *testing.T) {
	const mb = 1 << 20
	short, long := 900*time.Millisecond, seldom
	for _, tt := range []struct {
		what  string
		since []time.Duration
		live  uint64
		want  int
	}{
		{"nothing is done", []time.Duration{2 * time.Minute}, 8 * mb, 100},
		{"it starts", []time.Duration{short, short}, 8 * mb, 100},
		{"often", []time.Duration{short, short, short}, 8 * mb, 300},
		{"often at first, then by what there may be", []time.Duration{short, short, short, long - 1, long - 1}, 8 * mb, 300},
		{"not in a row", []time.Duration{short, short, long, short}, 10 * mb, 100},
		{"no longer", []time.Duration{short, short, short, long}, 10 * mb, 100},
		{"little lives", []time.Duration{short, short, short}, 4 * mb, 400},
		{"much lives", []time.Duration{short, short, short}, 16 * mb, 100},
		{"a crowd", []time.Duration{short / 100, short / 100, short / 100, short / 100}, 10 * mb, 100},
		{"nothing is known", []time.Duration{short, short, short}, 0, 100},
	} {
		c, got := collector{percent: 100}, 0
		for _, since := range tt.since {
			got = c.next(since, tt.live)
		}
		if got != tt.want {
			t.Errorf("%s: got %d percent, want %d", tt.what, got, tt.want)
		}
	}
}

// What a collector says the program does.
func TestCollectionsAreEased(t *testing.T) {
	before := debug.SetGCPercent(100)
	defer debug.SetGCPercent(before)
	goal := []metrics.Sample{{Name: "/gc/gogc:percent"}}
	(&collector{busy: lasting - often/5}).start()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(often / 10) {
		runtime.GC() // the finalizer has a goroutine of its own
		if metrics.Read(goal); goal[0].Value.Uint64() > 100 {
			return
		}
	}
	t.Error("got as much garbage as what lives, want more while it is collected again and again")
}

// Who frees memory does not wait for it, and it is freed.
func TestFreeSoon(t *testing.T) {
	forced := []metrics.Sample{{Name: "/gc/cycles/forced:gc-cycles"}}
	metrics.Read(forced)
	before := forced[0].Value.Uint64()
	freeSoon()()
	for end := time.Now().Add(30 * time.Second); forced[0].Value.Uint64() == before; time.Sleep(time.Millisecond) {
		if metrics.Read(forced); time.Now().After(end) {
			t.Fatal("got no collection, want one")
		}
	}
}
