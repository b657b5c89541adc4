package policy

import "strings"

// arnFields are arn, partition, service, region, account, and the resource
// [B-201].
const arnFields = 6

// An element is one pattern for ARNs, its variables replaced. Each of its
// fields is compared with the same field of the ARN, and its last one with all
// that is left [B-206, guess]. So the lone "*" matches everything [B-205], a
// topic may contain colons, and "arn:aws:iot:*" matches any further fields, as
// IAM says of a star that ends a pattern [guess].
type element struct{ resolved }

func newElement(t template, v values) element { return element{t.resolve(v, arnFields)} }

// match is false for every ARN if a variable is undefined [B-318, B-240].
func (e element) match(arn string) bool {
	return len(e.missing) == 0 && e.matchAnyway(arn)
}

// matchAnyway takes an undefined variable for a "*".
func (e element) matchAnyway(arn string) bool {
	for i, g := range e.fields {
		field, rest, more := arn, "", true
		if i < len(e.fields)-1 {
			field, rest, more = strings.Cut(arn, ":")
		}
		if !more || !g.match(field) {
			return false
		}
		arn = rest
	}
	return true
}

// reach returns the byte of the ARN at which a match breaks.
func (e element) reach(arn string) int {
	rest := arn
	for i, g := range e.fields {
		at := len(arn) - len(rest)
		text, after, more := rest, "", true
		if i < len(e.fields)-1 {
			text, after, more = strings.Cut(rest, ":")
		}
		if !more || !g.match(text) || i == len(e.fields)-1 {
			return at + g.reach(text)
		}
		rest = after
	}
	return 0
}

// after returns what is left to match of an ARN that begins with prefix; nil if
// nothing that begins so can match.
func (e element) after(prefix string) []glob {
	if len(e.missing) > 0 {
		return nil
	}
	last := len(e.fields) - 1
	for _, g := range e.fields[:last] {
		field, rest, more := strings.Cut(prefix, ":")
		if !more || !g.match(field) {
			return nil
		}
		prefix = rest
	}
	return e.fields[last].after(prefix)
}

// plain is the first character of the last field that looks like a wildcard and is none; "" if
// there is none.
func (e element) plain() string {
	last := string(e.fields[len(e.fields)-1])
	if i := strings.IndexAny(last, "*?"); i >= 0 {
		return last[i : i+1]
	}
	return ""
}

// String is the pattern as a person reads it, undefined variables by name.
func (e element) String() string { return strings.Join(e.shown, ":") }
