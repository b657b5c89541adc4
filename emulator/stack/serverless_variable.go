package stack

import (
	"fmt"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/tree"
)

// maxVariables is how deep variables may stand within others.
const maxVariables = 20

// replaced is a value with the variables of the framework in it put in.
func (s *serverless) replaced(v *tree.Value) *tree.Value {
	if v == nil {
		return nil
	}
	if s.t.spend(1) {
		return unknown(v.At, "the file comes to too much")
	}
	if v.Kind == tree.Text && strings.Contains(v.Text, "${") {
		return s.replacedText(v)
	}
	out := *v
	out.Members, out.Items = nil, nil
	for _, m := range v.Members {
		m.Value = s.replaced(m.Value)
		out.Members = append(out.Members, m)
	}
	for _, item := range v.Items {
		out.Items = append(out.Items, s.replaced(item))
	}
	if general := out.Get("<<"); general != nil { // a merge key of YAML
		isMerge := func(m tree.Member) bool { return m.Name == "<<" }
		out.Members = slices.DeleteFunc(out.Members, isMerge)
		return s.t.merged(general, &out)
	}
	return &out
}

// replacedText puts variables into a text; a text that is one variable may come to an object.
func (s *serverless) replacedText(v *tree.Value) *tree.Value {
	if s.deep++; s.deep > maxVariables {
		s.deep--
		return unknown(v.At, "%s refers to itself", tree.Clip(v.Text))
	}
	defer func() { s.deep-- }()
	text := v.Text
	for searched := 0; ; {
		start := strings.LastIndex(text[:len(text)-searched], "${")
		if start < 0 {
			return made(v.At, text)
		}
		length := strings.Index(text[start:], "}")
		if length < 0 {
			searched = len(text) - start
			continue
		}
		inner := text[start+2 : start+length]
		got := s.variable(inner, v.At)
		replacement, isText := scalar(got)
		switch {
		case got == nil: // AWS's
			searched = len(text) - start
			continue
		case got.Kind == tree.Opaque, !isText && start == 0 && length == len(text)-1:
			return got
		case !isText:
			return unknown(v.At, "${%s} is %s, want a text", tree.Clip(inner), got.Kind)
		}
		text = text[:start] + replacement + text[start+length+1:]
		if s.t.spend(1+len(text)/textUnit) || len(text) > maxText {
			return unknown(v.At, "the file comes to too much")
		}
	}
}

// variable is what ${inner} stands for; nil if the framework leaves it as it is.
func (s *serverless) variable(inner string, at tree.Spot) *tree.Value {
	if isAWSs(inner) {
		return nil
	}
	for choice := range strings.SplitSeq(inner, ",") {
		if got := s.choice(strings.TrimSpace(choice), at); got != nil {
			return got
		}
	}
	if strings.HasPrefix(inner, "opt:region") {
		return made(at, s.t.out.options.Region)
	}
	return unknown(at, "${%s} is known to the Serverless Framework alone%s", tree.Clip(inner), s.hint(inner))
}

// isAWSs tells a variable that is left for CloudFormation, or for policies.
func isAWSs(inner string) bool {
	switch {
	case inner == "aws:region", inner == "aws:accountId", strings.Contains(inner, "("): // as file(…)
		return false
	case !strings.Contains(inner, ":"), strings.HasPrefix(inner, "AWS::"), strings.HasPrefix(inner, "!"):
		return true
	}
	return isPolicyVariable(inner)
}

// hint says how an option, or a variable of the environment, is given.
func (s *serverless) hint(inner string) string {
	first, _, _ := strings.Cut(inner, ",")
	switch source, name, _ := strings.Cut(first, ":"); source {
	case "opt":
		return ": --parameter " + tree.Clip(name) + "=… says it"
	case "env":
		return ": --parameter " + tree.Clip(first) + "=… says it"
	}
	return ""
}

// choice is one of a variable and its defaults; nil if it comes to nothing.
func (s *serverless) choice(c string, at tree.Spot) *tree.Value {
	source, name, is := strings.Cut(c, ":")
	quoted := len(c) > 1 && (c[0] == '\'' || c[0] == '"') && c[len(c)-1] == c[0]
	switch {
	case quoted:
		return made(at, c[1:len(c)-1])
	case !is && c != "" && !strings.Contains(c, "("):
		return made(at, c) // a number, or true or false
	}
	switch source {
	case "self":
		if name == "provider.region" && s.hasRegion {
			return made(at, s.t.out.options.Region)
		}
		return s.replaced(s.root.Path(strings.Split(name, ".")...))
	case "opt":
		s.t.options = append(s.t.options, name)
		given, has := s.t.out.options.Parameters[name]
		if !has && name == "stage" && !strings.Contains(fmt.Sprint(s.root.Path("provider", "stage")), "opt:stage") {
			return made(at, s.stage())
		}
		if has {
			return made(at, given)
		}
		if name == "region" && s.t.out.hasRegion {
			return made(at, s.t.out.options.Region)
		}
	case "env":
		s.t.options = append(s.t.options, c)
		if given, has := s.t.out.options.Parameters[c]; has {
			return made(at, given)
		}
	case "sls":
		if name == "stage" {
			return made(at, s.stage())
		}
	case "aws":
		return map[string]*tree.Value{"region": made(at, s.t.out.options.Region),
			"accountId": made(at, s.t.out.options.Account)}[name]
	}
	return nil
}
