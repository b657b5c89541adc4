package scenario

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/mochi-mqtt/server/v2/packets"
)

// Which scenarios mean the same under names of their own, and leave others' devices alone. What
// is not known to do so is not played.

// namesOf are a scenario's names under a prefix; problem says why it cannot have any.
func (s *Scenario) namesOf(prefix string) (n *names, problem string) {
	n = &names{prefix: prefix}
	topics := s.topics()
	reserved := false
	for _, t := range topics {
		filter := behindShare(t)
		n.level = n.level || strings.HasPrefix(filter, "+") || strings.HasPrefix(filter, "#")
		reserved = reserved || strings.HasPrefix(filter, "$")
	}
	if n.level && reserved {
		return nil, "a filter that begins with a wildcard means another thing below a prefix, beside topics that begin with $"
	}
	if problem := s.wording(n); problem != "" {
		return nil, problem
	}
	for _, t := range append(topics, s.called()...) {
		if problem := n.strange(t); problem != "" {
			return nil, problem
		}
	}
	for _, id := range s.ids() {
		if !plainID.MatchString(id) {
			return nil, fmt.Sprintf("the client id %q means another thing behind a prefix", id)
		}
		if len(id) <= 128 && len(n.id(id)) > 128 {
			return nil, fmt.Sprintf("the client id of %d bytes has no room for a prefix", len(id))
		}
	}
	return n, ""
}

var plainID = regexp.MustCompile(`^[a-zA-Z0-9_.:,@=-]*$`)

// strange says why a topic cannot be had: a reserved one must have a name of the scenario's in it,
// or else it is the account's, as $aws/certificates/create/json, which makes a certificate.
func (n *names) strange(t string) string {
	there, filter := n.topic(t), behindShare(t)
	reserved := strings.HasPrefix(filter, "$") && !strings.HasPrefix(filter, "$share/")
	as := n.topic(filter) == filter
	switch {
	case reserved && strings.ContainsAny(filter, "+#") && (as || strings.HasPrefix(filter, "$aws/rules/")):
		return fmt.Sprintf("the filter %q hears the account's other devices", t)
	case reserved && as:
		return fmt.Sprintf("the topic %q is the whole account's: there is no name of the test's in it", t)
	case len(t) <= 256 && len(there) > 256:
		return fmt.Sprintf("a topic of %d bytes has no room for a prefix", len(t))
	case n.level && strings.Count(filter, "/") == 7 && !strings.HasPrefix(filter, "$"):
		return fmt.Sprintf("the topic %q has no room for a level before it", t)
	}
	return ""
}

// behindShare is the filter that stands behind the name of a group, if there is one.
func behindShare(filter string) string {
	for strings.HasPrefix(filter, "$share/") {
		parts := strings.SplitN(filter, "/", 3)
		if len(parts) < 3 {
			break
		}
		filter = parts[2]
	}
	return filter
}

// wording notes whether policies make topics of names, and says which of them cannot be told.
func (s *Scenario) wording(n *names) (problem string) {
	for _, d := range s.documents() {
		text := string(d)
		for _, v := range variableIn.FindAllString(text, -1) {
			if !slices.Contains(variables(), v) && !strings.HasPrefix(v, "${iot:Connection.Thing.") {
				return fmt.Sprintf("a policy has %s, which is not the same there", v)
			}
		}
		var document map[string]any
		_ = json.Unmarshal(d, &document) // anything else has no statements
		each(document["Statement"], func(statement map[string]any) {
			for _, key := range []string{"Resource", "NotResource"} {
				texts(statement[key], func(r string) string {
					if what := n.word(r); what != "" {
						problem = what
					}
					return r
				})
			}
		})
	}
	if n.words != nil {
		n.words = append(s.ids(), s.things()...)
	}
	return problem
}

var variableIn = regexp.MustCompile(`\$\{[^}]*\}`)

// word looks at a resource: a variable must be a whole level of a topic, and where there is one,
// other levels are wildcards or names.
func (n *names) word(resource string) string {
	parts := strings.SplitN(resource, ":", 6)
	kind, rest, _ := strings.Cut(parts[len(parts)-1], "/")
	if len(parts) < 6 && resource != "*" && strings.Contains(resource, "${") {
		return fmt.Sprintf("the resource %q cannot be told", resource)
	}
	hasVariable := slices.ContainsFunc(variables(), func(v string) bool { return strings.Contains(rest, v) })
	if kind != "topic" && kind != "topicfilter" || !hasVariable {
		return ""
	}
	n.words = []string{} // to be filled
	for level := range strings.SplitSeq(rest, "/") {
		if slices.Contains(variables(), level) || level == "*" || !strings.ContainsAny(level, "*?") &&
			!variableIn.MatchString(level) {
			continue
		}
		return fmt.Sprintf("the level %q of a policy cannot be told under a prefix", level)
	}
	return ""
}

// harmless reports whether bytes are whole packets without names in them: what is not whole goes
// on in the bytes of another step.
func harmless(raw []byte) bool {
	for len(raw) > 0 {
		switch raw[0] >> 4 {
		case packets.Connect, packets.Publish, packets.Subscribe, packets.Unsubscribe:
			return false
		}
		length, used := binary.Uvarint(raw[1:min(len(raw), 5)]) // MQTT has four bytes at most
		if used <= 0 || length > uint64(len(raw)-1-used) {
			return false
		}
		raw = raw[1+used+int(length):]
	}
	return true
}
