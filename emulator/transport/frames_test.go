package transport

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

// MQTT is a stream over frames, however they are cut.
func TestFrames(t *testing.T) {
	big := strings.Repeat("0123456789", 10_000) // needs a 64-bit length
	tests := []struct {
		name string
		sent []string
		want string
	}{
		{"one frame", []string{masked(0x82, "abc")}, "abc"},
		{"two frames in one write", []string{masked(0x82, "ab") + masked(0x82, "c")}, "abc"},
		{"a packet split over frames", []string{masked(0x82, "a"), masked(0x82, "bc")}, "abc"},
		{"a frame split over writes", []string{masked(0x82, "abc")[:3], masked(0x82, "abc")[3:]}, "abc"},
		{"continuation frames", []string{masked(0x02, "a") + masked(0x00, "b") + masked(0x80, "c")}, "abc"},
		{"ping between continuations", []string{masked(0x02, "ab") + masked(0x89, "") + masked(0x80, "c")}, "abc"},
		{"pong nobody asked for", []string{masked(0x8a, "x") + masked(0x82, "abc")}, "abc"},
		{"empty frames", []string{masked(0x82, "") + masked(0x82, "abc") + masked(0x82, "")}, "abc"},
		{"126 bytes", []string{masked(0x82, big[:126])}, big[:126]},
		{"70000 bytes", []string{masked(0x82, big[:70_000])}, big[:70_000]},
	}
	for _, listener := range []string{"http", "https"} {
		for _, tt := range tests {
			t.Run(listener+"/"+tt.name, func(t *testing.T) {
				c := start(t, Options{Name: listener}, nil).open()
				c.websocket("/mqtt")
				for _, b := range tt.sent {
					c.send(b)
				}
				var got strings.Builder
				for got.Len() < len(tt.want) {
					first, payload := c.frame()
					switch first {
					case 0x82:
						got.WriteString(payload)
					case 0x8a: // of the ping
					default:
						t.Fatalf("got a frame %#x, want final binary frames (A-42)", first)
					}
				}
				if got.String() != tt.want {
					t.Errorf("got %d bytes, want %d unchanged (A-42)", got.Len(), len(tt.want))
				}
			})
		}
	}
}

func TestPing(t *testing.T) {
	s := start(t, Options{Name: "http"}, nil)
	c := s.tcp()
	c.websocket("/mqtt")
	c.send(masked(0x89, "are you there"))
	if first, got := c.frame(); first != 0x8a || got != "are you there" {
		t.Errorf("got frame %#x %q, want a pong with the ping's payload (RFC 6455 5.5.3)", first, got)
	}
}

// How frames end a connection: what the client gets, and the cause.
func TestFramesThatEnd(t *testing.T) {
	protocol := errors.New("any protocol error")
	tests := []struct {
		name   string
		sent   string
		close  string // payload of the Close frame
		cause  error
		source string
	}{
		{"close 1000", masked(0x88, "\x03\xe8"), "\x03\xe8", ErrClosedByPeerFrame, "A-48, B-442"},
		{"close 1001 with a reason", masked(0x88, "\x03\xe9bye"), "\x03\xe9", ErrClosedByPeerFrame, "A-48"},
		{"empty close", masked(0x88, ""), "", ErrClosedByPeerFrame, "A-48"},
		{"close amid a message", masked(0x02, "a") + masked(0x88, ""), "", ErrClosedByPeerFrame, "A-48"},
		{"text", masked(0x81, "abc"), "\x03\xeb", errTextFrame, "A-42; code 1003 guess"},
		{"not masked", "\x82\x01a", "\x03\xea", protocol, "RFC 6455 5.1"},
		{"RSV1", masked(0xc2, "a"), "\x03\xea", protocol, "A-43, RFC 6455 5.2"},
		{"opcode 3", masked(0x83, "a"), "\x03\xea", protocol, "RFC 6455 5.2"},
		{"long ping", masked(0x89, strings.Repeat("a", 126)), "\x03\xea", protocol, "RFC 6455 5.5"},
		{"split ping", masked(0x09, "a"), "\x03\xea", protocol, "RFC 6455 5.5"},
		{"continuation of nothing", masked(0x80, "a"), "\x03\xea", protocol, "RFC 6455 5.4"},
		{"message within a message", masked(0x02, "a") + masked(0x82, "a"), "\x03\xea", protocol, "RFC 6455 5.4"},
		{"close code 1006", masked(0x88, "\x03\xee"), "\x03\xea", protocol, "RFC 6455 7.4.1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := start(t, Options{Name: "http"}, func(c *Conn) error {
				_, err := io.Copy(io.Discard, c)
				return err
			})
			c := s.tcp()
			c.websocket("/mqtt")
			c.send(tt.sent)
			first, payload := c.frame()
			if first != 0x88 || !strings.HasPrefix(payload, tt.close) || tt.close == "" && payload != "" {
				t.Errorf("got frame %#x %q, want Close %q (%s)", first, payload, tt.close, tt.source)
			}
			if got := c.rest(); got != "" {
				t.Errorf("got %q after the Close frame, want nothing", got)
			}
			e := s.end()
			if tt.cause != protocol && e.c.Cause() != tt.cause {
				t.Errorf("cause: got %v, want %v (%s)", e.c.Cause(), tt.cause, tt.source)
			}
			switch tt.cause {
			case ErrClosedByPeerFrame:
				s.noProblem()
			default:
				if p := s.problem(); p.Reason != ProblemFrame {
					t.Errorf("problem: got %s, want %s (%s)", p.Reason, ProblemFrame, tt.source)
				}
			}
		})
	}
}

// [B-442] Without a Close frame the connection is lost.
func TestWebSocketLost(t *testing.T) {
	for _, amid := range []string{"", "\x82", masked(0x82, "abc")[:7], masked(0x02, "a")} {
		s := start(t, Options{Name: "http"}, nil)
		c := s.tcp()
		c.websocket("/mqtt")
		c.send(amid)
		c.Close()
		if e := s.end(); errors.Is(e.c.Cause(), ErrClosedByPeerFrame) || e.c.Cause() == nil {
			t.Errorf("after %q: got cause %v, want a lost connection (B-442)", amid, e.c.Cause())
		}
		s.noProblem()
	}
}

// [A-158, B-403] The engine's owner chooses how a WebSocket ends.
func TestSetCloseFrame(t *testing.T) {
	tests := []struct {
		name   string
		choose func(*Conn)
		want   string
		source string
	}{
		{"default", func(*Conn) {}, "\x88\x00", "spec/README.md, 3.1.1"},
		{"empty", func(c *Conn) { c.SetCloseFrame(EmptyCloseFrame) }, "\x88\x00", "spec/README.md, 3.1.1"},
		{"none", func(c *Conn) { c.SetCloseFrame(NoCloseFrame) }, "", "spec/README.md, MQTT 5"},
		{"1000", func(c *Conn) { c.SetCloseFrame(1000) }, "\x88\x02\x03\xe8", "RFC 6455 7.4"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := start(t, Options{Name: "http"}, func(c *Conn) error {
				tt.choose(c)
				c.End([]byte("last"), errors.New("refused"))
				return nil
			})
			c := s.tcp()
			c.websocket("/mqtt")
			if got, want := c.rest(), "\x82\x04last"+tt.want; got != want {
				t.Errorf("got %q, want %q (%s)", got, want, tt.source)
			}
		})
	}
}

// FuzzFrames: bytes in frames come out as they went in, however they are cut;
// frames that are none end the connection.
func FuzzFrames(f *testing.F) {
	f.Add([]byte(masked(0x82, "abc")), uint8(1))
	f.Add([]byte(masked(0x02, "a")+masked(0x89, "ping")+masked(0x80, "b")+masked(0x88, "\x03\xe8")), uint8(7))
	f.Add([]byte("\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00"), uint8(200))
	l, err := New(Options{Name: "http", Address: ":0", MaxFirstPacket: 1 << 30}) // the bytes are no packets
	if err != nil {
		f.Fatal(err)
	}
	read := func(sent []byte) ([]byte, error) {
		c := newConn(&place{room: l.room, listener: l}, replay{bytes.NewReader(sent)}, new(Facts), nil)
		c.frames = newFrames(c)
		defer c.awaitFlush()
		return io.ReadAll(c)
	}
	f.Fuzz(func(t *testing.T, b []byte, size uint8) {
		_, _ = read(b)
		var sent []byte
		for part := range slices.Chunk(b, int(size)+1) {
			sent = append(sent, masked(0x82, string(part))...)
		}
		if got, err := read(sent); err != nil || !bytes.Equal(got, b) {
			t.Errorf("got %q, %v, want %q", got, err, b)
		}
	})
}
