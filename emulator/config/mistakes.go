package config

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// Mistakes of the configuration file are told all in one go, in the order of
// their lines. What only follows from another one is left out: who has misspelled
// a thing's name need not hear that no group can have that thing.

// A mistake is one of them.
type mistake struct {
	file string // "" if the configuration was not read from one
	line int    // 0 if it is not known
	text string
}

func (m *mistake) Error() string {
	switch {
	case m.file == "":
		return m.text
	case m.line == 0:
		return m.file + ": " + m.text
	}
	return fmt.Sprintf("%s:%d: %s", m.file, m.line, m.text)
}

// maxMistake is how long the text of one may be, in bytes: it has the user's values.
const maxMistake = 2000

// Errorf is an error about the value at a path of keys and indexes.
func (c *Config) Errorf(at []any, format string, args ...any) error {
	text := fmt.Sprintf(format, args...)
	if len(text) > maxMistake {
		text = strings.ToValidUTF8(text[:maxMistake], "") + "…"
	}
	return &mistake{file: c.file, line: c.line(at), text: text}
}

// line returns the line of the value at a path, or of the deepest part of the
// path that is there; 0 if the configuration was not read from a text.
func (c *Config) line(at []any) int {
	if c.where == nil || len(c.where.Content) == 0 {
		return 0
	}
	n := c.where.Content[0]
	line := n.Line
	for _, step := range at {
		next, nextLine := child(n, step)
		if next == nil {
			return line
		}
		n, line = next, nextLine
	}
	return line
}

// valueAt is the value at a path, nil if there is none.
func (c *Config) valueAt(at []any) *yaml.Node {
	if c.where == nil || len(c.where.Content) == 0 {
		return nil
	}
	n := c.where.Content[0]
	for _, step := range at {
		if n, _ = child(n, step); n == nil {
			return nil
		}
	}
	return n
}

// child returns one value of a node with its line; a key's line counts, since a
// value may begin below it.
func child(n *yaml.Node, step any) (*yaml.Node, int) {
	switch step := step.(type) {
	case int:
		if n.Kind == yaml.SequenceNode && step < len(n.Content) {
			return n.Content[step], n.Content[step].Line
		}
	case string:
		for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == step {
				return n.Content[i+1], n.Content[i].Line
			}
		}
	}
	return nil, 0
}

// mistakes joins what the decoder could not read with what is wrong beyond that.
func (c *Config) mistakes(unreadable, wrong error) error {
	resources := c.resources()
	spoil(resources, flatten(unreadable))
	var all []error
	for _, err := range flatten(wrong) {
		if m, ok := err.(*mistake); !ok || !in(resources, m.line) {
			all = append(all, err)
		}
	}
	spoil(resources, all)
	all = slices.DeleteFunc(all, func(err error) bool { return follows(err, resources) })
	all = append(flatten(unreadable), all...)
	slices.SortStableFunc(all, func(a, b error) int { return cmp.Compare(lineOf(a), lineOf(b)) })
	return errors.Join(all...)
}

// flatten returns the errors that were joined.
func flatten(err error) (all []error) {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return slices.DeleteFunc([]error{err}, func(err error) bool { return err == nil })
	}
	for _, e := range joined.Unwrap() {
		all = append(all, flatten(e)...)
	}
	return all
}

func lineOf(err error) int {
	if m, ok := err.(*mistake); ok {
		return m.line
	}
	return math.MaxInt // of no file
}

// A resource is one of those that the file has, as far as it can be told from its
// text alone.
type resource struct {
	key, first, last int // lines
	name             string
	spoilt           bool // there is a mistake in it
}

// resources returns what stands in the lists and mappings of the file.
func (c *Config) resources() (all []resource) {
	if c.where == nil || len(c.where.Content) == 0 || c.where.Content[0].Kind != yaml.MappingNode {
		return nil
	}
	top := c.where.Content[0].Content
	for i := 0; i+1 < len(top); i += 2 {
		key, value := top[i], top[i+1]
		for j, n := range value.Content {
			if value.Kind == yaml.MappingNode && j%2 == 0 {
				continue // the key of the next
			}
			r := resource{key: key.Line, first: n.Line, last: lastLine(n), name: firstScalar(n)}
			if value.Kind == yaml.MappingNode {
				r.first, r.name = value.Content[j-1].Line, value.Content[j-1].Value
			}
			all = append(all, r)
		}
	}
	return all
}

func lastLine(n *yaml.Node) int {
	last := n.Line
	for _, c := range n.Content {
		last = max(last, lastLine(c))
	}
	return last
}

// firstScalar is the first value of a mapping, which is its name mostly.
func firstScalar(n *yaml.Node) string {
	if n.Kind == yaml.MappingNode && len(n.Content) > 1 {
		return n.Content[1].Value
	}
	return n.Value
}

func (r resource) has(line int) bool { return line == r.key || r.first <= line && line <= r.last }

// spoil marks the resources that have mistakes.
func spoil(resources []resource, errs []error) {
	for _, err := range errs {
		for i, r := range resources {
			if r.has(lineOf(err)) {
				resources[i].spoilt = true
			}
		}
	}
}

// in says whether a line is one of a spoilt resource.
func in(resources []resource, line int) bool {
	return slices.ContainsFunc(resources, func(r resource) bool { return r.spoilt && r.has(line) })
}

// follows says whether an error is that something does not exist which has a
// mistake of its own.
func follows(err error, resources []resource) bool {
	m, ok := err.(*mistake)
	return ok && strings.Contains(m.text, " exist") && slices.ContainsFunc(resources, func(r resource) bool {
		return r.spoilt && !r.has(m.line) && strings.Contains(m.text, strconv.Quote(r.name))
	})
}

// each puts what a list has, and joins the errors.
func each[T any](list []T, put func(i int, v T) error) error {
	var all []error
	for i, v := range list {
		all = append(all, put(i, v))
	}
	return errors.Join(all...)
}

// A Mistake is one that [Parse] or [Config.Registry] has found.
type Mistake struct {
	Line int // from 1; 0 if it is of no line
	Text string
}

// Mistakes are those that an error of [Parse] or [Config.Registry] is made of.
func Mistakes(err error) (all []Mistake) {
	for _, e := range flatten(err) {
		m, ok := e.(*mistake)
		if !ok {
			m = &mistake{text: e.Error()}
		}
		all = append(all, Mistake{m.line, m.text})
	}
	return all
}
