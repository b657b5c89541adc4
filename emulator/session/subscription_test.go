package session

import (
	"reflect"
	"testing"
)

func TestSubscribeReplaces(t *testing.T) {
	all := New()
	d := online(t, all, "pump", Subscription{Filter: "a", QoS: 1})
	d.subscribe(Subscription{Filter: "a"}, Subscription{Filter: "b"}, Subscription{Filter: "b", QoS: 1})
	publish(all, "a", "1", 1)
	publish(all, "b", "1", 1)
	d.wants("B-663: the newer QoS, once", "a 1 0", "b 1 1")
}

func TestSubscriptionsAreSorted(t *testing.T) {
	d := online(t, New(), "pump")
	want := []Subscription{{Filter: "$share/g/x", QoS: 1}, {Filter: "a"}, {Filter: "b", RetainAsPublished: true}}
	d.subscribe(want[2], want[0], want[1])
	if got := d.Subscriptions(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if !d.Subscribed("a") || d.Subscribed("c") {
		t.Errorf("Subscribed: got %v, %v, want true, false", d.Subscribed("a"), d.Subscribed("c"))
	}
}

func TestUnsubscribe(t *testing.T) {
	all := New()
	d := online(t, all, "pump", Subscription{Filter: "a/#"}, Subscription{Filter: "a/b"}, Subscription{Filter: "$share/g/a/#"})
	d.Unsubscribe([]string{"a/#", "$share/g/a/#", "never/granted"})
	publish(all, "a/b", "1", 0)
	publish(all, "a/c", "1", 0)
	d.wants("B-667", "a/b 1 0")
	d.Unsubscribe([]string{"a/b"})
	d.Detach(0)
	wantEmpty(t, all)
}

// Nothing that matches a filter may go out before its SUBACK, also when it is
// published while SUBSCRIBE is being dealt with.
func TestSubackComesFirst(t *testing.T) {
	all := New()
	offline(t, all, "other", Subscription{Filter: "$share/g/a", QoS: 1})
	publish(all, "a", "waiting", 1) // in the group
	d := online(t, all, "pump")
	published := make(chan struct{})
	d.Subscribe([]Subscription{{Filter: "a", QoS: 1}, {Filter: "$share/g/a", QoS: 1}}, func() {
		go func() {
			publish(all, "a", "live", 1)
			close(published)
		}()
		if d.Session.mu.TryLock() {
			t.Error("the session is not locked while the SUBACK is sent")
			d.Session.mu.Unlock()
		}
		d.wants("nothing before the SUBACK")
	})
	<-published
	d.wants("B-668, B-669: what waited is first", "a waiting 1", "a live 1", "a live 1")
}
