package policy

import (
	"slices"
	"strings"
)

// How a new resource is written
//
//   - partition, region and account as the nearest Allow has them, wildcards included,
//     if they fit; else as they are here
//   - ${iot:ClientId} or the thing's name between two slashes where that is what stands
//     there, if the document has variables
//   - "*", "?" and "${" of a name get the escape that keeps them plain [B-319]; a document
//     without Version has none

// resource is the request's own, as doc would write it; nil is a document yet to be made.
func (m *mender) resource(doc *Document, c *change) string {
	kind := m.Action.resourceType()
	if kind == "" || strings.Count(m.Resource, ":") < arnFields-1 {
		return m.Resource
	}
	_, name, _ := strings.Cut(lastField(m.Resource), "/")
	return m.beginning(doc) + ":" + kind + "/" + m.name(doc, name, c)
}

// beginning is an ARN up to the account.
func (m *mender) beginning(doc *Document) string {
	have := strings.SplitN(m.Resource, ":", arnFields)
	for _, own := range []bool{true, false} { // other documents' come second
		for _, i := range m.order {
			s := &m.sites[i]
			if (s.doc == doc) != own || s.notResource {
				continue
			}
			for k, t := range s.resources {
				if text, ok := beginningOf(t.raw, s.elements[k], have); ok {
					return text
				}
			}
		}
	}
	return strings.Join(have[:arnFields-1], ":")
}

// beginningOf is that of a resource, if it fits.
func beginningOf(raw string, e element, have []string) (string, bool) {
	fields := strings.SplitN(raw, ":", arnFields)
	if len(fields) != arnFields || len(e.fields) != arnFields {
		return "", false
	}
	text := strings.Join(fields[:arnFields-1], ":")
	for i := range arnFields - 1 {
		if !e.fields[i].match(have[i]) {
			return "", false
		}
	}
	return text, !strings.Contains(text, "${")
}

// name is a topic, filter or client id as a document writes it.
func (m *mender) name(doc *Document, name string, c *change) string {
	substitutes := doc == nil || doc.substitutes()
	if !substitutes {
		if strings.ContainsAny(name, "*?") {
			c.warn("* and ? of %q are wildcards in a document without Version", clip(name))
		}
		return name
	}
	levels := []string{name}
	if m.Action.resourceType() != "client" {
		levels = strings.Split(name, "/")
	}
	variables := m.variables(doc)
	for i, level := range levels {
		levels[i] = escape(level)
		for _, key := range variables {
			if value, ok := m.known.without(doc.hidden).substitute(key); ok && value == level && level != "" {
				levels[i] = "${" + key + "}"
				break
			}
		}
	}
	return strings.Join(levels, "/")
}

// variables are those that stand for the client in a document.
func (m *mender) variables(doc *Document) (keys []string) {
	if doc == nil {
		return nil
	}
	for _, s := range doc.statements {
		for _, t := range s.resources {
			for _, tok := range t.tokens {
				own := tok.text == "iot:ClientId" || tok.text == "iot:Connection.Thing.ThingName"
				if tok.kind == variable && own && !slices.Contains(keys, tok.text) {
					keys = append(keys, tok.text)
				}
			}
		}
	}
	if len(keys) > 0 && m.Action.resourceType() == "client" { // this one is always defined
		keys = append(keys, "iot:ClientId")
	}
	return keys
}

// escape keeps what a name has plain [B-319].
func escape(name string) string {
	return strings.NewReplacer("*", "${*}", "?", "${?}", "${", "${$}{", "$(", "${$}(").Replace(name)
}
