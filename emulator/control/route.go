package control

import (
	"net/url"
	"strings"
)

// Routing
//
//   - by method and path template of the model, as /authorizer/{authorizerName}
//   - a label takes one segment, percent-decoded after the split: a %2F is part
//     of it
//   - a label that ends with + takes all that is left: /destinations/{arn+}
//   - a fixed segment goes before a label: /authorizer/x/test
//   - a slash at the end does not matter: some SDKs send /authorizers/, others
//     /authorizers

// routes are a tree of path segments.
type routes struct {
	fixed  map[string]*routes
	label  *routes
	rest   *routes          // of a label that takes all that is left
	byVerb map[string]route // what ends here, by method
}

type route struct {
	operation string
	labels    []string // names, in the order of the path
}

func newRoutes(m *model) routes {
	root := routes{}
	for name, op := range m.Operations {
		at, labels := &root, []string(nil)
		for _, segment := range split(op.URI) {
			label, isLabel := strings.CutPrefix(segment, "{")
			name, takesRest := strings.CutSuffix(strings.TrimSuffix(label, "}"), "+")
			switch {
			case isLabel && takesRest:
				at = existing(&at.rest)
			case isLabel:
				at = existing(&at.label)
			default:
				at = at.named(segment)
				continue
			}
			labels = append(labels, name)
		}
		if at.byVerb == nil {
			at.byVerb = map[string]route{}
		}
		at.byVerb[op.Method] = route{name, labels}
	}
	return root
}

func existing(t **routes) *routes {
	if *t == nil {
		*t = &routes{}
	}
	return *t
}

func (t *routes) named(segment string) *routes {
	if t.fixed == nil {
		t.fixed = map[string]*routes{}
	}
	if t.fixed[segment] == nil {
		t.fixed[segment] = &routes{}
	}
	return t.fixed[segment]
}

func split(path string) []string {
	path, _, _ = strings.Cut(path, "?")
	return strings.Split(strings.TrimSuffix(strings.TrimPrefix(path, "/"), "/"), "/")
}

// find returns the name of an operation, and the values of its labels. The path
// is percent-encoded.
func (t *routes) find(method, path string) (operation string, labels map[string]string, ok bool) {
	segments := split(path)
	for i, s := range segments {
		decoded, err := url.PathUnescape(s)
		if err != nil {
			return "", nil, false
		}
		segments[i] = decoded
	}
	found, values, ok := t.walk(method, segments, nil)
	if !ok {
		return "", nil, false
	}
	labels = make(map[string]string, len(values))
	for i, name := range found.labels {
		labels[name] = values[i]
	}
	return found.operation, labels, true
}

// walk tries fixed segments first, and goes back to labels if that leads nowhere.
func (t *routes) walk(method string, segments, values []string) (route, []string, bool) {
	if len(segments) == 0 {
		r, ok := t.byVerb[method]
		return r, values, ok
	}
	first, rest := segments[0], segments[1:]
	if next := t.fixed[first]; next != nil {
		if r, v, ok := next.walk(method, rest, values); ok {
			return r, v, true
		}
	}
	if first == "" {
		return route{}, nil, false
	}
	values = values[:len(values):len(values)]
	if t.label != nil {
		if r, v, ok := t.label.walk(method, rest, append(values, first)); ok {
			return r, v, true
		}
	}
	if t.rest == nil {
		return route{}, nil, false
	}
	return t.rest.walk(method, nil, append(values, strings.Join(segments, "/")))
}
