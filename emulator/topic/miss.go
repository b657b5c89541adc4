package topic

import "strings"

// Filters that nearly match
//
//   - a filter is compared with its case, each slash and each blank [B-518]
//   - "sensor/#" does not match "sensor" [B-508], nor "#" what begins with "$" [B-509]
//   - "+" is one level; "*" and "?" are a policy's wildcards [B-521, B-656]

// A Miss is why a filter does not match a name, by one mistake.
type Miss struct {
	Rule string // "B-508", "B-509", "B-518", "B-521" or "B-656"
	Why  string // a part of a sentence that begins with the filter
}

// Missed says by which mistake a filter, which may be shared, does not match a name; ok
// is false if it matches, or is no nearer than any other.
func Missed(filter, name string) (m Miss, ok bool) {
	_, filter, _ = Shared(filter)
	if Matches(filter, name) {
		return m, false
	}
	for _, one := range mistakes {
		if one.made(filter, name) {
			return one.Miss, true
		}
	}
	return m, false
}

// mistakes are what Missed looks for, in this order.
var mistakes = []struct {
	made func(filter, name string) bool
	Miss
}{
	{func(f, n string) bool { return Matches(strings.ToLower(f), strings.ToLower(n)) },
		Miss{"B-518", "it would match but for upper and lower case"}},
	{func(f, n string) bool { return Matches(withoutBlanks(f), withoutBlanks(n)) },
		Miss{"B-518", "it would match but for blanks around a level"}},
	{func(f, n string) bool { return Matches("/"+f, n) },
		Miss{"B-518", "it would match with a slash before it, as the topic has one"}},
	{func(f, n string) bool { return strings.HasPrefix(f, "/") && Matches(f, "/"+n) },
		Miss{"B-518", "it would match without the slash before it, as the topic has none"}},
	{func(f, n string) bool { return Matches(f+"/", n) },
		Miss{"B-518", "it would match with a slash behind it, as the topic has one"}},
	{func(f, n string) bool { return strings.HasSuffix(f, "/") && Matches(f, n+"/") },
		Miss{"B-518", "it would match without the slash behind it, as the topic has none"}},
	{func(f, n string) bool { return Matches(Meant(f), n) },
		Miss{"B-521", "* and ? are a policy's wildcards and stand for themselves here; MQTT has # and +"}},
	{func(f, n string) bool { return strings.HasSuffix(f, "/#") && Matches(f, n+"/") },
		Miss{"B-508", "a filter that ends in /# gets what is below, not the level above it"}},
	{func(f, n string) bool { return IsReserved(n) && Matches(f, "x"+n[1:]) },
		Miss{"B-509", "a filter that begins with a wildcard gets no topic that begins with $"}},
	{func(f, n string) bool {
		return isLevelOff(n, func(shorter string) bool { return isSpelled(f, shorter) })
	},
		Miss{"B-656", "it has one level less than the topic; + is one level, and # at the end any number"}},
	{func(f, n string) bool {
		return isLevelOff(f, func(shorter string) bool { return isSpelled(shorter, n) })
	},
		Miss{"B-656", "it has one level more than the topic"}},
}

// withoutBlanks is a filter or a name without the blanks around its levels.
func withoutBlanks(text string) string {
	levels := strings.Split(text, "/")
	for i := range levels {
		levels[i] = strings.TrimSpace(levels[i])
	}
	return strings.Join(levels, "/")
}

// isSpelled is Matches with a level that is spelled out, not by wildcards alone.
func isSpelled(filter, name string) bool {
	return strings.Trim(filter, "+#/") != "" && Matches(filter, name)
}

// isLevelOff reports whether fits says yes to a text without one of its levels.
func isLevelOff(text string, fits func(string) bool) bool {
	levels := strings.Split(text, "/")
	if len(levels) < 2 || len(levels) > 16 { // no topic of AWS's has more
		return false
	}
	for i := range levels {
		rest := append(append([]string{}, levels[:i]...), levels[i+1:]...)
		if fits(strings.Join(rest, "/")) {
			return true
		}
	}
	return false
}

// Meant returns a filter as somebody meant it who wrote it with the wildcards of a
// policy; it is the same if there are none. A * counts as a level or at the end of one, a
// ? as a level.
func Meant(filter string) string {
	_, rest, _ := Shared(filter)
	levels := strings.Split(rest, "/")
	for i, level := range levels {
		switch {
		case level == "*" && i == len(levels)-1:
			levels[i] = "#"
		case strings.HasSuffix(level, "*"), level == "?":
			levels[i] = "+"
		}
	}
	return strings.TrimSuffix(filter, rest) + strings.Join(levels, "/")
}
