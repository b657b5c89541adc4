// Package load is a load generator for MQTT brokers, made to compare brokers on
// one machine. It has no dependencies and does no work per message that can be
// done before: packets are encoded once, written in batches, parsed in place,
// acknowledged in batches. A closed loop bounds what is on its way (so many
// messages published and not yet delivered), so that no broker is made to drop
// anything, and what is counted is what subscribers received.
//
//	sink        a trivial broker: what the generator itself can do
//	flow        messages per second: -pubs, -subs, -pairs, -qos, -size
//	latency     p50, p99, p99.9 at a fixed rate: -rate
//	connect     CONNECT, CONNACK, DISCONNECT per second, or -n at once
//	idle        memory per connected and subscribed client: -n, -hold
//	retained    store and fetch retained messages: -n
//	offline     queue for a persistent session, then drain it: -n, -drain
//	storm       what the broker refuses, at a fixed rate: -rate, -kind
//	shadow      updates of device shadows per second: -n, or at a fixed rate: -rate, -paced
//
// Each verb writes [Figures] as one line of JSON. With -pid of the broker, on a
// system with /proc, they have the CPU time that the broker used, per delivery,
// and its resident memory; own_cpu is the generator's own use in cores: near 1 on
// a CPU of its own means that the generator was the limit, not the broker.
//
// It is no MQTT client for anything else: it trusts the broker, verifies no
// certificate, and a run is too short for a PINGREQ.
//
//	err := load.Run(ctx, []string{"flow", "-addr", "127.0.0.1:1883", "-subs", "100"}, os.Stdout)
package load
