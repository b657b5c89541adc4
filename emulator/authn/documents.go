package authn

import (
	"runtime"
	"sync"
	"weak"

	"github.com/suback/suback/emulator/policy"
)

// documents are those of answers that somebody has at this moment. A function that
// answers thousands of connections the same gives them one and the same document, which
// package policy then compiles once. The zero value is ready for use; nil knows none.
type documents struct {
	mu    sync.Mutex
	known map[named]weak.Pointer[policy.Document]
}

// named is a document as an answer has it, at its place there.
type named struct{ name, text string }

func (d *documents) find(n named) *policy.Document {
	if d == nil {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.known[n].Value()
}

// add makes a document known until nobody has it any more.
func (d *documents) add(n named, doc *policy.Document) {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.known == nil {
		d.known = map[named]weak.Pointer[policy.Document]{}
	}
	d.known[n] = weak.Make(doc)
	runtime.AddCleanup(doc, d.forget, n)
}

// forget lets go of a document, unless another of the same text is known by now.
func (d *documents) forget(n named) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.known[n].Value() == nil {
		delete(d.known, n)
	}
}
