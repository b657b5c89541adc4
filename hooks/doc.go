// Package hooks is what the broker asks at each packet: may this client
// connect, publish, subscribe, receive, and what does it see if it may not.
//
// It is one hook of the mochi-mqtt engine. Package wire stands before the engine
// and lets nothing malformed through. The engine has the client, its reader and the
// codec; the loop around them is in serve.go, and every packet is taken whole, in
// OnPacketRead or beside it, because the engine's own handling of publications,
// subscriptions and sessions has faults that would break what this project promises
// (docs/behaviour/engine.md). Sessions, queues and retained messages are in package
// session, wills are ours.
//
// To follow one packet read serve.go, connect.go, publish.go, route.go, subscribe.go, deliver.go
// and disconnect.go, in this order; from route.go a request to a service goes on in
// services.go and lanes.go. Each opens with the behaviour it implements.
//
// Rules carry the number they have in docs/behaviour.
package hooks
