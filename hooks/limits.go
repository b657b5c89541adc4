package hooks

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/session"
)

// The protocol limits of AWS IoT Core. They hold for everybody and come before
// the policy [B-416, guess].
const (
	maxClientID       = 128       // bytes [B-603]
	maxTopic          = 256       // bytes [B-650]
	maxSlashes        = 7         // in a topic or filter [B-650]
	maxShareName      = 128       // characters [B-651]
	maxPayload        = 128 << 10 // bytes [B-680]
	maxPacket         = 146 << 10 // bytes of an MQTT 5 packet [B-631]
	minPacket         = 512       // bytes a client must take [B-632]
	maxUnacknowledged = 100       // QoS 1 messages per direction [B-683, B-684]
	maxAliases        = 8         // inbound [B-690]
	maxFilters        = 8         // in one SUBSCRIBE [B-660]
	maxSubscriptions  = 50        // of one connection [B-661]
	minKeepAlive      = 30        // seconds [B-620]
	maxKeepAlive      = 1200      // seconds [B-620]
	maxMessageExpiry  = 604800    // seconds [B-694]
)

// A limit is a protocol rule that a packet breaks.
type limit struct {
	code   byte   // MQTT 5 reason code
	text   string // for the reason string
	detail string // for the trace
	rules  []string
}

// effectiveKeepAlive clamps what the client asks for, in seconds [B-620].
func effectiveKeepAlive(asked uint16) uint16 {
	if asked == 0 {
		return maxKeepAlive
	}
	return min(max(asked, minKeepAlive), maxKeepAlive)
}

// checkConnect returns the first limit that a CONNECT breaks, or nil.
func (c *client) checkConnect(pk packets.Packet) *limit {
	p := pk.Connect
	id := p.ClientIdentifier
	switch {
	case c.version != 4 && c.version != 5:
		return &limit{0x80, "Unsupported protocol version", fmt.Sprintf("protocol level %d, want 4 (MQTT 3.1.1) or 5", c.version), []string{"B-601", "B-602"}}
	case !bytes.Equal(p.ProtocolName, []byte("MQTT")):
		return &limit{0x80, "Malformed packet", fmt.Sprintf("protocol name %q, want \"MQTT\"", p.ProtocolName), []string{"B-601"}}
	case pk.ReservedBit != 0:
		return &limit{0x80, "Malformed packet", "the reserved connect flag is set", []string{"B-740"}}
	case len(id) > maxClientID:
		return &limit{0x85, "Client identifier is not valid", fmt.Sprintf("the client id has %d bytes, at most %d are allowed", len(id), maxClientID), []string{"B-603"}}
	case strings.HasPrefix(id, "$"):
		return &limit{0x85, "Client identifier is not valid", fmt.Sprintf("the client id %q begins with $", id), []string{"B-603"}}
	case id == "" && c.version == 4 && !p.Clean:
		return &limit{0x85, "Client identifier is not valid", "an empty client id needs Clean Session 1", []string{"B-605"}}
	case c.version == 4 && p.PasswordFlag && !p.UsernameFlag:
		return &limit{0x80, "Malformed packet", "a password without a user name", []string{"B-740"}}
	case pk.Properties.AuthenticationMethod != "":
		return &limit{0x80, "Enhanced authentication is not supported", "an Authentication Method is given, AUTH is not supported", []string{"B-634"}}
	case pk.Properties.MaximumPacketSize > 0 && pk.Properties.MaximumPacketSize < minPacket:
		return &limit{0x97, "Maximum packet size is too small", fmt.Sprintf("Maximum Packet Size is %d, at least %d is wanted", pk.Properties.MaximumPacketSize, minPacket), []string{"B-632"}}
	}
	return checkWill(p)
}

func checkWill(p packets.ConnectParams) *limit {
	switch {
	case !p.WillFlag && (p.WillRetain || p.WillQos != 0):
		return &limit{0x80, "Malformed packet", "Will QoS or Will Retain without a will", []string{"B-740"}}
	case !p.WillFlag:
		return nil
	case p.WillQos > 1:
		return &limit{0x9B, "QoS is not supported", fmt.Sprintf("Will QoS is %d, at most 1 is supported", p.WillQos), []string{"B-640", "B-641"}}
	}
	if problem := checkTopic(p.WillTopic); problem != nil {
		return &limit{problem.code, problem.text, "will: " + problem.detail, append(problem.rules, "B-228")}
	}
	return nil
}

// checkTopic returns the limit that a topic name breaks, or nil [B-650, B-654].
func checkTopic(topic string) *limit {
	if malformed := checkTopicForm(topic); malformed != nil {
		return malformed
	}
	const text = "Topic name is not valid"
	name := strings.TrimPrefix(topic, basicIngest(topic))
	switch {
	case len(name) > maxTopic:
		return &limit{0x90, text, fmt.Sprintf("the topic has %d bytes, at most %d are allowed", len(name), maxTopic), []string{"B-650", "B-653"}}
	case strings.Count(name, "/") > maxSlashes:
		return &limit{0x90, text, fmt.Sprintf("the topic %q has %d slashes, at most %d are allowed", topic, strings.Count(name, "/"), maxSlashes), []string{"B-650", "B-653"}}
	}
	return nil
}

// checkTopicForm finds what makes a topic name malformed [B-654].
func checkTopicForm(topic string) *limit {
	const text = "Topic name is not valid"
	switch {
	case topic == "":
		return &limit{0x90, text, "the topic is empty", []string{"B-654"}}
	case strings.ContainsAny(topic, "+#"):
		return &limit{0x90, text, fmt.Sprintf("the topic %q holds a wildcard", topic), []string{"B-654"}}
	}
	return nil
}

// basicIngest returns the prefix "$aws/rules/<rule>/", which does not count
// towards the limits of a topic [B-650, B-652], or "".
func basicIngest(topic string) string {
	rest, ok := strings.CutPrefix(topic, "$aws/rules/")
	if !ok {
		return ""
	}
	_, name, ok := strings.Cut(rest, "/")
	if !ok {
		return ""
	}
	return strings.TrimSuffix(topic, name)
}

// checkFilter returns the limit that a topic filter breaks, or nil
// [B-650, B-651, B-657, M-16].
func checkFilter(filter string) *limit {
	bad := func(detail string, rules ...string) *limit {
		return &limit{packets.ErrTopicFilterInvalid.Code, "Topic filter is not valid", fmt.Sprintf("the filter %q %s", filter, detail), rules}
	}
	group, rest, shared := session.Shared(filter)
	switch {
	case strings.HasPrefix(filter, "$share/") && (!shared || group == "" || rest == ""):
		return bad("is no shared subscription, want $share/<name>/<filter>", "B-651")
	case shared && (strings.ContainsAny(group, "+#") || len(group) > maxShareName):
		return bad(fmt.Sprintf("has a share name with wildcards or of more than %d characters", maxShareName), "B-651")
	case rest == "":
		return bad("is empty", "B-657")
	case len(rest) > maxTopic:
		return bad(fmt.Sprintf("has %d bytes, at most %d are allowed", len(rest), maxTopic), "B-650", "B-653")
	case strings.Count(rest, "/") > maxSlashes:
		return bad(fmt.Sprintf("has %d slashes, at most %d are allowed", strings.Count(rest, "/"), maxSlashes), "B-650", "B-653")
	}
	levels := strings.Split(rest, "/")
	for i, level := range levels {
		if strings.ContainsAny(level, "+#") && len(level) > 1 {
			return bad("has a wildcard beside other characters in one level", "B-657")
		}
		if level == "#" && i < len(levels)-1 {
			return bad("has # before its last level", "B-657")
		}
	}
	return nil
}
