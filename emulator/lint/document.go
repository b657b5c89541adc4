package lint

import (
	"errors"
	"fmt"
	"strings"

	"github.com/suback/suback/emulator/policy"
)

// A document is one policy document, read twice: by package policy, which says what AWS
// says of it, and here, with the place of each value.
type document struct {
	name       string // for messages: "LambdaPolicy[0]"; "" in a file that is one document
	answered   bool   // by an authorizer
	principal  Principal
	root       *value
	statements []statement
	sound      bool // nothing keeps it from being judged
}

// readDocument reads a policy and says what is wrong with it alone.
func (l *linter) readDocument(name string, root *value, answered bool, principal Principal) *document {
	d := &document{name: name, answered: answered, principal: principal, root: root}
	if root == nil || root.Kind == opaque {
		return d
	}
	if root.Kind == text {
		inner, err := root.Unwrap()
		if err != nil {
			l.report("malformed", root.At, fmt.Sprintf("the policy is a text that %s", err),
				"write the policy's JSON, or the policy itself")
			return d
		}
		d.root = inner
	}
	if !l.parse(d) || d.root.Kind != object {
		return d
	}
	d.sound = true
	statements := d.root.Get("Statement")
	for i, v := range statements.List() {
		place := "Statement"
		if statements.Kind == array {
			place = fmt.Sprintf("Statement[%d]", i)
		}
		if v.Kind != object {
			d.sound = d.sound && v.Kind != opaque
			continue
		}
		d.statements = append(d.statements, readStatement(d.in(place), v))
	}
	return d
}

// in is a place of the document, for messages.
func (d *document) in(place string) string {
	if d.name == "" {
		return place
	}
	return d.name + "." + place
}

// parse has package policy read the document, and reports what it says.
func (l *linter) parse(d *document) bool {
	text := d.root.JSON(plausible)
	parse := policy.Parse
	if d.answered {
		parse = policy.ParseAnswered
	}
	l.checkSize(d, text)
	parsed, err := parse(d.in("document"), text)
	if e := (*policy.Error)(nil); errors.As(err, &e) {
		l.reportMalformed(d, e)
		return false
	}
	for _, w := range parsed.Warnings() {
		l.reportWarning(d, w)
	}
	l.checkVersion(d, parsed.Warnings())
	return true
}

// plausible stands for what is not known, so that AWS's rules have nothing against it.
func plausible(name string) string {
	switch name {
	case "Version":
		return `"2012-10-17"`
	case "Effect":
		return `"Allow"`
	case "Condition":
		return `{}`
	case "Statement":
		return `{"Effect":"Allow","Action":"*","Resource":"*"}`
	}
	if _, _, isOperator := policy.IsOperator(name); isOperator {
		return `{}`
	}
	return `"*"`
}

func (l *linter) checkSize(d *document, text []byte) {
	if n := policy.Size(text); n > policy.MaxDocumentSize && !d.root.HasOpaque() {
		l.report("too-long", d.root.At,
			fmt.Sprintf("%s has %d characters without white space, AWS takes %d", d.called(), n,
				policy.MaxDocumentSize),
			"write wildcards and variables in place of lists, or spread the statements over several policies")
	}
}

// called is the document in a message.
func (d *document) called() string {
	if d.name == "" {
		return "the document"
	}
	return d.name
}

func (l *linter) reportMalformed(d *document, e *policy.Error) {
	at := d.root.Locate(e.Path)
	if quoted, found := strings.CutPrefix(e.Problem, `has "`); found {
		name, _, _ := strings.Cut(quoted, `"`)
		at = d.root.Find(e.Path).NameOf(name, at)
	}
	l.report("malformed", at, fmt.Sprintf("%s %s", d.in(e.Path), beforeWant(e.Problem)), afterWant(e.Problem))
}

// beforeWant and afterWant part a message "is x, want y".
func beforeWant(problem string) string {
	before, _, _ := strings.Cut(problem, ", want ")
	return before
}

func afterWant(problem string) string {
	if _, after, found := strings.Cut(problem, ", want "); found {
		return "write " + after
	}
	return "see the AWS IoT policy elements"
}

// reportWarning is for what package policy warns of.
func (l *linter) reportWarning(d *document, w policy.Warning) {
	id := map[string]string{"B-201": "arn-parts", "B-109": "version-missing", "B-338": "variable-unknown",
		"B-111": "empty-list", "B-314": "condition-odd"}[w.Rule]
	path, problem, _ := strings.Cut(w.Text, " ")
	if id == "" || id == "version-missing" { // said once for the document
		return
	}
	cure := afterWant(problem)
	switch id {
	case "arn-parts":
		cure = `write all six, as "arn:aws:iot:us-east-1:123456789012:topic/a"`
	case "empty-list":
		problem, cure = "is empty, which matches nothing", "leave the statement out, or write what it is for"
	}
	l.report(id, d.root.Locate(path), d.in(path)+" "+beforeWant(problem), cure)
}

// checkVersion reports once that there is none, the worse if a variable stays plain text.
func (l *linter) checkVersion(d *document, warnings []policy.Warning) {
	version := d.root.Get("Version")
	if version != nil && (version.IsOpaque() || version.Text == "2012-10-17") {
		return
	}
	at, has := d.root.At, "has no Version"
	if version != nil {
		at, has = version.At, fmt.Sprintf("has Version %q", version.Text)
	}
	what := d.called() + " " + has + ": in an old policy a variable stays plain text"
	f := l.report("version-missing", at, what, `write "Version": "2012-10-17"`)
	for _, w := range warnings {
		if w.Rule == "B-109" {
			_, problem, _ := strings.Cut(w.Text, " has ")
			name, _, _ := strings.Cut(problem, ",")
			f.Text = fmt.Sprintf("%s %s, so that %s stays plain text and matches nothing", d.called(), has, name)
			f.Severity = Error
			return
		}
	}
}
