package policy

import (
	"slices"
	"strings"
)

// An Action is what a device or client wants to do, as policies name it.
type Action string

// The actions of the data plane [B-121]. The ARN of the resource they are
// decided on ends with the type named here, "/" and the name. There is no
// action for UNSUBSCRIBE [B-122].
const (
	Connect       Action = "iot:Connect"       // client/<client id> [B-210]
	Publish       Action = "iot:Publish"       // topic/<topic> [B-212]
	RetainPublish Action = "iot:RetainPublish" // topic/<topic>, besides Publish [B-213]
	Receive       Action = "iot:Receive"       // topic/<topic of the message> [B-215]
	Subscribe     Action = "iot:Subscribe"     // topicfilter/<filter as sent> [B-220, B-224]

	GetRetainedMessage   Action = "iot:GetRetainedMessage"   // topic/<topic>
	ListRetainedMessages Action = "iot:ListRetainedMessages" // only "*"

	GetThingShadow           Action = "iot:GetThingShadow"           // thing/<thing>[/<shadow>]
	UpdateThingShadow        Action = "iot:UpdateThingShadow"        // thing/<thing>[/<shadow>]
	DeleteThingShadow        Action = "iot:DeleteThingShadow"        // thing/<thing>[/<shadow>]
	ListNamedShadowsForThing Action = "iot:ListNamedShadowsForThing" // only "*"

	DeleteConnection  Action = "iot:DeleteConnection"  // client/<client id>
	GetConnection     Action = "iot:GetConnection"     // client/<client id>
	ListSubscriptions Action = "iot:ListSubscriptions" // client/<client id>
	SendDirectMessage Action = "iot:SendDirectMessage" // client/<receiver's client id>

	AssumeRoleWithCertificate Action = "iot:AssumeRoleWithCertificate" // rolealias/<alias>
)

// knownActions are prepared for Allows, each at its index.
func knownActions() []Action {
	return []Action{
		Connect, Publish, RetainPublish, Receive, Subscribe, GetRetainedMessage, ListRetainedMessages,
		GetThingShadow, UpdateThingShadow, DeleteThingShadow, ListNamedShadowsForThing,
		DeleteConnection, GetConnection, ListSubscriptions, SendDirectMessage, AssumeRoleWithCertificate,
	}
}

const actionCount = 16 // of knownActions

// index is the place of a known action, as it is spelled there, among them; -1 for
// any other. It is a switch because it is asked for each message.
func (a Action) index() int {
	switch a {
	case Connect:
		return 0
	case Publish:
		return 1
	case RetainPublish:
		return 2
	case Receive:
		return 3
	case Subscribe:
		return 4
	}
	return slices.Index(knownActions(), a)
}

// isNameless: what it is decided on has no name, only "*" [B-121].
func (a Action) isNameless() bool { return a == ListRetainedMessages || a == ListNamedShadowsForThing }

// canonical gives a known action its usual spelling; case does not count
// [B-124, guess].
func (a Action) canonical() Action {
	for _, known := range knownActions() {
		if strings.EqualFold(string(a), string(known)) {
			return known
		}
	}
	return a
}

// lower is how actions are compared [B-124, guess].
func (a Action) lower() string { return strings.ToLower(string(a)) }

// resourceType is what the last part of the ARN begins with; "" for actions
// that know no resource but "*".
func (a Action) resourceType() string {
	switch a {
	case Connect, DeleteConnection, GetConnection, ListSubscriptions, SendDirectMessage:
		return "client"
	case Publish, RetainPublish, Receive, GetRetainedMessage:
		return "topic"
	case Subscribe:
		return "topicfilter"
	case GetThingShadow, UpdateThingShadow, DeleteThingShadow:
		return "thing"
	case AssumeRoleWithCertificate:
		return "rolealias"
	case ListRetainedMessages, ListNamedShadowsForThing:
		return ""
	}
	if strings.HasPrefix(a.lower(), "iotjobsdata:") {
		return "thing"
	}
	switch a.lower() { // the jobs actions of older texts
	case "iot:describejobexecution", "iot:getpendingjobexecutions", "iot:startnextpendingjobexecution",
		"iot:updatejobexecution":
		return "thing"
	}
	return ""
}
