package authn

import (
	"fmt"
	"runtime"
	"testing"
	"time"
)

// TestDocumentsAreShared: the same answer twice is one and the same document, which is
// forgotten with its last owner.
func TestDocumentsAreShared(t *testing.T) {
	known := &answers{}
	grant := func(topic string) *Grant {
		g, err := readAnswer(fmt.Appendf(nil, `{"isAuthenticated": true, "principalId": "p", "policyDocuments": [%[1]s, %[1]s]}`,
			`{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iot:Publish", "Resource": "arn:aws:iot:us-east-1:000000000000:topic/`+
				topic+`"}}`), "", known)
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	a, b, c := grant("a"), grant("a"), grant("c")
	if a.Documents[0] != b.Documents[0] || a.Documents[1] != b.Documents[1] {
		t.Error("the same answer gave two documents, want one")
	}
	if a.Documents[0] == a.Documents[1] || a.Documents[0] == c.Documents[0] {
		t.Error("a document at another place, or of another text, is taken for the same")
	}
	runtime.KeepAlive(a)
	runtime.KeepAlive(b)
	for deadline := time.Now().Add(10 * time.Second); ; runtime.GC() {
		known.mu.Lock()
		n := len(known.documents)
		known.mu.Unlock()
		if n == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d documents that nobody has are known", n)
		}
	}
	if again := grant("a"); len(again.Documents) != 2 {
		t.Errorf("got %d documents, want 2", len(again.Documents))
	}
}

// TestAnswersAreKnown: an answer is read once, and each connection's grant is its own.
func TestAnswersAreKnown(t *testing.T) {
	known := &answers{}
	text := []byte(`{"isAuthenticated": true, "principalId": "p", "policyDocuments": [], "refreshAfterInSeconds": 300.0}`)
	var grants []*Grant
	for range 2 {
		g, err := parseAnswer(text, "", known)
		if err != nil || len(g.Notes) != 2 || g.RefreshAfter != 300*time.Second {
			t.Fatalf("got %+v, %v, want a grant with two notes", g, err)
		}
		g.Notes = append(g.Notes, Note{Text: "its own"})
		g.Authorizer = fmt.Sprint(len(grants))
		grants = append(grants, g)
	}
	if grants[0].Authorizer != "0" || len(grants[0].Notes) != 3 {
		t.Errorf("got %+v, want what was done to the first to stay", grants[0])
	}
	if g := known.find(text, "certificate"); g != nil {
		t.Error("the answer about a certificate's principal is taken from one without (A-249)")
	}
	for i := range 100 {
		if _, err := parseAnswer(fmt.Appendf(nil, `{"isAuthenticated": true, "principalId": "p%d", "policyDocuments": []}`, i), "", known); err != nil {
			t.Fatal(err)
		}
	}
	if len(known.newest) != mostNewest {
		t.Errorf("%d answers are kept, want %d", len(known.newest), mostNewest)
	}
	if _, err := parseAnswer([]byte(`{"isAuthenticated": false}`), "", known); err == nil {
		t.Error("a refusal is granted")
	}
}
