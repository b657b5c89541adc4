package dataplane

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Lists that come in pages
//
//   - maxResults is 1 to 200, 20 if it is not given [B-815; B-812 guess]; pageSize of
//     shadows is 1 to 100, 25 if it is not given [S-86; the 25 is a guess]
//   - nextToken says where the last page ended; it stays good while the list changes

// sizes are how large the pages of a list may be.
type sizes struct {
	parameter     string
	usually, most int
}

// sizesOf are those of lists of the broker, and of the shadows of a thing.
var (
	sizesOfBroker  = sizes{"maxResults", 20, 200}
	sizesOfShadows = sizes{"pageSize", 25, 100}
)

// A page is the part of a list that a request asks for.
type page struct {
	size  int
	after string // the last name of the page before; "" for the first page
}

func newPage(query url.Values, s sizes) (p page, err error) {
	p.size = s.usually
	if v := query.Get(s.parameter); v != "" {
		if p.size, err = strconv.Atoi(v); err != nil || p.size < 1 || p.size > s.most {
			return p, form(fmt.Sprintf("set %s to a number from 1 to %d, or leave it out for %d", s.parameter, s.most,
				s.usually), "%s is %q, want 1 to %d", s.parameter, v, s.most)
		}
	}
	after, err := base64.RawURLEncoding.DecodeString(query.Get("nextToken"))
	if err != nil {
		return p, form("send the nextToken of the page before, percent-encoded; the first page has none",
			"nextToken is none that was given out")
	}
	p.after = string(after)
	return p, nil
}

// of returns the page of a list sorted by name, and the token of the next one;
// "" if there is none.
func of[T any](p page, all []T, name func(T) string) (part []T, next string) {
	start, found := slices.BinarySearchFunc(all, p.after,
		func(one T, after string) int { return strings.Compare(name(one), after) })
	if found {
		start++
	}
	part = all[start:]
	if len(part) <= p.size {
		return part, ""
	}
	part = part[:p.size]
	return part, base64.RawURLEncoding.EncodeToString([]byte(name(part[p.size-1])))
}
