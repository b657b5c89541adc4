package learn

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/suback/suback/emulator/policy"
)

// A statement allows actions on resources.
type statement struct {
	actions actions
	arns    []string
}

// MarshalJSON writes one action or resource as a text, several as a list.
func (s *statement) MarshalJSON() ([]byte, error) {
	return compact(struct {
		Effect           string
		Action, Resource any
	}{"Allow", oneOrAll(s.actions.names()), oneOrAll(s.arns)}), nil
}

// A document is a policy document.
type document struct {
	Version   string
	Statement []*statement

	size int // an upper bound of its Size
}

// newDocument is one that allows nothing yet.
func newDocument() *document {
	d := &document{Version: "2012-10-17"}
	d.size = policy.Size(compact(d))
	return d
}

// add allows actions on one more resource, if the document stays within a size then.
func (d *document) add(set actions, arn string, most int) bool {
	n := len(d.Statement)
	more := sizeOfText(arn) + len(",")
	if n > 0 && d.Statement[n-1].actions == set {
		s := d.Statement[n-1]
		s.arns = append(s.arns, arn)
		if d.grow(more, most) {
			return true
		}
		s.arns = s.arns[:len(s.arns)-1]
		return false
	}
	s := &statement{actions: set, arns: []string{arn}}
	d.Statement = append(d.Statement, s)
	if d.grow(policy.Size(compact(s))+len(",[]"), most) {
		return true
	}
	d.Statement = d.Statement[:n]
	return false
}

// grow takes what was added into account, or reports that it is too much.
func (d *document) grow(more, most int) bool {
	next := d.size + more
	slack := len(",[]") * (len(d.Statement) + 1) // that size may be too large by
	if next > most && next-slack <= most {
		next = policy.Size(compact(d))
	}
	if next > most {
		return false
	}
	d.size = next
	return true
}

// pack writes resources into documents of at most a size, as many as it takes.
func (r resources) pack(at place, most int) []*document {
	var all []*document
	for _, t := range r.sorted() {
		arn := at.arn(t)
		if n := len(all); n > 0 && all[n-1].add(r[t], arn, most) {
			continue
		}
		d := newDocument()
		if !d.add(r[t], arn, most) {
			d.add(r[t], arn, d.size+1<<20) // alone it is too large; whoever asked will see that
		}
		all = append(all, d)
	}
	return all
}

// sizeOfText is what a text takes in a document.
func sizeOfText(text string) int {
	for i := range len(text) {
		if c := text[i]; c <= ' ' || c > '~' || c == '"' || c == '\\' {
			return policy.Size(compact(text))
		}
	}
	return len(`""`) + len(text)
}

// fits reports whether there are so many documents at most, each of at most a size.
func fits(all []*document, most, documents int) bool {
	return len(all) <= documents && !slices.ContainsFunc(all, func(d *document) bool { return d.size > most })
}

func oneOrAll(texts []string) any {
	if len(texts) == 1 {
		return texts[0]
	}
	return texts
}

// compact is JSON in one line.
func compact(v any) []byte { return encoded(v, "") }

// String is the document as people read it.
func (d *document) String() string { return string(encoded(d, "  ")) }

func encoded(v any, indent string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	_ = e.Encode(v) // texts alone, which cannot fail
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
