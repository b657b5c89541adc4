package stack

import (
	"strconv"
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"

	"github.com/suback/suback/emulator/tree"
)

// Values as YAML.

// node is a value in a form: text, pem, bool, int, list or map (of texts), pems (a map of them),
// any, names (any, its names as the API has them), document. Nil: it is none, which is told.
//
// A pem and a document are what they say, never a path: suback.yaml would have that file read,
// and a template is not to choose which.
func (r *resource) node(v *tree.Value, path, form string) *yaml.Node {
	switch form {
	case "list":
		return r.list(v, path)
	case "map":
		return r.texts(v, path, "text")
	case "pems":
		return r.texts(v, path, "pem")
	case "document":
		if text, ok := scalar(v); ok && !strings.HasPrefix(strings.TrimSpace(text), "{") {
			r.drop(v.At, path, "is %q, want a document", tree.Clip(text))
			return nil
		}
		return r.any(v, path, func(name string) string { return name })
	case "any":
		return r.any(v, path, func(name string) string { return name })
	case "names":
		return r.any(v, path, lower)
	}
	return r.scalar(v, path, form)
}

// scalar is a text, a pem, a bool or an int.
func (r *resource) scalar(v *tree.Value, path, form string) *yaml.Node {
	text, ok := scalar(v)
	if !ok {
		r.drop(v.At, path, "%s", why(v, formName(form)))
		return nil
	}
	switch form {
	case "pem":
		if strings.Contains(text, "-----BEGIN") {
			return textNode(text)
		}
	case "bool":
		if text == "true" || text == "false" || text == "True" || text == "False" {
			return &yaml.Node{Kind: yaml.ScalarNode, Value: lower(text)}
		}
	case "int":
		if n, err := strconv.Atoi(text); err == nil {
			return &yaml.Node{Kind: yaml.ScalarNode, Value: strconv.Itoa(n)}
		}
	default:
		return textNode(text)
	}
	r.drop(v.At, path, "is %q, want %s", tree.Clip(text), formName(form))
	return nil
}

func formName(form string) string {
	return map[string]string{"bool": "true or false", "int": "a whole number", "text": "a text",
		"pem": "a PEM text"}[form]
}

// list is a list of texts, or one of them.
func (r *resource) list(v *tree.Value, path string) *yaml.Node {
	out := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
	for _, item := range v.List() {
		if n := r.node(item, path, "text"); n != nil {
			out.Content = append(out.Content, n)
		}
	}
	if len(out.Content) == 0 {
		return nil
	}
	return out
}

// texts are texts by names of the user's.
func (r *resource) texts(v *tree.Value, path, form string) *yaml.Node {
	if v.Kind != tree.Object {
		r.drop(v.At, path, "%s", why(v, "an object"))
		return nil
	}
	out := &yaml.Node{Kind: yaml.MappingNode}
	at := places{}
	for _, m := range v.Members {
		if n := r.node(m.Value, path+"."+tree.Clip(m.Name), form); n != nil {
			at.put(out, m.Name, n)
		}
	}
	if len(out.Content) == 0 {
		return nil
	}
	return out
}

// any is a value as it is, under names that called makes.
func (r *resource) any(v *tree.Value, path string, called func(string) string) *yaml.Node {
	switch v.Kind {
	case tree.Object:
		out := &yaml.Node{Kind: yaml.MappingNode}
		at := places{}
		for _, m := range v.Members {
			if n := r.any(m.Value, path+"."+tree.Clip(m.Name), called); n != nil {
				at.put(out, called(m.Name), n)
			}
		}
		return out
	case tree.Array:
		out := &yaml.Node{Kind: yaml.SequenceNode}
		for _, item := range v.Items {
			if n := r.any(item, path, called); n != nil {
				out.Content = append(out.Content, n)
			}
		}
		return out
	case tree.Text:
		return textNode(v.Text)
	case tree.Opaque:
		r.drop(v.At, path, "%s", v.Text)
		return nil
	case tree.Null:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Value: v.Text} // a number, or true or false
}

// textNode is a text that stays one. What begins with a space or a break, or has what no editor
// shows, is quoted: written as a block it would come back as another text, or as an error.
func textNode(s string) *yaml.Node {
	n := new(yaml.Node)
	n.SetString(s)
	isHidden := func(c rune) bool { return c != '\n' && !unicode.IsPrint(c) }
	if n.Tag == "!!str" && (strings.ContainsFunc(s, isHidden) || s != "" && unicode.IsSpace(rune(s[0]))) {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

// put sets a key of a mapping.
func put(n *yaml.Node, key string, value *yaml.Node) {
	if old := get(n, key); old != nil {
		*old = *value
		return
	}
	n.Content = append(n.Content, textNode(key), value)
}

// places are where the keys of a mapping stand that only they have put there: it may have thousands.
type places map[string]int

// put sets a key of a mapping.
func (p places) put(n *yaml.Node, key string, value *yaml.Node) {
	if i, has := p[key]; has {
		n.Content[i] = value
		return
	}
	n.Content = append(n.Content, textNode(key), value)
	p[key] = len(n.Content) - 1
}

// get is the value of a key; nil if there is none.
func get(n *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}
