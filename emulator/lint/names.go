package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/near"
	"github.com/suback/suback/emulator/policy"
)

// checkNames finds actions, condition keys and variables that there are not, or not for
// this principal.
func (l *linter) checkNames(d *document) {
	for _, s := range d.statements {
		for _, a := range s.actions {
			l.checkAction(s, a)
		}
		for _, c := range s.conditions {
			l.checkKey(d, s, c)
			for _, want := range c.wants {
				l.checkVariables(d, s, want)
			}
		}
		for _, r := range s.resources {
			l.checkVariables(d, s, r.value)
		}
	}
}

// checkAction looks for an action by its name [B-125].
func (l *linter) checkAction(s statement, a action) {
	if a.IsOpaque() || a.isForeign() && !isIoT(a.service()) || len(a.judged) > 0 {
		return
	}
	names := l.actions()
	if slices.ContainsFunc(names, a.matchesName) {
		return
	}
	cure := "see suback rule B-121 for those that there are"
	if meant := near.Name(a.Text, names); meant != "" {
		cure = "write " + meant
	}
	if strings.EqualFold(a.Text, "iot:Unsubscribe") { // [B-122]
		cure = "leave it out: whoever is subscribed may unsubscribe"
	}
	l.report("action-unknown", a.At, fmt.Sprintf("%s has the action %q, which there is not: it never matches",
		s.place, clip(a.Text)), cure)
}

// Condition keys of AWS IoT that are no variables: those of the control plane.
var moreKeys = []string{"iot:Delete", "iot:ThingGroupArn", "iot:TunnelDestinationService", "iot:ClientMode",
	"iot:CommandExecutionParameterBoolean", "iot:CommandExecutionParameterNumber",
	"iot:CommandExecutionParameterString"}

// checkKey looks at the key of a condition: names count in any case [B-304].
func (l *linter) checkKey(d *document, s statement, c condition) {
	service, _, found := strings.Cut(c.key, ":")
	isKnown := slices.ContainsFunc(moreKeys, func(key string) bool {
		return strings.EqualFold(c.key, key) || strings.HasPrefix(strings.ToLower(c.key), strings.ToLower(key)+"/")
	})
	if c.key == "" || isKnown {
		return
	}
	meant := policy.Respell(c.key)
	switch {
	case found && !strings.EqualFold(service, "iot") || meant == "" || strings.EqualFold(meant, c.key):
		l.checkPrincipal(d, s, c.key, c.at, "compares "+clip(c.key))
	default:
		l.report("key-unknown", c.at, fmt.Sprintf("%s compares %s, which is no condition key: it is always absent",
			s.place, clip(c.key)), "write such as "+meant)
	}
}

// checkVariables looks for variables that this principal never has.
func (l *linter) checkVariables(d *document, s statement, v *value) {
	if version := d.root.Get("Version"); version == nil || v.Kind != text {
		return // they are plain text there [B-109]
	}
	for _, name := range variablesOf(v.Text) {
		l.checkPrincipal(d, s, name, v.At, "has ${"+clip(name)+"}")
		if strings.HasPrefix(name, "AWS::") {
			l.report("template-variable", v.At,
				fmt.Sprintf("%s has ${%s}, which CloudFormation puts into a Sub alone", s.place, clip(name)),
				"write !Sub before the text, and ${!iot:ClientId} for a variable of the policy's")
		}
	}
	for _, name := range inSub(v) {
		if strings.HasPrefix(name, "iot:") {
			l.report("template-variable", v.At,
				fmt.Sprintf("%s has ${%s} in a Sub: CloudFormation looks for a resource of that name", s.place, clip(name)),
				"write ${!"+clip(name)+"}")
		}
	}
}

// inSub are the names that a Sub puts something in for: of those of the file's text what the policy has
// as well is literal, as in a Join or by ${!name}.
func inSub(v *value) (names []string) {
	literal := variablesOf(v.Text)
	isLiteral := func(name string) bool {
		i := slices.Index(literal, name)
		if i >= 0 {
			literal = slices.Delete(literal, i, i+1)
		}
		return i >= 0
	}
	for _, name := range variablesOf(v.Shown) {
		if bare, is := strings.CutPrefix(name, "!"); is {
			isLiteral(bare)
		} else {
			names = append(names, name)
		}
	}
	return slices.DeleteFunc(names, isLiteral)
}

// variablesOf are the names of a text that stand in ${…}.
func variablesOf(s string) (names []string) {
	for {
		_, after, found := strings.Cut(s, "${")
		name, behind, closed := strings.Cut(after, "}")
		if !found || !closed {
			return names
		}
		names, s = append(names, name), behind
	}
}

// checkPrincipal reports a variable or key that has no value for whom the document is.
func (l *linter) checkPrincipal(d *document, s statement, name string, at spot, does string) {
	why, cure, rule := lacks(d.principal, strings.ToLower(name))
	if why == "" {
		return
	}
	f := l.report("variable-principal", at, fmt.Sprintf("%s %s, which has no value %s", s.place, does, why),
		cure)
	f.Rules = append(slices.Clone(f.Rules), rule)
}

// lacks says why a principal has no value for a name, in lower case; "" if it may have one.
func lacks(p Principal, name string) (why, cure, rule string) {
	isThing := strings.HasPrefix(name, "iot:connection.thing.") || strings.HasPrefix(name, "iot:thing.")
	isCertificate := strings.HasPrefix(name, "iot:certificate.") || name == "iot:certificateid"
	isIAM := strings.HasPrefix(name, "cognito-identity.amazonaws.com:") ||
		slices.Contains([]string{"aws:userid", "aws:username"}, name)
	switch {
	case p == Authorizer && isThing:
		return "for a client of a custom authorizer, which is no thing unless it has a certificate too",
			"have the function write the name itself", "B-328"
	case p == Authorizer && isCertificate:
		return "for a client of a custom authorizer, unless it has a certificate too",
			"have the function write the name itself", "B-330"
	case (p == Identity || p == IAM) && isCertificate:
		return "for who signs, and so has no certificate", "write ${iot:ClientId}, or the name itself", "B-330"
	case p == IAM && isThing:
		return "for users and roles, which are attached to no thing", "write the name itself", "B-325"
	case (p == Authorizer || p == Certificate || p == Identity) && isIAM:
		return "in a policy of AWS IoT's: it is IAM's", "write ${iot:ClientId}, or the name itself", "B-335"
	}
	return "", "", ""
}
