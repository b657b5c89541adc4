package session

import (
	"bytes"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/mochi-mqtt/server/v2/packets"
	"go.uber.org/goleak"

	"github.com/suback/suback/emulator/story"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A device is the client's end of a [Link]. It reads what is written to it with
// the engine's decoder.
type device struct {
	*Session
	t       testing.TB
	version byte
	link    Link
	refuses func(topic string) bool // what its policy does not let it receive

	mu    sync.Mutex
	got   []packets.Packet // since the last call of received
	asked []string         // topics that Allowed was asked about
}

// newDevice opens a session of the client id, not attached yet.
func newDevice(t testing.TB, all *Sessions, id string, terms Terms) *device {
	t.Helper()
	d := &device{t: t, version: terms.Version, refuses: func(string) bool { return false }}
	d.Session, _ = all.Open(id, terms)
	d.link = Link{Window: 100, Allowed: d.allowed, Write: d.write}
	return d
}

// online returns a device that is attached and subscribed.
func online(t testing.TB, all *Sessions, id string, subs ...Subscription) *device {
	t.Helper()
	d := newDevice(t, all, id, Terms{Version: 4})
	d.Attach(d.link)
	d.subscribe(subs...)
	return d
}

// offline returns a device with a persistent session that is not attached.
func offline(t testing.TB, all *Sessions, id string, subs ...Subscription) *device {
	t.Helper()
	d := online(t, all, id, subs...)
	d.Detach(persistent)
	return d
}

const persistent = 1 << 40 // nanoseconds, some 18 minutes

// reconnect opens the session again and attaches to it.
func (d *device) reconnect(all *Sessions) *device {
	d.t.Helper()
	next := newDevice(d.t, all, d.id, Terms{Version: d.version})
	next.refuses = d.refuses
	next.Attach(next.link)
	return next
}

func (d *device) subscribe(subs ...Subscription) {
	d.Subscribe(subs, func() {})
}

func (d *device) allowed(m *Message) story.Outcome {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked = append(d.asked, m.Topic)
	if d.refuses(m.Topic) {
		return story.Withheld
	}
	return story.Sent
}

func (d *device) write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	pk, err := decode(d.version, bytes.Clone(p))
	if err != nil {
		d.t.Errorf("%s got %x: %v", d.id, p, err)
	}
	d.got = append(d.got, pk)
	return len(p), nil
}

// packets returns what has come since the last time.
func (d *device) packets() []packets.Packet {
	d.mu.Lock()
	defer d.mu.Unlock()
	got := d.got
	d.got = nil
	return got
}

// received returns what has come since the last time, as "topic payload QoS",
// with "retained" behind it if RETAIN is set.
func (d *device) received() []string {
	var out []string
	for _, pk := range d.packets() {
		text := fmt.Sprintf("%s %s %d", pk.TopicName, pk.Payload, pk.FixedHeader.Qos)
		if pk.FixedHeader.Retain {
			text += " retained"
		}
		out = append(out, text)
	}
	return out
}

// wants fails the test unless exactly that has come since the last time.
func (d *device) wants(source string, want ...string) {
	d.t.Helper()
	if got := d.received(); !slices.Equal(got, want) {
		d.t.Errorf("%s got %q, want %q (%s)", d.id, got, want, source)
	}
}

// decode reads one PUBLISH, which is all there is.
func decode(version byte, p []byte) (packets.Packet, error) {
	pk := packets.Packet{ProtocolVersion: version}
	if len(p) == 0 {
		return pk, fmt.Errorf("no bytes")
	}
	if err := pk.FixedHeader.Decode(p[0]); err != nil {
		return pk, err
	}
	rest := bytes.NewBuffer(p[1:])
	n, _, err := packets.DecodeLength(rest)
	switch {
	case err != nil:
		return pk, err
	case n != rest.Len():
		return pk, fmt.Errorf("remaining length is %d, but %d bytes follow", n, rest.Len())
	case pk.FixedHeader.Type != packets.Publish:
		return pk, fmt.Errorf("packet type %d, want PUBLISH", pk.FixedHeader.Type)
	case pk.FixedHeader.Dup:
		return pk, fmt.Errorf("DUP is set (B-685)")
	}
	return pk, pk.PublishDecode(rest.Bytes())
}

func publish(all *Sessions, topic, payload string, qos byte) {
	all.Publish(&Message{Topic: topic, Payload: []byte(payload), QoS: qos})
}

// wantEmpty fails the test if anything is left in the store.
func wantEmpty(t testing.TB, all *Sessions) {
	t.Helper()
	if !all.tree.empty() || all.Len() != 0 || len(all.retained) != 0 {
		t.Errorf("left behind: %d sessions, %d retained, tree %+v", all.Len(), len(all.retained), &all.tree)
	}
	wantNothingHeld(t, all.room)
}

// keptBy waits until the file has what it must have of m.
func keptBy(all *Sessions, m *Message) error {
	if written := all.Stored(m); written != nil {
		return written()
	}
	return nil
}
