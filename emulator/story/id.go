package story

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"strings"
)

// The ids of messages
//
//   - each is a UUID, as AWS's trace ids are [B-901]
//   - a message has a number, and only when somebody asks for it a text: the first half
//     is the process's, at random, the second the number, scrambled so that two of them
//     are easily told apart

// names makes ids of numbers, and finds the number in an id.
type names struct {
	head            [8]byte
	factor, inverse uint64 // of each other, modulo 2⁶⁴
	shift           uint64
}

const numbers = 1<<62 - 1 // as many bits as a UUID has in its second half

func newNames() names {
	var n names
	_, _ = rand.Read(n.head[:]) // never fails
	n.head[6] = n.head[6]&0x0f | 0x40
	n.factor, n.shift = random()|1, random()
	n.inverse = n.factor
	for range 6 { // each step doubles the bits that are right, of which 3 are
		n.inverse *= 2 - n.factor*n.inverse
	}
	return n
}

func random() uint64 {
	var b [8]byte
	_, _ = rand.Read(b[:])
	return binary.BigEndian.Uint64(b[:])
}

// text is the id of a number.
func (n *names) text(number uint64) string {
	var raw [16]byte
	copy(raw[:], n.head[:])
	binary.BigEndian.PutUint64(raw[8:], (number*n.factor+n.shift)&numbers|1<<63)
	var out [36]byte
	for i, part := range [][2]int{{0, 4}, {4, 6}, {6, 8}, {8, 10}, {10, 16}} {
		at := 2*part[0] + i
		if i > 0 {
			out[at-1] = '-'
		}
		hex.Encode(out[at:], raw[part[0]:part[1]])
	}
	return string(out[:])
}

// number is that of an id, 0 if it is none of this process's.
func (n *names) number(id string) uint64 {
	raw, err := hex.DecodeString(strings.ReplaceAll(id, "-", ""))
	if err != nil || len(raw) != 16 || [8]byte(raw[:8]) != n.head || raw[8]>>6 != 2 {
		return 0
	}
	return (binary.BigEndian.Uint64(raw[8:]) - n.shift) * n.inverse & numbers
}
