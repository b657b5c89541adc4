package transport

import "encoding/binary"

// How MQTT lies in frames that go out
//
//   - one packet is one final binary frame, and frames that wait go out together:
//     AWSIoTPythonSDK asks only the socket whether there is more, and leaves a second
//     packet of one frame lying until something else arrives [A-42, guess]
//   - what is no whole packet is a frame, too: no byte is held back

// onWire is how many bytes p is on the wire.
func (c *Conn) onWire(p []byte) int {
	if c.frames == nil {
		return len(p)
	}
	return framedLen(p)
}

// appendOnWire appends p to b as it goes over the wire.
func (c *Conn) appendOnWire(b, p []byte) []byte {
	if c.frames == nil {
		return append(b, p...)
	}
	return appendFrames(b, p)
}

func framedLen(p []byte) int {
	sum := len(p)
	for len(p) > 0 {
		n := packetLen(p)
		sum += frameHead(n)
		p = p[n:]
	}
	return sum
}

func appendFrames(b, p []byte) []byte {
	for len(p) > 0 {
		n := packetLen(p)
		b = append(appendFrameHead(b, n), p[:n]...)
		p = p[n:]
	}
	return b
}

// packetLen is the length of the packet that p, which is not empty, begins with:
// all of p if it is not whole.
func packetLen(p []byte) int {
	remaining, n := binary.Uvarint(p[1:min(len(p), 5)]) // as MQTT has it
	if n <= 0 {
		return len(p)
	}
	return min(1+n+int(remaining), len(p))
}

// frameHead is the length of the head of a frame of n bytes.
func frameHead(n int) int {
	switch {
	case n < 126:
		return 2
	case n < 1<<16:
		return 4
	}
	return 10
}

// appendFrameHead appends the head of a final binary frame of n bytes.
func appendFrameHead(b []byte, n int) []byte {
	const finalBinary = 0x82
	switch {
	case n < 126:
		return append(b, finalBinary, byte(n))
	case n < 1<<16:
		return append(b, finalBinary, 126, byte(n>>8), byte(n))
	}
	return binary.BigEndian.AppendUint64(append(b, finalBinary, 127), uint64(n))
}
