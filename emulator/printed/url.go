package printed

import (
	"net/url"
	"strings"
)

const notShown = "(not shown)"

// URL is a URL for people, without what may let somebody in: whoever signs in, which becomes …,
// and the query. One that cannot be parsed loses all before its last @.
func URL(text string) string {
	scheme, rest, ok := strings.Cut(text, "//")
	if ok {
		scheme += "//"
	} else {
		scheme, rest = "", text
	}
	end := len(rest)
	if _, err := url.Parse(text); ok && err == nil {
		if i := strings.IndexAny(rest, "/?#"); i >= 0 {
			end = i
		}
	}
	if i := strings.LastIndex(rest[:end], "@"); i >= 0 {
		rest = "…" + rest[i:]
	}
	if before, query, ok := strings.Cut(rest, "?"); ok && query != "" {
		rest = before + "?" + notShown
	}
	return scheme + rest
}
