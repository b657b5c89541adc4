package scenario

import (
	"encoding/json"
	"strings"

	"gopkg.in/yaml.v3"
)

// A Policy is what a client may: AWS's documents, written in one of these ways.
//
//   - statements, one or a list: they become a document
//   - documents with Statement, one or a list
//   - none: there is no document
//
// Resources that begin with client/, topic/, topicfilter/ or thing/ are completed to ARNs
// of the account.
type Policy struct {
	documents []json.RawMessage
	given     bool
}

// here is how ARNs begin in the account that a file is written for.
const here = "arn:aws:iot:us-east-1:000000000000:"

func (p *Policy) read(n *yaml.Node) string {
	p.given = true
	if n.Value == "none" {
		return ""
	}
	var parts []any
	var v any
	if err := n.Decode(&v); err != nil {
		return strings.TrimPrefix(err.Error(), "yaml: ")
	}
	if list, many := v.([]any); many {
		parts = list
	} else {
		parts = []any{v}
	}
	var statements []any
	for _, part := range parts {
		m, ok := part.(map[string]any)
		switch {
		case !ok:
			return "the policy is no statement, want one as {Effect: Allow, Action: iot:Publish, Resource: topic/a}, or none"
		case m["Statement"] != nil:
			complete(m["Statement"])
			if problem := p.add(m); problem != "" {
				return problem
			}
		default:
			complete(m)
			statements = append(statements, m)
		}
	}
	if len(statements) > 0 {
		return p.add(map[string]any{"Version": "2012-10-17", "Statement": statements})
	}
	return ""
}

func (p *Policy) add(document map[string]any) string {
	text, err := json.Marshal(document)
	if err != nil {
		return "the policy cannot be written as JSON, want keys that are texts"
	}
	p.documents = append(p.documents, text)
	return ""
}

// complete makes ARNs of the resources of statements.
func complete(statements any) {
	switch s := statements.(type) {
	case []any:
		for _, one := range s {
			complete(one)
		}
	case map[string]any:
		for _, key := range []string{"Resource", "NotResource"} {
			if s[key] != nil {
				s[key] = completed(s[key])
			}
		}
	}
}

func completed(resource any) any {
	switch r := resource.(type) {
	case string:
		for _, kind := range []string{"client/", "topic/", "topicfilter/", "thing/"} {
			if strings.HasPrefix(r, kind) {
				return here + r
			}
		}
	case []any:
		for i := range r {
			r[i] = completed(r[i])
		}
	}
	return resource
}

// everything is the policy of who has none.
const everything = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:*","Resource":"*"}]}`

// policyOf is what a client of the scenario may.
func (s *Scenario) policyOf(c *Client) []json.RawMessage {
	switch {
	case c.Policy.given:
		return c.Policy.documents
	case s.Policy.given:
		return s.Policy.documents
	}
	return []json.RawMessage{json.RawMessage(everything)}
}
