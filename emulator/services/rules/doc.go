// Package rules runs topic rules: it shows each message to the rules whose FROM its topic
// matches, evaluates them, and does their actions.
//
// What the language means is package sql's, which rules there are the registry's. It
// publishes by the gateway's one way for messages, so that what a rule republishes is for
// subscribers, services and other rules.
//
//	e := rules.New(rules.Options{Registry: r, Publish: hook.Route, Start: start, …})
//	hook.SetRules(e)
//	e.Reload() // the registry has changed
//
// A message takes this way: engine.go finds its rules (index.go) and hands it to their lanes
// (lane.go); run.go evaluates and has the actions done (republish.go, invoke.go; send.go and
// sqs.go, s3.go … by other services), then the error action (failure.go); tell.go writes
// down what became of it.
package rules
