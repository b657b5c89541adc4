package authn

import (
	"cmp"
	"fmt"

	"github.com/suback/suback/emulator/registry"
)

// The attributes that propagate into what a connection publishes
//
//   - those of the type of the thing that the connection is, for who authenticated
//     with a certificate: CUSTOM_AUTH_X509 too [B-696, guess]
//   - an attribute that the thing does not have is left out, and a Note says so
//     [B-696, guess]; so does one where the client id is the name of such a thing, and
//     nothing propagates [B-697]

// A UserProperty is one of MQTT 5's. A Val of "" stands for the client id: the
// gateway gives one to who sends none.
type UserProperty struct{ Key, Val string }

// propagate finds what the attributes of the thing's type add to the messages of a
// connection that authenticated so, and what of it is left out.
func (a *Authenticator) propagate(g *Grant, r Request, kind string) {
	g.UserProperties, g.LeftOut = nil, nil
	if !hasMQTT(r.Facts) {
		return
	}
	t, _ := a.Registry.Thing(cmp.Or(g.ThingName, r.ClientID))
	y, _ := a.Registry.ThingType(t.ThingTypeName)
	switch certified := kind == X509 || kind == CustomX509; {
	case len(y.PropagatingAttributes) == 0:
	case !certified:
		g.leaveOut(t, "AWS propagates them only for a client that authenticated with a certificate", "B-697")
	case g.ThingName == "":
		g.leaveOut(t, g.noThing, "B-697")
	default:
		g.addProperties(t, y)
	}
}

// leaveOut notes that nothing of a thing's type propagates.
func (g *Grant) leaveOut(t registry.Thing, why, rule string) {
	text := fmt.Sprintf("the propagating attributes of thing type %q are added to no message: %s",
		t.ThingTypeName, why)
	g.LeftOut = []Note{{text, rule}}
}

func (g *Grant) addProperties(t registry.Thing, y registry.ThingType) {
	for _, p := range y.PropagatingAttributes {
		value, has := t.Attributes[p.ThingAttribute]
		switch p.ConnectionAttribute {
		case registry.PropagatesClientID:
			value, has = "", true
		case registry.PropagatesThingName:
			value, has = t.ThingName, true
		}
		if has {
			g.UserProperties = append(g.UserProperties, UserProperty{p.UserPropertyKey, value})
			continue
		}
		g.LeftOut = append(g.LeftOut, Note{fmt.Sprintf(
			"the user property %q is added to no message: thing %q has no attribute %q, which its type %q propagates",
			p.UserPropertyKey, t.ThingName, p.ThingAttribute, y.ThingTypeName), "B-696"})
	}
}
