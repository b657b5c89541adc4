package learn

import (
	"fmt"

	"github.com/suback/suback/emulator/policy"
)

// replay puts the requests to documents, and returns what they refuse.
func (rec *recording) replay(texts []Document) ([]Refused, error) {
	documents := make([]*policy.Document, len(texts))
	for i, text := range texts {
		var err error
		if documents[i], err = policy.Parse(fmt.Sprintf("learned[%d]", i), []byte(text)); err != nil {
			return nil, err
		}
	}
	policies := map[*client]*policy.Policy{}
	refused := []Refused{}
	for _, r := range rec.requests {
		p := policies[r.client]
		if p == nil {
			p = rec.compile(documents, &r.Request)
			policies[r.client] = p
		}
		if !p.Allows(r.Action, r.Name) {
			refused = append(refused, Refused{r.Request, p.Explain(r.Action, r.Name, nil)})
		}
	}
	return refused, nil
}

// compile binds documents to the client of a request.
func (rec *recording) compile(documents []*policy.Document, r *Request) *policy.Policy {
	return policy.Compile(documents, policy.Context{Partition: rec.at[0], Region: rec.at[1], Account: rec.at[2],
		Values: r.values()})
}
