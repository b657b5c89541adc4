package account

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/faults"
	"github.com/suback/suback/emulator/lambda"
	"github.com/suback/suback/emulator/pki"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/emulator/transport"
)

// Faults that somebody asked for, of what is not a client's: hooks/faults.go has those.

// AddFault asks for a fault, and returns it with its id. One that is for clients strikes who
// is connected before it returns. The error says what is wrong with it.
func (a *Account) AddFault(f faults.Fault) (faults.Fault, error) {
	f, err := a.faults.Add(f)
	if err != nil || f.On != faults.Client {
		return f, err
	}
	a.hook.StrikeClients(&f)
	if f.Do != faults.Cut {
		a.faults.Remove(f.ID)
	}
	return f, nil
}

// Faults are those that were asked for.
func (a *Account) Faults() *faults.Set { return a.faults }

// flaws are what a fault makes of the gateway's certificate.
var flaws = map[faults.Do]pki.Flaw{faults.Expire: pki.Expired, faults.Rename: pki.OtherName,
	faults.Forge: pki.Forged}

// Flaw is what a fault makes of the certificate that a TLS handshake shows, and the fault's
// id; 0: none does.
func (a *Account) Flaw(f *transport.Facts) (pki.Flaw, int) {
	source := f.Remote.Addr().Unmap().String()
	struck := a.faults.Strike(faults.Certificate, faults.At{ServerName: f.ServerName, Source: source})
	if struck == nil {
		return "", 0
	}
	flaw := flaws[struck.Do]
	a.noteFault(trace.Event{Fault: struck.ID, Listener: f.Listener, Source: f.Remote.String(),
		ServerName: f.ServerName, Cause: cause.Cause{Hint: struck.TakeBack(),
			Detail: fmt.Sprintf("%s: the gateway shows a certificate that is %s", struck.Said(), flaw)}}, source)
	return flaw, struck.ID
}

// faultFunction strikes an invocation: its error is the function's.
func (a *Account) faultFunction(ctx context.Context, arn string) error {
	function, ok := a.registry.Function(arn)
	if !ok {
		return nil
	}
	f := a.faults.Strike(faults.Function, faults.At{Function: function.FunctionName})
	if f == nil {
		return nil
	}
	a.noteFault(trace.Event{Fault: f.ID, Cause: cause.Cause{Hint: f.TakeBack(),
		Detail: fmt.Sprintf("%s: function %q%s", f.Said(), function.FunctionName, late(f))}}, arn)
	if f.Do == faults.Fail {
		return &lambda.FunctionError{Type: "Fault", Message: f.Said()}
	}
	return pause(ctx, f)
}

// faultAction strikes an action of a rule: its error is the action's.
func (a *Account) faultAction(ctx context.Context, rule string) error {
	f := a.faults.Strike(faults.Action, faults.At{Rule: rule})
	switch {
	case f == nil:
		return nil
	case f.Do == faults.Fail:
		return fmt.Errorf("%s: %s", f.Said(), f.TakeBack())
	}
	a.noteFault(trace.Event{Fault: f.ID, Operation: trace.RuleExecution, Cause: cause.Cause{Hint: f.TakeBack(),
		Detail: fmt.Sprintf("%s: an action of the rule %q%s", f.Said(), rule, late(f))}}, rule)
	return pause(ctx, f)
}

// throttledHTTP and failedHTTP are what a service answers that is not well.
var (
	throttledHTTP = transport.Answer{Status: http.StatusTooManyRequests, Type: "ThrottlingException",
		Message: "Rate exceeded"}
	failedHTTP = transport.Answer{Status: http.StatusInternalServerError, Type: "InternalFailureException",
		Message: "Internal failure"}
)

// faultHTTP strikes a request, and reports whether it has answered it.
func (a *Account) faultHTTP(w http.ResponseWriter, r *http.Request) (answered bool) {
	f := a.faults.Strike(faults.HTTP, faults.At{Path: r.URL.Path})
	if f == nil {
		return false
	}
	answer := map[faults.Do]*transport.Answer{faults.Throttle: &throttledHTTP, faults.Fail: &failedHTTP}[f.Do]
	ev := trace.Event{Fault: f.ID, Protocol: "HTTP", Source: r.RemoteAddr, Cause: cause.Cause{Hint: f.TakeBack(),
		Detail: fmt.Sprintf("%s: %s %s%s", f.Said(), r.Method, Shortened(r.URL.Path), late(f))}}
	if answer != nil {
		ev.Saw = fmt.Sprint("HTTP ", answer.Status)
	}
	a.noteFault(ev, r.URL.Path)
	if answer == nil {
		_ = pause(r.Context(), f) // over: nobody waits for the answer
		return false
	}
	answer.ServeHTTP(w, r)
	return true
}

// noteFault records a fault about something; what comes again is counted.
func (a *Account) noteFault(ev trace.Event, about string) {
	if ev.Operation == "" {
		ev.Operation = trace.Transport
	}
	a.trace.Note(trace.Key{Topic: about}, fmt.Sprint("fault ", ev.Fault), func() trace.Event { return ev })
}

// late says by how much something comes late.
func late(f *faults.Fault) string {
	if f.Do != faults.Delay {
		return ""
	}
	return fmt.Sprintf(" is late by %s", time.Duration(f.Delay))
}

// pause is the delay of a fault; its error is that of ctx.
func pause(ctx context.Context, f *faults.Fault) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Duration(f.Delay)):
		return nil
	}
}
