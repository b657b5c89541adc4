package session

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// wantNothingHeld fails the test if a room counts anything.
func wantNothingHeld(t testing.TB, r *Room) {
	t.Helper()
	if bytes, retained, absent := r.bytes.Load(), r.retained.Load(), r.absent.Len(); bytes != 0 || retained != 0 || absent != 0 {
		t.Errorf("the room counts %d bytes, %d of them retained, %d sessions, want 0", bytes, retained, absent)
	}
}

// audit counts anew what the sessions of a room have, and compares. Nothing else goes on.
func audit(t testing.TB, r *Room) {
	t.Helper()
	held, absent := make(map[*Message]int), 0
	var bytes, retained int64
	count := func(who string, got load, lists ...[]outbound) {
		var want load
		for _, o := range slices.Concat(lists...) {
			if o.message != nil {
				held[o.message]++
				want.add(o.message)
			}
		}
		if got != want {
			t.Errorf("%s: the load is %d, want %d", who, got, want)
		}
	}
	for _, h := range r.holders() {
		switch h := h.(type) {
		case *Session:
			h.mu.Lock()
			count(h.id, h.load, h.queue, h.inflight)
			if !h.claimed {
				absent++
			}
			h.mu.Unlock()
		case *group:
			h.mu.Lock()
			count(h.filter, h.load, h.queue)
			h.mu.Unlock()
		}
	}
	for a := range r.members {
		a.mu.Lock()
		for _, m := range a.retained {
			held[m]++
			retained += m.size()
		}
		a.mu.Unlock()
	}
	for m, n := range held {
		bytes += m.size() + int64(n)*placeBytes
	}
	if got := r.bytes.Load(); got != bytes {
		t.Errorf("the room counts %d bytes, want %d", got, bytes)
	}
	if got := r.retained.Load(); got != retained {
		t.Errorf("the room counts %d bytes retained, want %d", got, retained)
	}
	if got := r.absent.Len(); got != absent {
		t.Errorf("the room counts %d sessions that are away, want %d", got, absent)
	}
}

// inRoom returns sessions that hold to bounds, and what they lose, as "client topic".
func inRoom(t testing.TB, b Bounds) (all *Sessions, lost func(Loss) []string) {
	t.Helper()
	all, err := Open(Options{Room: NewRoom(b)})
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex // timers of sessions tell of losses too
	of := make(map[Loss][]string)
	all.Lost = func(id string, m *Message, why Loss) {
		mu.Lock()
		defer mu.Unlock()
		of[why] = append(of[why], id+" "+m.Topic)
	}
	return all, func(why Loss) []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(of[why])
	}
}

func large(topic string) *Message {
	return &Message{Topic: topic, Payload: make([]byte, 64<<10), QoS: 1}
}

// Over the bound it is the newest of whom most waits for that is dropped: nobody else
// notices. See room.go.
func TestRoom(t *testing.T) {
	const MiB = 1 << 20
	flood := func(all *Sessions, topic string) {
		for i := range 40 { // 2.5 MiB
			all.Publish(large(fmt.Sprint(topic, "/", i)))
		}
	}
	tests := []struct {
		what string
		rule string
		do   func(all *Sessions) (rest *device) // who has lost nothing
		want string                             // the first that is dropped
		left []string                           // dropped never
	}{
		{"a session", "B-669, B-707", func(all *Sessions) *device {
			rest := offline(t, all, "light", Subscription{Filter: "light", QoS: 1})
			offline(t, all, "heavy", Subscription{Filter: "heavy/#", QoS: 1})
			publish(all, "light", "1", 1)
			flood(all, "heavy")
			return rest
		}, "heavy heavy/15", []string{"light light", "heavy heavy/0", "heavy heavy/14"}},
		{"a shared group", "B-669", func(all *Sessions) *device {
			rest := offline(t, all, "light", Subscription{Filter: "light", QoS: 1})
			offline(t, all, "heavy", Subscription{Filter: "$share/g/heavy/#", QoS: 1})
			publish(all, "light", "1", 1)
			flood(all, "heavy")
			return rest
		}, "heavy heavy/15", []string{"light light", "heavy heavy/0"}},
		{"a client that does not acknowledge", "B-684", func(all *Sessions) *device {
			rest := offline(t, all, "light", Subscription{Filter: "light", QoS: 1})
			online(t, all, "heavy", Subscription{Filter: "heavy/#", QoS: 1})
			publish(all, "light", "1", 1)
			flood(all, "heavy")
			return rest
		}, "heavy heavy/15", []string{"light light", "heavy heavy/0"}},
		{"what has expired, before", "B-694", func(all *Sessions) *device {
			rest := offline(t, all, "light", Subscription{Filter: "light", QoS: 1})
			offline(t, all, "heavy", Subscription{Filter: "heavy/#", QoS: 1})
			publish(all, "light", "1", 1)
			for i := range 12 {
				m := large(fmt.Sprint("heavy/old/", i))
				m.Expires = time.Now().Add(-time.Second)
				all.Publish(m)
			}
			flood(all, "heavy")
			return rest
		}, "heavy heavy/15", []string{"light light", "heavy heavy/0"}},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			all, lost := inRoom(t, Bounds{Bytes: MiB})
			rest := tt.do(all)
			dropped := lost(NoRoom)
			if len(dropped) == 0 || dropped[0] != tt.want {
				t.Errorf("dropped are %q, want %s first (%s)", dropped, tt.want, tt.rule)
			}
			for _, never := range tt.left {
				if slices.Contains(dropped, never) {
					t.Errorf("%s was dropped, want it kept", never)
				}
			}
			if now := all.room.bytes.Load(); now > MiB || now < MiB*7/8 {
				t.Errorf("%d bytes are kept, want nearly %d", now, MiB)
			}
			if hits := all.room.Uses()[boundBytes].Hits; hits != len(dropped) {
				t.Errorf("%d hits are counted, want %d", hits, len(dropped))
			}
			rest.reconnect(all).wants(tt.rule, "light 1 1")
			audit(t, all.room)
		})
	}
}

// A message that many wait for counts once, and goes when none of them has room for it.
func TestRoomCountsOnce(t *testing.T) {
	all, lost := inRoom(t, Bounds{Bytes: 1 << 20})
	for i := range 200 {
		offline(t, all, fmt.Sprint("pump-", i), Subscription{Filter: "a/#", QoS: 1})
	}
	for i := range 12 {
		all.Publish(large(fmt.Sprint("a/", i)))
	}
	if n := len(lost(NoRoom)); n > 0 {
		t.Errorf("%d were dropped, want none: 12 messages at 200 places are 0.9 MiB", n)
	}
	for i := range 100 {
		all.Publish(large(fmt.Sprint("a/", i)))
		if now := all.room.bytes.Load(); now > 1<<20 {
			t.Fatalf("%d bytes are kept, want at most 1 MiB", now)
		}
	}
	audit(t, all.room)
}

// What was sent and dropped keeps its place in the window and its identifier, and
// neither is sent again nor acknowledged twice.
func TestRoomUnacknowledged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all, lost := inRoom(t, Bounds{Bytes: 1 << 20})
		d := online(t, all, "pump", Subscription{Filter: "a/#", QoS: 1})
		for i := range 20 {
			all.Publish(large(fmt.Sprint("a/", i)))
		}
		dropped := len(lost(NoRoom))
		d.Session.mu.Lock()
		n := len(d.inflight)
		d.Session.mu.Unlock()
		if n != 20 || dropped == 0 {
			t.Errorf("%d are unacknowledged and %d dropped, want 20 and some (B-684)", n, dropped)
		}
		d.packets()
		time.Sleep(31 * time.Second)
		if n := len(d.packets()); n != 20-dropped {
			t.Errorf("%d were sent again, want %d (B-685)", n, 20-dropped)
		}
		for id := range uint16(20) {
			if !d.Acknowledge(id + 1) {
				t.Errorf("%d is not known, want it acknowledged", id+1)
			}
		}
		audit(t, all.room)
		d.Detach(0)
		wantEmpty(t, all)
	})
}

// Retained messages have half of the room. Then a new one has none; a smaller one in
// the place of another, and to delete one, needs none [B-723].
func TestRoomToRetain(t *testing.T) {
	all, _ := inRoom(t, Bounds{Bytes: 1 << 20})
	retain := func(topic string, bytes int) bool {
		m := &Message{Topic: topic, Payload: make([]byte, bytes), Retain: true}
		_, ok := all.MayRetain(m)
		if ok {
			all.Retain(m)
		}
		return ok
	}
	for i := range 7 {
		if !retain(fmt.Sprint("a/", i), 64<<10) {
			t.Fatalf("no room for message %d, want room for 7 of 64 KiB", i)
		}
	}
	for _, tt := range []struct {
		topic string
		bytes int
		want  bool
	}{
		{"b", 64 << 10, false}, {"a/0", 128 << 10, false}, {"a/1", 32 << 10, true}, {"$aws/b", 64 << 10, true},
		{"b", 64 << 10, true}, {"c", 64 << 10, false}, {"a/2", 0, true}, {"c", 64 << 10, true},
	} {
		if got := retain(tt.topic, tt.bytes); got != tt.want {
			t.Errorf("%s with %d bytes: got %v, want %v (B-723)", tt.topic, tt.bytes, got, tt.want)
		}
	}
	if hits := all.room.Uses()[boundBytes].Hits; hits != 3 {
		t.Errorf("%d hits are counted, want 3", hits)
	}
	audit(t, all.room)
	all.Clear()
	wantEmpty(t, all)
}

// More retained messages than may be, of a file, are nothing that others pay for.
func TestRoomRetainedOver(t *testing.T) {
	all, lost := inRoom(t, Bounds{Bytes: 1 << 20})
	d := offline(t, all, "pump", Subscription{Filter: "a/#", QoS: 1})
	for i := range 40 {
		all.Retain(large(fmt.Sprint("b/", i)))
	}
	for i := range 6 {
		all.Publish(large(fmt.Sprint("a/", i)))
	}
	if n := len(lost(NoRoom)); n > 0 {
		t.Errorf("%d were dropped, want none", n)
	}
	for i := range 6 {
		all.Publish(large(fmt.Sprint("a/", i)))
	}
	if n := len(lost(NoRoom)); n == 0 || n > 8 || len(d.queue) != 12-n {
		t.Errorf("%d were dropped and %d wait, want 12 in all, some dropped", n, len(d.queue))
	}
	audit(t, all.room)
}

// What has expired makes room by itself.
func TestRoomExpired(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all, _ := inRoom(t, Bounds{Bytes: 256 << 10})
		time.Sleep(time.Hour)
		all.Retain(&Message{Topic: "a", Payload: make([]byte, 100<<10), Retain: true, Expires: time.Now().Add(time.Minute)})
		m := &Message{Topic: "b", Payload: make([]byte, 100<<10), Retain: true}
		if _, ok := all.MayRetain(m); ok {
			t.Error("there is room, want none")
		}
		time.Sleep(time.Minute)
		if _, ok := all.MayRetain(m); !ok {
			t.Error("there is no room, want that of what has expired (B-724)")
		}
		wantNothingHeld(t, all.room)
	})
}

// Of sessions that wait for their client the one goes that has waited for longest.
func TestRoomForSessions(t *testing.T) {
	all, _ := inRoom(t, Bounds{Absent: 3})
	var ended []string
	all.Ended = func(id string, limit int) { ended = append(ended, fmt.Sprint(id, " of ", limit)) }
	first := offline(t, all, "first")
	for _, id := range []string{"second", "third"} {
		offline(t, all, id)
	}
	first.reconnect(all).Detach(persistent)
	online(t, all, "connected")
	offline(t, all, "fourth")
	if got, want := strings.Join(ended, ", "), "second of 3"; got != want {
		t.Errorf("ended are %q, want %q", got, want)
	}
	offline(t, all, "fifth")
	if all.Find("third") != nil || all.Find("first") == nil || all.Find("connected") == nil {
		t.Error("want third gone, first and connected there")
	}
	audit(t, all.room)
}

// Several sessions, as those of accounts, have one room: whoever has most makes room,
// and who is closed leaves it.
func TestRoomIsShared(t *testing.T) {
	room := NewRoom(Bounds{Bytes: 1 << 20})
	one, _ := Open(Options{Room: room})
	other, _ := Open(Options{Room: room})
	rest := offline(t, other, "light", Subscription{Filter: "a/#", QoS: 1})
	offline(t, one, "heavy", Subscription{Filter: "a/#", QoS: 1})
	for i := range 20 {
		one.Publish(large(fmt.Sprint("a/", i)))
	}
	publish(other, "a/b", "1", 1)
	audit(t, room)
	if err := one.Close(); err != nil {
		t.Error(err)
	}
	audit(t, room)
	rest.reconnect(other).wants("shared room", "a/b 1 1")
	_ = other.Close()
	wantNothingHeld(t, room)
}

// A file that has more than there is room for is taken as it is, and shrinks with the
// next message and the next session.
func TestRoomOfFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sessions.db")
	all := openFileStore(t, file)
	for i := range 5 {
		d := lasting(t, all, fmt.Sprint("pump-", i), 4, Subscription{Filter: "a/#", QoS: 1}, Subscription{Filter: "$share/g/a/#", QoS: 1})
		d.Detach(persistent)
	}
	for i := range 20 {
		keeps(t, all, large(fmt.Sprint("a/", i)))
	}
	before := all.room.bytes.Load()
	if err := closeBoth(all); err != nil {
		t.Fatal(err)
	}
	room := NewRoom(Bounds{Bytes: 1 << 20, Absent: 3})
	kept := openFile(t, file).Part("")
	all, err := Open(Options{Kept: kept, Room: room})
	if err != nil {
		t.Fatal(err)
	}
	audit(t, room)
	if got := room.bytes.Load(); got != before {
		t.Errorf("%d bytes are read, want the %d from before", got, before)
	}
	keeps(t, all, large("a/new"))
	if got := room.bytes.Load(); got > 1<<20 {
		t.Errorf("%d bytes are kept, want at most 1 MiB", got)
	}
	offline(t, all, "new")
	if all.Len() != 3 || all.Find("pump-4") == nil || all.Find("new") == nil {
		t.Errorf("%d sessions are there, want 3, the latest", all.Len())
	}
	audit(t, room)
	if err := closeBoth(all); err != nil {
		t.Fatal(err)
	}
	wantNothingHeld(t, room)
	all = openFileStore(t, file)
	defer all.Close()
	audit(t, all.room)
	if got := all.room.bytes.Load(); got > 1<<20 {
		t.Errorf("the file has %d bytes, want at most 1 MiB", got)
	}
}
