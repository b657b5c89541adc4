package control

import (
	"cmp"
	"encoding/base64"
	"slices"
	"sort"
	"strings"
)

// Pages of lists
//
//   - without a size there are 250 [guess: the largest there may be]
//   - a marker is base64 of the last key of its page; so the next page is right
//     even if resources of the last one were deleted meanwhile
//   - another marker is refused

const defaultPage = 250

// A listing is what the lists of AWS IoT are asked with, under two sets of names.
type listing struct {
	PageSize       int    `json:"pageSize"`
	MaxResults     int    `json:"maxResults"`
	Marker         string `json:"marker"`
	NextToken      string `json:"nextToken"`
	AscendingOrder bool   `json:"ascendingOrder"` // isAscendingOrder, in the query
}

// page sorts items by their keys, which are unique, and returns the part that l
// asks for, and the marker of the next one, "" if there is none. The operation's
// name is for the error.
func page[T any](
	operation string, l listing, items []T, key func(T) string, o order,
) (part []T, next string, err error) {
	sign := 1
	if o == newestFirst && !l.AscendingOrder {
		sign = -1
	}
	items = slices.Clone(items)
	// Not slices.SortFunc: one of it for each T is a quarter of a megabyte of the program.
	sort.Slice(items, func(i, j int) bool { return sign*strings.Compare(key(items[i]), key(items[j])) < 0 })
	after, marked, err := l.after(operation)
	if err != nil {
		return nil, "", err
	}
	if marked {
		i := slices.IndexFunc(items, func(item T) bool { return sign*strings.Compare(key(item), after) > 0 })
		if i < 0 {
			i = len(items)
		}
		items = items[i:]
	}
	part, next = firstPage(operation, l, items, key)
	return part, next, nil
}

// pageInOrder is page of what is in order already: items returns up to n that come
// after a key, which is "" before the first.
func pageInOrder[T any](
	operation string, l listing, key func(T) string, items func(after string, n int) []T,
) (part []T, next string, err error) {
	after, _, err := l.after(operation)
	if err != nil {
		return nil, "", err
	}
	part, next = firstPage(operation, l, items(after, l.size()+1), key)
	return part, next, nil
}

// after is the key that the marker has, if there is one.
func (l listing) after(operation string) (key string, marked bool, err error) {
	marker := l.Marker + l.NextToken
	if marker == "" {
		return "", false, nil
	}
	last, err := base64.StdEncoding.DecodeString(marker)
	if err != nil || !strings.HasPrefix(string(last), operation+" ") {
		//
		return "", false, refuse(invalidRequest, "Invalid/Malformed marker passed for %s", lowerFirst(operation))
	}
	return strings.TrimPrefix(string(last), operation+" "), true, nil
}

func (l listing) size() int { return cmp.Or(l.PageSize+l.MaxResults, defaultPage) }

// firstPage returns as many items as are asked for, and the marker of the next ones.
func firstPage[T any](operation string, l listing, items []T, key func(T) string) (part []T, next string) {
	size := l.size()
	if len(items) <= size {
		return items, ""
	}
	items = items[:size]
	return items, base64.StdEncoding.EncodeToString([]byte(operation + " " + key(items[size-1])))
}

// An order is that of a list which nobody asked to be ascending.
type order int

const (
	ascending   order = iota
	newestFirst       // descending; keys begin with created
)

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }
