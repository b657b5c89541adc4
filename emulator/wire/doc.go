// Package wire looks at the bytes that a client sends before anything decodes
// them: a packet that MQTT calls malformed goes no further, and the error says
// which packet it is, what came, and what was wanted.
//
// It does not decode and decides about nobody, nor changes anything but a message
// expiry interval of 0: what a packet may ask for is the hooks' matter, and so is what
// AWS alone forbids (QoS 2, wildcards in a topic name, subscription identifiers). So
// are the flags of a CONNECT that contradict each other, since the hooks know its
// client id by then. A CONNECT of another protocol than MQTT 3.1, 3.1.1 and 5 is passed
// on unread, as the hooks refuse it for its name or level.
//
//	r := wire.NewReader(conn, 149504)
//	n, err := r.Read(p) // whole packets that are well-formed, or a part of one
//	var bad *wire.Error
//	errors.As(err, &bad) // "UNSUBSCRIBE: flags 0000 in its first byte 0xA0, want 0010 (0xA2)"
//
// # What is looked at
//
//   - the first packet is a CONNECT [MQTT-3.1.0-1]
//   - the flags of the fixed header [MQTT-2.1.3-1, MQTT-3.3.1-2, MQTT-3.3.1-4; 3.1.1: MQTT-2.2.2-1]
//   - lengths: at most 4 bytes, in MQTT 5 no more than it takes [MQTT-1.5.5-1]
//   - texts: UTF-8 without surrogates and U+0000 [MQTT-1.5.4-1, MQTT-1.5.4-2; 3.1.1:
//     MQTT-1.5.3-1, MQTT-1.5.3-2]
//   - properties: each known, allowed in its packet, there once, of a value that
//     MQTT defines, and all of them together exactly as long as they say they are
//     (MQTT 5, section 2.2.2); see property.go
//   - packet identifiers, which are not 0 [MQTT-2.2.1-3]; subscription options
//     [MQTT-3.8.3-5; 3.1.1: MQTT-3.8.3-4]; at least one topic filter
//     [MQTT-3.8.3-2, MQTT-3.10.3-2]
//   - nothing is missing, and nothing is left over
//
// MQTT 3.1 is judged as 3.1.1; it is refused in any case.
//
// # What it costs
//
// A packet is judged where it lies. Held back is only what cannot be judged yet:
// a packet that has not come whole, of a PUBLISH what stands before its payload.
// That grows with what has come, never with what a length announces.
package wire
