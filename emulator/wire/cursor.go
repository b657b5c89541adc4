package wire

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"unicode/utf8"
)

// A cursor goes through a packet. Its first fault stops it: from then on its
// methods return zeroes.
type cursor struct {
	kind  byte   // of the packet, or will
	rest  []byte // what has not been looked at
	bad   *Error
	block bool // rest is of the properties
	id    byte // the property in hand, in a block
	item  int  // the topic filter in hand, from 1; 0 for none
}

// fail notes a fault of the thing in hand: what came, and what was wanted.
func (c *cursor) fail(code byte, format string, args ...any) {
	if c.bad != nil {
		return
	}
	place := ""
	switch {
	case c.block:
		place = propertyName(c.id) + " "
	case c.item != 0:
		place = fmt.Sprintf("filter %d: ", c.item)
	}
	kind := c.kind
	if kind == will {
		kind, place = connect, "will "+place
	}
	c.bad, c.rest = failed(kind, code, "%s", place+fmt.Sprintf(format, args...)), nil
}

// name returns how an error calls what has properties.
func (c *cursor) name() string {
	if c.kind == will {
		return "a will"
	}
	return names[c.kind]
}

// take returns the next n bytes, which are there for what.
func (c *cursor) take(n int, what string) []byte {
	if c.bad != nil {
		return nil
	}
	if n > len(c.rest) {
		in := "packet"
		if c.block {
			in = "properties"
		}
		c.fail(Malformed, "%s: %d of %d bytes are in the %s, want all", what, len(c.rest), n, in)
		return nil
	}
	b := c.rest[:n:n]
	c.rest = c.rest[n:]
	return b
}

func (c *cursor) byte(what string) byte {
	if b := c.take(1, what); b != nil {
		return b[0]
	}
	return 0
}

func (c *cursor) uint16(what string) uint32 {
	if b := c.take(2, what); b != nil {
		return uint32(binary.BigEndian.Uint16(b))
	}
	return 0
}

func (c *cursor) uint32(what string) uint32 {
	if b := c.take(4, what); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

// variable reads a variable byte integer in as few bytes as it takes
// [MQTT-1.5.5-1].
func (c *cursor) variable(what string) uint32 {
	if c.bad != nil {
		return 0
	}
	n, width := variable(c.rest)
	switch {
	case width < 0:
		c.fail(Malformed, "%s of more than 4 bytes, want 1 to 4", what)
	case width == 0:
		c.take(len(c.rest)+1, what) // which fails
	case width != widthOf(n):
		c.fail(Malformed, "%s %d in %d bytes, want %d", what, n, width, widthOf(n))
	default:
		c.rest = c.rest[width:]
		return uint32(n)
	}
	return 0
}

// binary reads data with their length before them.
func (c *cursor) binary(what string) []byte { return c.take(int(c.uint16(what)), what) }

// text reads a text with its length before it.
func (c *cursor) text(what string) {
	b := c.binary(what)
	if !utf8.Valid(b) { // [MQTT-1.5.4-1]
		c.fail(Malformed, "%s: not UTF-8 at byte %d of %d, want UTF-8 without surrogates",
			what, invalidAt(b), len(b))
	}
	if i := bytes.IndexByte(b, 0); i >= 0 { // [MQTT-1.5.4-2]
		c.fail(Malformed, "%s: U+0000 at byte %d of %d, want none", what, i, len(b))
	}
}

// invalidAt returns where a text stops to be UTF-8, from 0.
func invalidAt(b []byte) int {
	at := 0
	for at < len(b) {
		if r, n := utf8.DecodeRune(b[at:]); r != utf8.RuneError || n > 1 {
			at += n
			continue
		}
		break
	}
	return at
}

// end wants nothing more.
func (c *cursor) end() {
	if len(c.rest) > 0 {
		c.fail(Malformed, "bytes left over at its end: %d, want none", len(c.rest))
	}
}
