package session

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

const group1 = "$share/g/a"

func TestMembersTakeTurns(t *testing.T) {
	all := New()
	a := online(t, all, "a", Subscription{Filter: group1, QoS: 1})
	b := online(t, all, "b", Subscription{Filter: group1})
	c := offline(t, all, "c", Subscription{Filter: group1, QoS: 1})
	for i := range 6 {
		publish(all, "a", fmt.Sprint(i), 1)
	}
	a.wants("B-668", "a 0 1", "a 2 1", "a 3 1", "a 5 1") // two of them in c's place
	b.wants("B-668", "a 1 0", "a 4 0")
	c.reconnect(all).wants("B-668: others were online")
}

func TestGroupQueue(t *testing.T) {
	tests := []struct {
		name   string
		member byte // its QoS
		qos    byte
		want   []string
		source string
	}{
		{"QoS 1 waits", 1, 1, []string{"a 1 1", "a 2 1"}, "B-669"},
		{"QoS 0 is dropped", 1, 0, nil, "B-669"},
		{"nothing waits for QoS 0", 0, 1, nil, "B-669, B-705"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all := New()
			d := offline(t, all, "pump", Subscription{Filter: group1, QoS: tt.member})
			publish(all, "a", "1", tt.qos)
			publish(all, "a", "2", tt.qos)
			if n := len(all.tree.leaf("a").groups[0].queue); n != len(tt.want) {
				t.Errorf("%d messages wait, want %d (%s)", n, len(tt.want), tt.source)
			}
			d.reconnect(all).wants(tt.source, tt.want...)
		})
	}
}

// What waits goes to the first who can take it, new members included, as far as
// its window allows; the rest is still there for another.
func TestGroupQueueIsHandedOut(t *testing.T) {
	all := New()
	old := offline(t, all, "old", Subscription{Filter: group1, QoS: 1})
	for i := range 5 {
		publish(all, "a", fmt.Sprint(i), 1)
	}
	other := newDevice(t, all, "other", Terms{Version: 4})
	other.link.Window = 2
	other.Attach(other.link)
	other.subscribe(Subscription{Filter: group1, QoS: 1})
	other.wants("B-669", "a 0 1", "a 1 1")
	other.Acknowledge(1)
	other.wants("B-684", "a 2 1")
	publish(all, "a", "5", 1)
	other.Detach(0) // with two messages that it has not acknowledged, which go back
	old = old.reconnect(all)
	old.wants("B-669", "a 1 1", "a 2 1", "a 3 1", "a 4 1", "a 5 1")
	old.Detach(0)
	wantEmpty(t, all)
}

// A member whose window is full is passed over; if all are, the message waits
// for the first that acknowledges.
func TestFullWindowPassesOn(t *testing.T) {
	all := New()
	var members [2]*device
	for i := range members {
		members[i] = newDevice(t, all, fmt.Sprint("member-", i), Terms{Version: 4})
		members[i].link.Window = 1 + i
		members[i].Attach(members[i].link)
		members[i].subscribe(Subscription{Filter: group1, QoS: 1})
	}
	for i := range 6 {
		publish(all, "a", fmt.Sprint(i), 1)
	}
	members[0].wants("B-669", "a 0 1")
	members[1].wants("B-669", "a 1 1", "a 2 1")
	members[1].Acknowledge(1)
	members[0].Acknowledge(1)
	members[0].wants("B-669", "a 4 1")
	members[1].wants("B-669", "a 3 1")
}

// A message is the picked member's; if that may not receive it, nobody gets it.
func TestRefusedByTheMember(t *testing.T) {
	all := New()
	a := online(t, all, "a", Subscription{Filter: group1, QoS: 1})
	a.refuses = func(string) bool { return true }
	b := online(t, all, "b", Subscription{Filter: group1, QoS: 1})
	publish(all, "a", "1", 1)
	publish(all, "a", "2", 1)
	a.wants("B-216, B-217")
	b.wants("B-217", "a 2 1")
}

// A member that is gone when its turn comes, though it was found online just
// before, does not make the message disappear.
func TestMemberLeavesInBetween(t *testing.T) {
	all := New()
	a := online(t, all, "a", Subscription{Filter: group1, QoS: 1})
	b := online(t, all, "b", Subscription{Filter: group1, QoS: 1})
	g := all.tree.leaf("a").groups[0]
	a.Detach(0)
	g.members = append([]*subscription{{Subscription: Subscription{Filter: group1, QoS: 1}, session: a.Session}}, g.members...)
	g.turn = 0
	publish(all, "a", "1", 1)
	b.wants("B-668", "a 1 1")
}

// A message that nobody could take, and a member that comes just then, find
// each other: by connecting or by joining. Many others are asked in between.
func TestMemberComesInBetween(t *testing.T) {
	tests := []struct {
		name         string
		before, come func(d *device)
	}{
		{"connecting",
			func(d *device) {},
			func(d *device) { d.Attach(d.link) }},
		{"joining",
			func(d *device) { d.Attach(d.link); d.Unsubscribe([]string{group1}) },
			func(d *device) { d.subscribe(Subscription{Filter: group1, QoS: 1}) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all := New()
			offline(t, all, "pump", Subscription{Filter: group1, QoS: 1})
			for i := range 100 {
				offline(t, all, fmt.Sprint("other-", i), Subscription{Filter: group1, QoS: 1})
			}
			g := all.tree.leaf("a").groups[0]
			for range 3000 {
				g.turn = 0 // who connects is asked first
				d := newDevice(t, all, "pump", Terms{Version: 4})
				tt.before(d)
				var started atomic.Bool
				var publisher sync.WaitGroup
				publisher.Go(func() {
					started.Store(true)
					publish(all, "a", "1", 1)
				})
				for !started.Load() {
					runtime.Gosched()
				}
				tt.come(d)
				publisher.Wait()
				d.wants("B-669", "a 1 1")
				if t.Failed() {
					return
				}
				d.Acknowledge(d.lastID)
				d.Detach(persistent)
			}
		})
	}
}

// Who has left a group takes nothing more out of its queue.
func TestLeftMemberTakesNothing(t *testing.T) {
	all := New()
	offline(t, all, "other", Subscription{Filter: group1, QoS: 1})
	d := newDevice(t, all, "pump", Terms{Version: 4})
	d.link.Window = 1
	d.Attach(d.link)
	d.subscribe(Subscription{Filter: group1, QoS: 1})
	publish(all, "a", "1", 1)
	publish(all, "a", "2", 1)
	d.Unsubscribe([]string{group1})
	d.Acknowledge(1)
	d.wants("B-667", "a 1 1")
}

// A group that nobody is a member of any more is forgotten with what waits.
func TestGroupEnds(t *testing.T) {
	all := New()
	d := offline(t, all, "pump", Subscription{Filter: group1, QoS: 1})
	publish(all, "a", "1", 1)
	g := all.tree.leaf("a").groups[0]
	d.Unsubscribe([]string{group1})
	if !all.tree.empty() {
		t.Error("the group is still there")
	}
	g.deliver(&Message{Topic: "a", QoS: 1}, 0) // a publisher that had found it before
	if n := len(g.queue); n != 0 {
		t.Errorf("%d messages wait for nobody, want none", n)
	}
	d.subscribe(Subscription{Filter: group1, QoS: 1})
	d.reconnect(all).wants("a new group")
}

// Changing the QoS of a membership keeps its place and the queue.
func TestResubscribedMember(t *testing.T) {
	all := New()
	d := offline(t, all, "pump", Subscription{Filter: group1, QoS: 1})
	publish(all, "a", "1", 1)
	d = d.reconnect(all)
	d.wants("B-669", "a 1 1")
	d.subscribe(Subscription{Filter: group1})
	publish(all, "a", "2", 1)
	d.wants("B-663", "a 2 0")
	if got := len(all.tree.leaf("a").groups[0].members); got != 1 || strings.Count(fmt.Sprint(d.Subscriptions()), group1) != 1 {
		t.Errorf("got %d members, want 1 (B-663)", got)
	}
}

// Who is over its rate leaves what comes to others, and what waits in the queue
// until its rate allows it [B-669]. QoS 0 is offered to it all the same, so that
// it can say why it does not take it.
func TestGroupMembersOverTheirRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := New()
		var until time.Time // from then on a may be sent messages again
		member := func(id string, qos byte, limited bool) *device {
			d := newDevice(t, all, id, Terms{Version: 4})
			if limited {
				d.link.Wait = func() time.Duration { return time.Until(until) }
			}
			d.Attach(d.link)
			d.subscribe(Subscription{Filter: group1, QoS: qos})
			return d
		}
		until = time.Now().Add(time.Second)
		a, b := member("a", 1, true), member("b", 1, false)
		publish(all, "a", "1", 1)
		publish(all, "a", "2", 1)
		a.wants("B-669")
		b.wants("B-669", "a 1 1", "a 2 1")
		b.Detach(0)
		publish(all, "a", "3", 1)
		publish(all, "a", "4", 1)
		a.wants("B-669: they wait")
		<-time.After(time.Second - 1)
		synctest.Wait()
		a.wants("B-669: they wait")
		<-time.After(1)
		synctest.Wait()
		a.wants("B-669", "a 3 1", "a 4 1")

		until = time.Now().Add(time.Second)
		a.packets()
		a.asked = nil
		publish(all, "a", "5", 0)
		if len(a.asked) != 1 {
			t.Errorf("asked for %q, want once, to refuse it (B-669: QoS 0 does not wait)", a.asked)
		}
		a.Detach(0)
		c := member("c", 0, true)
		publish(all, "a", "6", 1)
		if len(c.asked) != 1 {
			t.Errorf("asked for %q, want once, to refuse it (B-669: nothing waits for QoS 0)", c.asked)
		}
		c.Detach(0)
		wantEmpty(t, all)
	})
}
