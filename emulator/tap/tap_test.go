package tap

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

// TestSent: what a gateway sends is read as MQTT has it, and nothing is read beyond its end.
func TestSent(t *testing.T) {
	tests := []struct {
		name    string
		version byte
		bytes   string
		want    string
	}{
		{"CONNACK with its session", 4, "\x20\x02\x01\x00", "CONNACK present=true code=0"},
		{"CONNACK that refuses", 5, "\x20\x03\x00\x87\x00", "CONNACK present=false code=135"},
		{"PUBACK", 4, "\x40\x02\x00\x07", "PUBACK id=7 code=0"},
		{"PUBACK with a code", 5, "\x40\x03\x00\x07\x97", "PUBACK id=7 code=151"},
		{"SUBACK", 4, "\x90\x03\x01\x02\x01", "SUBACK id=258 code=0"},
		{"PINGRESP", 4, "\xd0\x00", "PINGRESP"},
		{"DISCONNECT", 5, "\xe0\x02\x8e\x00", "DISCONNECT code=142"},
		{"PUBLISH", 4, "\x3a\x09\x00\x03a/b\x00\x05hi", "PUBLISH a/b qos=1 dup=true id=5 hi"},
		{"PUBLISH with properties", 5, "\x30\x0a\x00\x03a/b\x02\x01\x01hi", "PUBLISH a/b qos=0 dup=false id=0 hi"},
		{"PUBLISH that ends in its topic", 4, "\x30\x04\x00\x09a/", "PUBLISH  qos=0 dup=false id=0 "},
		{"PUBLISH that ends in its properties", 5, "\x30\x05\x00\x01a\x09\x01", "PUBLISH a qos=0 dup=false id=0 "},
		{"nothing", 4, "", ""},
		{"a type alone", 4, "\x40", ""},
	}
	for _, tt := range tests {
		if got := said(Sent(tt.version, []byte(tt.bytes))); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func said(p Packet) string {
	switch p.Type {
	case "CONNACK":
		return fmt.Sprintf("CONNACK present=%v code=%d", p.SessionPresent, p.Code)
	case "PUBACK", "SUBACK":
		return fmt.Sprintf("%s id=%d code=%d", p.Type, p.ID, p.Code)
	case "DISCONNECT":
		return fmt.Sprintf("DISCONNECT code=%d", p.Code)
	case "PUBLISH":
		return fmt.Sprintf("PUBLISH %s qos=%d dup=%v id=%d %s", p.Topic, p.QoS, p.Dup, p.ID, p.Payload)
	}
	return p.Type
}

func TestPayload(t *testing.T) {
	all := []byte(strings.Repeat("x", MostPayload+1))
	p := Packet{}.WithPayload(all)
	all[0] = 'y'
	if p.Size != MostPayload+1 || len(p.Payload) != MostPayload || p.Payload[0] != 'x' {
		t.Errorf("got %d of %d bytes that begin with %q, want %d of their own", len(p.Payload), p.Size, p.Payload[0],
			MostPayload)
	}
}

// TestSet: who reads gets the client's packets in order, who does not costs nothing, and what
// is too many is counted.
func TestSet(t *testing.T) {
	s := New()
	if s.Wants("pump-7") || (*Set)(nil).Wants("pump-7") {
		t.Error("somebody reads, want nobody")
	}
	s.Put(Packet{Type: "CONNECT", Client: "pump-7"})
	r, err := s.Open("pump-7")
	if err != nil {
		t.Fatal(err)
	}
	if !s.Wants("pump-7") || s.Wants("pump-8") {
		t.Error("want pump-7's packets alone to be read")
	}
	s.Put(Packet{Type: "PUBACK", Client: "pump-8"})
	for i := range waiting + 3 {
		s.Put(Packet{Type: "PUBLISH", Client: "pump-7", ID: uint16(i)})
	}
	for i := range waiting {
		if p, err := r.Next(t.Context()); err != nil || p.Type != "PUBLISH" || p.ID != uint16(i) || p.Time.IsZero() {
			t.Fatalf("got %+v, %v, want the PUBLISH %d with its time", p, err, i)
		}
	}
	if p, err := r.Next(t.Context()); err != nil || p.Type != "LOST" || p.Count != 3 {
		t.Errorf("got %+v, %v, want 3 to be lost", p, err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Next(over); err == nil {
		t.Error("got a packet, want the end of the context")
	}
	r.Close()
	if s.Wants("pump-7") {
		t.Error("who has ended reads on")
	}
}

func TestMost(t *testing.T) {
	s := New()
	for range Most {
		if _, err := s.Open("pump-7"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Open("pump-7"); err == nil || !strings.Contains(err.Error(), "16 read packets") {
		t.Errorf("got %v, want one that says how many may", err)
	}
}
