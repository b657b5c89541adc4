package sigv4

import (
	"cmp"
	"slices"
	"strings"
)

// A queryPair is a parameter of a query, decoded.
type queryPair struct{ name, value string }

// parseQuery takes a query apart. A % that starts no escape stands for itself.
func parseQuery(raw string) []queryPair {
	var pairs []queryPair
	for pair := range strings.SplitSeq(raw, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		pairs = append(pairs, queryPair{Decode(name), Decode(value)})
	}
	return pairs
}

// canonicalQuery encodes and sorts.
func canonicalQuery(pairs []queryPair) string { return joinPairs(sortPairs(encodePairs(pairs))) }

func sortPairs(pairs []queryPair) []queryPair {
	return slices.SortedStableFunc(slices.Values(pairs), func(a, b queryPair) int {
		return cmp.Or(strings.Compare(a.name, b.name), strings.Compare(a.value, b.value))
	})
}

func encodePairs(pairs []queryPair) []queryPair {
	encoded := make([]queryPair, 0, len(pairs))
	for _, p := range pairs {
		encoded = append(encoded, queryPair{encode(p.name, ""), encode(p.value, "")})
	}
	return encoded
}

func joinPairs(pairs []queryPair) string {
	var b strings.Builder
	for i, p := range pairs {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(p.name + "=" + p.value)
	}
	return b.String()
}

// find returns the first value of a parameter, whatever the case of its name.
func find(pairs []queryPair, name string) string {
	for _, p := range pairs {
		if strings.EqualFold(p.name, name) {
			return p.value
		}
	}
	return ""
}

func without(pairs []queryPair, name string) []queryPair {
	is := func(p queryPair) bool { return strings.EqualFold(p.name, name) }
	return slices.DeleteFunc(slices.Clone(pairs), is)
}
