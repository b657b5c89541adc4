package learn

import "strings"

// A name is that of a resource as a policy writes it, without the type before it: plain
// text, variables as "${iot:ClientId}", and "*" for any text. What in a client's text means
// something to a policy stands as one of the marks until it is written.
type name string

// The marks of characters that shall mean themselves [B-319].
const (
	star   = "\x01"
	single = "\x02"
	dollar = "\x03"
)

// plain is a name that means the text itself.
func plain(text string) name {
	if !strings.ContainsAny(text, "*?$") { // as most
		return name(text)
	}
	text = strings.NewReplacer("*", star, "?", single, "${", dollar+"{", "$(", dollar+"(").Replace(text)
	return name(text)
}

// String is how a policy writes it.
func (n name) String() string {
	if !strings.ContainsAny(string(n), star+single+dollar) {
		return string(n)
	}
	return strings.NewReplacer(star, "${*}", single, "${?}", dollar, "${$}").Replace(string(n))
}

func (n name) levels() []string { return strings.Split(string(n), "/") }

// isWide reports whether it has a "*".
func (n name) isWide() bool { return strings.Contains(string(n), "*") }

// variables are those in it, in their order.
func (n name) variables() (keys []string) {
	rest := string(n)
	for {
		_, after, found := strings.Cut(rest, "${")
		key, tail, closed := strings.Cut(after, "}")
		if !found || !closed {
			return keys
		}
		keys, rest = append(keys, key), tail
	}
}

// covers reports whether all that other allows n allows, too. It takes variables for text,
// so it may miss some.
func (n name) covers(other name) bool {
	parts := strings.Split(string(n), "*")
	text, found := strings.CutPrefix(string(other), parts[0])
	if !found || len(parts) == 1 {
		return found && text == ""
	}
	last := len(parts) - 1
	for _, part := range parts[1:last] {
		_, after, found := strings.Cut(text, part)
		if !found {
			return false
		}
		text = after
	}
	return strings.HasSuffix(text, parts[last])
}
