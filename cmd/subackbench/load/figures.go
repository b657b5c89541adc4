package load

import (
	"slices"
	"time"
)

// Figures are what a verb measured, by name:
//
//	per_s                      messages delivered, connects, answers per second
//	own_cpu                    cores that the generator used
//	cpu, cpu_us, rss_mb        cores that the broker used, its CPU time per message, its memory (with -pid)
//	p50_ms, p99_ms, p999_ms, max_ms       latency; connect: from the dial to the CONNACK
//	connack_ms                 connect: the median from the CONNECT to its CONNACK
//	failures, refused          connect; storm, shadow
//	kb_each                    idle: memory per client
//	store_per_s, fetch_per_s   retained; per_s is the fetching with the connecting before it
//	drain_per_s, disordered    offline
type Figures map[string]float64

// A span measures from its making to its end.
type span struct {
	pid   int // of the broker, 0 for none
	start time.Time
	own   time.Duration
	cpu   time.Duration
}

func begin(pid int) span { return span{pid, time.Now(), ownUse(), Used(pid)} }

// end is what was used for n of something.
func (s span) end(n int64) Figures {
	d := time.Since(s.start).Seconds()
	f := Figures{"per_s": float64(n) / d, "own_cpu": (ownUse() - s.own).Seconds() / d}
	if s.pid == 0 {
		return f
	}
	cpu := (Used(s.pid) - s.cpu).Seconds()
	f["cpu"] = cpu / d
	if n > 0 {
		f["cpu_us"] = cpu * 1e6 / float64(n)
	}
	f["rss_mb"] = float64(Resident(s.pid)) / (1 << 20)
	return f
}

// quantiles adds the quantiles of what took so long. It sorts all.
func (f Figures) quantiles(all []time.Duration) {
	if len(all) == 0 {
		return
	}
	slices.Sort(all)
	f["p50_ms"], f["p99_ms"] = quantile(all, .5), quantile(all, .99)
	f["p999_ms"], f["max_ms"] = quantile(all, .999), quantile(all, 1)
}

// quantile is the one of sorted times at q, from 0 to 1, in milliseconds.
func quantile(sorted []time.Duration, q float64) float64 {
	at := min(len(sorted)-1, int(q*float64(len(sorted))))
	return float64(sorted[at]) / float64(time.Millisecond)
}
