package scenario

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/mochi-mqtt/server/v2/packets"
)

// Packets in words, for the conversation that a failure shows. There is no user name and no
// password in it.

// maxShown is how much of a payload is shown, in bytes.
const maxShown = 120

func described(pk *packets.Packet) string {
	name := strings.ToUpper(packets.PacketNames[pk.FixedHeader.Type])
	switch pk.FixedHeader.Type {
	case packets.Connect:
		return name + " " + connectWords(pk)
	case packets.Connack:
		text := name + " " + code(pk.ReasonCode)
		if pk.SessionPresent {
			text += ", session present"
		}
		return text + reason(pk)
	case packets.Publish:
		return name + " " + messageWords(pk)
	case packets.Subscribe, packets.Unsubscribe:
		return name + " " + filterWords(pk)
	case packets.Suback, packets.Unsuback:
		return strings.TrimRight(name+" "+codes(pk.ReasonCodes), " ") + reason(pk)
	case packets.Puback, packets.Disconnect:
		if pk.ProtocolVersion == 5 {
			return name + " " + code(pk.ReasonCode) + reason(pk)
		}
	}
	return name
}

func connectWords(pk *packets.Packet) string {
	c := &pk.Connect
	text := strconv.Quote(c.ClientIdentifier)
	if c.Clean {
		text += ", clean"
	}
	if pk.Properties.SessionExpiryIntervalFlag {
		text += fmt.Sprintf(", session expiry %d s", pk.Properties.SessionExpiryInterval)
	}
	if c.WillFlag {
		text += fmt.Sprintf(", will %s %s", strconv.Quote(c.WillTopic), shown(c.WillPayload))
	}
	if c.UsernameFlag {
		text += ", with a user name"
	}
	return text
}

func messageWords(pk *packets.Packet) string {
	text := fmt.Sprintf("%s QoS %d", strconv.Quote(pk.TopicName), pk.FixedHeader.Qos)
	if pk.FixedHeader.Retain {
		text += ", RETAIN"
	}
	return text + ": " + shown(pk.Payload)
}

func filterWords(pk *packets.Packet) string {
	words := make([]string, len(pk.Filters))
	for i, f := range pk.Filters {
		words[i] = strconv.Quote(f.Filter)
		if pk.FixedHeader.Type == packets.Subscribe {
			words[i] += fmt.Sprintf(" QoS %d", f.Qos)
		}
	}
	return strings.Join(words, ", ")
}

func code(c byte) string { return fmt.Sprintf("0x%02x", c) }

func codes(all []byte) string {
	words := make([]string, len(all))
	for i, c := range all {
		words[i] = code(c)
	}
	return strings.Join(words, " ")
}

func reason(pk *packets.Packet) string {
	if pk.Properties.ReasonString == "" {
		return ""
	}
	return " " + strconv.Quote(pk.Properties.ReasonString)
}

// shown is a payload as it is if it is a short text, and else its size.
func shown(payload []byte) string { return shownTo(maxShown, payload) }

// maxError is how much of an HTTP answer is shown, in bytes: AWS's longest sentences.
const maxError = 600

func shownTo(most int, payload []byte) string {
	switch {
	case len(payload) == 0:
		return "empty"
	case len(payload) > most:
		return fmt.Sprintf("%d bytes", len(payload))
	case !utf8.Valid(payload):
		return fmt.Sprintf("% x", payload)
	}
	text := strconv.Quote(string(payload))
	return strings.ReplaceAll(text[1:len(text)-1], `\"`, `"`)
}
