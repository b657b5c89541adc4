package session

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// losses is a store that says what is lost, as "client topic why".
func losses() (*Sessions, *[]string) {
	all, lost := New(), new([]string)
	names := map[Loss]string{Offline: "offline", Expired: "expired", QueueFull: "full", Unacknowledged: "unacknowledged",
		OtherMember: "other member"}
	all.Lost = func(id string, m *Message, why Loss) {
		*lost = append(*lost, fmt.Sprint(id, " ", m.Topic, " ", names[why]))
	}
	return all, lost
}

func TestLosses(t *testing.T) {
	one := func(filter string) Subscription { return Subscription{Filter: filter, QoS: 1} }
	tests := []struct {
		name   string
		do     func(t *testing.T, all *Sessions)
		want   []string
		source string
	}{
		{"QoS 0 while online", func(t *testing.T, all *Sessions) {
			online(t, all, "d", one("a"))
			publish(all, "a", "1", 0)
		}, nil, "B-519"},
		{"QoS 0 while offline", func(t *testing.T, all *Sessions) {
			offline(t, all, "d", one("a"))
			publish(all, "a", "1", 0)
			publish(all, "a", "2", 1)
		}, []string{"d a offline"}, "B-519"},
		{"subscribed with QoS 0, offline", func(t *testing.T, all *Sessions) {
			offline(t, all, "d", Subscription{Filter: "a"})
			publish(all, "a", "1", 1)
		}, []string{"d a offline"}, "B-519"},
		{"expired while it waited", func(t *testing.T, all *Sessions) {
			d := offline(t, all, "d", one("a"))
			all.Publish(&Message{Topic: "a", QoS: 1, Expires: time.Now().Add(time.Second)})
			all.Advance(time.Second)
			d.reconnect(all)
		}, []string{"d a expired"}, "B-513, B-694"},
		{"the queue is full", func(t *testing.T, all *Sessions) {
			d := offline(t, all, "d", one("a"))
			d.queue = make(queue, maxQueue)
			publish(all, "a", "1", 1)
			d.queue = nil
		}, []string{"d a full"}, "B-669, B-707 guess"},
		{"a window of 1, never acknowledged", func(t *testing.T, all *Sessions) {
			d := online(t, all, "d", one("a"), one("b"))
			d.link.Window = 1
			d.Attach(d.link)
			publish(all, "a", "1", 1)
			publish(all, "b", "2", 1)
			publish(all, "b", "3", 1)
		}, []string{"d b unacknowledged"}, "B-515"},
		{"never acknowledged, and gone", func(t *testing.T, all *Sessions) {
			d := online(t, all, "d", one("a"))
			d.link.Window = 1
			d.Attach(d.link)
			publish(all, "a", "1", 1)
			publish(all, "a", "2", 1)
			d.Detach(persistent)
		}, nil, "B-515"},
		{"a slow client", func(t *testing.T, all *Sessions) {
			d := online(t, all, "d", one("a"))
			d.link.Window = 1
			d.Attach(d.link)
			for range 5 {
				publish(all, "a", "1", 1)
			}
			for id := range uint16(5) {
				time.Sleep(patience - 1)
				d.Acknowledge(id + 1)
			}
		}, nil, "B-515"},
		{"another member", func(t *testing.T, all *Sessions) {
			online(t, all, "c", one("$share/g/a"))
			online(t, all, "d", one("$share/g/a"))
			publish(all, "a", "1", 1)
		}, []string{"d a other member"}, "B-514"},
		{"members take turns", func(t *testing.T, all *Sessions) {
			online(t, all, "c", one("$share/g/a"))
			online(t, all, "d", one("$share/g/a"))
			for range 10 {
				publish(all, "a", "1", 1)
			}
		}, nil, "B-514, B-668"},
		{"the other member is offline, or has left", func(t *testing.T, all *Sessions) {
			online(t, all, "c", one("$share/g/a"))
			offline(t, all, "d", one("$share/g/a"))
			e := online(t, all, "e", one("$share/g/a"))
			publish(all, "a", "1", 1)
			e.Unsubscribe([]string{"$share/g/a"})
		}, nil, "B-514"},
		{"one member has nobody to lose to", func(t *testing.T, all *Sessions) {
			online(t, all, "c", one("$share/g/a"))
			publish(all, "a", "1", 1)
		}, nil, "B-514"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				all, lost := losses()
				tt.do(t, all)
				time.Sleep(2 * patience)
				synctest.Wait()
				if !slices.Equal(*lost, tt.want) {
					t.Errorf("got %q, want %q (%s)", *lost, tt.want, tt.source)
				}
			})
		})
	}
}
