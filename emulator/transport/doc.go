// Package transport turns what devices dial into connections for a [Broker]:
// TLS, SNI, ALPN, WebSocket and HTTP on four listeners.
//
// It does not know what MQTT packets mean, and it does not decide who may
// connect: it hands out [Facts], and others judge.
//
//	l, err := transport.New(transport.Options{
//		Name: "https", Address: ":8443", CA: ca, Handler: dataPlane,
//		Broker: func(*transport.Facts) transport.Broker { … },
//	})
//	...
//	server.AddListener(l) // the engine reads and writes *transport.Conn
//
// # The listeners
//
//	mqtt    MQTT on TCP; AWS has no such port
//	mqtts   MQTT on TLS, client certificate requested; stands for 8883
//	https   by ALPN; stands for 443
//	          mqtt                  MQTT
//	          x-amzn-mqtt-ca        MQTT, client certificate requested
//	          x-amzn-http-ca        HTTP, client certificate requested
//	          http/1.1, none, other HTTP and WebSocket
//	http    HTTP and WebSocket on TCP
//
// A domain configuration with a protocol of its own decides on both TLS
// listeners, whatever the ALPN; see [Domain].
//
// # A connection's way
//
// One goroutine takes it from accept over TLS, the first byte and the WebSocket
// handshake to the engine, then to [Broker.Ended], then sends what is left,
// and closes. A client that speaks the wrong protocol ends here and becomes a
// [Problem].
//
// # What the engine's faults ask of a Conn
//
//   - Write never blocks: a client that does not read holds up nobody [M-3, M-4]
//   - what was written before the end still goes out [M-10]
//   - a panic ends one connection, not the process [M-1]
//   - there is a limit for the first packet, in time and in bytes [M-15]
//   - somebody may look at the bytes before the engine does, see [Broker]'s Reader
//     [M-1, M-19, M-20]
//
// # What all listeners together take of the machine
//
// A [Room] counts connections, those that are half-open, and the bytes that wait,
// and ends who takes too much. It says why, in the log once for a time without
// room.
//
// Rules carry the number they have in docs/behaviour; "guess" marks our doubts.
package transport
