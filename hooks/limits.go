package hooks

import (
	"cmp"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/topic"
)

// The protocol limits of AWS IoT Core that CONNACK and PUBLISH negotiate. They
// hold for everybody.
const (
	maxPayload        = 128 << 10 // bytes [B-680]
	maxPacket         = 146 << 10 // bytes of an MQTT 5 packet [B-631]
	maxUnacknowledged = 100       // QoS 1 messages per direction [B-683, B-684]
	maxAliases        = 8         // inbound [B-690]
	minKeepAlive      = 30        // seconds [B-620]
	maxKeepAlive      = 1200      // seconds [B-620]
	maxMessageExpiry  = 604800    // seconds [B-694]
)

// largestPacket is what MQTT itself allows, in bytes. So no payload has more.
const largestPacket = 268_435_455

// Quotas are the other protocol limits, which may be lifted [B-1202]. They come
// before the policy [B-416, guess].
type quotas struct {
	clientID        int    // bytes [B-603]
	topic           int    // bytes [B-650]; of a shared filter characters [B-651]
	slashes         int    // in a topic or filter [B-650]
	shareName       int    // characters [B-651]
	payload         int    // bytes [B-680]
	packet          uint32 // bytes of a packet, 0 for any [B-631, B-680]
	minPacket       uint32 // bytes a client must take [B-632]
	filters         int    // in one SUBSCRIBE [B-660]
	subscriptions   int    // of one connection [B-661]
	contentType     int    // bytes [B-691]
	correlationData int    // bytes [B-691]
	userProperties  int    // bytes of all keys and values together [B-691]
}

func protocolQuotas() quotas {
	return quotas{clientID: 128, topic: 256, slashes: 7, shareName: 128, payload: maxPayload, packet: maxPacket,
		minPacket: 512,
		filters:   8, subscriptions: 50, contentType: 256, correlationData: 8 << 10, userProperties: 8 << 10}
}

// liftedQuotas hold for nobody.
func liftedQuotas() quotas {
	const no = math.MaxInt
	return quotas{clientID: no, topic: no, slashes: no, shareName: no, payload: largestPacket, filters: no,
		subscriptions: no,
		contentType:   no, correlationData: no, userProperties: no}
}

// before is r for a packet that others may refuse too, who are asked later: in which
// order AWS does it is a guess [B-416].
func (r *refusal) before(others func() bool) *refusal {
	if !others() {
		return r
	}
	return &refusal{r.fault, r.Because("B-416")}
}

// as is err, which r is told as, with what r knows of it.
func (r *refusal) as(err error) error {
	if r.Detail == err.Error() {
		return err
	}
	return fmt.Errorf("%w: %s", err, r.Detail)
}

// effectiveKeepAlive clamps what the client asks for, in seconds [B-620].
func effectiveKeepAlive(asked uint16) uint16 {
	if asked == 0 {
		return maxKeepAlive
	}
	return min(max(asked, minKeepAlive), maxKeepAlive)
}

// otherProtocol is a CONNECT of a protocol that is not served [B-601, B-602].
func otherProtocol(name string, level byte) *refusal {
	said := fmt.Sprintf("protocol name %q, want \"MQTT\"", name)
	if name == "MQTT" || name == "MQIsdp" {
		said = fmt.Sprintf("protocol level %d of %q, want 4 (MQTT 3.1.1) or 5 of \"MQTT\"", level, name)
	}
	return badVersion.breaks(said, "B-601", "B-602")
}

// checkConnect returns the first limit that a CONNECT breaks, or nil.
func (q *quotas) checkConnect(pk packets.Packet) *refusal {
	p := pk.Connect
	id := p.ClientIdentifier
	switch {
	case pk.ProtocolVersion != 4 && pk.ProtocolVersion != 5, string(p.ProtocolName) != "MQTT":
		return otherProtocol(string(p.ProtocolName), pk.ProtocolVersion)
	case pk.ReservedBit != 0:
		return malformedConnect.breaks("the reserved connect flag is set", "B-740")
	case len(id) > q.clientID:
		return badClientID.breaks(
			fmt.Sprintf("the client id has %d bytes, at most %d are allowed", len(id), q.clientID), "B-603")
	case strings.HasPrefix(id, "$GEN/"):
		return badClientID.breaks(
			fmt.Sprintf("the client id %q is one that a gateway made up for a client that sent none: "+
				"it is for one connection; send an empty one again, or one of your own", id), "B-603", "B-604")
	case strings.HasPrefix(id, "$"):
		return badClientID.breaks(fmt.Sprintf("the client id %q begins with $", id), "B-603")
	case id == "" && pk.ProtocolVersion == 4 && !p.Clean:
		return badClientID.breaks("an empty client id needs Clean Session 1", "B-605")
	case pk.ProtocolVersion == 4 && p.PasswordFlag && !p.UsernameFlag:
		return malformedConnect.breaks("a password without a user name", "B-740")
	case pk.Properties.AuthenticationMethod != "":
		return enhancedAuth.breaks("an Authentication Method is given, AUTH is not supported", "B-634")
	case pk.Properties.MaximumPacketSize > 0 && pk.Properties.MaximumPacketSize < q.minPacket:
		return smallPackets.breaks(
			fmt.Sprintf("Maximum Packet Size is %d, at least %d is wanted", pk.Properties.MaximumPacketSize,
				q.minPacket), "B-632")
	}
	return q.checkWill(p)
}

func (q *quotas) checkWill(p packets.ConnectParams) *refusal {
	switch {
	case !p.WillFlag && (p.WillRetain || p.WillQos != 0):
		return malformedConnect.breaks("Will QoS or Will Retain without a will", "B-740")
	case !p.WillFlag:
		return nil
	case p.WillQos > 1:
		return unsupportedQoS.breaks(
			fmt.Sprintf("Will QoS is %d, at most 1 is supported", p.WillQos), "B-640", "B-641")
	}
	problem := cmp.Or(q.checkTopic(p.WillTopic), checkResponseTopic(&p.WillProperties),
		q.checkProperties(&p.WillProperties))
	if problem == nil {
		return nil
	}
	return problem.ofWill()
}

// ofWill is r for the message that is a will.
func (r *refusal) ofWill() *refusal {
	will := refusal{r.fault, r.Because("B-228")}
	will.Detail = "will: " + r.Detail
	return &will
}

// checkTopic returns the limit that a topic name breaks, or nil [B-650, B-654].
func (q *quotas) checkTopic(name string) *refusal {
	if malformed := checkTopicForm(name); malformed != nil {
		return malformed
	}
	counted := topic.Counted(name)
	switch {
	case len(counted) > q.topic:
		return badTopic.breaks(fmt.Sprintf("the topic has %d bytes, at most %d are allowed", len(counted),
			q.topic), "B-650", "B-653")
	case strings.Count(counted, "/") > q.slashes:
		return badTopic.breaks(fmt.Sprintf("the topic %q has %d slashes, at most %d are allowed",
			name, strings.Count(counted, "/"), q.slashes), "B-650", "B-653")
	}
	return nil
}

// checkTopicForm finds what makes a topic name malformed [B-654].
func checkTopicForm(name string) *refusal {
	switch {
	case name == "":
		return malformedTopic.breaks("the topic is empty", "B-654")
	case topic.HasWildcard(name):
		return malformedTopic.breaks(fmt.Sprintf("the topic %q holds a wildcard", name), "B-654")
	}
	return nil
}

// isOfCommand tells the filters with 8 slashes that AWS's own SDKs subscribe to [B-650].
func isOfCommand(filter string) bool {
	return strings.HasPrefix(filter, "$aws/commands/") && topic.ClientsMay(filter)&topic.Subscribe != 0
}

// checkFilter returns the limit that a topic filter breaks, or nil
// [B-650, B-651, B-657, M-16].
func (q *quotas) checkFilter(filter string) *refusal {
	bad := func(detail string, rules ...string) *refusal {
		return badFilter.breaks(fmt.Sprintf("the filter %q %s", filter, detail), rules...)
	}
	group, rest, shared := topic.Shared(filter)
	switch {
	case strings.HasPrefix(filter, "$share/") && (!shared || group == "" || rest == ""):
		return bad("is no shared subscription, want $share/<name>/<filter>", "B-651")
	case shared && (topic.HasWildcard(group) || utf8.RuneCountInString(group) > q.shareName):
		return bad(fmt.Sprintf("has a share name with wildcards or of more than %d characters", q.shareName),
			"B-651")
	case rest == "":
		return bad("is empty", "B-657")
	case shared && utf8.RuneCountInString(rest) > q.topic: // characters there, AWS's page says [B-651]
		return bad(fmt.Sprintf("has %d characters behind the share name, at most %d are allowed",
			utf8.RuneCountInString(rest), q.topic), "B-651", "B-653")
	case !shared && len(rest) > q.topic:
		return bad(fmt.Sprintf("has %d bytes, at most %d are allowed", len(rest), q.topic), "B-650", "B-653")
	case strings.Count(rest, "/") > q.slashes && !isOfCommand(rest):
		return bad(fmt.Sprintf("has %d slashes, at most %d are allowed", strings.Count(rest, "/"), q.slashes),
			"B-650", "B-653")
	}
	if wrong := topic.Misplaced(rest); wrong != "" {
		return bad(wrong, "B-657")
	}
	return nil
}
