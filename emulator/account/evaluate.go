package account

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/why"
)

// A Question asks what policies say to one request, which nobody makes.
type Question struct {
	// Documents are the policies. Without them those of Client count.
	Documents []NamedDocument `json:"documents"`

	// Client is a client id that is connected: its variables count, and its policies
	// where there are no Documents.
	Client string `json:"client"`

	ClientID string        `json:"clientId"` // without Client: iot:ClientId
	Action   policy.Action `json:"action"`   // "iot:Publish"
	Name     string        `json:"name"`     // the topic, filter or client id

	// Variables are policy variables and condition keys, which hide those that Client
	// has.
	Variables map[string]Texts `json:"variables"`
}

// A NamedDocument is a policy, as an object or as text.
type NamedDocument struct {
	Name     string          `json:"name"` // default "documents[0]"
	Document json.RawMessage `json:"document"`
}

// Texts are the values of a variable: in JSON one text, number or boolean, or a list of
// texts.
type Texts []string

// UnmarshalJSON reads a value or a list of them.
func (t *Texts) UnmarshalJSON(text []byte) error {
	var list []string
	if json.Unmarshal(text, &list) == nil && text[0] == '[' {
		*t = list
		return nil
	}
	var one any
	if err := json.Unmarshal(text, &one); err != nil {
		return err
	}
	switch one := one.(type) {
	case string:
		*t = Texts{one}
	case float64, bool:
		*t = Texts{string(text)}
	default:
		return fmt.Errorf("a variable is %s, want a text or a list of texts", text)
	}
	return nil
}

// An Evaluation is the answer to a Question.
type Evaluation struct {
	why.Verdict
	Warnings []string `json:"warnings,omitempty"` // what the documents hardly mean
}

// ErrNotConnected means a client id that a Question is about and nobody has.
var ErrNotConnected = errors.New("is not connected")

// Evaluate answers a Question. It decides as the gateway does, and changes nothing.
func (a *Account) Evaluate(q Question) (e Evaluation, err error) {
	docs, err := q.documents()
	if err != nil {
		return e, err
	}
	if !strings.Contains(string(q.Action), ":") {
		return e, fmt.Errorf("action is %q, want one such as iot:Publish", q.Action)
	}
	p, err := a.policyFor(q, docs)
	if err != nil {
		return e, err
	}
	for _, d := range docs {
		for _, w := range d.Warnings() {
			e.Warnings = append(e.Warnings, d.Name+" "+w.Text)
		}
		if n := policy.Size([]byte(d.Text())); n > policy.MaxDocumentSize {
			e.Warnings = append(e.Warnings, fmt.Sprintf("%s has %d characters, AWS takes %d", d.Name, n,
				policy.MaxDocumentSize))
		}
	}
	if q.Name == "" && strings.EqualFold(string(q.Action), string(policy.Connect)) {
		q.Name = cmp.Or(q.Client, q.ClientID)
	}
	extra := policy.Values{}
	for key, texts := range q.Variables {
		extra[key] = texts
	}
	e.Verdict = why.Judge(p, q.Action, q.Name, extra)
	return e, nil
}

// documents reads those of the question.
func (q Question) documents() (docs []*policy.Document, err error) {
	for i, d := range q.Documents {
		name, text := cmp.Or(d.Name, fmt.Sprintf("documents[%d]", i)), []byte(d.Document)
		if inner := ""; json.Unmarshal(text, &inner) == nil {
			text = []byte(inner)
		}
		doc, err := policy.Parse(name, text)
		if err != nil {
			return nil, err
		}
		docs = append(docs, doc)
	}
	return docs, nil
}

func (a *Account) policyFor(q Question, docs []*policy.Document) (*policy.Policy, error) {
	if q.Client != "" {
		p, ok := a.hook.PolicyOf(q.Client)
		switch {
		case !ok:
			return nil, fmt.Errorf("client %q %w", q.Client, ErrNotConnected)
		case len(q.Documents) > 0:
			return p.With(docs), nil
		}
		return p, nil
	}
	if q.Documents == nil {
		return nil, errors.New("there are neither documents nor client, want what is to be judged")
	}
	values := policy.Values{}
	if q.ClientID != "" {
		values["iot:ClientId"] = []string{q.ClientID}
	}
	return policy.Compile(docs, policy.Context{Partition: a.registry.Partition(), Region: a.registry.Region(),
		Account: a.registry.Account(), Values: values, Now: time.Now}), nil
}
