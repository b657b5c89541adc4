// Package hooks is what the broker asks at each packet: may this client
// connect, publish, subscribe, receive, and what does it see if it may not.
//
// It is one hook of the mochi-mqtt engine. Package wire stands before the engine
// and lets nothing malformed through. The engine keeps the connection, the
// keep-alive deadline and the codec; every packet that matters is taken whole
// in OnPacketRead and answered there, because that is the only door through
// which a connection can be ended properly, and because the engine's own
// handling of publications, subscriptions and sessions has faults that would
// break what this project promises (docs/behaviour/engine.md). What has been
// taken is handed back as a PUBACK of identifier 0, which the engine ignores.
// The engine sees each session as a clean one without a will; sessions, queues
// and retained messages are in package session, wills are ours.
//
// To follow one packet read connect.go, publish.go, route.go, subscribe.go, deliver.go
// and disconnect.go, in this order; from route.go a request to a service goes on in
// services.go and lanes.go. Each opens with the behaviour it implements.
//
// Rules carry the number they have in docs/behaviour.
package hooks
