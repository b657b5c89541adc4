package admin

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/VictoriaMetrics/metrics"

	"github.com/suback/suback/emulator/account"
	"github.com/suback/suback/emulator/session"
)

// GET /metrics, for Prometheus
//
//   - AWS's metrics [A-181, B-914] under Prometheus' names: Connect.AuthError is
//     suback_connect_total{result="auth_error"}, Throttle.Exceeded
//     suback_throttle_exceeded_total; all are there from the start, as 0
//   - suback_connections is who is connected, suback_followers who follows the trace
//   - suback_followers_ended_total and suback_log_dropped_total{why} are what bounds
//     have cost: "queue" is for lack of room, "rate" for others of the same cause
//   - suback_bound_used is what is taken of suback_bound_limit, by bound, and
//     suback_bound_hits_total how many were ended, dropped or refused for it; what holds for
//     each connection by itself has hits alone
//   - and what the process and Go's runtime take
//
// A reset of the emulator sets them to 0, as a restart does.

// metricsOf serves those of an account.
func metricsOf(a *account.Account) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		text := new(bytes.Buffer)
		for _, f := range append(counted(a), taken(a)...) {
			f.write(text)
		}
		metrics.WriteProcessMetrics(text)
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		_, _ = w.Write(text.Bytes())
	})
}

// A family is the samples of one metric.
type family struct {
	name, help, kind string
	samples          []sample
}

// A sample has a label, as result="success", or none.
type sample struct {
	label string
	value uint64
}

const (
	counter = "counter"
	gauge   = "gauge"
)

func (f family) write(w io.Writer) {
	fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n", f.name, f.help, f.name, f.kind)
	for _, s := range f.samples {
		name := f.name
		if s.label != "" {
			name += "{" + s.label + "}"
		}
		if f.kind == counter {
			metrics.WriteCounterUint64(w, name, s.value)
		} else {
			metrics.WriteGaugeUint64(w, name, s.value)
		}
	}
}

// counted is what the trace counts of AWS's metrics.
func counted(a *account.Account) (all []family) {
	for _, m := range a.Trace().Metrics() {
		name, help, s := "suback_"+snake(m.Name)+"_total", "AWS's metric "+m.Name+".", sample{value: m.Count}
		if m.Result != "" {
			help = "AWS's metrics " + m.Name + ".Success and so on, by result."
			s.label = fmt.Sprintf("result=%q", snake(string(m.Result)))
		}
		if n := len(all); n == 0 || all[n-1].name != name {
			all = append(all, family{name, help, counter, nil})
		}
		all[len(all)-1].samples = append(all[len(all)-1].samples, s)
	}
	return all
}

// taken is what is connected and waits, and how that stands with its bounds.
func taken(a *account.Account) []family {
	followers, ended := a.Trace().Followers()
	queue, rate := a.Logs.Dropped()
	hits := family{"suback_bound_hits_total", "How many were ended or refused for a bound.", counter, nil}
	used := family{"suback_bound_used", "What is taken of what a bound allows.", gauge, nil}
	limit := family{"suback_bound_limit", "What a bound allows.", gauge, nil}
	for _, use := range uses(a) {
		label := fmt.Sprintf("bound=%q", use.Name)
		hits.samples = append(hits.samples, sample{label, uint64(use.Hits)})
		if use.Limit > 0 {
			used.samples = append(used.samples, sample{label, uint64(use.Now)})
			limit.samples = append(limit.samples, sample{label, uint64(use.Limit)})
		}
	}
	one := func(name, help, kind string, n uint64) family {
		return family{name, help, kind, []sample{{value: n}}}
	}
	return []family{
		one("suback_connections", "Clients that are connected.", gauge, uint64(a.Hook().Connections())),
		one("suback_followers", "Readers that follow the trace.", gauge, uint64(followers)),
		one("suback_followers_ended_total", "Followers that had to make room.", counter, ended),
		{"suback_log_dropped_total", "Log records that were not written.", counter,
			[]sample{{`why="queue"`, queue}, {`why="rate"`, rate}}},
		hits, used, limit,
	}
}

// uses are how listeners and sessions stand with their bounds.
func uses(a *account.Account) (all []session.Use) {
	for _, use := range a.Room.Uses() {
		all = append(all, session.Use{Name: use.Bound.String(), Now: use.Now, Limit: use.Limit, Hits: use.Hits})
	}
	taken, most := a.ShadowRoom.Bytes()
	return append(slices.Concat(all, a.Stored.Uses()), session.Use{Name: "shadow_bytes", Now: int(taken),
		Limit: int(most), Hits: int(a.ShadowRoom.Hits())})
}

// snake turns AWS's names into Prometheus': "Connection.AuthNError" is
// "connection_authn_error".
func snake(name string) string {
	name = strings.NewReplacer("AuthN", "Authn", "ID", "Id").Replace(name)
	var b strings.Builder
	for i, r := range name {
		upper := 'A' <= r && r <= 'Z'
		switch {
		case r == '.':
			continue
		case upper && i > 0:
			b.WriteByte('_')
		}
		b.WriteRune(r)
	}
	return strings.ToLower(b.String())
}
