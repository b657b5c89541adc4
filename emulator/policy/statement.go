package policy

import (
	"errors"
	"slices"
	"strings"
)

// statement reads one statement [B-103].
func (r *reader) statement(path string, n node) error {
	if n.kind != "an object" {
		return r.fail(path, "is %s, want a statement", n.kind)
	}
	s := statement{}
	has := map[string]bool{}
	for _, m := range n.members {
		has[m.name] = true
		if err := r.member(join(path, m.name), path, m, &s); err != nil {
			return err
		}
	}
	if !has["Effect"] {
		return r.fail(join(path, "Effect"), `is missing, want "Allow" or "Deny"`)
	}
	for _, name := range []string{"Action", "Resource"} { // exactly one of each [B-107]
		if has[name] && has["Not"+name] {
			return r.fail(path, "has both %s and Not%s, want exactly one", name, name)
		}
		if !has[name] && !has["Not"+name] {
			return r.fail(path, "has neither %s nor Not%s, want exactly one", name, name)
		}
	}
	s.personal = len(s.conditions) > 0 || slices.ContainsFunc(s.resources, template.varies)
	r.doc.statements = append(r.doc.statements, s)
	return nil
}

// member reads one key of a statement into s.
func (r *reader) member(path, parent string, m member, s *statement) error {
	switch m.name { // case-sensitive [B-110, guess]
	case "Sid":
		if m.value.kind != "a string" {
			return r.fail(path, "is %s, want a string", m.value.kind)
		}
		s.sid = m.value.text
		return nil
	case "Effect":
		return r.effect(path, m.value, s)
	case "Action", "NotAction":
		s.notAction = m.name == "NotAction"
		return r.actions(path, m.value, s)
	case "Resource", "NotResource":
		s.notResource = m.name == "NotResource"
		return r.resources(path, m.value, s)
	case "Condition":
		return r.condition(path, m.value, s)
	case "Principal", "NotPrincipal": // [B-108, guess]
		return r.fail(parent, "has %q, want none: the principal is whoever the policy is attached to", m.name)
	default:
		return r.fail(parent, "has %s, want Sid, Effect, Action, NotAction, Resource, NotResource, Condition",
			quote(m.name))
	}
}

// effect is compared case-sensitively [B-104, guess].
func (r *reader) effect(path string, n node, s *statement) error {
	if n.kind != "a string" {
		return r.fail(path, `is %s, want "Allow" or "Deny"`, n.kind)
	}
	if n.text != "Allow" && n.text != "Deny" {
		return r.fail(path, `is %s, want "Allow" or "Deny"`, quote(n.text))
	}
	s.deny = n.text == "Deny"
	return nil
}

func (r *reader) actions(path string, n node, s *statement) error {
	texts, err := r.texts(path, n, isAction, `"*" or a name with its service, as "iot:Publish"`)
	for _, text := range texts {
		s.actionTexts = append(s.actionTexts, text)
		plain := parseWildcards(strings.ToLower(text)) // no variables in actions [B-317]
		s.actions = append(s.actions, plain.resolve(values{}, 1).fields[0])
	}
	return err
}

func (r *reader) resources(path string, n node, s *statement) error {
	if n.kind == "an array" && len(n.items) == 0 && r.answered && !s.notResource {
		r.warn("B-111", path, "is empty, which matches nothing; AWS is not known to take it")
		return nil
	}
	notARN := ""
	valid := func(text string) bool {
		if !isARN(text) {
			notARN = text
		}
		return isARN(text)
	}
	texts, err := r.texts(path, n, valid, `"*" or an ARN, as "arn:aws:iot:us-east-1:123456789012:topic/a"`)
	if e := new(Error); errors.As(err, &e) {
		e.notARN = notARN
	}
	for _, text := range texts {
		s.resources = append(s.resources, r.template(text))
		r.spelling(path, s.resources[len(s.resources)-1])
		if text != "*" && strings.Count(text, ":") < arnFields-1 {
			r.warn("B-201", path, "%s has %d of the %d parts of an ARN", quote(text), 1+strings.Count(text, ":"),
				arnFields)
		}
		if name := variableIn(text); name != "" && !r.substitute && s.literal == "" {
			s.literal = name
			r.warn("B-109", path, `has %s, which stays plain text: Version %s, want "2012-10-17"`, name, r.version)
		}
	}
	return err
}

// variableIn is the first variable of a text, as "${iot:ClientId}"; "" for none.
func variableIn(text string) string {
	_, rest, found := strings.Cut(text, "${")
	name, _, closed := strings.Cut(rest, "}")
	if !found || !closed {
		return ""
	}
	return "${" + clip(name) + "}"
}

// texts reads a string or a non-empty array of strings [B-105, B-111].
func (r *reader) texts(path string, n node, valid func(string) bool, want string) ([]string, error) {
	items := n.items
	if n.kind != "an array" {
		items = []node{n}
	}
	if len(items) == 0 {
		return nil, r.fail(path, "is empty, want %s", want)
	}
	var texts []string
	for i, item := range items {
		at := path
		if n.kind == "an array" {
			at = index(path, i)
		}
		if item.kind != "a string" {
			return nil, r.fail(at, "is %s, want %s", item.kind, want)
		}
		if !valid(item.text) {
			return nil, r.fail(at, "is %s, want %s", quote(item.text), want)
		}
		texts = append(texts, item.text)
	}
	return texts, nil
}

// condition reads {operator: {key: value or values}} [B-301, B-305].
func (r *reader) condition(path string, n node, s *statement) error {
	if n.kind != "an object" {
		return r.fail(path, "is %s, want an object of operators", n.kind)
	}
	for _, o := range n.members {
		op, ok := parseOperator(o.name)
		if !ok {
			return r.fail(path, "has %s, want an operator such as StringEquals", quote(o.name))
		}
		at := join(path, o.name)
		if o.value.kind != "an object" {
			return r.fail(at, "is %s, want an object of condition keys", o.value.kind)
		}
		for _, k := range o.value.members {
			wants, err := r.conditionValues(join(at, clip(k.name)), k.value)
			if err != nil {
				return err
			}
			c := condition{operator: op, key: k.name, wants: wants}
			s.conditions = append(s.conditions, c)
			if c.isOddRow() {
				r.warn("B-314", at, "%s lets connects without a will pass, want ForAllValues:StringEquals to say so",
					k.name)
			}
		}
	}
	return nil
}

// template reads a text in which the document's Version may allow variables [B-109].
func (r *reader) template(text string) template {
	if r.substitute {
		return parseTemplate(text)
	}
	return parseWildcards(text)
}

// conditionValues reads a scalar or an array of scalars, which may be empty:
// AWS's own example has "iot:ConnectAttributes": [] [B-312].
func (r *reader) conditionValues(path string, n node) ([]template, error) {
	items := n.items
	if n.kind != "an array" {
		items = []node{n}
	}
	wants := []template{}
	for _, item := range items {
		if item.kind != "a string" && item.kind != "a number" && item.kind != "a boolean" {
			return nil, r.fail(path, "has %s, want strings, numbers or booleans", item.kind)
		}
		wants = append(wants, r.template(item.text))
		r.spelling(path, wants[len(wants)-1])
	}
	return wants, nil
}
