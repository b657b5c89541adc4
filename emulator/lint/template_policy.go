package lint

import (
	"fmt"
	"slices"

	"github.com/suback/suback/emulator/policy"
)

// Policies of a template, and AWS::IoT::PolicyPrincipalAttachment
//
//   - a policy that is attached nowhere in the template is judged alone, another one together
//     with those that its principal has beside it
//   - what names a policy or a principal is the same if it is written the same: the same text,
//     !Ref or !GetAtt; a principal that cannot be told from others is one of its own
//   - beside a policy that the template does not have nothing is missing: it may stand there

// A holder is a principal of a template with its policies.
type holder struct {
	at   spot
	docs []*document
}

func (l *linter) checkTemplatePolicies(resources []member) {
	documents, names := map[string]*document{}, []string{}
	byName := map[string]string{} // what an attachment calls it: the resource
	for _, m := range resources {
		properties := m.Value.Get("Properties")
		content := properties.Get("PolicyDocument")
		if m.Value.Get("Type").String() != "AWS::IoT::Policy" || content == nil {
			continue
		}
		d := l.readDocument(m.Name, content, false, l.options.Principal)
		l.checkDocument(d, l.options.endpoint())
		documents[m.Name], names = d, append(names, m.Name)
		byName["Ref "+m.Name] = m.Name
		if called := identity(properties.Get("PolicyName")); called != "" {
			byName[called] = m.Name
		}
	}
	isAttached := map[*document]bool{}
	for _, h := range holdersOf(resources, func(called string) *document { return documents[byName[called]] }) {
		for _, d := range h.docs {
			isAttached[d] = true
		}
		l.tooManyDocuments(len(h.docs), h.at)
		l.checkPool(h.docs, true)
	}
	for _, name := range names {
		if d := documents[name]; !isAttached[d] {
			l.checkPool([]*document{d}, true)
		}
	}
}

// holdersOf are the principals that policies are attached to, in the order of the template.
func holdersOf(resources []member, find func(called string) *document) (all []*holder) {
	known := map[string]*holder{}
	for _, m := range resources {
		if m.Value.Get("Type").String() != "AWS::IoT::PolicyPrincipalAttachment" {
			continue
		}
		principal := identity(m.Value.Path("Properties", "Principal"))
		h := known[principal]
		if h == nil || principal == "" {
			h = &holder{at: m.At}
			known[principal], all = h, append(all, h)
		}
		d := find(identity(m.Value.Path("Properties", "PolicyName")))
		if d == nil {
			d = &document{} // which is not sound
		}
		if !slices.Contains(h.docs, d) {
			h.docs = append(h.docs, d)
		}
	}
	return all
}

// identity is what two values have in common that are the same when the template is deployed;
// "" if that is not known.
func identity(v *value) string {
	switch {
	case v == nil:
		return ""
	case v.Kind == text:
		return "text " + v.Show()
	}
	return v.Target
}

// tooManyDocuments reports more policies than AWS attaches to a principal.
func (l *linter) tooManyDocuments(n int, at spot) {
	if n > policy.MaxDocuments {
		l.report("too-many-documents", at, fmt.Sprintf("there are %d policies, AWS attaches %d", n,
			policy.MaxDocuments), "put the statements of several policies into one")
	}
}
