package load

import "encoding/binary"

// Packet types, shifted as they are on the wire.
const (
	typeConnect    = 0x10
	typeConnack    = 0x20
	typePublish    = 0x30
	typePuback     = 0x40
	typeSubscribe  = 0x80
	typeSuback     = 0x90
	typeDisconnect = 0xe0
)

func text(b []byte, s string) []byte {
	b = binary.BigEndian.AppendUint16(b, uint16(len(s)))
	return append(b, s...)
}

func packet(head byte, body []byte) []byte {
	b := []byte{head}
	n := len(body)
	for {
		c := byte(n & 0x7f)
		if n >>= 7; n > 0 {
			b = append(b, c|0x80)
			continue
		}
		return append(append(b, c), body...)
	}
}

func (o *options) connectPacket(id string, persistent bool) []byte {
	flags := byte(0x02)
	if persistent {
		flags = 0
	}
	if o.user != "" {
		flags |= 0xc0
	}
	b := text(nil, "MQTT")
	b = append(b, byte(o.version), flags, 0x02, 0x58) // keep alive 600 s
	switch {
	case o.version == 5 && persistent:
		b = append(b, 5, 0x11, 0, 0, 0x0e, 0x10) // session expiry 3600 s
	case o.version == 5:
		b = append(b, 0)
	}
	b = text(b, id)
	if o.user != "" {
		b = text(text(b, o.user), o.pass)
	}
	return packet(typeConnect, b)
}

func (o *options) subscribePacket(pid uint16, qos byte, filters ...string) []byte {
	b := binary.BigEndian.AppendUint16(nil, pid)
	if o.version == 5 {
		b = append(b, 0)
	}
	for _, f := range filters {
		b = append(text(b, f), qos)
	}
	return packet(typeSubscribe|2, b)
}

// publishPacket returns the packet, where in it the packet identifier is (QoS 1)
// and where the payload.
func (o *options) publishPacket(
	topic string, qos byte, retain bool, payload []byte,
) (b []byte, id, body int) {
	v := text(nil, topic)
	if qos > 0 {
		id = len(v)
		v = append(v, 0, 1)
	}
	if o.version == 5 {
		v = append(v, 0)
	}
	body = len(v)
	v = append(v, payload...)
	head := typePublish | qos<<1
	if retain {
		head |= 1
	}
	b = packet(head, v)
	shift := len(b) - len(v)
	return b, id + shift, body + shift
}

func disconnectPacket() []byte { return []byte{typeDisconnect, 0} }

// next finds the packet at the beginning of b: its whole length and where its
// body begins, or 0 if it is not complete yet.
func next(b []byte) (whole, body int) {
	n := 0
	for i := 1; i < len(b) && i < 5; i++ {
		n |= int(b[i]&0x7f) << (7 * (i - 1))
		if b[i] < 0x80 {
			if whole = i + 1 + n; whole > len(b) {
				return 0, 0
			}
			return whole, i + 1
		}
	}
	return 0, 0
}

// identifiers counts packet identifiers, which are never 0.
type identifiers uint16

func (i *identifiers) next() uint16 {
	if *i++; *i == 0 {
		*i = 1
	}
	return uint16(*i)
}
