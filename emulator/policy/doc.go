// Package policy decides whether AWS IoT policy documents allow an action.
//
// It is a pure function: documents and the facts of one connection go in, a
// decision and its reasons come out. It has no network, no log, no clock but
// the one it is handed, and no state but what it has compiled before, so the rest of the emulator
// stands on it and it stands on nothing. It does not know who is asking:
// authentication is another package.
//
//	doc, err := policy.Parse("LambdaPolicy[0]", text)
//	...
//	p := policy.Compile([]*policy.Document{doc}, policy.Context{
//		Partition: "aws", Region: "eu-west-1", Account: "123456789012",
//		Values: policy.Values{"iot:ClientId": {"pump-7"}},
//	})
//	p.Allows(policy.Publish, "pump/7/state")       // false, and nothing allocated
//	d := p.Explain(policy.Publish, "pump/7/state", nil)
//	fmt.Println(d)           // DENY (implicit) iot:Publish topic/pump/7/state
//	fmt.Println(d.Hint.Text) // which statement came nearest, and what differs
//
// # How a decision is made
//
// Explain reads every statement of every document, even after a Deny matched:
// the decision needs one statement, the person reading the trace needs them
// all. A matching Deny wins over any Allow; no match at all is a Deny too
// [B-131]. Allows answers the same from what Compile prepared: everything that
// is known when a connection begins (variables, region, account, conditions on
// the connection) is decided then, once.
//
// MQTT wildcards mean nothing here. In a policy, "+" and "#" are ordinary
// characters, while "*" and "?" match across "/" [B-203, B-204].
//
// # Files
//
// document.go and statement.go read a document (json.go its JSON). template.go,
// vars.go, match.go and element.go make patterns for ARNs of its texts;
// condition.go and operator.go judge conditions. compile.go, pool.go, names.go,
// within.go and evaluate.go decide; explain.go says why, hint.go and repair.go what was meant,
// mend.go, correction.go, style.go and patch.go what to change; keys.go says what is asked for.
// known.go is for who reads policies without a connection.
//
// # Sources
//
// Rules carry the number they have in docs/behaviour, as in [B-204]. That
// folder names the AWS page, the measurement, or the word "guess" behind each.
package policy
