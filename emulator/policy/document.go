package policy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// MaxDocuments is how many documents an authorizer may return, and how many
	// policies may be attached to one principal [B-128].
	MaxDocuments = 10

	// MaxDocumentSize is the length of a document as Size counts it [B-127].
	MaxDocumentSize = 2048
)

// Size counts the characters of a document, white space left out [B-127]. A
// character is a Unicode code point, and white space inside strings is left out
// as well [guess: IAM "does not count white space"].
func Size(text []byte) int {
	n := 0
	for _, r := range string(text) {
		if !unicode.IsSpace(r) {
			n++
		}
	}
	return n
}

// A Document is a parsed policy document. It is immutable and safe for
// concurrent use, so one Document may serve any number of connections.
type Document struct {
	// Name is how errors and explanations call it: "LambdaPolicy[0]", or the
	// name of a stored policy.
	Name string

	text       string
	statements []statement
	warnings   []Warning
	hidden     []string // keys that are undefined here
	misspelt   []Misspelling
	shared     *shared
}

type statement struct {
	sid         string
	deny        bool
	actions     []glob   // lower case [B-124]
	actionTexts []string // as written
	notAction   bool
	resources   []template
	notResource bool
	conditions  []condition
	literal     string // a variable that is plain text here, for want of a Version [B-109]
	personal    bool   // what it says depends on the connection: it has a variable or a condition
}

// Text is what Parse was given.
func (d *Document) Text() string { return d.text }

// A Warning is what a document may contain but hardly means.
type Warning struct {
	Text string // "Statement[0].Resource …", with what is wanted
	Rule string // its number
}

// Warnings lists them; nil if there is nothing to say.
func (d *Document) Warnings() []Warning { return slices.Clone(d.warnings) }

// An Error says what is wrong with a document: AWS calls all of it malformed
// [B-113, B-114].
type Error struct {
	Document string // the name given to Parse
	Path     string // "Statement[1].Effect"; empty when the text is no JSON

	// Line and Column count from 1, in characters; 0 when the text is JSON.
	Line, Column int

	Problem string // what is there, and what was wanted

	notARN string // the resource that is none
}

// AWS is what AWS says about the document, which is less [B-114, A-331].
func (e *Error) AWS() string {
	if e.notARN != "" {
		return "Policy document is Malformed: The resource " + e.notARN + " is not in valid ARN format"
	}
	return "Policy document is Malformed: Invalid policy syntax."
}

func (e *Error) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("policy %s:%d:%d: %s", e.Document, e.Line, e.Column, e.Problem)
	}
	return fmt.Sprintf("policy %s: %s %s", e.Document, e.Path, e.Problem)
}

// Parse reads one policy document [B-101 to B-112]. The name is used in
// messages only. Parse does not look at Size: what a document may weigh, and
// how AWS words the refusal, depends on where it came from. Every error is an
// *Error.
func Parse(name string, text []byte) (*Document, error) { return reader{}.parse(name, text) }

// ParseAnswered is Parse for a document that an authorizer answers: an empty
// Statement or Resource matches nothing there, with a warning. AWS is not known to
// refuse it, and applications with such answers are in use [B-111, guess].
func ParseAnswered(name string, text []byte) (*Document, error) {
	return reader{answered: true}.parse(name, text)
}

func (r reader) parse(name string, text []byte) (*Document, error) {
	root, err := readJSON(name, text)
	if err != nil {
		return nil, err
	}
	r.doc = &Document{Name: name, text: string(text), shared: &shared{}}
	if err := r.document(root); err != nil {
		return nil, err
	}
	return r.doc, nil
}

// A reader turns JSON nodes into a Document.
type reader struct {
	doc        *Document
	answered   bool // by an authorizer
	version    string
	substitute bool // Version 2012-10-17: "${...}" are variables [B-109]
}

func (r *reader) fail(path, format string, args ...any) error {
	return &Error{Document: r.doc.Name, Path: path, Problem: fmt.Sprintf(format, args...)}
}

func (r *reader) warn(rule, path, format string, args ...any) {
	r.doc.warnings = append(r.doc.warnings, Warning{path + " " + fmt.Sprintf(format, args...), rule})
}

func (r *reader) document(root node) error {
	if root.kind != "an object" {
		return r.fail("document", "is %s, want an object with Version and Statement", root.kind)
	}
	var statements *node
	version := node{}
	for _, m := range root.members {
		switch m.name { // case-sensitive [B-110, guess]
		case "Version":
			version = m.value
		case "Statement":
			statements = &m.value
		case "Id": // IAM's grammar has it, nothing reads it
			if m.value.kind != "a string" {
				return r.fail("Id", "is %s, want a string", m.value.kind)
			}
		default:
			return r.fail("document", "has %s, want Version and Statement", quote(m.name))
		}
	}
	if err := r.readVersion(version); err != nil {
		return err
	}
	if statements == nil {
		return r.fail("Statement", "is missing, want one or more statements")
	}
	return r.statements(*statements)
}

func (r *reader) readVersion(n node) error {
	const want = `want "2012-10-17"`
	switch {
	case n.kind == "":
		r.version = "is missing"
	case n.kind != "a string":
		return r.fail("Version", "is %s, %s", n.kind, want)
	case n.text == "2008-10-17":
		r.version = "is " + strconv.Quote(n.text)
	case n.text == "2012-10-17":
		r.substitute = true
	default:
		return r.fail("Version", "is %s, %s", quote(n.text), want)
	}
	return nil
}

func (r *reader) statements(n node) error {
	if n.kind == "an object" { // one bare statement [B-102]
		return r.statement("Statement", n)
	}
	if n.kind != "an array" {
		return r.fail("Statement", "is %s, want an array of statements or one statement", n.kind)
	}
	if len(n.items) == 0 && r.answered {
		r.warn("B-111", "Statement", "is empty, which allows nothing; AWS is not known to take it")
	} else if len(n.items) == 0 { // [guess: IAM wants one]
		return r.fail("Statement", "is empty, want at least one statement")
	}
	for i, item := range n.items {
		if err := r.statement(index("Statement", i), item); err != nil {
			return err
		}
	}
	return nil
}

// isARN: AWS refuses others as "not in valid ARN format" (seen in
// awsdocs/aws-iot-docs#46). How much of an ARN it wants is not known.
func isARN(text string) bool { return text == "*" || strings.HasPrefix(text, "arn:") }

// isAction: "vendor:Name", or the lone "*" [B-111].
func isAction(text string) bool {
	vendor, name, found := strings.Cut(text, ":")
	return text == "*" || found && vendor != "" && name != "" && utf8.ValidString(text)
}
