package session

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"
	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// openFileStore opens a file for the time of the test.
func openFileStore(t testing.TB, file string) *Sessions {
	t.Helper()
	all, err := Open(Options{File: file})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = all.Close() }) // at the latest
	return all
}

func newFileStore(t testing.TB) *Sessions {
	t.Helper()
	return openFileStore(t, filepath.Join(t.TempDir(), "sessions.db"))
}

// snapshot is what kill -9 leaves at this moment: the last whole transaction.
func snapshot(t testing.TB, all *Sessions) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "crashed.db")
	if err := all.store.db.View(func(tx *bbolt.Tx) error { return tx.CopyFile(file, 0o600) }); err != nil {
		t.Fatal(err)
	}
	return file
}

// crashed returns the sessions as they are after a crash at this moment.
func crashed(t testing.TB, all *Sessions) *Sessions {
	t.Helper()
	return openFileStore(t, snapshot(t, all))
}

// keeps publishes a message and waits until it may be acknowledged.
func keeps(t testing.TB, all *Sessions, m *Message) {
	t.Helper()
	if m.Retain {
		all.Retain(m)
	}
	all.Publish(m)
	if err := all.Stored(m); err != nil {
		t.Fatal(err)
	}
}

func kept(topic, payload string) *Message {
	return &Message{Topic: topic, Payload: []byte(payload), QoS: 1}
}

// settled waits until the file is up to date.
func settled(t testing.TB, all *Sessions) {
	t.Helper()
	if err := all.store.wait(); err != nil {
		t.Fatal(err)
	}
}

// lasting connects a device with a session that is kept.
func lasting(t testing.TB, all *Sessions, id string, version byte, subs ...Subscription) *device {
	t.Helper()
	d := newDevice(t, all, id, Terms{Version: version, Expiry: persistent})
	d.Attach(d.link)
	d.subscribe(subs...)
	return d
}

// returns connects a device to a session that must be there.
func returns(t testing.TB, all *Sessions, id string, version byte) *device {
	t.Helper()
	if all.byID[id] == nil {
		t.Fatalf("there is no session %q", id)
	}
	return lasting(t, all, id, version)
}

var anything = Subscription{Filter: "#", QoS: 1}

func TestMessagesSurviveACrash(t *testing.T) {
	tests := []struct {
		name   string
		happen func(t *testing.T, all *Sessions)
		want   []string
		source string
	}{
		{"queued", func(t *testing.T, all *Sessions) {
			lasting(t, all, "pump", 5, anything).Detach(persistent)
			for _, payload := range []string{"1", "2", "3"} {
				keeps(t, all, kept("a", payload))
			}
		}, []string{"a 1 1", "a 2 1", "a 3 1"}, "B-705"},
		{"unacknowledged, before those that wait", func(t *testing.T, all *Sessions) {
			d := newDevice(t, all, "pump", Terms{Version: 5, Expiry: persistent})
			d.link.Window = 2
			d.Attach(d.link)
			d.subscribe(anything)
			for _, payload := range []string{"1", "2", "3", "4"} {
				keeps(t, all, kept("a", payload))
			}
			d.Acknowledge(1)
			settled(t, all)
		}, []string{"a 2 1", "a 3 1", "a 4 1"}, "B-685"},
		{"connected, nothing sent yet", func(t *testing.T, all *Sessions) {
			lasting(t, all, "pump", 5, anything).Detach(persistent)
			newDevice(t, all, "pump", Terms{Version: 5, Expiry: persistent})
			keeps(t, all, kept("a", "1"))
		}, []string{"a 1 1"}, "B-705"},
		{"QoS 0", func(t *testing.T, all *Sessions) {
			lasting(t, all, "pump", 5, anything).Detach(persistent)
			keeps(t, all, &Message{Topic: "a", Payload: []byte("1")})
			keeps(t, all, kept("a", "2"))
		}, []string{"a 2 1"}, "B-705"},
		{"in a group", func(t *testing.T, all *Sessions) {
			lasting(t, all, "pump", 5, Subscription{Filter: group1, QoS: 1}).Detach(persistent)
			keeps(t, all, kept("a", "1"))
			keeps(t, all, kept("a", "2"))
		}, []string{"a 1 1", "a 2 1"}, "B-669"},
		{"taken out of a group by another member", func(t *testing.T, all *Sessions) {
			lasting(t, all, "pump", 5, Subscription{Filter: group1, QoS: 1}).Detach(persistent)
			keeps(t, all, kept("a", "1"))
			d := newDevice(t, all, "other", Terms{Version: 4, Expiry: persistent})
			d.link.Window = 1
			d.Attach(d.link)
			d.subscribe(Subscription{Filter: group1, QoS: 1})
			keeps(t, all, kept("a", "2"))
		}, []string{"a 2 1"}, "B-669: what was sent to a member stays with it"},
		{"with the retain flag", func(t *testing.T, all *Sessions) {
			rap := anything
			rap.RetainAsPublished = true
			lasting(t, all, "pump", 5, rap).Detach(persistent)
			m := kept("a", "1")
			m.Retain = true
			keeps(t, all, m)
		}, []string{"a 1 1 retained"}, "B-665"},
		{"refused, acknowledged, too large", func(t *testing.T, all *Sessions) {
			d := newDevice(t, all, "pump", Terms{Version: 5, Expiry: persistent})
			d.link.MaxPacket = 20
			d.refuses = func(topic string) bool { return topic == "b" }
			d.Attach(d.link)
			d.subscribe(anything)
			keeps(t, all, kept("b", "1"))
			keeps(t, all, kept("a", strings.Repeat("x", 20)))
			keeps(t, all, kept("a", "2"))
			d.Acknowledge(d.lastID)
			settled(t, all)
		}, nil, "B-217, B-433, B-513"},
		{"no longer subscribed", func(t *testing.T, all *Sessions) {
			d := lasting(t, all, "pump", 5, anything)
			if err := d.Unsubscribe([]string{"#"}); err != nil {
				t.Error(err)
			}
		}, nil, "B-667"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all := newFileStore(t)
			tt.happen(t, all)
			after := crashed(t, all)
			d := returns(t, after, "pump", 5)
			d.wants(tt.source, tt.want...)
			again := crashed(t, after)
			returns(t, again, "pump", 5).wants("a second crash", tt.want...)
			if tt.want == nil {
				publish(after, "a", "new", 1)
				d.received()
			}
		})
	}
}

// Who waits while a transaction is being written waits for that one.
func TestStoredWaitsForTheWriter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := newFileStore(t)
		lasting(t, all, "pump", 4, anything).Detach(persistent)
		settled(t, all)
		busy, err := all.store.db.Begin(true)
		if err != nil {
			t.Fatal(err)
		}
		m := kept("a", "1")
		all.Publish(m)
		returned := make(chan error)
		wait := func() { returned <- all.Stored(m) }
		go wait()
		for taken := false; !taken; {
			all.store.mu.Lock()
			taken = all.store.writing != nil
			all.store.mu.Unlock()
			runtime.Gosched()
		}
		go wait()
		for range 100 {
			runtime.Gosched()
		}
		select {
		case <-returned:
			t.Error("Stored returned before the message was written")
		default:
		}
		if err := busy.Rollback(); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := <-returned; err != nil {
				t.Error(err)
			}
		}
	})
}

// A SUBACK and the end of a subscription are promises too.
func TestSubackIsKept(t *testing.T) {
	all := newFileStore(t)
	d := lasting(t, all, "pump", 5)
	options := []Subscription{{Filter: "a", QoS: 1, NoLocal: true, RetainAsPublished: true, Retained: IfNew}, {Filter: group1}}
	var file string
	if err := d.Subscribe(options, func() { file = snapshot(t, all) }); err != nil {
		t.Fatal(err)
	}
	after := openFileStore(t, file)
	if got := after.byID["pump"].Subscriptions(); !slices.Equal(got, []Subscription{options[1], options[0]}) {
		t.Errorf("got %+v after the SUBACK, want %+v (B-700)", got, options)
	}
	if err := d.Unsubscribe([]string{"a"}); err != nil {
		t.Fatal(err)
	}
	if got := crashed(t, all).byID["pump"].Subscriptions(); len(got) != 1 {
		t.Errorf("got %+v after the UNSUBACK, want %s (B-667)", got, group1)
	}
}

// What is told to be gone is gone.
func TestDiscardedSessionStaysAway(t *testing.T) {
	for _, tt := range []struct {
		name   string
		second Terms
		source string
	}{
		{"clean start", Terms{Version: 5, Clean: true, Expiry: persistent}, "B-706"},
		{"another version", Terms{Version: 4, Expiry: persistent}, "B-704"},
		{"clean, and not to last", Terms{Version: 5, Clean: true}, "B-706"},
		{"continued, and not to last", Terms{Version: 5}, "B-701"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			all := newFileStore(t)
			lasting(t, all, "pump", 5, anything).Detach(persistent)
			keeps(t, all, kept("a", "1"))
			newDevice(t, all, "pump", tt.second)
			if !tt.second.Clean { // nobody is told anything
				settled(t, all)
			}
			after := crashed(t, all)
			if s := after.byID["pump"]; (s != nil) != (tt.second.Clean && tt.second.Expiry > 0 || tt.second.Version == 4) {
				t.Errorf("got session %v (%s)", s, tt.source)
			} else if s != nil && (len(s.subs) > 0 || len(s.queue) > 0) {
				t.Errorf("got subscriptions %v, queue %v, want none (%s)", s.subs, s.queue, tt.source)
			}
		})
	}
}

func TestRetainedSurvivesACrash(t *testing.T) {
	all := newFileStore(t)
	m := kept("a", "1")
	m.Retain, m.Properties = true, packets.Properties{ContentType: "text/plain"}
	keeps(t, all, m)
	keeps(t, all, &Message{Topic: "b", Payload: []byte("1"), Retain: true})
	if got := crashed(t, all).Retained("b"); got == nil || got.QoS != 0 {
		t.Errorf("got %+v, want the message of QoS 0 (B-720)", got)
	}
	keeps(t, all, &Message{Topic: "b", Retain: true})
	after := crashed(t, all)
	got := after.Retained("a")
	if got == nil || string(got.Payload) != "1" || got.QoS != 1 || !got.Retain || got.Properties.ContentType != "text/plain" {
		t.Errorf("got %+v, want what was retained (B-720)", got)
	}
	if got := after.Retained("b"); got != nil {
		t.Errorf("got %+v, which had been deleted (B-720)", got)
	}
}

// Time goes on while nobody runs.
func TestTimeGoesOn(t *testing.T) {
	tests := []struct {
		name   string
		expiry time.Duration
		online bool
		advance,
		down time.Duration
		present bool
		source  string
	}{
		{"offline, before its end", time.Hour, false, 0, time.Hour - 1, true, "B-703"},
		{"offline, at its end", time.Hour, false, 0, time.Hour, false, "B-703"},
		{"connected, long ago", time.Hour, true, 0, 24 * time.Hour, true, "counts from the restart"},
		{"advanced", time.Hour, false, 59 * time.Minute, 30 * time.Second, true, "B-703"},
		{"advanced to its end", time.Hour, false, 59 * time.Minute, time.Minute, false, "B-703"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				all := newFileStore(t)
				d := lasting(t, all, "pump", 4, anything)
				if !tt.online {
					d.Detach(tt.expiry)
				} else {
					d.expiry = tt.expiry
					d.keep(nil)
				}
				all.Advance(tt.advance)
				settled(t, all)
				file := snapshot(t, all)
				time.Sleep(tt.down) // in the bubble's time
				after := openFileStore(t, file)
				if present := after.byID["pump"] != nil; present != tt.present {
					t.Fatalf("present: got %v, want %v (%s)", present, tt.present, tt.source)
				}
				if !tt.present {
					settled(t, after)
					wantEmpty(t, after)
					wantEmptyFile(t, after)
					return
				}
				if tt.online { // offline from now on
					after.Advance(tt.expiry - 1)
					if again := crashed(t, after); again.Len() != 1 {
						t.Error("the session ended early (B-703)")
					}
					settled(t, after)
					time.Sleep(time.Nanosecond)
					if again := crashed(t, after); again.Len() != 0 {
						t.Error("a second restart has made the session younger (B-703)")
					}
				}
			})
		})
	}
}

// Messages grow old too, those in queues and retained ones.
func TestMessagesExpireWhileDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := newFileStore(t)
		lasting(t, all, "pump", 5, anything, Subscription{Filter: group1, QoS: 1}).Detach(time.Hour)
		all.Advance(time.Minute)
		for _, life := range []time.Duration{5 * time.Minute, 20 * time.Minute, 0} {
			m := kept("a", life.String())
			if life > 0 {
				m.Expires = time.Now().Add(life)
			}
			keeps(t, all, m)
			retained := &Message{Topic: "retained/" + life.String(), Payload: []byte("1"), Expires: m.Expires, Retain: true}
			all.Retain(retained)
			if err := all.Stored(retained); err != nil {
				t.Fatal(err)
			}
		}
		all.Advance(4 * time.Minute)
		settled(t, all)
		file := snapshot(t, all)
		time.Sleep(2 * time.Minute)
		after := openFileStore(t, file)
		returns(t, after, "pump", 5).wants("B-694", "a 20m0s 1", "a 0s 1", "a 20m0s 1", "a 0s 1")
		for topic, want := range map[string]time.Duration{"retained/5m0s": 0, "retained/20m0s": 14 * time.Minute} {
			if m := after.Retained(topic); (m != nil) != (want > 0) || m != nil && m.left() != want {
				t.Errorf("%s: got %+v, want %v left (B-724)", topic, m, want)
			}
		}
		if m := after.Retained("retained/0s"); m == nil || !m.Expires.IsZero() {
			t.Errorf("got %+v, want one that stays (B-724)", m)
		}
	})
}

// wantEmptyFile fails the test if anything is left in the file.
func wantEmptyFile(t testing.TB, all *Sessions) {
	t.Helper()
	settled(t, all)
	err := all.store.db.View(func(tx *bbolt.Tx) error {
		return tx.ForEach(func(name []byte, b *bbolt.Bucket) error {
			if n := b.Stats().KeyN; n > 0 && string(name) != "meta" {
				t.Errorf("%d records are left behind in %s", n, name)
			}
			return nil
		})
	})
	if err != nil {
		t.Error(err)
	}
}

func TestClearClearsTheFile(t *testing.T) {
	all := newFileStore(t)
	lasting(t, all, "pump", 5, anything, Subscription{Filter: group1, QoS: 1}).Detach(persistent)
	lasting(t, all, "other", 5, Subscription{Filter: "$share/h/#", QoS: 1}).Detach(persistent)
	for range 3 {
		m := kept("a", "1")
		m.Retain = true
		keeps(t, all, m)
	}
	all.Clear()
	wantEmptyFile(t, all)
	wantEmpty(t, crashed(t, all))
}

// What nobody keeps costs no write.
func TestNothingToKeep(t *testing.T) {
	all := newFileStore(t)
	writes := func() int64 {
		stats := all.store.db.Stats()
		return stats.TxStats.GetWrite()
	}
	before := writes()
	d := online(t, all, "pump", anything, Subscription{Filter: group1, QoS: 1})
	keeps(t, all, kept("a", "1"))
	d.Detach(0)
	settled(t, all)
	if got := writes(); got != before {
		t.Errorf("%d writes, want none", got-before)
	}
}

// Who does not wait is written after a while.
func TestLazyWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := newFileStore(t)
		newDevice(t, all, "pump", Terms{Version: 4, Expiry: persistent})
		time.Sleep(laziness)
		synctest.Wait()
		if crashed(t, all).Len() != 1 {
			t.Errorf("the session is not in the file after %v", laziness)
		}
	})
}

// A file that cannot be written is told to who waits, and nothing is forgotten.
func TestStoreFails(t *testing.T) {
	all := newFileStore(t)
	d := lasting(t, all, "pump", 5, anything)
	good := all.store.db
	bad, err := bbolt.Open(filepath.Join(t.TempDir(), "bad.db"), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = bad.Close()
	all.store.db = bad // the writer sleeps: everything is settled
	m := kept("a", "1")
	all.Publish(m)
	if err := all.Stored(m); !errors.Is(err, bolterrors.ErrDatabaseNotOpen) {
		t.Errorf("Stored: got %v, want the database's error", err)
	}
	if err := d.Subscribe([]Subscription{{Filter: "b"}}, func() { t.Error("a SUBACK") }); err == nil || d.Subscribed("b") {
		t.Errorf("Subscribe: got %v, want an error and no subscription", err)
	}
	if err := d.Unsubscribe([]string{"c"}); err == nil {
		t.Error("Unsubscribe: got no error")
	}
	all.store.mu.Lock()
	all.store.db = good
	all.store.mu.Unlock()
	keeps(t, all, kept("a", "2"))
	returns(t, crashed(t, all), "pump", 5).wants("both are there", "a 1 1", "a 2 1")
	if err := all.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if err := all.Stored(m); !errors.Is(err, errClosed) {
		t.Errorf("Stored after Close: got %v, want %v", err, errClosed)
	}
}

func TestInherit(t *testing.T) {
	oldM, newM := new(Message), new(Message)
	old, next := newChanges(), newChanges()
	old.messages = map[uint64]*Message{1: oldM, 2: oldM, 3: nil}
	next.messages = map[uint64]*Message{2: nil, 3: newM}
	next.inherit(old)
	if len(next.messages) != 3 || next.messages[1] != oldM || next.messages[2] != nil || next.messages[3] != newM {
		t.Errorf("got %v, want the newer where there are two", next.messages)
	}
}

// A crash at any time takes nothing that was acknowledged: each message whose
// Stored has returned waits in the file for each session that has not
// acknowledged it.
func TestCrashAtAnyTime(t *testing.T) {
	const publishers, subscribers, each = 8, 6, 50
	all := newFileStore(t)
	var mu sync.Mutex
	stored := make(map[string]bool)                // by payload
	done := make([]map[string]bool, subscribers+1) // acknowledged; the last is the group's
	for i := range done {
		done[i] = make(map[string]bool)
	}
	for i := range subscribers {
		subs := []Subscription{anything}
		if i%2 == 0 {
			subs = append(subs, Subscription{Filter: "$share/g/#", QoS: 1})
		}
		lasting(t, all, fmt.Sprint("sub-", i), 5, subs...).Detach(persistent)
	}
	over := make(chan struct{})
	var working, clients sync.WaitGroup
	for i := range subscribers {
		clients.Go(func() { comeAndGo(t, all, i, &mu, done, over) })
	}
	for p := range publishers {
		working.Go(func() {
			for n := range each {
				m := kept(fmt.Sprint("t/", p), fmt.Sprint(p, "-", n))
				all.Publish(m)
				if err := all.Stored(m); err != nil {
					t.Error(err)
				}
				mu.Lock()
				stored[string(m.Payload)] = true
				mu.Unlock()
			}
		})
	}
	var snapshots sync.WaitGroup
	snapshots.Go(func() {
		pause := time.NewTicker(20 * time.Millisecond)
		defer pause.Stop()
		for ; !isClosed(over); <-pause.C {
			mu.Lock()
			promised := make([]string, 0, len(stored))
			for payload := range stored {
				promised = append(promised, payload)
			}
			mu.Unlock()
			file := snapshot(t, all)
			after := openFileStore(t, file)
			mu.Lock()
			missing := missingIn(after, promised, done)
			mu.Unlock()
			if len(missing) > 0 {
				t.Errorf("of %d promised are missing: %v", len(promised), missing)
				return
			}
			if err := after.Close(); err != nil {
				t.Error(err)
			}
		}
	})
	working.Wait()
	close(over)
	clients.Wait()
	snapshots.Wait()
	all.Clear()
	wantEmpty(t, all)
	wantEmptyFile(t, all)
}

// comeAndGo is one client: it connects, acknowledges some of what it gets, and
// goes.
func comeAndGo(t *testing.T, all *Sessions, i int, mu *sync.Mutex, done []map[string]bool, over chan struct{}) {
	r := rand.New(rand.NewPCG(3, uint64(i)))
	breath := time.NewTicker(time.Millisecond)
	defer breath.Stop()
	for ; !isClosed(over); <-breath.C {
		d := newDevice(t, all, fmt.Sprint("sub-", i), Terms{Version: 5, Expiry: persistent})
		d.link.Window = 1 + r.IntN(20)
		d.Attach(d.link)
		for range r.IntN(20) {
			for _, pk := range d.packets() {
				if r.IntN(4) == 0 {
					continue
				}
				mu.Lock()
				done[i][string(pk.Payload)] = true // before the store can forget it
				done[subscribers(done)][string(pk.Payload)] = true
				mu.Unlock()
				d.Acknowledge(pk.PacketID)
			}
		}
		d.Detach(persistent)
	}
	if s := all.byID[fmt.Sprint("sub-", i)]; s == nil {
		t.Errorf("session %d is gone", i)
	}
}

func subscribers(done []map[string]bool) int { return len(done) - 1 }

// missingIn returns which promised messages neither wait nor are acknowledged.
func missingIn(after *Sessions, promised []string, done []map[string]bool) (missing []string) {
	grouped := make(map[string]bool)
	for i := range subscribers(done) {
		s := after.byID[fmt.Sprint("sub-", i)]
		waiting := make(map[string]bool)
		for _, o := range s.queue {
			waiting[string(o.message.Payload)] = true
			grouped[string(o.message.Payload)] = true
		}
		for _, g := range s.groups {
			for _, o := range g.queue {
				grouped[string(o.message.Payload)] = true
			}
		}
		for _, payload := range promised {
			if !waiting[payload] && !done[i][payload] {
				missing = append(missing, fmt.Sprint(s.id, " ", payload))
			}
		}
	}
	for _, payload := range promised {
		if !grouped[payload] && !done[subscribers(done)][payload] {
			missing = append(missing, "group "+payload)
		}
	}
	return missing
}

// BenchmarkStored is one QoS 1 message to one persistent session, kept before it
// is acknowledged, by so many publishers at a time.
func BenchmarkStored(b *testing.B) {
	for _, publishers := range []int{1, 10, 100} {
		b.Run(fmt.Sprint(publishers, " publishers"), func(b *testing.B) {
			all, err := Open(Options{File: filepath.Join(b.TempDir(), "sessions.db")})
			if err != nil {
				b.Fatal(err)
			}
			defer all.Close()
			s, _ := all.Open("pump", Terms{Version: 4, Expiry: persistent})
			_ = s.Subscribe([]Subscription{anything}, func() {})
			s.Attach(Link{Window: 100, Allowed: func(*Message) bool { return true }, Write: func(p []byte) (int, error) {
				id := uint16(p[len(p)-66])<<8 | uint16(p[len(p)-65])
				go s.Acknowledge(id)
				return len(p), nil
			}})
			payload := make([]byte, 64)
			work := make(chan struct{})
			var working sync.WaitGroup
			for range publishers {
				working.Go(func() {
					for range work {
						m := &Message{Topic: "pump/7/state", Payload: payload, QoS: 1}
						all.Publish(m)
						if err := all.Stored(m); err != nil {
							b.Error(err)
						}
					}
				})
			}
			for b.Loop() {
				work <- struct{}{}
			}
			close(work)
			working.Wait()
		})
	}
}
