package lint

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/policy"
)

// An authorizer's answer
//
//   - package authn says what is wrong with it, in its order and one thing at a time; so
//     what it names is replaced by what is right, and it is asked again
//   - the documents are linted as they are

// maxAsked is how often it is asked: an answer has five members.
const maxAsked = 8

// checkAnswer lints an answer, or what TestInvokeAuthorizer says of one.
func (l *linter) checkAnswer(v *value) {
	refusals := l.refusals(v)
	documents := v.Get("policyDocuments")
	if documents == nil || documents.Kind != array || v.Get("isAuthenticated").IsFalse() {
		return
	}
	var all []*document
	for i, item := range documents.Items {
		d := l.readDocument(fmt.Sprintf("policyDocuments[%d]", i), item, true, Authorizer)
		l.checkDocument(d, l.options.endpoint())
		all = append(all, d)
	}
	switch n := len(documents.Items); {
	case n > policy.MaxDocuments:
		l.report("too-many-documents", documents.Items[policy.MaxDocuments].At,
			fmt.Sprintf("policyDocuments has %d documents, AWS takes %d", n, policy.MaxDocuments),
			"put the statements of several documents into one")
	case n == 0 && refusals == 0:
		l.report("documents-empty", documents.At, "policyDocuments is empty: nothing is allowed, not even iot:Connect",
			"write a policy that allows iot:Connect at least")
	case n > 0:
		l.checkPool(all, false)
	}
}

// refusals reports what package authn has against an answer, but for its documents.
func (l *linter) refusals(v *value) (n int) {
	answer := copyOf(v)
	if d := answer.Get("policyDocuments"); d != nil && d.Kind == array {
		*d = value{Kind: array}
	}
	for range maxAsked {
		notes, err := authn.JudgeAnswer(answer.JSON(plausible))
		e := (*authn.Error)(nil)
		switch {
		case err == nil:
			l.reportNotes(v, notes)
			return n
		case !errors.As(err, &e) || answer.Get("isAuthenticated").IsFalse():
			return n // a refusal is an answer, and what else it says is not read
		}
		n++
		if !mend(answer, l.reportRefusal(v, e)) {
			return n
		}
	}
	return n
}

// reportRefusal returns the member that is to blame, "" for the whole.
func (l *linter) reportRefusal(v *value, e *authn.Error) string {
	id, name := "answer-shape", ""
	for _, m := range []string{"isAuthenticated", "principalId", "policyDocuments", "refreshAfterInSeconds",
		"disconnectAfterInSeconds"} {
		if strings.HasPrefix(e.Detail, m) {
			name = m
		}
	}
	switch name {
	case "principalId":
		id = "principal-id"
	case "refreshAfterInSeconds", "disconnectAfterInSeconds":
		id = "timer"
	}
	at := v.At
	if member := v.Get(name); member != nil {
		at = member.At
	}
	f := l.report(id, at, "the answer is refused: "+e.Detail, e.Hint)
	f.Rules = slices.Clone(e.Rules)
	return name
}

// reportNotes are about what AWS may read otherwise, or nobody reads.
func (l *linter) reportNotes(v *value, notes []authn.Note) {
	for _, n := range notes {
		switch n.Rule {
		case "A-130":
			name, _, _ := strings.Cut(n.Text, " ")
			l.report("timer-decimal", v.Locate(name), before(n.Text, ", write "), "write "+after(n.Text, ", write "))
		case "A-131":
			_, name, _ := strings.Cut(n.Text, `"`)
			name, _, _ = strings.Cut(name, `"`)
			l.report("answer-key", v.NameOf(name, v.At), before(n.Text, ": is "),
				"write "+strings.TrimSuffix(after(n.Text, ": is "), " meant?"))
		}
	}
}

func before(s, sep string) string { b, _, _ := strings.Cut(s, sep); return b }
func after(s, sep string) string  { _, a, _ := strings.Cut(s, sep); return a }

// mend replaces a member by what is right; false if there is no such.
func mend(v *value, name string) bool {
	right := map[string]*value{
		"isAuthenticated": {Kind: boolean, Text: "true"}, "principalId": {Kind: text, Text: "a"},
		"policyDocuments": {Kind: array}, "refreshAfterInSeconds": {Kind: number, Text: "300"},
		"disconnectAfterInSeconds": {Kind: number, Text: "300"},
	}[name]
	if right == nil {
		return false
	}
	v.Members = slices.DeleteFunc(v.Members, func(m member) bool { return m.Name == name })
	v.Members = append(v.Members, member{Name: name, Value: right})
	return true
}

// copyOf is an object with members of its own.
func copyOf(v *value) *value {
	made := *v
	made.Members = nil
	for _, m := range v.Members {
		below := *m.Value
		made.Members = append(made.Members, member{Name: m.Name, At: m.At, Value: &below})
	}
	return &made
}
