package tap

import (
	"encoding/binary"
	"time"
)

// A Packet is one that a client has sent or been sent, or the end of its connection. What does
// not apply is left empty.
type Packet struct {
	Time time.Time `json:"time"`

	// Type is MQTT's name, as PUBLISH; END for the end of a connection; LOST for packets that
	// a reader was too slow for.
	Type string `json:"type"`

	// From is "client" or "gateway".
	From string `json:"from,omitempty"`

	Client       string `json:"client,omitempty"`
	ConnectionID string `json:"connectionId,omitempty"`

	// ID is the packet identifier.
	ID uint16 `json:"id,omitempty"`

	// Code is the reason code, or in 3.1.1 the return code.
	Code byte `json:"code,omitempty"`

	// Of a CONNECT. KeepAlive is in seconds, as it asks for; Source the client's ip:port;
	// Certificate tells that it has shown one. Flaw is the id of the fault that struck the
	// gateway's certificate, which the client has not minded.
	Version     byte   `json:"version,omitempty"` // 4 is MQTT 3.1.1
	Clean       bool   `json:"clean,omitempty"`
	KeepAlive   uint16 `json:"keepAlive,omitempty"`
	Listener    string `json:"listener,omitempty"`
	ServerName  string `json:"serverName,omitempty"`
	Source      string `json:"source,omitempty"`
	TLS         bool   `json:"tls,omitempty"`
	Certificate bool   `json:"certificate,omitempty"`
	Flaw        int    `json:"flaw,omitempty"`

	SessionPresent bool `json:"sessionPresent,omitempty"` // of a CONNACK

	// Of a PUBLISH. Payload is what it begins with, at most MostPayload bytes; Size is all.
	Topic   string `json:"topic,omitempty"`
	QoS     byte   `json:"qos,omitempty"`
	Dup     bool   `json:"dup,omitempty"`
	Retain  bool   `json:"retain,omitempty"`
	Payload []byte `json:"payload,omitempty"`
	Size    int    `json:"size,omitempty"`

	Filters []string `json:"filters,omitempty"` // of a SUBSCRIBE or UNSUBSCRIBE

	// Reason is AWS's disconnectReason, of an END.
	Reason string `json:"reason,omitempty"`

	// Count is how many are LOST.
	Count int `json:"count,omitempty"`
}

// MostPayload is how many bytes of a payload are told.
const MostPayload = 4096

// WithPayload returns p with what a reader gets of a payload, which is copied.
func (p Packet) WithPayload(all []byte) Packet {
	p.Size = len(all)
	p.Payload = append([]byte(nil), all[:min(len(all), MostPayload)]...)
	return p
}

// names of the packets that a gateway sends.
var names = [16]string{2: "CONNACK", 3: "PUBLISH", 4: "PUBACK", 9: "SUBACK", 11: "UNSUBACK", 13: "PINGRESP",
	14: "DISCONNECT"}

// Sent reads what a gateway sends to a client of an MQTT version, one whole packet. What
// cannot be read is told by its type alone.
func Sent(version byte, b []byte) Packet {
	if len(b) < 2 {
		return Packet{}
	}
	p := Packet{Type: names[b[0]>>4], From: "gateway"}
	_, n := binary.Uvarint(b[1:]) // MQTT's form of a length too
	if n <= 0 {
		return p
	}
	body := b[1+n:]
	switch {
	case p.Type == "PUBLISH":
		return p.published(version, b[0], body)
	case p.Type == "CONNACK" && len(body) >= 2:
		p.SessionPresent, p.Code = body[0]&1 == 1, body[1]
	case p.Type == "DISCONNECT" && len(body) >= 1:
		p.Code = body[0]
	case len(body) >= 2:
		p.ID = binary.BigEndian.Uint16(body)
		if p.Type == "PUBACK" && len(body) >= 3 {
			p.Code = body[2]
		}
	}
	return p
}

// published reads the body of a PUBLISH.
func (p Packet) published(version, first byte, body []byte) Packet {
	p.Dup, p.QoS, p.Retain = first&8 != 0, first>>1&3, first&1 != 0
	if len(body) < 2 || len(body) < 2+int(binary.BigEndian.Uint16(body)) {
		return p
	}
	end := 2 + int(binary.BigEndian.Uint16(body))
	p.Topic, body = string(body[2:end]), body[end:]
	if p.QoS > 0 && len(body) >= 2 {
		p.ID, body = binary.BigEndian.Uint16(body), body[2:]
	}
	if version == 5 {
		size, n := binary.Uvarint(body)
		if n <= 0 || uint64(len(body)-n) < size {
			return p
		}
		body = body[n+int(size):]
	}
	return p.WithPayload(body)
}
