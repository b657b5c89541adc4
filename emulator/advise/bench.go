package advise

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/suback/suback/emulator/faults"
	"github.com/suback/suback/emulator/tap"
)

// A bench is what a case works with: the gateway, what the device does, and the time there is.
type bench struct {
	Options
	gateway *gateway
	packets <-chan tap.Packet
	began   uint64 // the newest event of the trace then

	h       history // since the case began
	ends    time.Time
	now     tap.Packet    // the CONNECT of the newest connection; zero: none was seen
	there   bool          // it is connected
	since   time.Time     // it is, or was last
	span    time.Duration // of the case
	asked   []int         // faults to take back
	undo    []func()      // what else to take back, the last first
	held    history       // of CONNECTs that were not answered, for the next case that looks at them
	seen    history       // what it has published until now
	failing error         // of the gateway
}

var errLost = errors.New("lost the gateway: it has ended, or does not answer any more")

// start begins a case that may take so long.
func (b *bench) start(d time.Duration) {
	b.span = d
	if b.Timeout > 0 {
		d = b.Timeout
	}
	b.h, b.ends = nil, time.Now().Add(d)
}

// await takes what the device does until it is as wanted, and reports whether it is; at the
// latest when the case's time is over.
func (b *bench) await(ctx context.Context, what string, holds func() bool) bool {
	return b.awaitUntil(ctx, b.ends, what, holds)
}

func (b *bench) awaitUntil(ctx context.Context, until time.Time, what string, holds func() bool) bool {
	until = earlier(until, b.ends)
	begin := time.Now()
	timer, tick := time.NewTimer(time.Until(until)), time.NewTicker(time.Second)
	defer timer.Stop()
	defer tick.Stop()
	defer b.tell("")
	for b.failing == nil && ctx.Err() == nil {
		if holds() {
			return true
		}
		select {
		case <-ctx.Done():
		case <-timer.C:
			return holds()
		case <-tick.C:
			b.tell("waiting for %s %s, %.0f s of %.0f", b.Client, what, time.Since(begin).Seconds(),
				until.Sub(begin).Seconds())
		case p, ok := <-b.packets:
			if !ok {
				b.fail(errLost)
				break
			}
			b.take(p)
		}
	}
	return false
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// take remembers a packet.
func (b *bench) take(p tap.Packet) {
	b.h = append(b.h, p)
	switch {
	case p.Type == "CONNECT":
		b.now, b.there = p, false
	case p.Type == "CONNACK":
		b.there, b.since = p.Code == 0, p.Time
	case p.Type == "END" && p.ConnectionID == b.now.ConnectionID, p.Type == "END" && b.now.ConnectionID == "":
		b.there = false
	case p.Type == "PUBLISH" && p.From == "client" && len(b.seen) < mostSeen:
		b.seen = append(b.seen, p)
	}
}

// mostSeen is how many messages are kept for the cases that look at what was published.
const mostSeen = 1000

func (b *bench) fail(err error) {
	if b.failing == nil && err != nil {
		b.failing = err
	}
}

func (b *bench) tell(format string, args ...any) {
	if b.Progress != nil {
		b.Progress(fmt.Sprintf(format, args...))
	}
}

// fault asks for one of the device, which the case's end takes back.
func (b *bench) fault(ctx context.Context, f faults.Fault) int {
	if f.On != faults.Certificate {
		f.Client = b.Client
	}
	if f.On != faults.Client { // its end takes nothing back if it is killed
		f.Lasts = faults.Duration(min(max(0, time.Until(b.ends))+faultTime, faults.MostLasts))
	}
	id, err := b.gateway.fault(ctx, f)
	if err != nil {
		b.fail(err)
		return 0
	}
	if f.On != faults.Client {
		b.asked = append(b.asked, id)
	}
	return id
}

// faultTime is for how long after the time of its case a fault is over by itself.
const faultTime = time.Minute

// cutOff ends the device's connection.
func (b *bench) cutOff(ctx context.Context, do faults.Do) {
	b.fault(ctx, faults.Fault{On: faults.Client, Do: do})
}

// clear takes back what the case has asked for, also when ctx has ended.
func (b *bench) clear(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), clearTime)
	defer cancel()
	for _, undo := range b.undo {
		undo()
	}
	for _, id := range b.asked {
		if err := b.gateway.takeBack(ctx, id); err != nil {
			b.fail(fmt.Errorf("fault %d of the gateway could not be taken back: %w", id, err))
		}
	}
	b.asked, b.undo = nil, nil
}

// clearTime is how long that may take: less than the program has after a signal.
const clearTime = 3 * time.Second

// reconnect ends the device's connection, and waits until it has come again.
func (b *bench) reconnect(ctx context.Context) bool {
	n := b.h.admitted()
	b.cutOff(ctx, faults.Close)
	return b.await(ctx, "to reconnect", func() bool { return b.h.admitted() > n && b.there })
}
