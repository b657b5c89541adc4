package load

import (
	"testing"
	"time"
)

func TestQuantiles(t *testing.T) {
	var all []time.Duration
	for i := range 1000 {
		all = append(all, time.Duration(1000-i)*time.Millisecond) // 1 to 1000 ms, backwards
	}
	f := Figures{}
	f.quantiles(all)
	for name, want := range map[string]float64{"p50_ms": 501, "p99_ms": 991, "p999_ms": 1000, "max_ms": 1000} {
		if f[name] != want {
			t.Errorf("%s: got %v, want %v", name, f[name], want)
		}
	}
	f = Figures{}
	if f.quantiles(nil); len(f) != 0 {
		t.Errorf("got %v of nothing, want nothing", f)
	}
}

func TestSpan(t *testing.T) {
	s := begin(0)
	s.start = s.start.Add(-2 * time.Second)
	f := s.end(1000)
	if got := f["per_s"]; got < 400 || got > 500 {
		t.Errorf("got %v per second, want 1000 in 2 s", got)
	}
	if _, has := f["cpu"]; has {
		t.Error("got the CPU of a broker that is not known")
	}
}
