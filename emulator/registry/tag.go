package registry

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// Tags: at most 50 per resource; names starting aws: are AWS's own

const tagged kind = "resource"

const maxTags = 50

// TagResource adds tags to a resource, or changes them. The error is an *Error.
func (r *Registry) TagResource(arn string, tags map[string]string) error {
	_, err := quietly(r, func() (struct{}, error) {
		if !r.known(arn) {
			return struct{}{}, tagged.missing(arn)
		}
		next := maps.Clone(r.tags.of(arn))
		if next == nil {
			next = map[string]string{}
		}
		maps.Copy(next, tags)
		if err := checkTags(arn, next); err != nil {
			return struct{}{}, err
		}
		for key, value := range tags {
			r.tags.put(arn, key, value)
		}
		return struct{}{}, nil
	})
	return err
}

// CheckTags says what is wrong with the tags of a resource that is to be made.
// The error is an *Error.
func CheckTags(arn string, tags map[string]string) error { return checkTags(arn, tags) }

func checkTags(arn string, tags map[string]string) error {
	if n := len(tags); n > maxTags {
		return tagged.refuse(LimitExceeded, arn, fmt.Sprintf("has %d tags, want at most %d", n, maxTags))
	}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		if err := firstOf(
			tagged.invalid(arn, fmt.Sprintf("tags[%s]", key), wantTagKey(key)),
			tagged.invalid(arn, fmt.Sprintf("tags[%s]", key), wantAtMost(tags[key], 256)),
		); err != nil {
			return err
		}
	}
	return nil
}

func wantTagKey(key string) string {
	odd := strings.IndexFunc(key, func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.In(c, unicode.Z, unicode.N) && !strings.ContainsRune("_.:/=+-@", c)
	})
	switch {
	case key == "":
		return "has no key, want 1 to 128 characters"
	case strings.HasPrefix(strings.ToLower(key), "aws:"):
		return "starts with aws:, want another key"
	case odd >= 0:
		return fmt.Sprintf("has an odd character at byte %d of its key, want letters, digits, spaces or _.:/=+-@",
			odd+1)
	}
	return prefixed("key ", wantAtMost(key, 128))
}

// UntagResource removes tags by their keys. The error is an *Error.
func (r *Registry) UntagResource(arn string, keys []string) error {
	_, err := quietly(r, func() (struct{}, error) {
		if !r.known(arn) {
			return struct{}{}, tagged.missing(arn)
		}
		for _, key := range keys {
			r.tags.remove(arn, key)
		}
		return struct{}{}, nil
	})
	return err
}

// Tags returns the tags of a resource. The error is an *Error if there is no
// such resource.
func (r *Registry) Tags(arn string) (map[string]string, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if !r.known(arn) {
		return nil, tagged.missing(arn)
	}
	return maps.Clone(r.tags.of(arn)), nil
}

// known says whether an ARN is of a resource that may have tags.
func (r *Registry) known(arn string) bool {
	return slices.ContainsFunc(r.parts, func(p part) bool { return p.has != nil && p.has(arn) })
}

// mayHaveTag says whether what a tag is of exists.
func (r *Registry) mayHaveTag(arn, _ string) bool { return r.known(arn) }
