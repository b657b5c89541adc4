package registry

import (
	"encoding/json"
	"slices"
	"strings"
)

// The events of the registry
//
//   - one message for each change, on $aws/events, of the types that are switched on
//   - nothing for a change that changes nothing, as creating the same thing again, and
//     none for what suback.yaml has changed
//   - a thing that is deleted is not told of as removed from its groups and its type [guess]

// An Event is a message of AWS's own of a change.
type Event struct {
	Topic   string
	Payload []byte
}

// The operations of events. In topics they are lower case.
const (
	created = "CREATED"
	updated = "UPDATED"
	deleted = "DELETED"
	added   = "ADDED"
	removed = "REMOVED"
)

// eventHead is what all events begin with.
type eventHead struct {
	EventType string `json:"eventType"`
	EventID   string `json:"eventId"`
	Timestamp int64  `json:"timestamp"`
	Operation string `json:"operation"`
	AccountID string `json:"accountId,omitempty"`
}

// tell has an event told once the change is made. A type of event ends in _EVENT where it is
// told. The topic's last level is the operation. What make returns is the payload.
func (r *Registry) tell(event, operation, topic string, make func(eventHead) any) {
	if r.options.Announce == nil || !r.events.get().Enabled[event] {
		return
	}
	payload, err := json.Marshal(make(eventHead{event + "_EVENT", strings.ReplaceAll(randomUUID(), "-", ""),
		r.now().UnixMilli(), operation, r.Account()}))
	if err != nil {
		panic(err) // no texts and numbers fail to encode
	}
	r.told = append(r.told, Event{"$aws/events/" + topic + "/" + strings.ToLower(operation), payload})
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func (r *Registry) tellThing(operation string, t Thing) {
	r.tell("THING", operation, "thing/"+t.ThingName, func(h eventHead) any {
		return struct {
			eventHead
			ThingID          string            `json:"thingId"`
			ThingName        string            `json:"thingName"`
			VersionNumber    int64             `json:"versionNumber"`
			ThingTypeName    *string           `json:"thingTypeName"`
			BillingGroupName *string           `json:"billinGroupName"` // as AWS spells it
			Attributes       map[string]string `json:"attributes"`
		}{h, t.ThingID, t.ThingName, t.Version, orNull(t.ThingTypeName), orNull(t.BillingGroupName), t.Attributes}
	})
}

// tellTypeOf tells of the type that a thing had and of the one it has; either may be "".
func (r *Registry) tellTypeOf(t Thing, old, next string) {
	if old == next {
		return
	}
	for _, change := range [][2]string{{removed, old}, {added, next}} {
		if operation, name := change[0], change[1]; name != "" {
			r.tell("THING_TYPE_ASSOCIATION", operation, "thingTypeAssociation/thing/"+t.ThingName+"/thingType/"+name,
				func(h eventHead) any {
					h.AccountID = ""
					return struct {
						eventHead
						ThingID       string `json:"thingId"`
						ThingName     string `json:"thingName"`
						ThingTypeName string `json:"thingTypeName"`
					}{h, t.ThingID, t.ThingName, name}
				})
		}
	}
}

func (r *Registry) tellThingType(operation string, t ThingType) {
	r.tell("THING_TYPE", operation, "thingType/"+t.ThingTypeName, func(h eventHead) any {
		var since *int64
		if t.Deprecated {
			ms := t.DeprecationDate.UnixMilli()
			since = &ms
		}
		return struct {
			eventHead
			ThingTypeID           string                 `json:"thingTypeId"`
			ThingTypeName         string                 `json:"thingTypeName"`
			IsDeprecated          bool                   `json:"isDeprecated"`
			DeprecationDate       *int64                 `json:"deprecationDate"`
			SearchableAttributes  []string               `json:"searchableAttributes"`
			PropagatingAttributes []PropagatingAttribute `json:"propagatingAttributes"`
			Description           *string                `json:"description"`
		}{h, t.ThingTypeID, t.ThingTypeName, t.Deprecated, since, append([]string{}, t.SearchableAttributes...),
			append([]PropagatingAttribute{}, t.PropagatingAttributes...), orNull(t.Description)}
	})
}

// A groupAbove is how an event names a group above another.
type groupAbove struct {
	GroupArn string `json:"groupArn"`
	GroupID  string `json:"groupId"`
}

func (r *Registry) tellThingGroup(operation string, g ThingGroup) {
	r.tell("THING_GROUP", operation, "thingGroup/"+g.ThingGroupName, func(h eventHead) any {
		above := []groupAbove{}
		for _, p := range slices.Backward(r.withParents(g.ParentGroupName)) {
			above = append(above, groupAbove{p.ThingGroupArn, p.ThingGroupID})
		}
		return struct {
			eventHead
			ThingGroupID            string            `json:"thingGroupId"`
			ThingGroupName          string            `json:"thingGroupName"`
			VersionNumber           int64             `json:"versionNumber"`
			ParentGroupName         *string           `json:"parentGroupName"`
			ParentGroupID           *string           `json:"parentGroupId"`
			Description             *string           `json:"description"`
			RootToParentThingGroups []groupAbove      `json:"rootToParentThingGroups"`
			Attributes              map[string]string `json:"attributes"`
			DynamicGroupMappingID   *string           `json:"dynamicGroupMappingId"`
		}{h, g.ThingGroupID, g.ThingGroupName, g.Version, orNull(g.ParentGroupName),
			orNull(r.thingGroups.at(g.ParentGroupName).ThingGroupID), orNull(g.Description), above, g.Attributes, nil}
	})
}

// tellChild tells of a group that comes below another, or goes.
func (r *Registry) tellChild(operation string, g ThingGroup) {
	parent, ok := r.thingGroups.get(g.ParentGroupName)
	if !ok {
		return
	}
	r.tell("THING_GROUP_HIERARCHY", operation,
		"thingGroupHierarchy/thingGroup/"+parent.ThingGroupName+"/childThingGroup/"+g.ThingGroupName,
		func(h eventHead) any {
			return struct {
				eventHead
				ThingGroupID   string `json:"thingGroupId"`
				ThingGroupName string `json:"thingGroupName"`
				ChildGroupID   string `json:"childGroupId"`
				ChildGroupName string `json:"childGroupName"`
			}{h, parent.ThingGroupID, parent.ThingGroupName, g.ThingGroupID, g.ThingGroupName}
		})
}

func (r *Registry) tellMember(operation, thingName, group string) {
	r.tell("THING_GROUP_MEMBERSHIP", operation, "thingGroupMembership/thingGroup/"+group+"/thing/"+thingName,
		func(h eventHead) any {
			t, g := r.things.at(thingName), r.thingGroups.at(group)
			return struct {
				eventHead
				GroupArn     string `json:"groupArn"`
				GroupID      string `json:"groupId"`
				ThingArn     string `json:"thingArn"`
				ThingID      string `json:"thingId"`
				MembershipID string `json:"membershipId"`
			}{h, g.ThingGroupArn, g.ThingGroupID, t.ThingArn, t.ThingID,
				r.uuidOf("membership", thingName+" "+group)}
		})
}
