package authn

import (
	"slices"
	"strings"

	"github.com/suback/suback/emulator/near"
	"github.com/suback/suback/emulator/registry"
)

// NearKey says whether an access key id is that of configured keys but for its
// case, white space around it, or a slip: whoever means those must have their
// secret, and is not one of the strangers whom the APIs let in.
func (a *Authenticator) NearKey(id string) bool {
	const slip, fewest = 2, 8 // edits; bytes of an id that can be told from others then
	id = strings.ToLower(strings.TrimSpace(id))
	return slices.ContainsFunc(a.Registry.Credentials(), func(c registry.Credential) bool {
		known := strings.ToLower(c.AccessKeyID)
		return id == known || len(id) >= fewest && len(id) <= 128 && near.Edits(id, known) <= slip
	})
}
