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
	known := &documents{}
	grant := func(topic string) *Grant {
		g, err := parseAnswer(fmt.Appendf(nil, `{"isAuthenticated": true, "principalId": "p", "policyDocuments": [%[1]s, %[1]s]}`,
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
		n := len(known.known)
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
