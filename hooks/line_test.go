package hooks_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/store"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/hooks"
)

// A slowDisk is a gateway whose store writes when a test lets it.
type slowDisk struct {
	*testing.T
	file    *store.Store
	name    string // of the file
	hook    *hooks.Hook
	records *trace.Recorder
	addr    string
}

func newSlowDisk(t *testing.T, onEvent func(trace.Event)) *slowDisk {
	t.Helper()
	s := &slowDisk{T: t, name: filepath.Join(t.TempDir(), "state.db"), records: trace.New(trace.Options{OnEvent: onEvent})}
	var sessions *session.Sessions
	document, err := policy.Parse("all", []byte(policyOf("all")))
	if err == nil {
		s.file, err = store.Open(store.Options{File: s.name})
	}
	if err == nil {
		sessions, err = session.Open(session.Options{Kept: s.file.Part("")})
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.file.Close() })
	grant := &authn.Grant{PrincipalID: "tester", Documents: []*policy.Document{document}, RefreshAfter: time.Hour,
		DisconnectAfter: time.Hour}
	s.hook = hooks.New(hooks.Options{Sessions: sessions, Trace: s.records, Region: "us-east-1", Account: "000000000000",
		Authenticate: func(context.Context, authn.Request) (*authn.Grant, error) { return grant, nil }})
	s.addr = serve(t, s.hook, "mqtt")["mqtt"]
	return s
}

// hold has the writer of the store hang until release is called, once it hangs.
func (s *slowDisk) hold() (release func()) {
	hangs, held := make(chan struct{}), make(chan struct{})
	var once sync.Once
	s.file.Part("hold").Note(store.Change{Bucket: "b", Key: "k", Value: func() []byte {
		once.Do(func() { close(hangs) })
		<-held
		return []byte("x")
	}})
	select {
	case <-hangs:
	case <-time.After(patience):
		s.Fatal("the store does not write")
	}
	release = sync.OnceFunc(func() { close(held) })
	s.Cleanup(release)
	return release
}

// breaks has what is written next fail.
func (s *slowDisk) breaks() {
	if err := os.Rename(s.name, s.name+".away"); err != nil {
		s.Fatal(err)
	}
}

// publishes sends so many retained messages, each to a topic of its own, as r/7, and
// returns when the gateway has them all.
func (s *slowDisk) publishes(d *device, watcher *device, n int) {
	for i := range n {
		d.send(publishing(d.version, qos1|retain, fmt.Sprint("r/", i), i+1, "", "1"))
	}
	for i := range n {
		watcher.receives(fmt.Sprint("r/", i), "1", "delivered before it is kept")
	}
}

func (s *slowDisk) device(id string, w *will) *device { return connected(s.T, s.addr, id, w) }

// watcher gets all messages.
func (s *slowDisk) watcher() *device {
	w := s.device("watcher", nil)
	w.subscribed(0, "#")
	return w
}

// gone waits until a client id is free.
func (s *slowDisk) gone(id string) {
	s.Helper()
	s.until(id+" to be gone", func() bool {
		return !slices.ContainsFunc(s.hook.Clients(), func(c hooks.ClientInfo) bool { return c.ClientID == id })
	})
}

func (s *slowDisk) until(what string, holds func() bool) {
	s.Helper()
	for deadline := time.Now().Add(patience); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			s.Fatalf("nothing within %v, want %s", patience, what)
		}
	}
}

const inLine = 90

// TestStateFailsWhileManyWait: when the state cannot be written any more while many
// publishes wait for it, none of them is acknowledged, one record says why, and the
// client id is free.
func TestStateFailsWhileManyWait(t *testing.T) {
	s := newSlowDisk(t, nil)
	w, release := s.watcher(), s.hold()
	d := s.device("d", nil)
	s.publishes(d, w, inLine)
	s.breaks()
	release()
	d.expectEnd("", "B-440: no acknowledgement")
	s.gone("d")
	events := s.records.Events(trace.Filter{Client: "d", Outcome: trace.Refused})
	if len(events) != 1 || events[0].Reason != "SERVER_ERROR" || events[0].Topic != "r/0" || events[0].Count > 1 {
		t.Errorf("records: got %d, %+v, want one SERVER_ERROR, of the first", len(events), events)
	}
	s.device("d", nil).lives("the client id is free")
	w.lives("others go on")
}

// TestPanicWhileManyWait: what panics while it is done for one connection ends that
// alone [M-1].
func TestPanicWhileManyWait(t *testing.T) {
	s := newSlowDisk(t, func(ev trace.Event) {
		if ev.Reason == "SERVER_ERROR" {
			panic(errors.New("a handler of events fails"))
		}
	})
	w, release := s.watcher(), s.hold()
	d := s.device("d", nil)
	s.publishes(d, w, inLine)
	s.breaks()
	release()
	if acks, code := d.last(); acks > 0 || code != 0x81 {
		t.Errorf("got %d PUBACKs and DISCONNECT %x, want none and 81 (M-1)", acks, code)
	}
	s.gone("d")
	w.lives("others go on")
}

// last reads PUBACKs, which must be in order from 1 on, and the reason code of a
// DISCONNECT, to the end.
func (d *device) last() (acks int, code byte) {
	d.Helper()
	for {
		p, err := d.read()
		switch {
		case err != nil:
			return acks, code
		case p[0] == 0xe0 && len(bodyOf(p)) > 0:
			code = bodyOf(p)[0]
		case p == fmt.Sprintf("\x40\x02\x00%c", acks+1):
			acks++
		default:
			d.Errorf("got %s, want PUBACK %d or DISCONNECT", show(p), acks+1)
		}
	}
}

// TestEndsWhileManyWait: whatever ends a connection whose publishes wait to be written,
// nothing is acknowledged before it is; what the client sent after them counts after
// them, and the will is sent, or not, as ever.
func TestEndsWhileManyWait(t *testing.T) {
	t.Parallel()
	const none, all = 0, inLine
	tests := []struct {
		name string
		end  func(*slowDisk, *device)
		acks int
		code byte // of the DISCONNECT; 0: none
		will bool
	}{
		{"DISCONNECT", func(_ *slowDisk, d *device) { d.send("\xe0\x00") }, all, 0, false},
		{"DISCONNECT with the will", func(_ *slowDisk, d *device) { d.send("\xe0\x01\x04") }, all, 0, true},
		{"no MQTT", func(_ *slowDisk, d *device) { d.send("\xf1\x00") }, all, 0x81, true},
		{"SUBSCRIBE with 9 filters", func(_ *slowDisk, d *device) {
			d.send(d.subscribe(1, 0, "1", "2", "3", "4", "5", "6", "7", "8", "9"))
		}, all, 0x97, true},
		{"take-over", func(s *slowDisk, d *device) { dialBare(s, s.addr, 5).send(connect{id: "d"}.packet(5)) }, none, 0x8e, true},
		{"all are disconnected", func(s *slowDisk, _ *device) { go s.hook.DisconnectAll() }, none, 0x8b, false}, // the watcher too
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSlowDisk(t, nil)
			w, release := s.watcher(), s.hold()
			d := s.device("d", &will{topic: "will", payload: "gone"})
			s.publishes(d, w, inLine)
			tt.end(s, d)
			var code byte
			if tt.acks == none { // who ends it does not wait for the disk
				code = bodyOf(d.receive())[0]
			}
			release()
			acks, after := d.last()
			if code |= after; acks != tt.acks || code != tt.code {
				t.Errorf("got %d PUBACKs and DISCONNECT %x, want %d and %x", acks, code, tt.acks, tt.code)
			}
			if tt.will {
				w.receives("will", "gone", "B-440")
			}
			if tt.name != "all are disconnected" {
				w.lives("no will, or no other")
			}
		})
	}
}

// TestHungDiskKeepsFewBytes: while nothing can be written, no more than 1 MiB of one
// connection is taken; then all of it is.
func TestHungDiskKeepsFewBytes(t *testing.T) {
	const size, taken = 100 << 10, 12 // the one that is over 1 MiB, and the one that waits for room
	s := newSlowDisk(t, nil)
	w, release := s.watcher(), s.hold()
	d := s.device("d", nil)
	sent := make(chan error, 1)
	go func() {
		var all strings.Builder
		for i := range inLine {
			all.WriteString(publishing(5, qos1|retain, fmt.Sprint("r/", i), i+1, "", strings.Repeat("x", size)))
		}
		_, err := io.WriteString(d.conn, all.String())
		sent <- err
	}()
	for range taken {
		w.message()
	}
	w.lives("no more is taken")
	release()
	for i := range inLine {
		d.expect(fmt.Sprintf("\x40\x02\x00%c", i+1), "B-688: once the disk goes on")
	}
	if err := <-sent; err != nil {
		t.Error(err)
	}
}
