package registry

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/policy"
)

// Trust policies
//
//   - a policy with Principal where others have Resource; no policy trusts
//     everybody of the account
//   - principals are of a kind: AWS (ARN, account, "*"), Service, Federated
//   - actions and conditions as in any other policy: so the statements that name
//     the caller are judged as one

// A Trustee is who wants to have a role.
type Trustee struct {
	Kind  string   // "AWS", "Service" or "Federated"
	Names []string // any of them will do
}

// Distrust is why a role's trust policy does not let somebody in, the rest of a sentence that
// begins with the policy; "" if it does.
func (r *Registry) Distrust(role Role, who Trustee, action policy.Action, values policy.Values) string {
	if role.AssumeRolePolicyDocument == "" {
		return ""
	}
	text, err := who.statements([]byte(role.AssumeRolePolicyDocument))
	if err != nil {
		return "cannot be read: " + err.Error()
	}
	if text == nil {
		return fmt.Sprintf("names no Principal {%q: %q}", who.Kind, who.Names[0])
	}
	document, err := policy.Parse(role.RoleName, text)
	if err != nil {
		return "cannot be read: " + err.Error()
	}
	decision := policy.Compile([]*policy.Document{document}, policy.Context{Partition: r.Partition(),
		Region: r.Region(), Account: r.Account(), Values: values, Now: r.Now}).
		ExplainARN(action, role.RoleArn, nil)
	if decision.Allowed {
		return ""
	}
	for _, s := range decision.Considered {
		// without the values: an external id is nobody's business
		if key, _, _ := strings.Cut(s.Condition, " is "); key != "" {
			return fmt.Sprintf("allows %s on a condition that fails: %s", action, key)
		}
	}
	return fmt.Sprintf("does not allow %s to %s", action, who.Names[0])
}

// statements returns the document that is left of a trust policy if only the
// statements that name a principal count, nil if none does.
func (p Trustee) statements(text []byte) ([]byte, error) {
	var document map[string]json.RawMessage
	if err := json.Unmarshal(text, &document); err != nil {
		return nil, err
	}
	var kept []map[string]json.RawMessage
	for _, s := range list(document["Statement"]) {
		var statement map[string]json.RawMessage
		if err := json.Unmarshal(s, &statement); err != nil {
			return nil, fmt.Errorf("statement: %w", err)
		}
		if _, ok := statement["NotPrincipal"]; ok {
			return nil, errors.New("statement: NotPrincipal is not emulated, want Principal")
		}
		if !p.isIn(statement["Principal"]) {
			continue
		}
		delete(statement, "Principal")
		statement["Resource"] = json.RawMessage(`"*"`)
		kept = append(kept, statement)
	}
	if kept == nil {
		return nil, nil
	}
	document["Statement"], _ = json.Marshal(kept) // made of JSON
	return json.Marshal(document)
}

// isIn says whether a Principal element names p.
func (p Trustee) isIn(element json.RawMessage) bool {
	var all string
	if json.Unmarshal(element, &all) == nil {
		return all == "*"
	}
	var kinds map[string]json.RawMessage
	_ = json.Unmarshal(element, &kinds) // what is no object names nobody
	for _, item := range list(kinds[p.Kind]) {
		var name string
		if json.Unmarshal(item, &name) == nil && (name == "*" || slices.Contains(p.Names, name)) {
			return true
		}
	}
	return false
}

// list returns the items of an array, or the value that stands for one.
func list(value json.RawMessage) []json.RawMessage {
	var items []json.RawMessage
	if json.Unmarshal(value, &items) == nil || len(value) == 0 {
		return items
	}
	return []json.RawMessage{value}
}
