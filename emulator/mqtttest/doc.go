// Package mqtttest is an MQTT client that does what a test tells it, packet by packet:
// it acknowledges nothing by itself, sends no PINGREQ, connects once, and sends what no
// proper client would. It speaks MQTT 3.1, 3.1.1 and 5 over TCP, TLS and WebSocket.
//
// It is no client for programs: those of paho are. And it knows nothing of AWS.
//
//	c, err := mqtttest.Dial(ctx, "wss://"+e.Addr(emulator.HTTPS)+"/mqtt", e.ClientTLS())
//	ack, err := c.Connect(5, "pump-7", mqtttest.User("me", "secret"))   // ack.ReasonCode
//	ack, err = c.Subscribe("t/#")                                       // ack.ReasonCodes
//	ack, err = c.Publish("t/1", "hello")                                // ack.ReasonCode
//	message, err := c.Receive()                                         // message.TopicName, message.Payload
//	err = c.Send([]byte{0xc0, 1, 0})                                    // a PINGREQ that is malformed
//	_, err = c.Read()                                                   // io.EOF: the connection has ended
package mqtttest
