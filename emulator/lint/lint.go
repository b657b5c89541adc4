package lint

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/printed"
)

// Principal says who a policy is for, as far as that decides what variables have a value.
type Principal string

// The principals. A policy alone may be anybody's.
const (
	Anybody     Principal = ""
	Certificate Principal = "certificate"
	Authorizer  Principal = "authorizer" // whoever a custom authorizer lets in, without a certificate
	Identity    Principal = "cognito"    // the IoT policies of a Cognito identity
	IAM         Principal = "iam"        // users and roles
)

// Principals are all of them but Anybody.
func Principals() []Principal { return []Principal{Certificate, Authorizer, Identity, IAM} }

// Options say what the files are for.
type Options struct {
	// Partition, Region and Account are the endpoint's. Where one is empty, ARNs of a file
	// are compared with each other alone. What a suback.yaml says of itself goes before.
	Partition, Region, Account string

	Principal Principal // of policies that stand alone
}

// A Finding is one thing that is wrong, or hardly meant.
type Finding struct {
	Rule     string   `json:"rule"`
	Severity Severity `json:"severity"`
	File     string   `json:"file"`
	Line     int      `json:"line"`   // from 1
	Column   int      `json:"column"` // from 1, in characters
	Text     string   `json:"text"`   // a sentence: what was found
	Cure     string   `json:"cure"`   // what to write instead
	Rules    []string `json:"rules,omitempty"`
	Example  string   `json:"example"` // a file of fixtures/policies that makes the mistake
	Cured    string   `json:"cured,omitempty"`
}

// maxFindings of one file; the rest are counted.
const maxFindings = 200

// A linter is at work on one file, and those that it names.
type linter struct {
	options  Options
	actions  func() []string // that there are
	src      *source
	findings []*Finding
	more     int      // findings beyond maxFindings
	places   []placed // fields of ARNs to be compared
	named    []string // files that it read besides
	read     map[string]*value
	region   string // of the suback.yaml, for its accounts

	pools    map[string]bool // documents that were looked at together
	compared int             // resources with each other, so far

	uncompared int  // what was left out, beyond maxComparisons
	beyond     spot // where the first of it stands
}

// report notes a finding of a rule.
func (l *linter) report(id string, at spot, what, cure string) *Finding {
	r := findRule(id)
	line, column := 0, 0 // of one too many
	if len(l.findings) < maxFindings {
		line, column = at.Position()
	}
	f := &Finding{Rule: id, Severity: r.Severity, File: at.File(), Line: line, Column: column,
		Text: readable(what), Cure: readable(cure), Rules: r.Rules, Example: r.Example, Cured: r.Cured()}
	if line == 0 {
		l.more++
		return f
	}
	same := func(g *Finding) bool {
		return g.Rule == f.Rule && g.File == f.File && g.Line == f.Line && g.Column == f.Column &&
			(g.Text == f.Text || id != "rule-statement") // which has one for each thing to say of a place
	}
	if i := slices.IndexFunc(l.findings, same); i >= 0 { // as of an anchor that several use
		return l.findings[i]
	}
	l.findings = append(l.findings, f)
	return f
}

// readable is a text for a line, whatever the file has.
func readable(s string) string { return printed.Line(strings.ReplaceAll(s, unknown, "…")) }

// done are the findings of the file, in its order.
func (l *linter) done() []Finding {
	l.comparePlaces()
	l.reportLeftOut()
	if l.more > 0 {
		r := findRule("unreadable")
		l.findings = append(l.findings, &Finding{Rule: r.ID, Severity: Info, File: l.src.File, Line: 1, Column: 1,
			Text: fmt.Sprintf("there are %d findings more", l.more), Cure: "mend these first",
			Example: r.Example, Cured: r.Cured()})
	}
	slices.SortStableFunc(l.findings, func(a, b *Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column), cmp.Compare(a.Rule, b.Rule))
	})
	all := make([]Finding, 0, len(l.findings))
	for _, f := range l.findings {
		all = append(all, *f)
	}
	return all
}
