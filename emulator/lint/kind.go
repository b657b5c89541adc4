package lint

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/config"
)

// What a file is, by what is in it. Its name says nothing.

// check finds out what the file is, and lints it. In a folder anything may lie: what is
// nothing of ours is passed over there.
func (l *linter) check(root *value, inFolder bool) {
	inner := root
	if root.Kind == text && looksLikeJSON(root.Text) {
		if v, err := root.Unwrap(); err == nil {
			inner = v
		}
	}
	check := l.kindOf(inner, inFolder)
	switch {
	case check != nil && inner != root && isAnswer(inner):
		l.report("answer-text", root.At, "the answer is a text that holds the object: AWS takes it, and TestInvokeAuthorizer shows it so",
			"return the object, without json.dumps or JSON.stringify")
		check(inner)
	case check != nil:
		check(inner)
	case !inFolder:
		l.report("unknown-file", root.At, "the file is "+described(inner)+": nothing that has policies",
			"want a policy (Statement), an authorizer's answer (isAuthenticated, policyDocuments), a topic rule (sql), a template (Resources) or suback.yaml")
	}
}

// kindOf returns what lints a value of its kind; nil if it is none of ours.
func (l *linter) kindOf(v *value, inFolder bool) func(*value) {
	switch {
	case v.Kind != object:
		return nil
	case isTemplate(v):
		return l.checkTemplate
	case isTemplate(v.Get("resources")): // of the Serverless Framework
		return func(v *value) { l.checkTemplate(serverless(v.Get("resources"))) }
	case isPolicy(v):
		if inFolder && !namesIoT(v) {
			return nil
		}
		return l.checkPolicyFile
	case v.Get("policyName") != nil && v.Get("policyDocument") != nil: // what GetPolicy answers
		return func(v *value) { l.checkPolicyFile(v.Get("policyDocument")) }
	case isAnswer(v):
		return l.checkAnswer
	case ruleOf(v) != nil:
		if inFolder && (ruleOf(v).Get("actions") == nil) {
			return nil
		}
		return l.checkRuleFile
	case isConfig(v, inFolder):
		return l.checkConfig
	}
	return nil
}

func isTemplate(v *value) bool {
	resources := v.Get("Resources")
	if resources == nil || resources.Kind != object {
		return false
	}
	return slices.ContainsFunc(resources.Members, func(m member) bool {
		of := m.Value.Get("Type")
		return of != nil && strings.Contains(of.Text, "::")
	})
}

func isPolicy(v *value) bool {
	return v.Get("Statement") != nil || v.Get("Version") != nil && v.Get("statement") != nil
}

// namesIoT reports whether a policy has anything to do with AWS IoT.
func namesIoT(v *value) bool {
	for _, s := range v.Get("Statement").List() {
		for _, name := range []string{"Action", "NotAction"} {
			for _, a := range s.Get(name).List() {
				if a.IsOpaque() || slices.Contains([]string{"iot", "iotjobsdata", "*"}, newAction(a).service()) {
					return true
				}
			}
		}
	}
	return false
}

func isAnswer(v *value) bool {
	var names []string
	for _, m := range v.Members {
		names = append(names, strings.ToLower(m.Name))
	}
	has := func(name string) bool { return slices.Contains(names, name) }
	return has("isauthenticated") || has("policydocuments") || has("principalid") && has("policydocument") ||
		has("statuscode") && has("body")
}

// isConfig wants some key of suback.yaml, in a folder nearly all of them: others have
// functions and tags too.
func isConfig(v *value, inFolder bool) bool {
	known := 0
	for _, m := range v.Members {
		if slices.Contains(configKeys(), m.Name) {
			known++
		}
	}
	if inFolder {
		return known > 1 && known*3 >= len(v.Members)*2
	}
	return known > 0
}

func configKeys() (keys []string) {
	for f := range reflect.TypeFor[config.Config]().Fields() {
		if key := f.Tag.Get("yaml"); key != "" && key != "-" {
			keys = append(keys, key)
		}
	}
	return keys
}

// described says what a value is, for who expected something else.
func described(v *value) string {
	if v.Kind != object {
		return v.Kind
	}
	var names []string
	for _, m := range v.Members[:min(len(v.Members), 5)] {
		names = append(names, clip(m.Name))
	}
	if len(names) == 0 {
		return "an empty object"
	}
	return fmt.Sprintf("an object with %s", strings.Join(names, ", "))
}

func looksLikeJSON(s string) bool { return strings.HasPrefix(strings.TrimSpace(s), "{") }

// checkPolicyFile is for a policy that stands alone.
func (l *linter) checkPolicyFile(v *value) {
	if v.Kind == object && v.Get("Statement") != nil && !isForIoT(v) {
		l.report("unknown-file", v.At, "the policy says who is trusted, or has no action of AWS IoT's",
			"want a policy with an action such as iot:Connect, and without Principal")
		return
	}
	d := l.readDocument("", v, false, l.options.Principal)
	l.checkDocument(d, l.options.endpoint())
	l.checkPool([]*document{d}, true)
}

// isForIoT reports whether a policy may be meant to be one of AWS IoT's: it names such an
// action, or nearly, and what else it has are not those of a trust policy.
func isForIoT(v *value) bool {
	if namesIoT(v) {
		return true
	}
	for _, s := range v.Get("Statement").List() {
		isTrust := s.Get("Principal") != nil
		for _, a := range append(s.Get("Action").List(), s.Get("NotAction").List()...) {
			if isIoT(newAction(a).service()) {
				return true
			}
			isTrust = true
		}
		if !isTrust {
			return true // malformed, which is told
		}
	}
	return false
}

// checkDocument looks at a document for itself.
func (l *linter) checkDocument(d *document, endpoint [arnFields]string) {
	l.checkNames(d)
	l.checkMatches(d)
	l.checkBroad(d)
	l.checkPlaces(d, endpoint)
}
