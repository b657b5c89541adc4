// Package topic knows the names that messages go by: topic names, the filters that
// match them, and those that AWS keeps for itself.
//
// It is pure: text in, answer out. What an account's quotas allow is not its
// business, nor who may use a topic (package policy), nor who has subscribed (the tree
// of package session, which holds many filters at once).
//
//	topic.Matches("$aws/things/+/shadow/#", "$aws/things/pump-7/shadow/get") // true
//	group, filter, _ := topic.Shared("$share/g/sensor/+")                   // "g", "sensor/+"
//	rule, rest, _ := topic.Ingest("$aws/rules/store/sensor/7")              // "store", "sensor/7"
//	topic.ClientsMay("$aws/events/#")                                       // Subscribe
package topic
