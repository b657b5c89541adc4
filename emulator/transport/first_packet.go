package transport

import "encoding/binary"

// bulky is from how many bytes on a first packet is one of few that may be on their way:
// until it is whole it is held, whoever sent it.
const bulky = 8 << 10

// firstSize is how many bytes the first packet says that it has after its length; 0 while
// that is not known. The first may not be as large as others: there is room made for a
// whole packet when its length has been read, and before its CONNECT nobody may have much
// of the machine, even where the limits of packets are lifted [B-1202].
func (c *Conn) firstSize() int {
	if len(c.First()) < 2 {
		return 0
	}
	remaining, n := binary.Uvarint(c.First()[1:]) // MQTT's form of a length too
	if n <= 0 || n > 4 {
		return 0
	}
	return int(remaining)
}
