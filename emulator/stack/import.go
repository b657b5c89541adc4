package stack

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/suback/suback/emulator/near"
	"github.com/suback/suback/emulator/printed"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/tree"
)

// A File is a template.
type File struct {
	Name string // for notes, and for what paths in it are relative to; "-" is standard input
	Text []byte
}

// Options say what only whoever deploys knows.
type Options struct {
	Region  string // default that of a serverless.yml, else us-east-1
	Account string // 12 digits, default 000000000000

	// Parameters are values of parameters, by name; also of pseudo parameters, as AWS::StackName.
	Parameters map[string]string

	// Out is the file that will have the result: paths in it are relative to its folder. "":
	// the working directory.
	Out string
}

// A Result is a suback.yaml, and what has to be said about it.
type Result struct {
	Text  []byte
	Notes []Note // in the order of files and lines

	IsSecret bool // it has the value of a parameter that is NoEcho
}

// LeftOut reports whether something of the templates is not in it.
func (r Result) LeftOut() bool {
	return slices.ContainsFunc(r.Notes, func(n Note) bool { return n.LeftOut })
}

// A Note is about one place of a template.
type Note struct {
	File    string
	Line    int // from 1
	Text    string
	LeftOut bool // something is not in the result
}

// String is the note as a line.
func (n Note) String() string { return fmt.Sprintf("%s:%d: %s", n.File, n.Line, n.Text) }

// A ParameterError is about Options, not about a template.
type ParameterError struct{ text string }

// Error says what is wrong.
func (e *ParameterError) Error() string { return e.text }

// Import makes one suback.yaml of all templates. What cannot be taken is a note; an error is of
// a text that is no template, of options, or that of ctx once it is done.
func Import(ctx context.Context, files []File, o Options) (Result, error) {
	o.Account = cmp.Or(o.Account, registry.DefaultAccount)
	out := newOutput(ctx.Err, o)
	if err := out.in(cmp.Or(o.Region, "us-east-1")); err != nil {
		return Result{}, &ParameterError{err.Error()}
	}
	out.hasRegion = o.Region != ""
	var all []*template
	for _, f := range files {
		t, err := readTemplate(f, out)
		if err != nil {
			return Result{}, err
		}
		all = append(all, t)
	}
	if err := checkParameters(all, o.Parameters); err != nil {
		return Result{}, err
	}
	for _, t := range all {
		t.beside = all
	}
	for _, phase := range []phase{makes, attaches} {
		for _, t := range all {
			t.take(phase)
		}
	}
	for _, t := range all {
		if err := ctx.Err(); err != nil {
			return Result{}, err
		}
		if t.spent > maxSpent {
			return Result{}, fmt.Errorf("%s: its functions come to more than %d values", t.src.File, maxSpent)
		}
	}
	out.finish()
	text, err := out.checked()
	return Result{Text: text, Notes: out.sortedNotes(), IsSecret: len(out.secrets) > 0}, err
}

// checkParameters wants each parameter that is given to be one of a template.
func checkParameters(all []*template, given map[string]string) error {
	known := map[string]bool{}
	for _, name := range pseudoNames() {
		known[name] = true
	}
	for _, t := range all {
		for name := range t.parameters {
			known[name] = true
		}
		for _, name := range t.options {
			known[name] = true
		}
	}
	names := slices.Sorted(maps.Keys(known))
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if known[name] {
			continue
		}
		text := fmt.Sprintf("no template has a parameter %q", name)
		if meant := near.Name(name, names); meant != "" {
			text += fmt.Sprintf(", is %q meant?", meant)
		}
		return &ParameterError{text}
	}
	return nil
}

// maxNotes is how many notes there are; of those beyond, their number is the last.
const maxNotes = 1_000

// lost notes that something of a place is not in the result.
func (o *output) lost(at tree.Spot, format string, args ...any) { o.note(true, at, format, args...) }

// remark notes something about a place, of which nothing is lost.
func (o *output) remark(at tree.Spot, format string, args ...any) { o.note(false, at, format, args...) }

// note adds a note, once: a value that several use is resolved for each.
func (o *output) note(leftOut bool, at tree.Spot, format string, args ...any) {
	if len(o.notes) == maxNotes {
		o.unsaid++
		o.unsaidLost = o.unsaidLost || leftOut
		return
	}
	text := printed.Line(o.withoutSecrets(fmt.Sprintf(format, args...)))
	n := Note{File: at.File(), Line: at.Line(), Text: text, LeftOut: leftOut}
	if !o.noted[n] {
		o.noted[n] = true
		o.notes = append(o.notes, n)
	}
}

// sortedNotes are in the order of the files that were given, and of their lines.
func (o *output) sortedNotes() []Note {
	slices.SortStableFunc(o.notes, func(a, b Note) int {
		return cmp.Or(cmp.Compare(slices.Index(o.files, a.File), slices.Index(o.files, b.File)),
			cmp.Compare(a.Line, b.Line))
	})
	if o.unsaid > 0 {
		last := o.notes[len(o.notes)-1]
		last.Text, last.LeftOut = fmt.Sprintf("and %d more notes, which are not shown", o.unsaid), o.unsaidLost
		o.notes = append(o.notes, last)
	}
	return o.notes
}
