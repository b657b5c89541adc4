package advise

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Options say which device is judged, where and by what. URL and Client are required.
type Options struct {
	// URL is that of a gateway's http listener, as http://localhost:4566. Account is the name
	// of one of its accounts; default that of the file itself.
	URL, Account string

	// Client is the device's client id.
	Client string

	// Cases are those to be run, in their order. Default all.
	Cases []Case

	Settings

	// Topic is one that the device hears of, Payload what it can be sent there. Default the
	// first of its subscriptions, and {"suback": "advise"}.
	Topic, Payload string

	// Thing is the name of the device's thing. Default the one of its certificate, or else its
	// client id. Shadow is the name of its shadow; default the classic one. Desired is a state
	// that it can be asked for.
	Thing, Shadow string
	Desired       map[string]any

	// Result, if not nil, hears of each result when it is there.
	Result func(*Result)

	// Progress, if not nil, hears what is waited for, about once a second, and "" when it is
	// over.
	Progress func(string)
}

// Run runs cases one after the other and returns their results. The error is that of ctx, or
// of a gateway that does not answer; then the results are those until then. What was asked of
// the gateway has been taken back, if it is still there.
func Run(ctx context.Context, o Options) ([]*Result, error) {
	o.Settings = o.Settings.complete()
	if o.Cases == nil {
		o.Cases = Cases()
	}
	client := &http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone()}
	defer client.CloseIdleConnections()
	b := &bench{Options: o, gateway: &gateway{url: strings.TrimSuffix(o.URL, "/"), account: o.Account,
		client: client}}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var err error
	if b.packets, err = b.gateway.packets(ctx, o.Client); err != nil {
		return nil, err
	}
	d, err := b.gateway.device(ctx, o.Client)
	if err != nil {
		return nil, err
	}
	if b.began, err = b.gateway.latest(ctx); err != nil {
		return nil, err
	}
	b.there = d.State == "connected"
	return b.all(ctx)
}

// all runs the cases. A device that does not connect is judged by nothing else.
func (b *bench) all(ctx context.Context) (results []*Result, err error) {
	first := Cases()[0]
	r := b.one(ctx, first)
	if slices.ContainsFunc(b.Cases, func(c Case) bool { return c.Name == first.Name }) || r.Outcome == Failed {
		results = b.report(ctx, results, r)
	}
	for _, c := range b.Cases {
		switch {
		case c.Name == first.Name:
			continue
		case b.failing == nil && ctx.Err() == nil && r.Outcome == Passed:
			results = b.report(ctx, results, b.one(ctx, c))
		case b.failing == nil && ctx.Err() == nil:
			results = b.report(ctx, results, &Result{Case: c.Name, About: c.About,
				Verdict: notSeen(r.Hint, "%s", r.Said)})
		}
	}
	if ctx.Err() != nil {
		return results, ctx.Err()
	}
	return results, b.failing
}

// report hands on a result, unless the case did not come to its end.
func (b *bench) report(ctx context.Context, results []*Result, r *Result) []*Result {
	if b.failing != nil || ctx.Err() != nil {
		return results
	}
	if b.Result != nil {
		b.Result(r)
	}
	return append(results, r)
}

// one runs a case, on a device that is connected.
func (b *bench) one(ctx context.Context, c Case) *Result {
	b.start(c.Time)
	r := &Result{Case: c.Name, About: c.About}
	begin, isFirst := time.Now(), c.Name == Cases()[0].Name
	if !isFirst || b.there { // else all that it sends belongs to the first case
		b.awaitUntil(ctx, begin.Add(underWay), "", func() bool { return false })
	}
	if !isFirst && !b.await(ctx, "to be connected", func() bool { return b.there }) {
		r.Verdict = notSeen("have it connect again after what the cases before have done to it",
			"%s is not connected any more", b.Client)
	} else {
		b.start(c.Time)
		r.Verdict = c.run(ctx, b)
	}
	b.clear(ctx)
	r.Evidence, r.Took = b.h.lines(b.Client), time.Since(begin)
	return r
}

// underWay is how long before a case what came by then is taken for that of the one before, and
// how long what came before a fault may take to be answered.
const underWay = 100 * time.Millisecond

// Pick returns the cases that names mean: each is the name of one, or else what some begin with,
// whatever the case of its letters. The error says which name means none.
func Pick(names []string) (picked []Case, err error) {
	all := Cases()
	meant := make([]bool, len(all))
	for _, name := range names {
		found := false
		for i, c := range all {
			if means(name, c.Name, all) {
				meant[i], found = true, true
			}
		}
		if !found {
			return nil, fmt.Errorf("there is no case %q", name)
		}
	}
	for i, c := range all {
		if meant[i] {
			picked = append(picked, c)
		}
	}
	return picked, nil
}

// means reports whether a name means a case.
func means(name, of string, all []Case) bool {
	if slices.ContainsFunc(all, func(c Case) bool { return strings.EqualFold(c.Name, name) }) {
		return strings.EqualFold(of, name)
	}
	return name != "" && len(name) <= len(of) && strings.EqualFold(of[:len(name)], name)
}
