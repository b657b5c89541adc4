package registry

import (
	"encoding/json"
	"strings"
)

// Copy returns another account of the same region that has what this one has: its
// ARNs, and those in its policies, name the other account. It is kept nowhere. The
// error is an *Error: account is not of AWS's form.
func (r *Registry) Copy(account string) (*Registry, error) {
	moved := strings.NewReplacer(":"+r.Account()+":", ":"+account+":")
	state := State{}
	for kind, values := range r.State() {
		state[kind] = map[string]json.RawMessage{}
		for key, value := range values {
			state[kind][moved.Replace(key)] = json.RawMessage(moved.Replace(string(value)))
		}
	}
	return Load(Options{Region: r.Region(), Account: account}, state)
}
