package wire_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/wire"
)

// What passes is decoded by the engine without an error, encoded again to
// something that passes too, and to the same bytes if they can be the same: they
// are as many. In what pieces it comes does not matter [B-741, H-12].
func FuzzReader(f *testing.F) {
	d := dice{rand.New(rand.NewPCG(7, 8))}
	for i := range byte(60) {
		level := 3 + i%3
		p, err := encode(d.packet(level))
		if err != nil {
			f.Fatal(err)
		}
		if c, err := encode(d.connect(level)); err == nil && len(c) < 1000 && i < 9 {
			f.Add(level, []byte(c+p))
		}
		if len(p) < 1000 {
			f.Add(level, []byte(hello(level)+p+hello(level)))
		}
	}
	for _, rows := range [][]row{publishes(), acknowledgements(), subscriptions(), others(), propertyRows()} {
		for _, tt := range rows {
			f.Add(byte(4), []byte(hello(4)+tt.v4))
			f.Add(byte(5), []byte(hello(5)+tt.v5))
		}
	}
	f.Fuzz(func(t *testing.T, room byte, b []byte) {
		passed, err := read(wire.NewReader(strings.NewReader(string(b)), 0), 2048)
		again, err2 := read(wire.NewReader(iotest.OneByteReader(strings.NewReader(string(b))), 0), 1+int(room))
		if passed != again || (err == nil) != (err2 == nil) || err != nil && err.Error() != err2.Error() {
			t.Fatalf("got %q and %v, one by one %q and %v", passed, err, again, err2)
		}
		if bad := new(wire.Error); err != nil && (!errors.As(err, &bad) || bad.Code < 0x80 || !strings.Contains(bad.Detail, ", want ")) {
			t.Errorf("got %v, want an *Error that says what was wanted", err)
		}
		if len(passed) > len(b) || !slices.EqualFunc([]byte(passed), b[:len(passed)], same) {
			t.Fatalf("passed on %q of %q", passed, b)
		}
		version := byte(0)
		for one := range whole(passed) {
			version = checkPassed(t, version, one)
		}
	})
}

// same reports whether a byte was passed on as it came, but for the bit that a bridge
// sets in its protocol level [B-602].
func same(passed, came byte) bool {
	return passed == came || passed == came&^0x80 && 3 <= passed && passed <= 5
}

// whole yields the packets of which all is there.
func whole(passed string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for len(passed) > 1 {
			n, width, err := packets.DecodeLength(strings.NewReader(passed[1:]))
			if err != nil || 1+width+n > len(passed) || !yield(passed[:1+width+n]) {
				return
			}
			passed = passed[1+width+n:]
		}
	}
}

// checkPassed decodes and encodes a packet that was passed on. It returns the
// version of the next.
func checkPassed(t *testing.T, version byte, one string) byte {
	pk, err := decode(version, one)
	if pk.FixedHeader.Type == packets.Connect {
		if name := string(pk.Connect.ProtocolName); name != "MQTT" && name != "MQIsdp" || pk.ProtocolVersion < 3 || pk.ProtocolVersion > 5 ||
			(name == "MQIsdp") != (pk.ProtocolVersion == 3) {
			return version // passed on unread, as the last one
		}
	}
	next := version
	if version == 0 {
		next = pk.ProtocolVersion
	}
	if pk.FixedHeader.Type == packets.Auth && pk.FixedHeader.Remaining == 0 {
		return next // which the engine cannot read
	}
	if err != nil {
		t.Fatalf("%q passed, and the engine says %v", one, err)
	}
	switch pk.FixedHeader.Type {
	case packets.Connack, packets.Suback, packets.Unsuback, packets.Pingresp:
		return next // a server's
	}
	again, err := encode(pk)
	if err != nil {
		t.Fatalf("%q passed, and cannot be encoded: %v", one, err)
	}
	if len(again) == len(one) && pk.ReservedBit == 0 && !slices.Equal(sorted(again), sorted(one)) {
		t.Fatalf("%q passed, and was encoded to %q", one, again)
	}
	before := hello(max(version, 4))
	if pk.FixedHeader.Type == packets.Connect {
		before = ""
	}
	if passed, err := read(wire.NewReader(strings.NewReader(before+again), 0), 2048); passed != before+again || err != nil {
		t.Fatalf("%q passed, and its second self %q does not: %v", one, again, err)
	}
	return next
}

// sorted: the order of properties is free.
func sorted(s string) []byte { return slices.Sorted(slices.Values([]byte(s))) }
