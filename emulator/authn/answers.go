package authn

import (
	"runtime"
	"slices"
	"sync"
	"weak"

	"github.com/suback/suback/emulator/policy"
)

// answers are those of functions that have been read: the newest few as they are, and
// the documents of all that somebody has at this moment. A function that answers
// thousands of connections the same gives them one and the same document, which package
// policy then compiles once. The zero value is ready for use; nil knows none.
type answers struct {
	mu        sync.Mutex
	newest    []answer
	documents map[named]weak.Pointer[policy.Document]
}

// An answer is what one was read as, beside a certificate's principal.
type answer struct {
	text, principal string
	grant           *Grant
}

const (
	mostNewest = 4
	mostText   = 64 << 10 // bytes of one that is kept as it is
)

// named is a document as an answer has it, at its place there.
type named struct{ name, text string }

// find returns what the same answer was read as; nil if that is not known.
func (k *answers) find(text []byte, principal string) *Grant {
	if k == nil {
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, a := range k.newest {
		if a.text == string(text) && a.principal == principal {
			return a.grant.alone()
		}
	}
	return nil
}

// add remembers what an answer was read as.
func (k *answers) add(text []byte, principal string, g *Grant) {
	if k == nil || len(text) > mostText {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.newest) == mostNewest {
		k.newest = slices.Delete(k.newest, 0, 1)
	}
	k.newest = append(k.newest, answer{string(text), principal, g.alone()})
}

// alone is a copy of a grant that may be added to.
func (g *Grant) alone() *Grant {
	own := *g
	own.Documents, own.Notes = slices.Clip(own.Documents), slices.Clip(own.Notes)
	return &own
}

// document returns that of the same text at the same place, if somebody has it.
func (k *answers) document(n named) *policy.Document {
	if k == nil {
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.documents[n].Value()
}

// addDocument makes a document known until nobody has it any more.
func (k *answers) addDocument(n named, d *policy.Document) {
	if k == nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.documents == nil {
		k.documents = map[named]weak.Pointer[policy.Document]{}
	}
	k.documents[n] = weak.Make(d)
	runtime.AddCleanup(d, k.forget, n)
}

// forget lets go of a document, unless another of the same text is known by now.
func (k *answers) forget(n named) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.documents[n].Value() == nil {
		delete(k.documents, n)
	}
}
