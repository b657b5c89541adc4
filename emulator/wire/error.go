package wire

import "fmt"

// The reason codes of MQTT 5 for what is wrong with a packet.
const (
	Malformed     = 0x81
	ProtocolError = 0x82
	AliasInvalid  = 0x94
	TooLarge      = 0x95
)

// An Error is why a packet goes no further.
type Error struct {
	Code   byte   // one of the constants
	Detail string // the packet, the place in it, what came and what was wanted
}

func (e *Error) Error() string { return e.Detail }

// The types of packets that this package has a word on. will stands for the will
// in a CONNECT, which has properties of its own.
const (
	will = iota
	connect
	connack
	publish
	puback
	pubrec
	pubrel
	pubcomp
	subscribe
	suback
	unsubscribe
	unsuback
	pingreq
	pingresp
	disconnect
	auth
)

var names = [16]string{
	"packet type 0", "CONNECT", "CONNACK", "PUBLISH", "PUBACK", "PUBREC", "PUBREL", "PUBCOMP",
	"SUBSCRIBE", "SUBACK", "UNSUBSCRIBE", "UNSUBACK", "PINGREQ", "PINGRESP", "DISCONNECT", "AUTH",
}

// failed returns the error about a packet of that type.
func failed(kind, code byte, format string, args ...any) *Error {
	return &Error{code, names[kind] + ": " + fmt.Sprintf(format, args...)}
}
