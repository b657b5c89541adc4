package hooks_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// What the properties of a message may be, in a PUBLISH and in a will: sizes, and
// a Response Topic without wildcards [B-691, B-692].
func TestPropertyLimits(t *testing.T) {
	const kib8 = 8 << 10
	many := strings.Repeat("\x26"+text(strings.Repeat("k", 512))+text(strings.Repeat("v", 512)), 8)
	content := func(n int) string { return "\x03" + text(strings.Repeat("c", n)) }
	correlation := func(n int) string { return "\x09" + text(strings.Repeat("c", n)) }
	const quota, badTopic = "Quota exceeded", "Topic name is not valid"
	tests := []struct {
		name, props string
		code        byte // 0 is allowed
		reason      string
		malformed   bool // the connection ends with QoS 1 too
		source      string
	}{
		{"content type of 256 bytes", content(256), 0, "", false, "B-691"},
		{"content type of 257 bytes", content(257), 0x97, quota, false, "B-691, guess"},
		{"correlation data of 8 KB", correlation(kib8), 0, "", false, "B-691"},
		{"correlation data of 8 KB and one", correlation(kib8 + 1), 0x97, quota, false, "B-691, guess"},
		{"user properties of 8 KB", many, 0, "", false, "B-691"},
		{"user properties of 8 KB and one", many + "\x26" + text("k") + text(""), 0x97, quota, false, "B-691, guess"},
		{"response topic", "\x08" + text("a/b"), 0, "", false, "B-692"},
		{"response topic with +", "\x08" + text("a/+"), 0x90, badTopic, true, "B-692, guess"},
		{"response topic with #", "\x08" + text("#"), 0x90, badTopic, true, "B-692, guess"},
	}
	e := start(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := online(t, e, 5, connect{id: "d", password: "all"})
			d.send(publishing(5, qos1, "t", 7, tt.props, "x"))
			switch {
			case tt.malformed:
				d.expectEnd(disconnectWith(tt.code, tt.reason), tt.source)
			case tt.code == 0:
				d.expect("\x40\x02\x00\x07", tt.source)
			default:
				d.expect(packet(0x40, "\x00\x07"+string([]byte{tt.code})+reasonString("PUBACK:"+tt.reason)), tt.source)
				d.lives("B-409")
				d.send(publishing(5, qos0, "t", 0, tt.props, "x"))
				d.expectEnd(disconnectWith(tt.code, tt.reason), tt.source)
			}
			d = open(t, e, way{}, 5)
			d.send(connect{id: "w", password: "all", will: &will{topic: "t", payload: "x", properties: tt.props}}.packet(5))
			if tt.code == 0 {
				d.connack()
				d.disconnect()
				return
			}
			d.expectEnd(connackWith(tt.code, tt.reason), tt.source+", B-228")
		})
	}
}

// A Message Expiry Interval of 0 counts as 1 and goes out as 0, since less than a
// second is left; none is none, whatever else there is [B-694].
func TestExpiryOfZero(t *testing.T) {
	const zero = "\x02\x00\x00\x00\x00"
	others := []string{"", "\x01\x01", "\x03" + text(""), "\x08" + text("") + "\x09" + text(""), "\x03" + text("c") + "\x09" + text("d"),
		"\x26" + text("") + text(""), "\x23\x00\x01", "\x03" + text("") + "\x08" + text("") + "\x09" + text(""), "\x26" +
			text(strings.Repeat("k", 130)) + text("v")}
	e := start(t)
	sub := online(t, e, 5, connect{id: "sub", password: "all"})
	sub.subscribed(0, "t")
	pub := online(t, e, 5, connect{id: "pub", password: "all"})
	for i, props := range others {
		for _, first := range []byte{qos0, qos1} {
			t.Run(fmt.Sprintf("%d first byte %x", i, first), func(t *testing.T) {
				for _, with := range []bool{true, false} {
					all := props
					if with {
						all += zero
					}
					pub.send(publishing(5, first, "t", 7, all, "x"))
					if first == qos1 {
						pub.expect("\x40\x02\x00\x07", "PUBACK")
					}
					if _, _, got, _ := sub.message(); strings.HasPrefix(got, zero) != with {
						t.Errorf("published with %q, got %q (B-694)", all, got)
					}
				}
			})
		}
	}
	gone := online(t, e, 5, connect{id: "gone", password: "all", will: &will{topic: "t", payload: "x", properties: zero}})
	_ = gone.conn.Close()
	if _, _, got, _ := sub.message(); got != zero {
		t.Errorf("a will: got %q, want %q (B-694)", got, zero)
	}
	pub.send(publishing(5, qos1|retain, "kept", 7, zero, "x"))
	pub.expect("\x40\x02\x00\x07", "PUBACK")
	e.Advance(time.Second)
	sub.subscribed(0, "kept")
	sub.lives("B-694")
}
