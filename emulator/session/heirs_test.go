package session

import (
	"fmt"
	"testing"
)

// What a member leaves unacknowledged when its session ends is the group's again, before
// what waits there and in order, if the group has a persistent session.
func TestUnacknowledgedGoesBack(t *testing.T) {
	shared := Subscription{Filter: group1, QoS: 1}
	tests := []struct {
		name string
		heir func(t *testing.T, all *Sessions) *device // beside the member that goes
		end  func(all *Sessions, member *device)
		want []string
	}{
		{"a clean session's, to who comes back",
			func(t *testing.T, all *Sessions) *device { return offline(t, all, "heir", shared) },
			func(all *Sessions, member *device) { member.Detach(0) }, []string{"a 2 1", "a 3 1", "a 4 1"}},
		{"by Clean Session",
			func(t *testing.T, all *Sessions) *device { return offline(t, all, "heir", shared) },
			func(all *Sessions, member *device) {
				member.Detach(persistent)
				again, _ := all.Open("member", Terms{Version: 4, Clean: true})
				again.Detach(0)
			}, []string{"a 2 1", "a 3 1", "a 4 1"}},
		{"by its expiry",
			func(t *testing.T, all *Sessions) *device { return offline(t, all, "heir", shared) },
			func(all *Sessions, member *device) {
				member.Detach(persistent / 2)
				all.Advance(persistent/2 + 1)
			}, []string{"a 2 1", "a 3 1", "a 4 1"}},
		{"of clean sessions alone nothing",
			func(t *testing.T, all *Sessions) *device { return online(t, all, "heir", shared) },
			func(all *Sessions, member *device) { member.Detach(0) }, nil},
		{"nothing to who has QoS 0",
			func(t *testing.T, all *Sessions) *device {
				return offline(t, all, "heir", Subscription{Filter: group1})
			},
			func(all *Sessions, member *device) { member.Detach(0) }, nil},
		{"nothing to another group",
			func(t *testing.T, all *Sessions) *device {
				return offline(t, all, "heir", Subscription{Filter: "$share/other/b", QoS: 1})
			},
			func(all *Sessions, member *device) { member.Detach(0) }, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all := New()
			member := online(t, all, "member", shared)
			for i := range 5 {
				publish(all, "a", fmt.Sprint(i), 1)
			}
			for id := range uint16(2) {
				member.Acknowledge(id + 1)
			}
			heir := tt.heir(t, all)
			tt.end(all, member)
			if !heir.claimed {
				heir = heir.reconnect(all)
			}
			heir.wants("B-669", tt.want...)
			audit(t, all.room)
			heir.Detach(0)
			wantEmpty(t, all)
		})
	}
}

// Who is online gets it at once, be it a clean session's beside the persistent one.
func TestUnacknowledgedGoesOn(t *testing.T) {
	for _, persistentHeir := range []bool{true, false} {
		all := New()
		shared := Subscription{Filter: group1, QoS: 1}
		member := online(t, all, "member", shared)
		publish(all, "a", "1", 1)
		var heir *device
		if persistentHeir {
			heir = lasting(t, all, "heir", 5, shared)
		} else {
			offline(t, all, "away", shared)
			heir = online(t, all, "heir", shared)
		}
		member.Detach(0)
		heir.wants("B-669", "a 1 1")
	}
}

// What came back is kept as what waits is.
func TestWhatCameBackSurvivesACrash(t *testing.T) {
	all := newFileStore(t)
	shared := Subscription{Filter: group1, QoS: 1}
	lasting(t, all, "pump", 5, shared).Detach(persistent)
	member := newDevice(t, all, "member", Terms{Version: 4})
	member.Attach(member.link)
	member.subscribe(shared)
	keeps(t, all, kept("a", "1"))
	keeps(t, all, kept("a", "2"))
	member.wants("B-668", "a 1 1", "a 2 1")
	member.Detach(0)
	settled(t, all)
	returns(t, crashed(t, all), "pump", 5).wants("B-669", "a 1 1", "a 2 1")
}
