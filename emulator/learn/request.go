package learn

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/suback/suback/emulator/policy"
)

// A Request is one question that a policy was asked: may this client do that. Its JSON is
// a line of GET /_suback/asked.
type Request struct {
	// Seq counts the distinct questions from 1, as [Asked] does; 0 in other recordings.
	Seq  uint64    `json:"seq,omitempty"`
	Time time.Time `json:"time,omitzero"` // when it was first asked

	Client    string `json:"client,omitempty"` // the client id; "" for an HTTPS request
	Principal string `json:"principal,omitempty"`

	Action policy.Action `json:"action"`
	// Name is a topic, a filter, a client id: without the type before it, as
	// [policy.Policy.Allows] takes it.
	Name     string `json:"name"`
	Resource string `json:"resource,omitempty"` // the complete ARN

	// Allowed tells whether the policy of then allowed it.
	Allowed bool `json:"allowed"`

	// Values are what the variables stood for that a policy can be general by, see [Varying].
	Values policy.Values `json:"values,omitempty"`
}

const (
	clientID  = "iot:ClientId"
	thingName = "iot:Connection.Thing.ThingName"
	ofThing   = "iot:Connection.Thing."
)

// Varying leaves of the values of a connection those that differ from client to client and
// that a policy of many may be written with: its id, and what its thing says of itself.
func Varying(all policy.Values) policy.Values {
	some := policy.Values{}
	for key, values := range all {
		if key == clientID || strings.HasPrefix(key, ofThing) && key != ofThing+"IsAttached" {
			some[key] = values
		}
	}
	return some
}

// values of a request: those that came with it, and the client id.
func (r *Request) values() policy.Values {
	v := r.Values
	if r.Client != "" && len(v[clientID]) == 0 {
		v = maps.Clone(v)
		if v == nil {
			v = policy.Values{}
		}
		v[clientID] = []string{r.Client}
	}
	return v
}

// sameValues reports whether two clients cannot be told apart.
func sameValues(a, b policy.Values) bool {
	return maps.EqualFunc(a, b, slices.Equal[[]string])
}
