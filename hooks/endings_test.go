package hooks

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"testing"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/transport"
)

// How connections end that nobody here has ended [B-440].
func TestEndingOf(t *testing.T) {
	tests := []struct {
		name       string
		cause, err error
		reason     string
		code       byte
		source     string
	}{
		{"TCP ends", io.EOF, io.EOF, "CONNECTION_LOST", 0, "B-440"},
		{"TCP ends in a packet", io.EOF, io.ErrUnexpectedEOF, "CONNECTION_LOST", 0, "B-440"},
		{"reset", errors.New("connection reset"), errors.New("connection reset"), "CONNECTION_LOST", 0, "B-440"},
		{"the engine stops", nil, nil, "CONNECTION_LOST", 0, "B-440"},
		{"the engine closes", nil, net.ErrClosed, "CONNECTION_LOST", 0, "B-440"},
		{"Close frame", transport.ErrClosedByPeerFrame, transport.ErrClosedByPeerFrame, "CLIENT_INITIATED_DISCONNECT", 0, "B-442"},
		{"silence", os.ErrDeadlineExceeded, os.ErrDeadlineExceeded, "MQTT_KEEP_ALIVE_TIMEOUT", 0x8d, "B-450, B-621"},
		{"no CONNECT", transport.ErrConnectTimeout, transport.ErrConnectTimeout, "CLIENT_ERROR", 0, "B-610, M-15"},
		{"does not read", transport.ErrSlowConsumer, net.ErrClosed, "THROTTLED", 0x97, "M-3"},
		{"takes nothing", transport.ErrStalled, net.ErrClosed, "THROTTLED", 0x97, "M-3"},
		{"most waits for it", transport.ErrMostWaiting, net.ErrClosed, "THROTTLED", 0x97, "H-9"},
		{"CONNECT too large", transport.ErrFirstTooLarge, transport.ErrFirstTooLarge, "CLIENT_ERROR", 0, "B-680"},
		{"panic", nil, &transport.PanicError{Value: "index out of range"}, "CLIENT_ERROR", 0x81, "B-740, M-1"},
		{"malformed", nil, fmt.Errorf("x: %w", packets.ErrMalformedTopic), "CLIENT_ERROR", 0x81, "B-740"},
		{"protocol violation", nil, packets.ErrProtocolViolationQosOutOfRange, "CLIENT_ERROR", 0x82, "B-740"},
		{"client id no UTF-8", nil, fmt.Errorf("read connection: %w", packets.ErrClientIdentifierNotValid), "CLIENT_ERROR", 0x81, "B-740, B-741"},
		{"packet type 0", nil, errors.New("invalid packet type; 0"), "CLIENT_ERROR", 0x81, "B-741, guess"},
		{"too large", nil, packets.ErrPacketTooLarge, "CLIENT_ERROR", 0, "B-680"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := endingOf(tt.cause, tt.err)
			if got.Reason != tt.reason || got.code != tt.code {
				t.Errorf("got %s 0x%02X, want %s 0x%02X (%s)", got.Reason, got.code, tt.reason, tt.code, tt.source)
			}
			if known := got.Reason != "CONNECTION_LOST" && got.Reason != "CLIENT_INITIATED_DISCONNECT"; (got.Detail != "") != known {
				t.Errorf("detail %q, want one for a fault alone", got.Detail)
			}
		})
	}
}

// The protocol is known of a CONNECT that cannot be read whole [B-740].
func TestProtocolOf(t *testing.T) {
	tests := []struct {
		name, first string
		protocol    string
		level       byte
	}{
		{"nothing", "", "", 0},
		{"MQTT 5", "\x10\x0d\x00\x04MQTT\x05\x02", "MQTT", 5},
		{"MQTT 3.1.1", "\x10\x0d\x00\x04MQTT\x04", "MQTT", 4},
		{"a length of 4 bytes", "\x10\xff\xff\xff\x7f\x00\x04MQTT\x05", "MQTT", 5},
		{"a length of 5 bytes", "\x10\xff\xff\xff\xff\x7f\x00\x04MQTT\x05", "", 0},
		{"a length without end", "\x10\xff\xff", "", 0},
		{"reserved bits", "\x1f\x0d\x00\x04MQTT\x05", "MQTT", 5},
		{"no level", "\x10\x0d\x00\x04MQTT", "MQTT", 0},
		{"half a name", "\x10\x0d\x00\x04MQ", "MQ", 0},
		{"half a name's length", "\x10\x0d\x00", "", 0},
		{"another name", "\x10\x0d\x00\x06MQIsdp\x03", "MQIsdp", 3},
		{"another packet", "\x30\x0d\x00\x04MQTT\x05", "", 0},
	}
	for _, tt := range tests {
		if protocol, level := protocolOf([]byte(tt.first)); protocol != tt.protocol || level != tt.level {
			t.Errorf("%s: got %q, %d, want %q, %d", tt.name, protocol, level, tt.protocol, tt.level)
		}
	}
}

// Of a CONNECT that the engine can read, both find the same level.
func FuzzProtocolOf(f *testing.F) {
	f.Add([]byte("\x10\x0d\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x00"))
	f.Add([]byte("\x10\x8c\x00\x00\x04MQTT\x04\x02\x00\x3c\x00\x00"))
	f.Add([]byte("\x10\x0d\x00\x04MQTT\x84\x02\x00\x3c\x00\x01a")) // a bridge's [B-602]
	f.Add([]byte("\x10\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, got := protocolOf(b[:min(16, len(b))])
		r := bytes.NewReader(b)
		first, _ := r.ReadByte()
		pk := packets.Packet{}
		n, size, err := packets.DecodeLength(r)
		if pk.FixedHeader.Decode(first) != nil || pk.FixedHeader.Type != packets.Connect || err != nil || size > 4 || n > r.Len() {
			return
		}
		if pk.ConnectDecode(b[1+size:][:n]) != nil || string(pk.Connect.ProtocolName) != "MQTT" {
			return
		}
		if want := pk.ProtocolVersion &^ 0x80; got != want { // a bridge's bit is no part of the level [B-602]
			t.Errorf("got level %d, want %d", got, want)
		}
	})
}
