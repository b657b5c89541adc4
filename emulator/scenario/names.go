package scenario

import (
	"bytes"
	"slices"
	"strings"

	"github.com/mochi-mqtt/server/v2/packets"
)

// Names in an account that others use too
//
//   - client ids and things begin with the prefix, topics too: "pumps/7" is
//     "suback-test-k3j9x2ab-1-pumps/7" there, and what clients get is read without it, payloads
//     and reason strings too; so steps and reports have the scenario's own names
//   - where a filter begins with a wildcard the prefix is a level of its own, so that # hears
//     no topic but the scenario's
//   - where policies make topics of client ids and things, these are replaced as levels of
//     topics, too

type names struct {
	prefix string   // "" leaves everything as it is
	level  bool     // the prefix is a level of its own
	words  []string // client ids and things that are replaced in topics
}

// change reports whether names become others at all.
func (n *names) change() bool { return n != nil && n.prefix != "" }

// id is a client id or the name of a thing.
func (n *names) id(s string) string {
	if !n.change() || s == "" {
		return s
	}
	return n.prefix + "-" + s
}

// topic is a topic or a filter.
func (n *names) topic(t string) string {
	if !n.change() || t == "" {
		return t
	}
	if !strings.HasPrefix(t, "$") {
		return n.prefix + n.between() + n.levels(t)
	}
	parts := strings.Split(t, "/")
	at, rest := func(i int) string { return strings.Join(parts[:min(i, len(parts))], "/") }, ""
	if len(parts) > 3 {
		rest = "/" + strings.Join(parts[3:], "/")
	}
	switch {
	case parts[0] == "$share" && len(parts) > 2:
		return at(2) + "/" + n.topic(strings.Join(parts[2:], "/"))
	case at(2) == "$aws/rules" && len(parts) > 3:
		return at(2) + "/" + n.rule(parts[2]) + "/" + n.topic(rest[1:])
	case at(2) == "$aws/things" && len(parts) > 2 && !open(parts[2]):
		return at(2) + "/" + n.id(parts[2]) + rest
	case at(2) == "$aws/events" && len(parts) == 5 && !open(parts[4]):
		return at(4) + "/" + n.id(parts[4])
	}
	return t
}

// open reports whether a level is a wildcard or a variable.
func open(level string) bool { return strings.ContainsAny(level, "+#*?$") }

func (n *names) between() string {
	if n.level {
		return "/"
	}
	return "-"
}

// rule is the name of a topic rule, which has letters, digits and underscores alone.
func (n *names) rule(s string) string {
	return strings.ReplaceAll(n.prefix, "-", "_") + "_" + s
}

func (n *names) levels(t string) string {
	if len(n.words) == 0 {
		return t
	}
	levels := strings.Split(t, "/")
	for i, l := range levels {
		if slices.Contains(n.words, l) {
			levels[i] = n.id(l)
		}
	}
	return strings.Join(levels, "/")
}

// out has a packet's names as they are there.
func (n *names) out(pk *packets.Packet) {
	if !n.change() {
		return
	}
	pk.Connect.ClientIdentifier = n.id(pk.Connect.ClientIdentifier)
	pk.Connect.WillTopic = n.topic(pk.Connect.WillTopic)
	pk.Connect.WillProperties.ResponseTopic = n.topic(pk.Connect.WillProperties.ResponseTopic)
	pk.TopicName = n.topic(pk.TopicName)
	pk.Properties.ResponseTopic = n.topic(pk.Properties.ResponseTopic)
	pk.Filters = slices.Clone(pk.Filters)
	for i := range pk.Filters {
		pk.Filters[i].Filter = n.topic(pk.Filters[i].Filter)
	}
}

// in has them as the scenario has them.
func (n *names) in(pk *packets.Packet) {
	if !n.change() {
		return
	}
	p := &pk.Properties
	for _, s := range []*string{&pk.TopicName, &p.ResponseTopic, &p.AssignedClientID, &p.ReasonString} {
		*s = string(n.without([]byte(*s)))
	}
	pk.Payload = n.without(pk.Payload)
}

// without is a text without the prefix, wherever it stands.
func (n *names) without(text []byte) []byte {
	if !n.change() {
		return text
	}
	for _, prefix := range []string{n.prefix + "-", n.prefix + "/", n.rule("")} {
		text = bytes.ReplaceAll(text, []byte(prefix), nil)
	}
	return text
}
