package topic

import "strings"

// Names
//
//   - "+" and "#" are for filters: no message has them in its topic [B-654]
//   - what begins with "$" is AWS's, and no wildcard at the first level matches it
//     [B-234, B-236]
//   - "$aws/rules/<rule>/<topic>" is Basic Ingest: the message is for that rule, and
//     its topic is what follows [B-1101]

// HasWildcard reports whether there is a "+" or "#" in a name.
func HasWildcard(name string) bool { return strings.ContainsAny(name, "+#") }

// IsReserved reports whether a topic name or filter begins with "$".
func IsReserved(name string) bool { return strings.HasPrefix(name, "$") }

// IngestPrefix is what topics of Basic Ingest begin with.
const IngestPrefix = "$aws/rules/"

// IsIngest reports whether a topic is one of Basic Ingest.
func IsIngest(name string) bool { return strings.HasPrefix(name, IngestPrefix) }

// Ingest splits a topic of Basic Ingest into the name of the rule and the topic that
// the rule sees, either of which may be empty; ok is false for any other.
func Ingest(name string) (rule, rest string, ok bool) {
	after, ok := strings.CutPrefix(name, IngestPrefix)
	if !ok {
		return "", "", false
	}
	rule, rest, _ = strings.Cut(after, "/")
	return rule, rest, true
}

// Counted is the part of a topic name that counts towards its limits: all but
// "$aws/rules/<rule>/" [B-650, B-652].
func Counted(name string) string {
	after, ok := strings.CutPrefix(name, IngestPrefix)
	if !ok {
		return name
	}
	if _, rest, ok := strings.Cut(after, "/"); ok {
		return rest
	}
	return name
}
