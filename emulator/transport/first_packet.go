package transport

import "encoding/binary"

// firstTooLarge reports whether the first packet says that it is larger than
// the first may be. The engine makes room for a whole packet when it has read its
// length, and before its CONNECT nobody may have much of the machine, even where
// the limits of packets are lifted [B-1202].
func (c *Conn) firstTooLarge() bool {
	if len(c.First()) < 2 {
		return false
	}
	remaining, n := binary.Uvarint(c.First()[1:]) // MQTT's form of a length too
	return n > 0 && n <= 4 && remaining > uint64(c.listener.o.MaxFirstPacket)
}
