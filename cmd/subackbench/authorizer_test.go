package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/policy"
)

// However many statements: AWS takes the answer, and it lets the generator do its work;
// more than that a single one alone, which allows all.
func TestAuthorizerAnswer(t *testing.T) {
	for _, n := range []int{1, 50, 150} {
		var answer struct {
			PolicyDocuments []json.RawMessage `json:"policyDocuments"`
		}
		if err := json.Unmarshal(authorizerAnswer(n), &answer); err != nil {
			t.Fatal(err)
		}
		if got := len(answer.PolicyDocuments); got > 10 {
			t.Errorf("%d statements: got %d documents, want 10 at most", n, got)
		}
		statements := 0
		var documents []*policy.Document
		for _, text := range answer.PolicyDocuments {
			if len(text) > policy.MaxDocumentSize {
				t.Errorf("%d statements: got a document of %d bytes, want %d at most", n, len(text), policy.MaxDocumentSize)
			}
			statements += strings.Count(string(text), `"Effect"`)
			d, err := policy.Parse("document", text)
			if err != nil {
				t.Fatal(err)
			}
			documents = append(documents, d)
		}
		if statements != n {
			t.Errorf("got %d statements, want %d", statements, n)
		}
		p := policy.Compile(documents, policy.Context{Partition: "aws", Region: "us-east-1", Account: "000000000000",
			Values: policy.Values{"iot:ClientId": {"load-1"}}})
		for _, may := range []struct {
			action policy.Action
			name   string
			want   bool
		}{
			{policy.Connect, "load-1", true},
			{policy.Publish, "bench/t0/state", true},
			{policy.RetainPublish, "bench/r1/2", true},
			{policy.Subscribe, "bench/t0/state", true},
			{policy.Receive, "bench/t0/state", true},
			{policy.Publish, "secret/1", n == 1},
			{policy.Subscribe, "secret/1", n == 1},
		} {
			if got := p.Allows(may.action, may.name); got != may.want {
				t.Errorf("%d statements: %s %s: got %v, want %v", n, may.action, may.name, got, may.want)
			}
		}
	}
}
