package hooks_test

import (
	"encoding/binary"
	"strings"
	"testing"
)

// awsCodes are the reason codes that AWS lists for what a server sends in MQTT 5,
// by the first byte of the packet [B-730].
var awsCodes = map[byte]string{
	0x20: "\x00\x80\x85\x86\x87\x90\x97\x9b",
	0x40: "\x00\x80\x87\x90\x91\x97",
	0x90: "\x00\x01\x80\x87\x8f\x91\x97",
	0xb0: "\x00\x80\x8f\x91",
	0xe0: "\x81\x82\x87\x8b\x8d\x8e\x8f\x90\x93\x94\x97\x98\x9b\xa1",
}

// foreign are the reason codes of an MQTT 5 packet that AWS does not list.
func foreign(p string) (codes string) {
	body := bodyOf(p)
	switch p[0] {
	case 0x20:
		codes = body[1:2]
	case 0x40:
		codes = (body + "\x00")[2:3] // 0 may be left out
	case 0x90, 0xb0:
		n, size := binary.Uvarint([]byte(body[2:]))
		codes = body[2+size+int(n):]
	case 0xe0:
		codes = body[:1]
	}
	return strings.Map(func(r rune) rune {
		if strings.IndexByte(awsCodes[p[0]], byte(r)) >= 0 {
			return -1
		}
		return r
	}, latin1(codes))
}

// latin1 is a character for each byte.
func latin1(s string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteRune(rune(s[i]))
	}
	return b.String()
}

// Every packet that a test of this package reads is looked at for codes that AWS
// does not list [A-155, B-730].
func TestReasonCodes(t *testing.T) {
	tests := []struct{ name, packet, want string }{
		{"CONNACK", "\x20\x03\x00\x87\x00", ""},
		{"CONNACK 0x8C", "\x20\x03\x00\x8c\x00", "\u008c"},
		{"PUBACK without a code", "\x40\x02\x00\x07", ""},
		{"PUBACK 0x10", "\x40\x03\x00\x07\x10", "\x10"},
		{"SUBACK", "\x90\x06\x00\x02\x00\x01\x8f\x02", "\x02"},
		{"UNSUBACK 0x11", "\xb0\x05\x00\x02\x00\x00\x11", "\x11"},
		{"DISCONNECT 0xA0", "\xe0\x02\xa0\x00", "\u00a0"},
		{"PUBLISH", "\x30\x04\x00\x01a\x00", ""},
	}
	for _, tt := range tests {
		if got := foreign(tt.packet); got != tt.want {
			t.Errorf("%s: got %q, want %q (B-730)", tt.name, got, tt.want)
		}
	}
}
