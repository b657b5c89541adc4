package transport

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
)

// publish is a PUBLISH of n bytes altogether, filled with b.
func publish(n int, b byte) string {
	head := []byte{0x30}
	for head = binary.AppendUvarint(head, uint64(n-2)); ; head = binary.AppendUvarint(head[:1], uint64(n-len(head))) {
		if remaining, _ := binary.Uvarint(head[1:]); len(head)+int(remaining) == n {
			return string(head) + strings.Repeat(string(b), int(remaining))
		}
	}
}

const puback, pingresp = "\x40\x02\x00\x07", "\xd0\x00"

// One packet is one frame, however the engine writes them.
func TestOneFramePerPacket(t *testing.T) {
	small, medium, large := publish(60, 's'), publish(1000, 'm'), publish(100<<10, 'l')
	tests := []struct {
		name   string
		writes []string
		want   []string // payloads
	}{
		{"one", []string{puback}, []string{puback}},
		{"two writes", []string{puback, small}, []string{puback, small}},
		{"two in one write", []string{puback + small}, []string{puback, small}},
		{"a burst", slices.Repeat([]string{small}, 20), slices.Repeat([]string{small}, 20)},
		{"a burst in one write", []string{strings.Repeat(small, 20)}, slices.Repeat([]string{small}, 20)},
		{"lengths of a frame's head", []string{publish(125, 'a') + publish(126, 'b') + publish(65535, 'c') + publish(65536, 'd')},
			[]string{publish(125, 'a'), publish(126, 'b'), publish(65535, 'c'), publish(65536, 'd')}},
		{"no body", []string{pingresp + pingresp}, []string{pingresp, pingresp}},
		{"over several chunks", slices.Repeat([]string{medium}, 500), slices.Repeat([]string{medium}, 500)},
		{"larger than a chunk", []string{small, large, small}, []string{small, large, small}},
		{"larger than any chunk", []string{small + publish(1<<20, 'x') + small}, []string{small, publish(1<<20, 'x'), small}},
		{"no room left in the chunk", []string{publish(2<<10-14, 'a'), small}, []string{publish(2<<10-14, 'a'), small}},
		{"a part at the end", []string{puback + small[:10]}, []string{puback, small[:10]}},
		{"a part of a length", []string{puback + large[:3]}, []string{puback, large[:3]}},
		{"one byte", []string{"\x30"}, []string{"\x30"}},
		{"no length", []string{"\x30\xff\xff\xff\xff\x7f123"}, []string{"\x30\xff\xff\xff\xff\x7f123"}},
		{"nothing", []string{""}, nil},
	}
	for _, listener := range []string{"http", "https"} {
		for _, tt := range tests {
			t.Run(listener+"/"+tt.name, func(t *testing.T) {
				s := start(t, Options{Name: listener}, func(c *Conn) error {
					for _, p := range tt.writes {
						if _, err := c.Write([]byte(p)); err != nil {
							return err
						}
					}
					return nil
				})
				peer := s.open()
				peer.websocket("/mqtt")
				for i, want := range tt.want {
					if first, got := peer.frame(); first != 0x82 || got != want {
						t.Fatalf("frame %d: got %#x, %d bytes %.20q, want final and binary with %d bytes %.20q (A-42)",
							i, first, len(got), got, len(want), want)
					}
				}
				if first, got := peer.frame(); first != 0x88 {
					t.Errorf("got frame %#x %.20q, want a Close frame and no more packets", first, got)
				}
			})
		}
	}
}

// FuzzAppendFrames: whatever is written comes out in the frames, and takes as many
// bytes as were counted for it.
func FuzzAppendFrames(f *testing.F) {
	f.Add([]byte(puback + publish(200, 'p') + pingresp))
	f.Add([]byte("\x30\xff\xff\xff\xff\x7f123"))
	f.Add([]byte("\x30\xff\xff\xff\x7f"))
	f.Fuzz(func(t *testing.T, p []byte) {
		framed := appendFrames(nil, p)
		if n := framedLen(p); n != len(framed) {
			t.Errorf("framedLen is %d, want %d", n, len(framed))
		}
		var got []byte
		peer := &client{t: t, r: bufio.NewReader(bytes.NewReader(framed))}
		for {
			if _, err := peer.r.Peek(1); err != nil {
				break
			}
			first, payload := peer.frame()
			if first != 0x82 || payload == "" {
				t.Fatalf("got frame %#x of %d bytes, want final and binary ones with something in them", first, len(payload))
			}
			got = append(got, payload...)
		}
		if !bytes.Equal(got, p) {
			t.Errorf("got %q, want %q", got, p)
		}
	})
}

// Control frames lie between packets, and what was written before the end comes
// before the Close frame.
func TestControlBetweenPackets(t *testing.T) {
	const packets = 300
	packet := publish(1000, 'p')
	s, conns, held := held(t, Options{Name: "http"})
	release := sync.OnceFunc(func() { close(held) })
	defer release()
	peer := s.tcp()
	peer.websocket("/mqtt")
	c := <-conns
	go func() { _, _ = c.Read(make([]byte, 1)) }() // answers the control frames
	peer.send(masked(0x89, "ping"))
	for range packets {
		write(t, c, packet)
	}
	pongs, got := 0, 0
	for got < packets || pongs < 1 {
		switch first, payload := peer.frame(); {
		case first == 0x8a && payload == "ping":
			pongs++
		case first == 0x82 && payload == packet:
			got++
		default:
			t.Fatalf("after %d packets: got frame %#x of %d bytes, want pongs and packets", got, first, len(payload))
		}
	}
	write(t, c, packet+puback)
	c.End([]byte(pingresp), errTest)
	release()
	for _, want := range []struct {
		first   byte
		payload string
	}{{0x82, packet}, {0x82, puback}, {0x82, pingresp}, {0x88, ""}} {
		if first, payload := peer.frame(); first != want.first || payload != want.payload {
			t.Fatalf("got frame %#x %.20q, want %#x %.20q", first, payload, want.first, want.payload)
		}
	}
}

// A gate is a wire that keeps the first write waiting, and all that it is given.
type gate struct {
	sink
	open   chan struct{}
	mu     sync.Mutex
	writes [][]byte
}

func (g *gate) Write(p []byte) (int, error) {
	<-g.open
	g.mu.Lock()
	defer g.mu.Unlock()
	g.writes = append(g.writes, bytes.Clone(p))
	return len(p), nil
}

// What is written while the wire is busy goes out together, one packet a frame.
func TestFramesGoOutTogether(t *testing.T) {
	const packets = 20
	l, err := New(Options{Name: "http", Address: ":0"})
	if err != nil {
		t.Fatal(err)
	}
	wire := &gate{open: make(chan struct{})}
	c := newConn(&place{room: l.room, listener: l}, wire, new(Facts), nil)
	c.frames = new(frames)
	packet := publish(60, 'p')
	write(t, c, packet)
	waitFor(t, func() bool { // the first is on its way
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.backlog.empty()
	})
	for range packets {
		write(t, c, packet)
	}
	close(wire.open)
	c.awaitFlush()
	frame := "\x82\x3c" + packet
	if len(wire.writes) != 2 || string(wire.writes[1]) != strings.Repeat(frame, packets) {
		t.Errorf("got %d writes, the last %.200q, want 2, the last with %d frames", len(wire.writes), wire.writes[len(wire.writes)-1], packets)
	}
	if held := c.held.Load(); held != 0 {
		t.Errorf("%d bytes are counted, want 0", held)
	}
}

// A recorder is a wire that keeps what comes.
type recorder struct {
	net.Conn
	came []byte
}

func (r *recorder) Read(p []byte) (int, error) {
	n, err := r.Conn.Read(p)
	r.came = append(r.came, p[:n]...)
	return n, err
}

// A burst is one TLS record, not one for each frame.
func TestFramesShareARecord(t *testing.T) {
	const packets = 20
	packet := publish(50, 'p')
	s, conns, release := held(t, Options{Name: "https"})
	defer close(release)
	wire := &recorder{Conn: s.tcp().Conn}
	peer := s.client(tls.Client(wire, s.config(nil)))
	peer.websocket("/mqtt")
	c := <-conns
	wire.came = nil
	write(t, c, strings.Repeat(packet, packets))
	for range packets {
		if first, got := peer.frame(); first != 0x82 || got != packet {
			t.Fatalf("got frame %#x %.20q, want packets", first, got)
		}
	}
	records := 0
	for b := wire.came; len(b) >= 5; records++ {
		b = b[min(5+int(binary.BigEndian.Uint16(b[3:])), len(b)):]
	}
	if records != 1 {
		t.Errorf("got %d TLS records, want 1", records)
	}
}
