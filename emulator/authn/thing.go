package authn

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/registry"
)

// The thing that a connection is
//
//   - the one whose name is the client id, if the principal is attached to it; one
//     attached exclusively counts whatever the client id [A-233, B-325]
//   - iot:Connection.Thing.ThingName, .ThingTypeName, .Attributes[name] and
//     .IsAttached; an attribute or type that it does not have is undefined
//     [B-324, B-326, B-327]
//   - no thing: IsAttached is false [B-326], the others are undefined
//   - they exist for MQTT alone, not for an HTTPS request [A-245, B-324]

// A found is the thing of a connection, or why there is none.
type found struct {
	name      string
	exclusive bool
	values    policy.Values
	none      string // for people; "" if there is a thing
}

// thing finds the thing of a connection. The principal is the ARN of a
// certificate or the id of a Cognito identity.
func (a *Authenticator) thing(r Request, principal string) found {
	if !hasMQTT(r.Facts) {
		return found{none: "variables of a thing exist for MQTT, not for HTTPS requests"}
	}
	return a.thingOf(principal, r.ClientID)
}

// thingOf is thing for a connection by MQTT.
func (a *Authenticator) thingOf(principal, clientID string) found {
	attached := a.Registry.ThingsOf(principal)
	for name, how := range attached {
		if how == registry.ExclusiveThing || name == clientID {
			t, _ := a.Registry.Thing(name)
			return found{name: name, exclusive: how == registry.ExclusiveThing, values: thingValues(t)}
		}
	}
	none := fmt.Sprintf("there is no thing %q, as the client id is", shorten(clientID))
	if _, ok := a.Registry.Thing(clientID); ok {
		none = fmt.Sprintf("thing %q exists, but the principal is not attached to it", clientID)
	}
	if len(attached) > 0 {
		none += "; it is attached to: " + strings.Join(slices.Sorted(maps.Keys(attached)), ", ")
	}
	return found{none: none, values: policy.Values{isAttached: {"false"}}}
}

// be makes f the thing of a connection.
func (g *Grant) be(f found) {
	g.ThingName, g.Exclusive, g.noThing = f.name, f.exclusive, f.none
	maps.Copy(g.Values, f.values)
}

// isAttached is the one variable that every MQTT connection has whose principal
// can be attached to a thing.
const isAttached = "iot:Connection.Thing.IsAttached"

func thingValues(t registry.Thing) policy.Values {
	v := policy.Values{
		"iot:Connection.Thing.ThingName": {t.ThingName},
		isAttached:                       {"true"},
	}
	if t.ThingTypeName != "" {
		v["iot:Connection.Thing.ThingTypeName"] = []string{t.ThingTypeName}
	}
	for name, value := range t.Attributes {
		v["iot:Connection.Thing.Attributes["+name+"]"] = []string{value}
	}
	return v
}
