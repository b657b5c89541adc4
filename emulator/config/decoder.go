package config

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/suback/suback/emulator/near"
	"gopkg.in/yaml.v3"
)

// The decoder's errors, in the words of who writes YAML.

var (
	lineError    = regexp.MustCompile(`^(?:yaml: )?line (\d+): (.*)$`)
	unknownField = regexp.MustCompile(`^field (\S+) not found in type (\S+)$`)
	wrongType    = regexp.MustCompile("^cannot unmarshal (\\S+ )?(?:`(.*)` )?into (.+)$")
	inItself     = regexp.MustCompile("^yaml: anchor '(.*)' value contains itself$")
	wrongTag     = regexp.MustCompile(`^yaml: cannot decode .* as a (\S+)$`) // has the value, maybe a secret
)

// positioned rewrites the decoder's errors as file:line and what was wanted.
func (c *Config) positioned(err error) error {
	if err == nil {
		return nil
	}
	texts := []string{err.Error()}
	if list := new(yaml.TypeError); errors.As(err, &list) {
		texts = list.Errors
	}
	var all []error
	for _, text := range texts {
		m := lineError.FindStringSubmatch(text)
		if m == nil {
			if m := wrongTag.FindStringSubmatch(text); m != nil {
				text = fmt.Sprintf("a value has the tag %s and is none, want it without the tag", m[1])
			}
			line := 0
			if m := inItself.FindStringSubmatch(text); m != nil {
				line, text = anchorLine(c.where, m[1]), fmt.Sprintf("&%s has *%s in it, want an end of it", m[1], m[1])
			}
			all = append(all, &mistake{file: c.file, line: line, text: strings.TrimPrefix(text, "yaml: ")})
			continue
		}
		line, _ := strconv.Atoi(m[1]) // digits, by the pattern
		all = append(all, &mistake{file: c.file, line: line, text: explainYAML(m[2])})
	}
	return errors.Join(all...)
}

// anchorLine is where an anchor stands, 0 if it does not.
func anchorLine(n *yaml.Node, anchor string) int {
	if n.Anchor == anchor {
		return n.Line
	}
	for _, inner := range n.Content {
		if line := anchorLine(inner, anchor); line > 0 {
			return line
		}
	}
	return 0
}

// explainYAML says in a user's words what the decoder says in Go's.
func explainYAML(text string) string {
	if m := unknownField.FindStringSubmatch(text); m != nil {
		return unknownKey(m[1], keysOf(reflect.TypeFor[Config](), m[2]))
	}
	if m := wrongType.FindStringSubmatch(text); m != nil {
		is := strconv.Quote(m[2])
		switch m[1] {
		case "!!seq ":
			is = "a list"
		case "!!map ":
			is = "keys and values"
		}
		return fmt.Sprintf("the value is %s, want %s", is, inWords(m[3]))
	}
	return text
}

func unknownKey(key string, keys []string) string {
	if meant := near.Name(key, keys); meant != "" {
		return fmt.Sprintf("unknown key %q, is %q meant? fixtures/suback.yaml shows every key", key, meant)
	}
	return fmt.Sprintf("unknown key %q, want one of %s", key, strings.Join(keys, ", "))
}

// inWords names a Go type as a user of YAML would.
func inWords(goType string) string {
	switch {
	case goType == "string":
		return "a text"
	case goType == "int":
		return "a whole number"
	case strings.HasSuffix(goType, "bool"):
		return "true or false"
	case strings.HasPrefix(goType, "[]"):
		return "a list"
	}
	return "keys and values"
}

// keysOf returns the keys of the struct with that name anywhere below t.
func keysOf(t reflect.Type, name string) []string {
	if t == reflect.TypeFor[map[string]*Config]() { // they have the keys that are being looked for
		return nil
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return keysOf(t.Elem(), name)
	case reflect.Struct:
	default:
		return nil
	}
	var keys, below []string
	for i := range t.NumField() {
		f := t.Field(i)
		key := f.Tag.Get("yaml")
		if !f.IsExported() || key == "" || key == "-" {
			continue
		}
		keys = append(keys, key)
		if found := keysOf(f.Type, name); found != nil {
			below = found
		}
	}
	if t.String() == name {
		slices.Sort(keys)
		return keys
	}
	return below
}
