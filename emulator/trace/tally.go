package trace

import (
	"slices"
	"sync/atomic"
)

// Counting, for metrics
//
//   - an operation is counted by how it ended, in the words of CloudWatch's
//     metrics [A-181, B-914]; a RETAIN=1 publish counts as PublishRetained too
//     [guess: AWS names no exclusion]
//   - a SUBSCRIBE counts once, as its log entry does [B-905]
//   - a failed authentication is a Connection.AuthNError and no Connect.AuthError
//     [guess: as in the log, A-178]
//   - HTTP publish feeds neither PublishIn.AuthError nor PublishIn.Throttle [B-914]
//   - of requests to shadows those that were accepted are counted, by either protocol; AWS
//     has no metric of the others [S-92]

// A Result is how an operation ended. The zero Result is of metrics that have
// but one.
type Result string

// The results.
const (
	Success          Result = "Success"
	AuthError        Result = "AuthError" // the policy refused
	ClientError      Result = "ClientError"
	ServerError      Result = "ServerError"
	Throttle         Result = "Throttle"         // a quota of the account or the connection
	ClientIDThrottle Result = "ClientIDThrottle" // a client id connects too often [B-607]
	Accepted         Result = "Accepted"         // success, of a request to a shadow [S-92]
)

// results are all, in the order of a tally's columns.
var results = []Result{Success, AuthError, ClientError, ServerError, Throttle, ClientIDThrottle, ""}

// meters are the metrics of AWS, in the order of a tally's rows.
var meters = []struct {
	name    string
	results []Result
}{
	{"Connect", results[:6]},
	{"PublishIn", results[:5]},
	{"PublishOut", []Result{Success, AuthError, ClientError, Throttle}},
	{"PublishRetained", results[:5]},
	{"Subscribe", results[:5]},
	{"Unsubscribe", []Result{Success, ClientError, ServerError, Throttle}},
	{"Ping", results[:1]},
	{"Queued", []Result{Success, ServerError, Throttle}},
	{"Throttle.Exceeded", []Result{""}},
	{"Connection.AuthNError", []Result{""}},
	{"DeleteThingShadow", []Result{Accepted}},
	{"GetThingShadow", []Result{Accepted}},
	{"UpdateThingShadow", []Result{Accepted}},
}

// The rows of a tally.
const (
	connectMeter = iota
	publishInMeter
	publishOutMeter
	publishRetainedMeter
	subscribeMeter
	unsubscribeMeter
	pingMeter
	queuedMeter
	throttleMeter
	authNErrorMeter
	deleteShadowMeter
	getShadowMeter
	updateShadowMeter
	otherMeter // no metric of AWS's
	meterCount
)

// meter is the row of an operation.
func (o Operation) meter() int {
	switch o {
	case PublishIn:
		return publishInMeter
	case PublishOut:
		return publishOutMeter
	case PublishRetained:
		return publishRetainedMeter
	case Connect:
		return connectMeter
	case Subscribe:
		return subscribeMeter
	case Unsubscribe:
		return unsubscribeMeter
	case Ping:
		return pingMeter
	case Queued:
		return queuedMeter
	case AuthNError:
		return authNErrorMeter
	case DeleteThingShadow:
		return deleteShadowMeter
	case GetThingShadow:
		return getShadowMeter
	case UpdateThingShadow:
		return updateShadowMeter
	}
	return otherMeter
}

// A tally counts operations. It is safe for concurrent use.
type tally [meterCount][7]atomic.Uint64

// allowed counts an operation that went through.
func (t *tally) allowed(o Operation) { t[o.meter()][0].Add(1) }

// total is how many operations went through.
func (t *tally) total() (n uint64) {
	for m := range t {
		if m != publishRetainedMeter { // they are publishes
			n += t[m][0].Load()
		}
	}
	return n
}

// add counts the operation of an event.
func (t *tally) add(e *Event) {
	m, r := e.Operation.meter(), e.result()
	if !e.decided() || e.Part || m >= deleteShadowMeter && r != Success {
		return
	}
	if e.Protocol == "HTTP" && e.Operation == PublishIn && (r == AuthError || r == Throttle) {
		return
	}
	t.count(m, r)
	if e.Operation == PublishIn && e.Retain {
		t.count(publishRetainedMeter, r)
	}
	if r == Throttle || r == ClientIDThrottle {
		t.count(throttleMeter, "")
	}
}

// count counts one more; a result that AWS has no metric for counts as the
// client's error.
func (t *tally) count(m int, r Result) {
	switch {
	case m >= deleteShadowMeter, slices.Contains(meters[m].results, r):
	case len(meters[m].results) == 1:
		r = meters[m].results[0]
	default:
		r = ClientError
	}
	t[m][slices.Index(results, r)].Add(1)
}

func (t *tally) reset() {
	for m := range t {
		for i := range t[m] {
			t[m][i].Store(0)
		}
	}
}

// decided reports whether an event is how an operation ended. Of notes those are
// that say what a quota has cost.
func (e *Event) decided() bool { return e.Outcome != Note || e.Reason == "THROTTLED" }

// result is how the operation of an event ended.
func (e *Event) result() Result {
	switch {
	case e.Outcome == Allowed:
		return Success
	// its reasons are being worked out
	case e.Reason == "AUTHORIZATION_FAILURE", e.Reason == "" && e.Outcome == Withheld:
		return AuthError
	case e.Reason == "THROTTLED" && e.Operation == Connect:
		return ClientIDThrottle
	case e.Reason == "THROTTLED":
		return Throttle
	case e.Reason == "SERVER_ERROR", e.Reason == "INTERNAL_SERVER_ERROR":
		return ServerError
	}
	return ClientError
}

// A Metric is how often an operation ended in one way, in the words of
// CloudWatch's metrics: {"PublishIn", "AuthError", 3}.
type Metric struct {
	Name   string
	Result Result
	Count  uint64
}

// Metrics returns all metrics of [B-914], those that are still 0 included,
// always in the same order.
func (r *Recorder) Metrics() []Metric {
	var all []Metric
	for m, meter := range meters {
		for _, result := range meter.results {
			column := max(slices.Index(results, result), 0) // Accepted is Success, by another name
			all = append(all, Metric{meter.name, result, r.tally[m][column].Load()})
		}
	}
	return all
}
