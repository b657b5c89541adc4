package authn

import (
	"fmt"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/policy"
)

// Hint says what is known about the principal of a refusal beside its policies:
// that it has none, or why the variables of a thing are undefined, and the like. It is empty
// if nothing is known.
func (g *Grant) Hint(d policy.Decision) policy.Hint {
	ofThing := func(variable string) bool {
		return strings.HasPrefix(strings.ToLower(variable), "iot:connection.thing.")
	}
	none := func(documents []*policy.Document) bool { return len(documents) == 0 }
	certified := g.AuthenticationType == X509 || g.AuthenticationType == CustomX509
	switch {
	case certified && g.idleGroups: // [B-134]
		return policy.Hint{Text: "the policies of a thing's groups count only if the client id is the thing's " +
			"name; " + g.noThing, Rules: []string{"B-134", "D-34"}}
	case certified && none(g.Documents):
		text := "no policy is attached to certificate %s, nor to a group of its things"
		return policy.Hint{Text: fmt.Sprintf(text, short(g.PrincipalID)), Rules: []string{"A-228", "D-30"}}
	case g.AuthenticationType == Custom && slices.ContainsFunc(d.Missing, ofThing):
		return policy.Hint{Text: "AWS is not known to define the variables of a thing for a custom authorizer: " +
			"let it write the names themselves, or ${iot:ClientId}", Rules: []string{"B-328"}}
	case g.noThing != "" && slices.ContainsFunc(d.Missing, ofThing):
		return policy.Hint{Text: g.noThing, Rules: []string{"D-34"}}
	case g.AuthenticationType == SigV4 && slices.ContainsFunc(g.Bounds, none):
		return policy.Hint{Text: hintNoIoTPolicy, Rules: []string{"D-45"}}
	case g.AuthenticationType == SigV4 && d.Action == policy.Connect:
		return policy.Hint{Text: hintConnectDenied, Rules: []string{"D-44"}}
	}
	return policy.Hint{}
}
