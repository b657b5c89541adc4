package rules

import (
	"fmt"
	"strings"

	"github.com/suback/suback/emulator/services/rules/sql"
)

// Parameters of actions
//
//   - ${…} stands in texts, but for roles; it is of the message, not of
//     what SELECT makes of it
//   - one that cannot be parsed makes the action fail [R-109, guess]

// A param is a parameter before a message has come: a template, a list, an object, or
// what is the same for all messages.
type param struct {
	template *sql.Template
	list     []param
	members  map[string]param
	constant any
	err      error
	secret   bool // the template has a value of get_secret in it
}

// values are the final parameters of an action, as JSON has them.
type values map[string]any

// text is a member that is a string, "" if there is none.
func (v values) text(name string) string { s, _ := v[name].(string); return s }

func compileParam(at string, v any, s *sql.Statement) param {
	switch v := v.(type) {
	case string:
		t, err := s.ParseTemplate(v)
		if err != nil {
			return param{err: fmt.Errorf("%s cannot be parsed: %w", at, err)}
		}
		if t.Constant() {
			return param{constant: v}
		}
		return param{template: t, secret: t.Secret()}
	case []any:
		p := param{list: make([]param, len(v))}
		for i := range v {
			p.list[i] = compileParam(fmt.Sprintf("%s[%d]", at, i), v[i], s)
		}
		return p
	case map[string]any:
		p := param{members: make(map[string]param, len(v))}
		for name, of := range v {
			if strings.HasSuffix(name, "oleArn") { // no template
				p.members[name] = param{constant: of}
				continue
			}
			p.members[name] = compileParam(at+"."+name, of, s)
		}
		return p
	}
	return param{constant: v}
}

// expand is the parameter for the message of a result.
func (p *param) expand(r *sql.Result) (any, error) {
	switch {
	case p.err != nil:
		return nil, p.err
	case p.template != nil:
		return r.Expand(p.template)
	case p.list != nil:
		list := make([]any, len(p.list))
		for i := range p.list {
			var err error
			if list[i], err = p.list[i].expand(r); err != nil {
				return nil, err
			}
		}
		return list, nil
	case p.members != nil:
		all := make(map[string]any, len(p.members))
		for name, of := range p.members {
			var err error
			if all[name], err = of.expand(r); err != nil {
				return nil, err
			}
		}
		return all, nil
	}
	return p.constant, nil
}

// below is a member, or an element of a list; nil of what has none.
func (p *param) below(name string, i int) *param {
	if p == nil {
		return nil
	}
	if of, ok := p.members[name]; ok {
		return &of
	}
	if i < len(p.list) {
		return &p.list[i]
	}
	return nil
}

// secrets are the names of what is secret, as ".headers.value".
func (p *param) secrets(name string) (names []string) {
	if p.secret {
		names = append(names, name)
	}
	for i := range p.list {
		names = append(names, p.list[i].secrets(name)...)
	}
	for member, of := range p.members {
		names = append(names, of.secrets(name+"."+member)...)
	}
	return names
}

// external are the external functions that templates call.
func (p *param) external() (names []string) {
	if p.template != nil {
		names = p.template.External()
	}
	for i := range p.list {
		names = append(names, p.list[i].external()...)
	}
	for _, of := range p.members {
		names = append(names, of.external()...)
	}
	return names
}
