package advise

import (
	"context"
	"time"

	"github.com/suback/suback/emulator/faults"
	"github.com/suback/suback/emulator/tap"
)

// What is done to a device's connections

// connects waits for a CONNECT; a device that was connected before it could be seen is made to come
// again.
func connects(ctx context.Context, b *bench) Verdict {
	b.await(ctx, "to connect", func() bool { return b.there })
	unseen := func() bool { return len(b.h.of("client", "CONNECT")) == 0 }
	if b.there && unseen() && !b.reconnect(ctx) && unseen() {
		return lostDevice(b.Client)
	}
	return judgeConnect(b.Client, b.h, b.Settings)
}

// calmly waits first until the device has been connected for so long that its back-off begins
// anew; that is no part of the case's time.
func calmly(run func(context.Context, *bench) Verdict) func(context.Context, *bench) Verdict {
	return func(ctx context.Context, b *bench) Verdict {
		b.ends = time.Now().Add(b.Calm + shortCase)
		b.poll(ctx, "to have been connected for "+seconds(b.Calm), b.ends, func() bool {
			return b.there && time.Since(b.since) >= b.Calm
		})
		b.start(b.span)
		return run(ctx, b)
	}
}

// delays ends two connections in a row, the second one as soon as it is there.
func delays(ctx context.Context, b *bench) Verdict {
	b.interrupt(ctx, faults.Close, 2)
	return judgeDelay(b.Client, b.h, b.Settings)
}

// unstable ends each connection as soon as it is there.
func unstable(ctx context.Context, b *bench) Verdict {
	b.interrupt(ctx, faults.Close, b.Attempts)
	return judgeReturns(b.Client, b.h, b.Settings)
}

// givesWay ends each connection as if another client had taken its id.
func givesWay(ctx context.Context, b *bench) Verdict {
	b.interrupt(ctx, faults.Replace, replacements)
	return judgeReplaced(b.Client, b.h, b.Settings)
}

// replacements is how many times another client takes a device's id [guess].
const replacements = 3

// interrupt ends the device's connection so many times, and waits each time until it is back.
func (b *bench) interrupt(ctx context.Context, do faults.Do, times int) {
	for range times {
		n := b.h.admitted()
		b.cutOff(ctx, do)
		if !b.await(ctx, "to reconnect", func() bool { return b.h.admitted() > n && b.there }) {
			return
		}
	}
}

// refusals ends the connection, and refuses the next CONNECTs for a reason.
func refusals(reason string) func(context.Context, *bench) Verdict {
	return func(ctx context.Context, b *bench) Verdict {
		if reason == "DEVICE_CERTIFICATE_INACTIVE" && !b.now.Certificate {
			return notSeen("have it connect to the mqtts listener with the certificate that it has for AWS",
				"%s shows no certificate", b.Client)
		}
		b.fault(ctx, faults.Fault{On: faults.Connect, Do: faults.Refuse, Reason: reason, Times: new(b.Attempts)})
		b.cutOff(ctx, faults.Close)
		b.await(ctx, "to reconnect after refusals", func() bool { return b.h.admitted() > 0 })
		return judgeReturns(b.Client, b.h, b.Settings)
	}
}

// unanswered leaves CONNECTs without a CONNACK, once for both cases that look at them.
func unanswered(judge func(string, history, Settings) Verdict) func(context.Context, *bench) Verdict {
	return func(ctx context.Context, b *bench) Verdict {
		if b.held == nil {
			b.fault(ctx, faults.Fault{On: faults.Connect, Do: faults.Delay, Delay: faults.Duration(heldTime),
				Times: new(b.Attempts)})
			b.cutOff(ctx, faults.Close)
			b.await(ctx, "to try again without a CONNACK", func() bool { return b.h.admitted() > 0 })
			b.held = b.h
		}
		b.h = b.held
		return judge(b.Client, b.held, b.Settings)
	}
}

// heldTime is how long a CONNECT gets no answer: longer than any client waits.
const heldTime = 10 * time.Minute

// poll is await for what no packet tells.
func (b *bench) poll(ctx context.Context, what string, until time.Time, holds func() bool) {
	until = earlier(until, b.ends)
	for next := time.Now(); b.failing == nil && ctx.Err() == nil && next.Before(until); {
		if holds() {
			return
		}
		next = time.Now().Add(pollTime)
		n := len(b.h)
		b.awaitUntil(ctx, next, what, func() bool { return len(b.h) > n })
	}
}

// pollTime lies between two looks at what no packet tells.
const pollTime = 100 * time.Millisecond

// keepAliveOf is the keep alive that a client has to keep to: with MQTT 5 the server's [B-620, B-622].
func keepAliveOf(connect tap.Packet) time.Duration {
	asked := time.Duration(connect.KeepAlive) * time.Second
	switch {
	case connect.Version != 5:
		return asked
	case asked == 0:
		return 20 * time.Minute
	}
	return min(max(asked, 30*time.Second), 20*time.Minute)
}

// noticesSilence leaves everything that the device sends without an answer.
func noticesSilence(ctx context.Context, b *bench) Verdict {
	keepAlive := keepAliveOf(b.now)
	if keepAlive == 0 {
		return notSeen("give it a keep alive, 30 to 1200 s on AWS", "%s connects without a keep alive", b.Client)
	}
	for _, on := range []faults.On{faults.Ping, faults.Puback, faults.Suback} {
		b.fault(ctx, faults.Fault{On: on, Do: faults.Drop, Times: new(0)})
	}
	ended := func() bool { return len(b.h.of("", "END")) > 0 }
	b.await(ctx, "to send PINGREQ", func() bool { return ended() || len(b.h.pings()) > 0 })
	begin, bound := time.Now(), time.Duration(b.KeepAlive*float64(keepAlive))
	b.awaitUntil(ctx, begin.Add(bound), "to end the connection", ended)
	return judgeSilence(b.Client, keepAlive, time.Since(begin), b.h, b.Settings)
}
