// Package learn makes of what clients asked for the smallest policy that allows it.
//
// It is pure, but for [Asked], which notes the questions: requests go in, documents and
// a report come out. It decides nothing, that is package policy's; and it knows no
// connection, no listener and no clock.
//
//	learned, err := learn.From(requests, learn.Options{})
//	...
//	fmt.Println(learned.Documents[0]) // the policy
//	fmt.Println(learned.Refused)      // what of the requests it refuses: nothing
//	for _, w := range learned.Opened {
//		fmt.Println(w) // what a pattern allows beyond them
//	}
//
// # How a policy comes about
//
//   - a name of one client is taken as it is. Where two or more have the same name
//     but for their client id, or what their thing says, that becomes a variable:
//     topic/${iot:ClientId}/state. A name that is the same for all stays
//   - a variable of the thing goes before the client id, which everybody may choose
//     who may connect [B-325]
//   - actions on the same resources share a statement
//   - if a document has more than 2,048 characters [B-127], what differs becomes a "*",
//     one place at a time: first in what has the most other levels, last in the first
//     level and in variables. More documents, up to ten [B-128], are filled before that,
//     if they may be
//   - then the requests are put to the documents, by package policy: what they refuse
//     is told, and for each wildcard and variable what it opens
package learn
