package hooks_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/store"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/hooks"
)

// startOn runs an emulator on a state folder.
func startOn(t testing.TB, dir string) *emulator.Emulator {
	t.Helper()
	return emulator.Run(t, emulator.Options{Authorizer: authorize, StateDir: dir, ReplayPerSecond: -1})
}

// lasting is a CONNECT whose session outlives the connection for a minute.
func lasting(id string) connect {
	return connect{id: id, password: "all", persistent: true, properties: "\x11\x00\x00\x00\x3c"}
}

// resumes connects again and wants the session to be there, or not.
func resumes(t testing.TB, e *emulator.Emulator, version byte, c connect, want bool, source string) *device {
	t.Helper()
	d := open(t, e, way{}, version)
	d.send(c.packet(version))
	if present, _ := d.connack(); present != want {
		t.Errorf("session present: got %v, want %v (%s)", present, want, source)
	}
	return d
}

// TestRestart: sessions, what waits in them, and retained messages are there
// after a restart, as old as they are.
func TestRestart(t *testing.T) {
	t.Parallel()
	for _, version := range []byte{4, 5} {
		t.Run(fmt.Sprint("version ", version), func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "state")
			e := startOn(t, dir)
			d := resumes(t, e, version, lasting("d"), false, "B-702")
			d.subscribed(1, "a", "$share/g/b")
			d.disconnect()
			gone := resumes(t, e, 5, connect{id: "gone", password: "all", properties: "\x11\x00\x00\x00\x05"}, false, "B-702")
			gone.disconnect()
			pub := online(t, e, 5, connect{id: "pub", password: "all"})
			for _, payload := range []string{"1", "2"} {
				pub.published("a", payload)
			}
			pub.published("b", "3")
			pub.send(publishing(5, qos1|retain, "r", 7, "\x02\x00\x00\x00\x64\x03\x00\x01x", "stays")) // 100 s, content type x
			pub.expect("\x40\x02\x00\x07", "PUBACK")
			pub.send(publishing(5, qos1|retain, "short", 7, "\x02\x00\x00\x00\x08", "goes"))
			pub.expect("\x40\x02\x00\x07", "PUBACK")
			e.Advance(10 * time.Second)
			if err := e.Close(); err != nil {
				t.Fatal(err)
			}

			e = startOn(t, dir)
			d = resumes(t, e, version, lasting("d"), true, "B-700, B-702")
			d.receives("a", "1", "B-705")
			d.receives("a", "2", "B-705")
			d.receives("b", "3", "B-669")
			d.lives("that was all")
			resumes(t, e, 5, connect{id: "gone", password: "all", persistent: true}, false, "B-703")
			reader := online(t, e, 5, connect{id: "reader", password: "all"})
			reader.subscribed(1, "short")
			reader.subscribed(1, "r")
			_, topic, props, payload := reader.message()
			left := int(props[4])
			if topic != "r" || payload != "stays" || props[:4] != "\x02\x00\x00\x00" || props[5:] != "\x03\x00\x01x" || left > 90 || left < 80 {
				t.Errorf("got %s %q with %q, want the retained message with at most 90 s left (B-694, B-724)", topic, payload, props)
			}
			pub = online(t, e, version, connect{id: "pub", password: "all"})
			pub.published("a", "4")
			d.receives("a", "4", "B-700: the subscription is there")
		})
	}
}

// TestResetClearsTheState: what a reset forgets does not come back.
func TestResetClearsTheState(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	e := startOn(t, dir)
	d := resumes(t, e, 4, lasting("d"), false, "B-702")
	d.subscribed(1, "a")
	d.disconnect()
	pub := online(t, e, 4, connect{id: "pub", password: "all"})
	pub.published("a", "1")
	pub.send(pub.publish(qos1|retain, "a", "2"))
	pub.expect("\x40\x02\x00\x07", "PUBACK")
	resumes(t, e, 5, lasting("connected"), false, "B-702").subscribed(1, "b")
	e.Reset()
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	e = startOn(t, dir)
	resumes(t, e, 5, lasting("connected"), false, "reset")
	d = resumes(t, e, 4, lasting("d"), false, "reset")
	d.subscribed(1, "a")
	d.lives("reset: no retained message")
}

// TestReplayPace: 10 messages per second by default, the rest goes on with
// Advance; without a pace all come at once [B-705].
func TestReplayPace(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		perSecond int
		advance   time.Duration
		messages  int
		least     time.Duration
		most      time.Duration
	}{
		{"default", 0, 0, 6, 500 * time.Millisecond, patience},
		{"advanced", 1, time.Minute, 20, 0, patience},
		{"unpaced", -1, 0, 90, 0, patience},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := emulator.Run(t, emulator.Options{Authorizer: authorize, ReplayPerSecond: tt.perSecond})
			d := resumes(t, e, 4, lasting("d"), false, "B-702")
			d.subscribed(1, "a")
			d.disconnect()
			pub := online(t, e, 4, connect{id: "pub", password: "all"})
			for n := range tt.messages {
				pub.published("a", fmt.Sprint(n))
			}
			start := time.Now()
			d = resumes(t, e, 4, lasting("d"), true, "B-702")
			d.receives("a", "0", "B-705: the first at once")
			e.Advance(tt.advance)
			for n := range tt.messages - 1 {
				d.receives("a", fmt.Sprint(n+1), "B-687, B-705")
			}
			if took := time.Since(start); took < tt.least || took > tt.most {
				t.Errorf("%d messages took %v, want between %v and %v (B-705)", tt.messages, took, tt.least, tt.most)
			}
		})
	}
}

// TestStateFails: nothing is acknowledged that cannot be kept. The connection
// ends, and the record says why.
func TestStateFails(t *testing.T) {
	var sessions *session.Sessions
	file, err := store.Open(store.Options{File: filepath.Join(t.TempDir(), "state.db")})
	if err == nil {
		sessions, err = session.Open(session.Options{Kept: file.Part("")})
	}
	if err == nil {
		err = file.Close() // from now on it keeps nothing
	}
	if err != nil {
		t.Fatal(err)
	}
	records := trace.New(trace.Options{})
	document, err := policy.Parse("all", []byte(policyOf("all")))
	if err != nil {
		t.Fatal(err)
	}
	grant := &authn.Grant{PrincipalID: "tester", Documents: []*policy.Document{document}, RefreshAfter: time.Hour, DisconnectAfter: time.Hour}
	addr := serve(t, hooks.New(hooks.Options{Sessions: sessions, Trace: records, Region: "us-east-1", Account: "000000000000",
		Authenticate: func(context.Context, authn.Request) (*authn.Grant, error) { return grant, nil }}), "mqtt")["mqtt"]
	for _, version := range []byte{4, 5} {
		for name, packet := range map[string]func(d *device) string{
			"retained":    func(d *device) string { return d.publish(qos1|retain, "a", "1") },
			"SUBSCRIBE":   func(d *device) string { return d.subscribe(1, 1, "a") },
			"UNSUBSCRIBE": func(d *device) string { return d.unsubscribe(1, "a") },
		} {
			t.Run(fmt.Sprintf("%s version %d", name, version), func(t *testing.T) {
				c := lasting(fmt.Sprint(name, version))
				d := dialBare(t, addr, version)
				d.send(c.packet(version))
				d.connack()
				d.send(packet(d))
				d.expectEnd("", "B-440: no acknowledgement")
				events := records.Events(trace.Filter{Client: c.id, Outcome: trace.Refused})
				if len(events) != 1 || events[0].Reason != "SERVER_ERROR" || !strings.Contains(events[0].Detail, "the state cannot be kept: ") {
					t.Errorf("records: %+v, want one SERVER_ERROR (B-440)", events)
				}
			})
		}
	}
	for _, m := range records.Metrics() {
		if strings.HasSuffix(m.Name, "ubscribe") && m.Result == trace.Success && m.Count > 0 {
			t.Errorf("got %d times %s.Success, want none: nothing was kept (B-914)", m.Count, m.Name)
		}
	}
}

// The numbers of connections go on after a restart, with and without a session.
func TestVersionNumberOutlivesARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for restart, number := range []int{0, 2, 0} {
		e := startOn(t, dir)
		w := listener(t, e, "$aws/events/presence/connected/+")
		for i := range 2 {
			d := online(t, e, 4, connect{id: "clean", password: "all"})
			w.hearsConnected("clean", number+i, "B-826")
			d.disconnect()
			d = online(t, e, 5, lasting("persistent"))
			w.hearsConnected("persistent", number+i, "B-826")
			if restart == 0 || i == 0 {
				d.disconnect() // else the emulator ends it
			}
		}
		if restart == 1 {
			e.Reset() // forgets the numbers
		}
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
