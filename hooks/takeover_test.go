package hooks_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/hooks"
)

// Take-over, whatever the ways and versions of the two: the older one has ended,
// and its will is out, before the newer one gets its CONNACK [B-451, B-606, M-4].
func TestTakeOver(t *testing.T) {
	e := start(t)
	n := 0
	for i, older := range ways() {
		for j, oldVersion := range []byte{4, 5} {
			newer, newVersion := ways()[(i+n)%4], []byte{5, 4}[(i+j)%2]
			n++
			id := fmt.Sprintf("shared-%d", n)
			t.Run(fmt.Sprintf("%s v%d by %s v%d", older.name, oldVersion, newer.name, newVersion), func(t *testing.T) {
				watcher := online(t, e, 4, connect{id: "w", password: "all"})
				watcher.subscribed(0, "will")
				old := open(t, e, older, oldVersion)
				old.send(connect{id: id, password: "all", will: &will{topic: "will", payload: id}}.packet(oldVersion))
				old.connack()
				next := open(t, e, newer, newVersion)
				next.send(connect{id: id, password: "all"}.packet(newVersion))
				next.connack()
				watcher.send("\xc0\x00") // its answer must come after the will
				watcher.receives("will", id, "B-440, B-606")
				watcher.expect("\xd0\x00", "PINGRESP")
				want := ""
				if oldVersion == 5 {
					want = "\xe0\x02\x8e\x00"
				}
				old.expectEnd(want, "B-451, B-454")
				next.lives("B-606")
				if ev := record(t, e, id); ev.Operation != trace.Disconnect || ev.Reason != "DUPLICATE_CLIENTID" {
					t.Errorf("record: got %s %s, want Disconnect DUPLICATE_CLIENTID (D-37)", ev.Operation, ev.Reason)
				}
			})
		}
	}
}

// Who may not connect takes nothing over.
func TestRefusedTakesNothingOver(t *testing.T) {
	e := start(t)
	d := online(t, e, 5, connect{id: "d", password: "all"})
	for _, password := range []string{"wrong", "Connect=client/other"} {
		intruder := open(t, e, way{}, 4)
		intruder.send(connect{id: "d", password: password}.packet(4))
		intruder.expectEnd("", "B-401")
	}
	d.lives("B-606")
}

// A hundred connections of one client id at once: one is left, it is known, and
// it is delivered to [B-606, M-4, M-8].
func TestTakeOverStorm(t *testing.T) {
	const storm = 100
	e := start(t)
	devices := make([]*device, storm)
	type end struct {
		i    int
		rest string
	}
	ends := make(chan end, storm)
	for i := range devices {
		version := byte(4 + i%2)
		devices[i] = open(t, e, way{}, version)
		devices[i].send(connect{id: "d", password: "all"}.packet(version))
	}
	for i, d := range devices {
		go func() { ends <- end{i, d.untilPingresp()} }()
	}
	left := make(map[int]bool)
	for i := range devices {
		left[i] = true
	}
	for len(left) > 1 {
		got := <-ends
		delete(left, got.i)
		want := "" // after the CONNACK
		if devices[got.i].version == 5 {
			want = "\xe0\x02\x8e\x00"
		}
		if !strings.HasPrefix(got.rest, "\x20") || got.rest[2+int(got.rest[1]):] != want {
			t.Errorf("got %s, want CONNACK and %s (B-451)", show(got.rest), show(want))
		}
	}
	for i := range left {
		_, _ = devices[i].conn.Write([]byte("\xc0\x00"))
		if got := <-ends; !strings.HasSuffix(got.rest, "\xd0\x00") || got.rest[:2] == "\xd0\x00" {
			t.Fatalf("the last one got %q, want CONNACK and PINGRESP", got.rest)
		}
		devices[i].isTheOnly(e, "d", "M-8")
	}
}

// untilPingresp reads up to a PINGRESP or the end.
func (d *device) untilPingresp() (all string) {
	_ = d.conn.SetDeadline(time.Now().Add(patience))
	for {
		p, err := d.read()
		all += p
		if err != nil || p == "\xd0\x00" {
			return all
		}
	}
}

// isTheOnly shows that a device is delivered to, and known as the connection of a
// client id.
func (d *device) isTheOnly(e *emulator.Emulator, id, source string) {
	d.Helper()
	d.subscribed(1, "t")
	online(d, e, 4, connect{id: "pub", password: "all"}).published("t", "x")
	d.receives("t", "x", source)
	known := 0
	for _, c := range clients(d, e) {
		if c.ClientID == id && c.Source == d.conn.LocalAddr().String() {
			known++
		}
	}
	if known != 1 {
		d.Errorf("%s is listed %d times, want once (%s)", id, known, source)
	}
}

// A client id is free when the engine, the session and the will of its last
// connection are done with, and not before [B-606, M-8].
func TestClientIDIsFreeLast(t *testing.T) {
	reached, release := make(chan struct{}), make(chan struct{})
	recorder := trace.New(trace.Options{OnEvent: func(ev trace.Event) {
		if ev.Outcome == trace.Withheld { // whoever withholds a message stops
			close(reached)
			<-release
		}
	}})
	grant := func(_ context.Context, r authn.Request) (*authn.Grant, error) {
		document, err := policy.Parse("p", []byte(policyOf(string(r.Password))))
		return &authn.Grant{PrincipalID: "tester", AuthenticationType: authn.Custom, Documents: []*policy.Document{document}}, err
	}
	addr := serve(t, hooks.New(hooks.Options{Authenticate: grant, Trace: recorder, Region: "us-east-1", Account: "000000000000"}),
		"mqtt")["mqtt"]
	online := func(c connect) *device {
		d := dialBare(t, addr, 4)
		d.send(c.packet(4))
		d.connack()
		return d
	}
	deaf := online(connect{id: "deaf", password: "all !Receive=topic/will"})
	deaf.subscribed(1, "will")
	c := connect{id: "d", password: "all", persistent: true, will: &will{topic: "will", payload: "x"}}
	old := online(c)
	_ = old.conn.Close()
	select {
	case <-reached: // the will is on its way
	case <-time.After(patience):
		t.Fatal("the will was not withheld")
	}
	next := dialBare(t, addr, 4)
	next.send(c.packet(4))
	_ = next.conn.SetDeadline(time.Now().Add(100 * time.Millisecond))
	if _, err := next.r.ReadByte(); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got an answer before the last connection's will was out (B-606)")
	}
	close(release)
	if present, _ := next.connack(); !present {
		t.Error("no session (B-702)")
	}
	next.subscribed(1, "t")
	next.send(next.publish(qos0, "t", "x"))
	next.receives("t", "x", "M-8")
}

// A client that comes back at once finds its session, and keeps it: the end of
// the connection before does not reach over to the next one [B-702, M-7, M-8].
func TestQuickReconnects(t *testing.T) {
	e := start(t)
	pub := online(t, e, 4, connect{id: "pub", password: "all"})
	c := connect{id: "d", password: "all", persistent: true}
	d := online(t, e, 4, c)
	d.subscribed(1, "t")
	for i := range 200 {
		if i%2 == 0 {
			d.send("\xe0\x00")
		}
		_ = d.conn.Close()
		d = open(t, e, way{}, 4)
		d.send(c.packet(4))
		if present, _ := d.connack(); !present {
			t.Fatalf("reconnect %d: no session (B-702)", i)
		}
		pub.published("t", fmt.Sprint(i))
		d.receives("t", fmt.Sprint(i), "M-7, M-8")
		d.lives("M-7") // or the PUBACK may come too late
	}
}

// Who has said goodbye, or hung up, before its next connection has not been thrown out by
// that, however busy the gateway was meanwhile [B-606].
func TestGoneBeforeTheNext(t *testing.T) {
	e := start(t)
	for _, way := range ways() {
		for name, last := range map[string]string{"DISCONNECT": "\xe0\x00", "after a PINGREQ": "\xc0\x00\xe0\x00", "the end of TCP": ""} {
			t.Run(way.name+" "+name, func(t *testing.T) {
				t.Parallel()
				id := strings.ReplaceAll(t.Name(), "/", " ")
				for range 20 {
					d := open(t, e, way, 4)
					d.send(connect{id: id, password: "all"}.packet(4))
					d.connack()
					if last != "" {
						d.send(last)
					}
					_ = d.conn.Close()
				}
				for _, ev := range records(e, id) {
					if ev.Reason == "DUPLICATE_CLIENTID" {
						t.Fatalf("got a record, want none (B-606): %s", ev.Text())
					}
				}
			})
		}
	}
}

// A client id is one whatever authenticated its connections [A-162, B-606].
func TestTakeOverAcrossAuthentication(t *testing.T) {
	document, err := policy.Parse("all", []byte(policyOf("all")))
	if err != nil {
		t.Fatal(err)
	}
	kinds := []string{authn.X509, authn.SigV4, authn.Custom, authn.CustomX509, authn.X509}
	next := make(chan string, len(kinds))
	grant := func(context.Context, authn.Request) (*authn.Grant, error) {
		kind := <-next
		return &authn.Grant{PrincipalID: "principal of " + kind, AuthenticationType: kind, Documents: []*policy.Document{document}}, nil
	}
	h := hooks.New(hooks.Options{Authenticate: grant, Trace: trace.New(trace.Options{}), Region: "us-east-1", Account: "000000000000"})
	addr := serve(t, h, "mqtt")["mqtt"]
	var old *device
	for i, kind := range kinds {
		next <- kind
		d := dialBare(t, addr, 5)
		d.send(connect{id: "d"}.packet(5))
		d.connack()
		if old != nil {
			old.expectEnd("\xe0\x02\x8e\x00", fmt.Sprintf("A-162: %s after %s", kind, kinds[i-1]))
		}
		old = d
	}
	if all := h.Clients(); len(all) != 1 || all[0].AuthenticationType != authn.X509 {
		t.Errorf("got %+v, want the last one alone (A-162)", all)
	}
}
