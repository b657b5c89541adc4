package advise

import (
	"context"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/suback/suback/emulator/faults"
	"github.com/suback/suback/emulator/pki"
	"github.com/suback/suback/emulator/tap"
)

// What a device is shown in a TLS handshake
//
//   - nobody knows who is shown it: handshakes are told by address and server name. So it is shown for
//     longer than the device stays away anyway, and nobody else may come by both

// flaws are what is wrong with a certificate, for a person.
var flaws = map[faults.Do]pki.Flaw{faults.Expire: pki.Expired, faults.Rename: pki.OtherName,
	faults.Forge: pki.Forged}

// A showing is how a certificate was shown that the device must refuse.
type showing struct {
	struck   int      // handshakes
	whole    bool     // it was there for as long as it takes
	returned bool     // the device came again when the certificate was right again
	others   []string // client ids of who is shown the same
}

// certificate shows the device a certificate that it must refuse.
func certificate(do faults.Do) func(context.Context, *bench) Verdict {
	return func(ctx context.Context, b *bench) Verdict {
		if !b.now.TLS {
			return notSeen("have it connect to the mqtts or the https listener, as it does to AWS",
				"%s connects without TLS, by the %s listener", b.Client, b.now.Listener)
		}
		away, ok := b.away(ctx)
		if !ok {
			return lostDevice(b.Client)
		}
		host, _, _ := net.SplitHostPort(b.now.Source)
		f := faults.Fault{On: faults.Certificate, Do: do, ServerName: b.now.ServerName, Source: host, Times: new(0)}
		others := b.others(ctx, f)
		s := b.show(ctx, f, away)
		s.others = slices.Compact(slices.Sorted(slices.Values(append(others, b.others(ctx, f)...))))
		return judgeCertificate(b.Client, string(flaws[do]), b.h, s)
	}
}

// away is how long the device stays away when it is cut off; that is no part of the case's time.
func (b *bench) away(ctx context.Context) (time.Duration, bool) {
	if !b.reconnect(ctx) {
		return 0, false
	}
	delays := append(b.h.returns(), 0)
	b.start(b.span)
	return slices.Max(delays), true
}

// show has the gateway show a certificate for twice as long as the device stays away anyway, since
// many wait longer each time, and then for Quiet; and waits until it is back.
func (b *bench) show(ctx context.Context, f faults.Fault, away time.Duration) (s showing) {
	id := b.fault(ctx, f)
	b.cutOff(ctx, faults.Close)
	comes := time.Now().Add(2 * away)
	accepted := func() bool {
		return slices.ContainsFunc(b.h, func(p tap.Packet) bool { return p.Type == "CONNECT" && p.Flaw != 0 })
	}
	n := b.h.admitted()
	b.poll(ctx, "to try to connect", b.ends, func() bool { // no more often than the gateway likes
		if now := b.h.admitted(); now > n && !accepted() { // its handshake was over when the certificate changed
			n = now
			b.cutOff(ctx, faults.Close)
		}
		s.struck = b.struck(ctx, id)
		return accepted() || s.struck > 0
	})
	until := time.Now().Add(b.Quiet)
	if late := comes.Add(b.Quiet); late.After(until) {
		until = late
	}
	b.poll(ctx, "to stay away", until, accepted)
	s.whole, s.struck = !b.ends.Before(until), b.struck(ctx, id)
	b.fail(b.gateway.takeBack(ctx, id))
	n = b.h.admitted()
	s.returned = b.awaitUntil(ctx, time.Now().Add(2*away+b.Answer), "to come again", func() bool {
		return accepted() || b.h.admitted() > n
	})
	return s
}

// struck is how often a fault has.
func (b *bench) struck(ctx context.Context, id int) int {
	all, err := b.gateway.faults(ctx)
	b.fail(err)
	for _, f := range all {
		if f.ID == id {
			return f.Struck
		}
	}
	return 0
}

// others are the clients, but the device, that a fault of certificates strikes too: they are
// connected, or have sent a CONNECT since the run began.
func (b *bench) others(ctx context.Context, f faults.Fault) (ids []string) {
	all, err := b.gateway.callers(ctx, b.began)
	b.fail(err)
	for _, c := range all {
		host, _, _ := net.SplitHostPort(c.Source)
		byTLS := c.Listener == "mqtts" || c.Listener == "https"
		if c.id() != b.Client && byTLS && host == f.Source &&
			(f.ServerName == "" || strings.EqualFold(c.ServerName, f.ServerName)) {
			ids = append(ids, c.id())
		}
	}
	return ids
}
