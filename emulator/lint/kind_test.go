package lint

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/suback/suback/emulator/tree"
)

// What a file is, it is by its content.
func TestKinds(t *testing.T) {
	const answer = `{"isAuthenticated":true,"principalId":"a","policyDocuments":[` + connects + `]}`
	quoted := func(s string) string { return string((&value{Kind: text, Text: s}).JSON(plausible)) }
	tests := []struct {
		name, text string
		want       []string
	}{
		{"a policy", connects, nil},
		{"a policy as YAML", "Version: 2012-10-17\nStatement:\n  Effect: Allow\n  Action: iot:Connect\n  Resource: arn:aws:iot:eu-west-1:123456789012:client/a\n", nil},
		{"a policy as a text", quoted(connects), nil},
		{"GetPolicy's", `{"policyName":"p","policyDocument":` + quoted(connects) + `}`, nil},
		{"an answer", answer, nil},
		{"TestInvokeAuthorizer's", `{"isAuthenticated":true,"principalId":"a","policyDocuments":[` + quoted(connects) +
			`],"refreshAfterInSeconds":300,"disconnectAfterInSeconds":3600}`, nil},
		{"a refusal", `{"isAuthenticated":false,"principalId":"","policyDocuments":null,"refreshAfterInSeconds":0}`, nil},
		{"an answer as a text", quoted(answer), []string{"answer-text"}},
		{"an answer without documents", `{"isAuthenticated":true,"principalId":"a"}`, []string{"answer-shape"}},
		{"an answer of the API Gateway's", `{"principalId":"a","policyDocument":` + connects + `}`, []string{"answer-shape"}},
		{"an answer with one document", `{"isAuthenticated":true,"principalId":"a","policyDocument":` + connects + `}`,
			[]string{"answer-shape"}},
		{"documents that are an object", `{"isAuthenticated":true,"principalId":"a","policyDocuments":` + connects + `}`,
			[]string{"answer-shape"}},
		{"a document that is a broken text", `{"isAuthenticated":true,"principalId":"a","policyDocuments":["{"]}`, []string{"malformed"}},
		{"a document that is a number", `{"isAuthenticated":true,"principalId":"a","policyDocuments":[1]}`, []string{"malformed"}},
		{"a configuration", "region: us-east-1\n", nil},
		{"nothing", "", []string{"unknown-file"}},
		{"a list", "[]", []string{"unknown-file"}},
		{"a text", `"a"`, []string{"unknown-file"}},
		{"a number", `7`, []string{"unknown-file"}},
		{"an empty object", `{}`, []string{"unknown-file"}},
		{"something else", `{"compilerOptions":{}}`, []string{"unknown-file"}},
		{"a trust policy", `{"Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`,
			[]string{"unknown-file"}},
		{"no UTF-8", "{\"Statement\":\"\xff\"}", []string{"malformed"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if all := Text("x", []byte(tt.text), Options{}); !slices.Equal(ids(all), tt.want) {
				t.Errorf("got %+v, want %q\n%s", all, tt.want, tt.text)
			}
		})
	}
}

// Whatever the file, it ends soon, and says that it did not look at all of it.
func TestBounds(t *testing.T) {
	many := strings.TrimSuffix(strings.Repeat(`{"Effect":"Allow","Action":"iot:Connect","Resource":"arn:aws:iot:us-east-1:1:topic/a"},`, 2000), ",")
	aliases := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'k'; c++ {
		aliases += fmt.Sprintf("%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c]\n", c, c, c-1, c-1, c-1, c-1, c-1, c-1, c-1, c-1, c-1)
	}
	tests := []struct {
		name, text string
		want       string // a part of some finding's text
	}{
		{"a large file", `{"Statement":"` + strings.Repeat("a", tree.MaxFile) + `"}`, "more than 4194304 bytes"},
		{"deep JSON", strings.Repeat(`{"Statement":`, 5000) + "1" + strings.Repeat("}", 5000), "nested deeper than 64"},
		{"deeper JSON", strings.Repeat("[", 100_000), "no JSON"},
		{"deep YAML", "a: " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000), "nested deeper than 64"},
		{"many values", `{"Statement":[` + strings.Repeat("1,", tree.MaxValues) + `1]}`, "more than 200000 values"},
		{"YAML that grows", aliases, "more than 200000 values"},
		{"YAML within itself", "a: &a [*a]\n", "nested deeper than 64"},
		{"many findings", `{"Version":"2012-10-17","Statement":[` + many + `]}`, "findings more"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			start := time.Now()
			all := Text("x.json", []byte(tt.text), Options{})
			if !slices.ContainsFunc(all, func(f Finding) bool { return strings.Contains(f.Text, tt.want) }) {
				t.Errorf("got %.300v, want %q", all, tt.want)
			}
			if len(all) > maxFindings+1 {
				t.Errorf("got %d findings, want %d at most", len(all), maxFindings+1)
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("took %v, want a moment", took)
			}
		})
	}
}

// FuzzText: whatever the file, there is no panic, and every finding has a place in it, a
// rule, a sentence and a cure.
func FuzzText(f *testing.F) {
	for _, r := range Rules() {
		text, err := readFile(examples + "/" + r.Example)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(inTemplate("PolicyDocument: !Sub |", "\n        "+connects)))
	actions := sync.OnceValue(actionNames)
	f.Fuzz(func(t *testing.T, text []byte) {
		lines := strings.Count(string(text), "\n") + 1
		l := newLinter("x.yaml", text, Options{Principal: Authorizer}, actions)
		l.checkText(false)
		for _, found := range l.done() {
			if found.Line < 1 || found.Line > lines+1 || found.Column < 1 || found.Text == "" || found.Cure == "" ||
				findRule(found.Rule).ID != found.Rule {
				t.Errorf("got %+v of %d lines", found, lines)
			}
		}
	})
}
