package wire_test

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/suback/suback/emulator/wire"
)

// What comes together with a CONNECT did not wait for its CONNACK [B-608].
func TestEarly(t *testing.T) {
	const ping, half = "\xc0\x00", "\x30\x05\x00"
	hello := connectOf(4, 2, "", "\x00\x01d")
	tests := []struct {
		name, sent string
		want       int
	}{
		{"CONNECT alone", hello, 0},
		{"and a packet", hello + ping, 1},
		{"and a part of one", hello + half, 1},
		{"and its first byte", hello + half[:1], 1},
		{"and two and a part", hello + ping + ping + half, 3},
		{"of another protocol", "\x10\x0d\x00\x04MQTX\x04\x02\x00\x00\x00\x01d" + ping, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := wire.NewReader(strings.NewReader(tt.sent), 0)
			_, _ = io.ReadAll(r)
			if got := r.Early(); got != tt.want {
				t.Errorf("got %d, want %d (B-608)", got, tt.want)
			}
			r = wire.NewReader(iotest.OneByteReader(strings.NewReader(tt.sent)), 0)
			_, _ = io.ReadAll(r)
			if got := r.Early(); got != 0 {
				t.Errorf("byte by byte: got %d, want 0: nobody knows (B-608)", got)
			}
		})
	}
}
