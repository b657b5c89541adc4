package wire

import "encoding/binary"

// Largest is how many bytes may follow a fixed header in MQTT.
const Largest = 268_435_455

// whole is the size of a packet from which it is passed on only when all of it is
// there: whoever decodes it makes room for what the header announces.
const whole = 1 << 20

// A header is the fixed header of a packet.
type header struct {
	first  byte // type and flags
	length int  // bytes after the header
	width  int  // bytes of the length
}

func (h header) kind() byte { return h.first >> 4 }

// start is where the rest of the packet begins.
func (h header) start() int { return 1 + h.width }

func (h header) size() int { return h.start() + h.length }

// readHeader returns the fixed header at the start of b, which is not empty;
// complete is false if there is more to come of it.
func readHeader(version byte, b []byte) (h header, complete bool, err *Error) {
	h.first = b[0]
	if err := checkFirst(version, h.first); err != nil {
		return h, false, err
	}
	h.length, h.width = variable(b[1:])
	switch {
	case h.width < 0:
		return h, false, failed(h.kind(), Malformed, "remaining length of more than 4 bytes, want 1 to 4")
	case h.width == 0:
		return h, false, nil
	case version == 0 && h.kind() != connect: // [MQTT-3.1.0-1]
		return h, true, failed(h.kind(), ProtocolError, "it is the first packet, want CONNECT")
	case version == 5:
		return h, true, h.checkWidth()
	}
	return h, true, nil
}

// checkFirst judges the first byte of a packet. Version is 0 before the CONNECT.
func checkFirst(version, first byte) *Error {
	kind, flags := first>>4, first&0x0f
	switch {
	case kind == 0:
		return failed(kind, Malformed, "reserved, want 1 to 15")
	case kind == auth && (version == 3 || version == 4):
		return failed(kind, Malformed, "packet type 15 is reserved in MQTT 3.1.1, want 1 to 14")
	case kind == publish:
		return checkPublishFlags(flags)
	case flags != wanted(kind): // [MQTT-2.1.3-1]
		return failed(kind, Malformed, "flags %04b in its first byte 0x%02X, want %04b (0x%02X)",
			flags, first, wanted(kind), kind<<4|wanted(kind))
	}
	return nil
}

// wanted are the flags of the packets that have no choice of them.
func wanted(kind byte) byte {
	switch kind {
	case pubrel, subscribe, unsubscribe:
		return 0x02
	}
	return 0
}

// checkPublishFlags: the two faults are protocol errors here, as they are for the
// engine; MQTT 5 calls the QoS malformed, and what AWS calls them is not known.
func checkPublishFlags(flags byte) *Error {
	switch dup, qos := flags&0x08 != 0, flags>>1&3; {
	case qos == 3: // [MQTT-3.3.1-4]
		return failed(publish, ProtocolError, "QoS 3, want 0 to 2")
	case qos == 0 && dup: // [MQTT-3.3.1-2]
		return failed(publish, ProtocolError, "DUP with QoS 0, want QoS 1 or 2 with it")
	}
	return nil
}

// checkWidth wants the length in as few bytes as it takes [MQTT-1.5.5-1].
func (h header) checkWidth() *Error {
	if h.width != widthOf(h.length) {
		return failed(h.kind(), Malformed, "remaining length %d in %d bytes, want %d",
			h.length, h.width, widthOf(h.length))
	}
	return nil
}

// judged returns how many bytes of the packet at the start of b must be there for
// it to be judged, the fixed header included; more than there are in b if that
// is not known yet. The payload of a PUBLISH is not among them.
func (h header) judged(version byte, b []byte) int {
	size := h.size()
	if h.kind() != publish || size > whole {
		return size
	}
	b = b[:min(len(b), size)]
	unknown := min(len(b)+1, size) // of a packet that is cut off, all there is
	n := h.start() + 2
	if n > len(b) {
		return unknown
	}
	n += int(binary.BigEndian.Uint16(b[n-2:]))
	if h.first&0x06 != 0 {
		n += 2
	}
	if version < 5 {
		return min(n, size)
	}
	if n > len(b) {
		return unknown
	}
	switch properties, width := variable(b[n:]); {
	case width == 0:
		return unknown
	case width < 0:
		n += maxWidth // enough to see it
	default:
		n += width + properties
	}
	return min(n, size)
}

// maxWidth is how many bytes a length has at most.
const maxWidth = 4

// variable returns the variable byte integer at the start of b and how many bytes
// it has: 0 if it goes on beyond b, -1 if it has more than 4.
func variable(b []byte) (n, width int) {
	for i, c := range b[:min(len(b), maxWidth)] {
		n |= int(c&0x7f) << (7 * i)
		if c < 0x80 {
			return n, i + 1
		}
	}
	if len(b) < maxWidth {
		return 0, 0
	}
	return 0, -1
}

// widthOf returns how many bytes a length takes.
func widthOf(n int) int {
	width := 1
	for ; n >= 0x80; n >>= 7 {
		width++
	}
	return width
}
