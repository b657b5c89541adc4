package session

import (
	"fmt"
	"strconv"
	"testing"
)

func TestWindow(t *testing.T) {
	all := New()
	d := newDevice(t, all, "pump", Terms{Version: 5})
	d.link.Window = 3
	d.Attach(d.link)
	d.subscribe(Subscription{Filter: "a", QoS: 1})
	for i := range 6 {
		publish(all, "a", strconv.Itoa(i), 1)
	}
	publish(all, "a", "now", 0)
	d.wants("B-684: QoS 0 does not wait", "a 0 1", "a 1 1", "a 2 1", "a now 0")
	if !d.Acknowledge(2) {
		t.Error("identifier 2 is not known")
	}
	d.wants("B-684", "a 3 1")
	for _, id := range []uint16{2, 0, 77} {
		if d.Acknowledge(id) {
			t.Errorf("identifier %d is known", id)
		}
	}
	d.wants("B-684: only an acknowledgement opens the window")
	for _, id := range []uint16{4, 3, 1} { // in any order
		d.Acknowledge(id)
	}
	d.wants("B-684", "a 4 1", "a 5 1")
}

// A refused message does not take a place in the window.
func TestRefusedMessageLeavesNoTrace(t *testing.T) {
	all := New()
	d := newDevice(t, all, "pump", Terms{Version: 4})
	d.link.Window = 1
	d.refuses = func(topic string) bool { return topic == "secret" }
	d.Attach(d.link)
	d.subscribe(Subscription{Filter: "#", QoS: 1})
	for _, topic := range []string{"secret", "a", "secret", "secret", "b"} {
		publish(all, topic, "1", 1)
	}
	publish(all, "secret", "1", 0)
	d.wants("B-217", "a 1 1")
	d.Acknowledge(1)
	d.wants("B-217", "b 1 1")
	if got := fmt.Sprint(d.asked); got != "[secret a secret secret secret b]" {
		t.Errorf("asked about %s, want each message once, when its turn comes (B-216)", got)
	}
	other := online(t, all, "other", Subscription{Filter: "secret"})
	publish(all, "secret", "2", 1)
	other.wants("B-217: another client gets it", "secret 2 0")
}

func TestTooLargeMessageIsDropped(t *testing.T) {
	for _, qos := range []byte{0, 1} {
		t.Run(fmt.Sprint("QoS ", qos), func(t *testing.T) {
			all := New()
			d := newDevice(t, all, "pump", Terms{Version: 4})
			d.link.Window, d.link.MaxPacket = 1, 8+2*uint32(qos)
			var dropped []string
			d.link.TooLarge = func(m *Message, _ int) { dropped = append(dropped, string(m.Payload)) }
			d.Attach(d.link)
			d.subscribe(Subscription{Filter: "a", QoS: qos})
			publish(all, "a", "12345", qos)
			publish(all, "a", "1234", qos) // 1+1+2+1+4 bytes, and 2 for the identifier
			publish(all, "a", "123", qos)
			want := []string{fmt.Sprint("a 123 ", qos)}
			d.wants("MQTT 3.1.2.11.4, B-513", want...)
			if got := fmt.Sprint(dropped); got != "[12345 1234]" {
				t.Errorf("got TooLarge for %s, want [12345 1234] (B-513)", got)
			}
		})
	}
}

func TestPacketIdentifiers(t *testing.T) {
	all := New()
	d := newDevice(t, all, "pump", Terms{Version: 4})
	d.link.Window = 2
	d.Attach(d.link)
	d.subscribe(Subscription{Filter: "a", QoS: 1})
	publish(all, "a", "stays", 1) // 1, never acknowledged
	for n := range 70_000 {
		publish(all, "a", "", 1)
		got := d.packets()
		id := got[len(got)-1].PacketID
		if want := uint16(2 + n%65534); id != want {
			t.Fatalf("message %d: got identifier %d, want %d: neither 0 nor one that is in use", n, id, want)
		}
		d.Acknowledge(id)
	}
}
