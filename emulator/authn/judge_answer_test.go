package authn

import (
	"errors"
	"strings"
	"testing"
)

// JudgeAnswer says what the gateway would, and nothing is kept of it.
func TestJudgeAnswer(t *testing.T) {
	const documents = `"policyDocuments":[{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}]`
	notes, err := JudgeAnswer([]byte(`{"isAuthenticated":true,"principalId":"a","refreshAfterInSecs":300,` + documents + `}`))
	if err != nil || len(notes) != 1 || notes[0].Rule != "A-131" {
		t.Errorf("got %v and %v, want a note of A-131", notes, err)
	}
	_, err = JudgeAnswer([]byte(`{"isAuthenticated":true,"principalId":"a-b",` + documents + `}`))
	if e := new(Error); !errors.As(err, &e) || !strings.HasPrefix(e.Detail, "principalId ") {
		t.Errorf("got %v, want principalId refused (A-123)", err)
	}
}
