package account

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"

	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/emulator/transport"
)

// What is written down of an account.

func (a *Account) newTrace() *trace.Recorder {
	o := trace.Options{
		OnEvent:   func(ev trace.Event) { a.Logs.Event(a.name, ev) },
		OnAgain:   a.Logs.Again,
		Followers: a.Followers,
	}
	if a.CloudWatch != nil {
		o.Every = trace.CloudWatch(a.CloudWatch, cmp.Or(a.options.Config.AccountID, registry.DefaultAccount),
			a.logLevel)
	}
	return trace.New(o)
}

// logLevel is the level from which an event is in CloudWatch's log: what
// SetV2LoggingOptions and its like say, else the options.
func (a *Account) logLevel(ev trace.Event) slog.Level {
	source, _ := netip.ParseAddrPort(ev.Source)
	level := trace.Level(a.registry.LogLevel(registry.LogSubject{
		EventType: string(ev.Operation), ClientID: ev.Client, PrincipalID: ev.Principal, SourceIP: source.Addr().
				String(),
	}), a.CloudWatchLevel)
	if level <= slog.LevelError && !a.Logs.Entry(ev) {
		return trace.Disabled
	}
	return level
}

// Problem records a mistake below MQTT.
func (a *Account) Problem(p transport.Problem) {
	outcome := trace.Note
	if p.Saw != "" {
		outcome = trace.Refused
	}
	if id := p.Facts.Flaw; id != 0 { // it is right not to like the certificate
		outcome, p.Hint = trace.Note, fmt.Sprintf("fault %d made the gateway's certificate one that nobody should "+
			"accept: the client has done well", id)
	}
	ev := trace.Event{
		Operation: trace.Transport, Outcome: outcome, Saw: p.Saw, Cause: p.Cause, Fault: p.Facts.Flaw,
		TraceID:  p.RequestID,
		Listener: p.Facts.Listener, Source: p.Facts.Remote.String(), ServerName: p.Facts.ServerName,
	}
	if ev.Fault != 0 { // each time that one strikes is told
		a.trace.Record(ev)
		return
	}
	what := strings.Join([]string{ev.Listener, ev.Reason, ev.Detail}, " ")
	from := trace.Key{ConnectionID: p.Facts.Remote.Addr().String()}
	a.trace.Refused(from, what, func() trace.Event { return ev })
}
