package stack

import (
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/suback/suback/emulator/tree"
)

// Cognito identity pools, whose ids AWS makes up: here they come of the logical id.

func identityPoolKind() kind {
	silent := []string{"CognitoIdentityProviders", "SupportedLoginProviders",
		"OpenIdConnectProviderARNs", "DeveloperProviderName", "IdentityPoolTags"}
	return kind{silent: silent,
		attribute: func(r *resource, attribute string, at tree.Spot) *tree.Value {
			switch attribute {
			case "", "Id":
				return made(at, r.poolID())
			case "Name":
				name, why := r.name("IdentityPoolName")
				return orElse(why, made(at, name), "")
			}
			return nil
		},
		take: func(r *resource) {
			e := r.add("identityPools", r.poolID())
			e.set("identityPoolId", textNode(e.name))
			r.fill(e, "IdentityPoolName AllowClassicFlow:bool")
			e.noGuests = !strings.EqualFold(r.text("AllowUnauthenticatedIdentities"), "true")
		}}
}

// poolID is of AWS's form, and the same for the same logical id.
func (r *resource) poolID() string {
	sum := sha256.Sum256([]byte("identity pool " + r.id))
	return fmt.Sprintf("%s:%x-%x-%x-%x-%x", r.t.out.options.Region, sum[:4], sum[4:6], sum[6:8], sum[8:10],
		sum[10:16])
}

func identityPoolRolesKind() kind {
	return kind{phase: attaches, take: func(r *resource) {
		v := r.property("IdentityPoolId")
		id, _ := scalar(v)
		e := r.t.out.find("identityPools", id)
		if e == nil {
			r.leave("IdentityPoolId: the pool is not in the templates")
			return
		}
		roles := r.property("Roles")
		if roles == nil {
			return
		}
		if roles.Kind != tree.Object {
			r.drop(roles.At, "Roles", "%s", why(roles, "an object"))
			return
		}
		for _, m := range roles.Members {
			arn, ok := scalar(m.Value)
			if !ok || m.Name != "authenticated" && m.Name != "unauthenticated" {
				r.drop(m.At, "Roles."+tree.Clip(m.Name), "%s",
					why(m.Value, "the ARN of a role, as authenticated or unauthenticated"))
				continue
			}
			if m.Name == "unauthenticated" && e.noGuests {
				r.t.out.remark(m.At, "%s: the pool lets no guest in: its AllowUnauthenticatedIdentities is not true", r)
				continue
			}
			e.set(m.Name+"Role", textNode(strings.TrimPrefix(arn, r.t.out.arn("iam", "role/"))))
		}
	}}
}
