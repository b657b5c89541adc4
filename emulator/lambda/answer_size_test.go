package lambda

import (
	"bytes"
	"io"
	"net/http"
	"testing"
)

// An answer in chunks, whose length is not said, is read without growing a buffer for it if
// the latest was as long.
func TestAnswersOfOneLength(t *testing.T) {
	p, answer := &Process{}, bytes.Repeat([]byte("{}"), 3000)
	content := bytes.NewReader(nil)
	r := &http.Request{ContentLength: -1, Body: io.NopCloser(content)}
	n := testing.AllocsPerRun(100, func() {
		content.Reset(answer)
		if got, err := p.readBody(r); err != nil || !bytes.Equal(got, answer) {
			t.Fatalf("got %d bytes, %v, want %d", len(got), err, len(answer))
		}
	})
	if n > 3 { // the buffer, what it stands in, and the bound of what is read
		t.Errorf("%v allocations, want 3 at most", n)
	}
}
