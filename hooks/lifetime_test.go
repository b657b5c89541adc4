package hooks_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/mqtttest"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/trace"
)

// A reply is what the authorizer answers to one call.
type reply func(context.Context) ([]byte, error)

// grants allows what a password says, with timers as in
// `"refreshAfterInSeconds": 300`.
func grants(password string, timers ...string) reply {
	text := strings.Join(append([]string{strings.TrimSuffix(string(answer(policyOf(password))), "}")}, timers...), ", ") + "}"
	return says(text)
}

func says(text string) reply {
	return func(context.Context) ([]byte, error) { return []byte(text), nil }
}

func hangs(ctx context.Context) ([]byte, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// scripted runs an emulator whose authorizer gives these replies, one after the
// other and the last for ever, to devices without a password. The events of
// these calls are in the channel. Others get what their password says.
func scripted(t testing.TB, replies ...reply) (*emulator.Emulator, <-chan []byte) {
	t.Helper()
	calls := make(chan []byte, 100)
	return emulator.Run(t, emulator.Options{Authorizer: func(ctx context.Context, event []byte) ([]byte, error) {
		if passwordOf(event) != "" {
			return authorize(ctx, event)
		}
		n := len(calls)
		calls <- event
		return replies[min(n, len(replies)-1)](ctx)
	}}), calls
}

// interval is the time between refreshes, unless the authorizer says otherwise
//
const interval = 300 * time.Second

// awaitEvents returns the first n events of a kind.
func awaitEvents(t testing.TB, e *emulator.Emulator, n int, client string, operation trace.Operation, outcome trace.Outcome) []trace.Event {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*patience)
	defer cancel()
	var found []trace.Event
	for ev := range e.Trace().Follow(ctx, trace.Filter{Client: client, Outcome: outcome}) {
		if ev.Operation == operation {
			found = append(found, ev)
		}
		if len(found) == n {
			return found
		}
	}
	t.Fatalf("got %d events %s %s of %s, want %d", len(found), operation, outcome, client, n)
	return nil
}

// refreshed waits until a client has been refreshed n times in all.
func refreshed(t testing.TB, e *emulator.Emulator, client string, n int) {
	t.Helper()
	awaitEvents(t, e, n, client, trace.Refresh, trace.Allowed)
}

// What a refresh that says no, or fails, does to the connection; and one that
// does not.
func TestRefresh(t *testing.T) {
	t.Parallel()
	const fault = "CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR"
	tests := []struct {
		name   string
		reply  reply
		reason string // empty: the connection goes on
		rule   string
		source string
	}{
		{"grants", grants("all"), "", "", "A-143"},
		{"grants no iot:Connect", grants("Publish=topic/*"), "", "", "A-146, guess"},
		{"grants nothing", says(`{"isAuthenticated": true, "principalId": "p", "policyDocuments": []}`), "", "", "A-146, guess"},
		{"refuses", says(`{"isAuthenticated": false}`), "NOT_AUTHENTICATED", "D-22", "A-145"},
		{"errs", func(context.Context) ([]byte, error) { return nil, errors.New("no such table") }, fault, "A-140", "A-145"},
		{"panics", func(context.Context) ([]byte, error) { panic("no such table") }, fault, "A-140", "A-145"},
		{"answers garbage", says("<html>"), fault, "A-140", "A-145"},
		{"answers a timer out of range", grants("all", `"refreshAfterInSeconds": 299`), fault, "B-407", "A-145"},
		{"hangs over 5 s", hangs, fault, "A-137", "A-145, A-137"},
	}
	for _, tt := range tests {
		for _, version := range []byte{4, 5} {
			t.Run(fmt.Sprintf("%s v%d", tt.name, version), func(t *testing.T) {
				t.Parallel()
				e, _ := scripted(t, grants("all"), tt.reply)
				watcher := online(t, e, 4, connect{id: "w", password: "all"})
				watcher.subscribed(0, "will")
				d := online(t, e, version, connect{id: "d", will: &will{topic: "will", payload: "gone"}})
				e.Advance(interval)
				if tt.reason == "" {
					refreshed(t, e, "d", 1)
					d.lives(tt.source)
					watcher.lives(tt.source)
					return
				}
				_ = d.conn.SetDeadline(time.Now().Add(2 * patience))
				awaitEvents(t, e, 1, "d", trace.AuthNError, trace.Refused)
				endedBy(t, d, 0x87, "Client is not authenticated/authorized to send the message", tt.source)
				watcher.receives("will", "gone", "B-440")
				checkEnd(t, record(t, e, "d"), trace.AuthNError, tt.reason, version, 0x87, "A-145", tt.rule)
			})
		}
	}
}

// endedBy wants the connection to end as the gateway ends one: MQTT 5 with a
// DISCONNECT, MQTT 3.1.1 without a word.
func endedBy(t testing.TB, d *device, code byte, reason, source string) {
	t.Helper()
	want := ""
	if d.version == 5 {
		want = disconnectWith(code, reason)
	}
	got, closeFrame := d.ended()
	if got, _ := masked(got); got != want {
		t.Errorf("got %s, want %s and the end (%s)", show(got), show(want), source)
	}
	if _, ok := d.conn.(*mqtttest.WebSocket); ok && !closeFrame {
		t.Errorf("no Close frame (%s)", source)
	}
}

func checkEnd(t testing.TB, ev trace.Event, operation trace.Operation, reason string, version, code byte, rules ...string) {
	t.Helper()
	saw := "connection closed (MQTT 3.1.1)"
	if version == 5 {
		saw = fmt.Sprintf("DISCONNECT 0x%02X, connection closed (MQTT 5)", code)
	}
	if ev.Operation != operation || ev.Reason != reason || ev.Saw != saw {
		t.Errorf("record: got %s %s %q, want %s %s %q", ev.Operation, ev.Reason, ev.Saw, operation, reason, saw)
	}
	for _, rule := range rules {
		if !strings.Contains(strings.Join(ev.Rules, " ")+" ", rule+" ") || rule[0] == 'D' && ev.Hint == "" {
			t.Errorf("record: got rules %q and hint %q, want %s", ev.Rules, ev.Hint, rule)
		}
	}
}

// The function is shown again what it was shown at CONNECT [A-144, guess].
func TestRefreshEvent(t *testing.T) {
	for _, by := range ways() {
		for _, version := range []byte{4, 5} {
			t.Run(fmt.Sprintf("%s v%d", by.name, version), func(t *testing.T) {
				e, calls := scripted(t, grants("all"))
				d := open(t, e, by, version)
				d.send(connect{}.packet(version)) // no client id: that the gateway assigned one is not shown either
				d.connack()
				id := e.Clients()[0].ClientID
				for n := range 3 {
					e.Advance(interval)
					refreshed(t, e, id, n+1)
				}
				want := <-calls
				for range 3 {
					if got := <-calls; !bytes.Equal(got, want) {
						t.Errorf("refresh: got %s, want what it was at CONNECT: %s (A-144)", got, want)
					}
				}
			})
		}
	}
}

// What a refresh grants counts for later publishes, subscribes and deliveries.
// A subscription granted before stays [A-142, A-147, B-137].
func TestRefreshedPolicy(t *testing.T) {
	const narrow = "Publish=topic/new Subscribe=topicfilter/new Receive=topic/new"
	e, _ := scripted(t, grants("all"), grants(narrow), grants("all"))
	d := online(t, e, 5, connect{id: "d"})
	d.subscribed(0, "old", "new")
	other := online(t, e, 4, connect{id: "other", password: "all"})
	e.Advance(interval)
	refreshed(t, e, "d", 1)

	d.send(d.publish(qos1, "old", "x"))
	d.expect(packet(0x40, number(7)+"\x87"+reasonString("PUBACK:Client is not authenticated/authorized to send the message")), "A-142")
	d.send(d.subscribe(1, 0, "older"))
	d.expect(packet(0x90, number(1)+reasonString("SUBACK:Client is not authenticated/authorized to send the message")+"\x87"), "A-142")
	other.published("old", "withheld")
	other.published("new", "sent")
	d.receives("new", "sent", "A-147, guess")
	e.RequireWithheld(t, "d", "old")
	e.RequireDenied(t, "d", policy.Connect, "d") // and it is connected [A-146, guess]

	e.Advance(interval)
	refreshed(t, e, "d", 2)
	other.published("old", "sent again")
	d.receives("old", "sent again", "B-137, guess: the subscription has stayed")
	d.published("mine", "x")
}

// What a refresh takes back and AWS is not known to end goes on, and is noted
// [A-146, A-147, B-137, guesses].
func TestRefreshThatNarrows(t *testing.T) {
	tests := []struct {
		name, then string
		rule, hint string // of the note; none if empty
	}{
		{"the same", "all", "", ""},
		{"no Connect", "all !Connect=client/d", "A-146", "AWS is not known to end it"},
		{"no Subscribe", "all !Subscribe=topicfilter/a", "A-147", "AWS is not known to take it back"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e, _ := scripted(t, grants("all"), grants(tt.then))
			d := online(t, e, 5, connect{id: "d"})
			d.subscribed(0, "a")
			e.Advance(interval)
			refreshed(t, e, "d", 1)
			if tt.rule == "" {
				d.lives("A-146")
				if got := records(e, "d"); len(got) != 0 {
					t.Errorf("got %+v, want no note", got)
				}
				return
			}
			ev := awaitEvents(t, e, 1, "d", trace.Refresh, trace.Note)[0]
			if ev.Rules[0] != tt.rule || !strings.Contains(ev.Hint, tt.hint) {
				t.Errorf("got %+v, want a note with %q (%s, guess)", ev, tt.hint, tt.rule)
			}
			d.send(d.publish(qos0, "a", "x"))
			d.receives("a", "x", "A-146, A-147, guesses")
		})
	}
}

// A will is sent though a refresh has taken the permission away: it was judged at
// CONNECT [B-229, guess].
func TestWillAfterRefresh(t *testing.T) {
	e, _ := scripted(t, grants("all"), grants("Subscribe=topicfilter/a"))
	w := online(t, e, 4, connect{id: "w", password: "all"})
	w.subscribed(0, "gone")
	d := online(t, e, 5, connect{id: "d", will: &will{topic: "gone", payload: "d"}})
	e.Advance(interval)
	refreshed(t, e, "d", 1)
	e.RequireDenied(t, "d", policy.Publish, "gone")
	d.conn.Close()
	w.receives("gone", "d", "B-229, guess")
}

// An MQTT 3.1.1 client loses its connection by what a refresh took away [B-410].
func TestRefreshedPolicyClosesV4(t *testing.T) {
	for name, send := range map[string]func(*device) string{
		"publish":   func(d *device) string { return d.publish(qos0, "old", "x") },
		"subscribe": func(d *device) string { return d.subscribe(1, 0, "old") },
	} {
		t.Run(name, func(t *testing.T) {
			e, _ := scripted(t, grants("all"), grants("Publish=topic/new"))
			d := online(t, e, 4, connect{id: "d"})
			e.Advance(interval)
			refreshed(t, e, "d", 1)
			d.send(send(d))
			d.expectEnd("", "B-410")
		})
	}
}

// refreshAfterInSeconds is the function's each time anew.
func TestRefreshAfter(t *testing.T) {
	e, calls := scripted(t, grants("all", `"refreshAfterInSeconds": 1000`), grants("all", `"refreshAfterInSeconds": 2000`), grants("all"))
	d := online(t, e, 4, connect{id: "d"})
	for i, after := range []time.Duration{1000 * time.Second, 2000 * time.Second, interval, interval} {
		e.Advance(after - 2*time.Second)
		d.lives("A-143")
		if n := len(calls); n != i+1 {
			t.Errorf("after %v: %d calls, want %d", after-2*time.Second, n, i+1)
		}
		e.Advance(2 * time.Second)
		refreshed(t, e, "d", i+1)
	}
}
