package emulator

import (
	"net/http"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/trace"
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

// metrics serves this emulator's own registry.
func (a *Account) metrics() http.Handler {
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(meter{a}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
}

// A meter reads what the emulator counts.
type meter struct{ *Account }

// Describe is part of prometheus.Collector.
func (m meter) Describe(to chan<- *prometheus.Desc) { prometheus.DescribeByCollect(m, to) }

// Collect is part of prometheus.Collector.
func (m meter) Collect(to chan<- prometheus.Metric) {
	for _, metric := range m.trace.Metrics() {
		to <- counter(metric)
	}
	followers, ended := m.trace.Followers()
	queue, rate := m.logs.dropped()
	for _, own := range []struct {
		name, help string
		kind       prometheus.ValueType
		value      float64
		labels     prometheus.Labels
	}{
		{"suback_connections", "Clients that are connected.", prometheus.GaugeValue, float64(m.hook.Connections()), nil},
		{"suback_followers", "Readers that follow the trace.", prometheus.GaugeValue, float64(followers), nil},
		{"suback_followers_ended_total", "Followers that had to make room.", prometheus.CounterValue, float64(ended), nil},
		{"suback_log_dropped_total", notWritten, prometheus.CounterValue, float64(queue), prometheus.Labels{"why": "queue"}},
		{"suback_log_dropped_total", notWritten, prometheus.CounterValue, float64(rate), prometheus.Labels{"why": "rate"}},
	} {
		desc := prometheus.NewDesc(own.name, own.help, nil, own.labels)
		to <- prometheus.MustNewConstMetric(desc, own.kind, own.value)
	}
	for _, use := range m.room.Uses() {
		collectUse(to, session.Use{Name: use.Bound.String(), Now: use.Now, Limit: use.Limit, Hits: use.Hits})
	}
	for _, use := range m.stored.Uses() {
		collectUse(to, use)
	}
}

// collectUse is how listeners or sessions stand with one of their bounds.
func collectUse(to chan<- prometheus.Metric, use session.Use) {
	sample := func(name, help string, kind prometheus.ValueType, n int) {
		desc := prometheus.NewDesc("suback_bound_"+name, help, []string{"bound"}, nil)
		to <- prometheus.MustNewConstMetric(desc, kind, float64(n), use.Name)
	}
	sample("hits_total", "How many were ended or refused for a bound.", prometheus.CounterValue, use.Hits)
	if use.Limit > 0 {
		sample("used", "What is taken of what a bound allows.", prometheus.GaugeValue, use.Now)
		sample("limit", "What a bound allows.", prometheus.GaugeValue, use.Limit)
	}
}

const notWritten = "Log records that were not written."

func counter(m trace.Metric) prometheus.Metric {
	name, help := "suback_"+snake(m.Name)+"_total", "AWS's metric "+m.Name+"."
	if m.Result == "" {
		return prometheus.MustNewConstMetric(prometheus.NewDesc(name, help, nil, nil), prometheus.CounterValue, float64(m.Count))
	}
	desc := prometheus.NewDesc(name, "AWS's metrics "+m.Name+".Success and so on, by result.", []string{"result"}, nil)
	return prometheus.MustNewConstMetric(desc, prometheus.CounterValue, float64(m.Count), snake(string(m.Result)))
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
