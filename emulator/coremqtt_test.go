package emulator_test

import (
	"fmt"
	"testing"
	"time"

	packets3 "github.com/eclipse/paho.mqtt.golang/packets"

	"github.com/suback/suback/emulator/trace"
)

// coreMQTT's group of tests for IoT Core, step by step: "MqttTest" of
// FreeRTOS-Libraries-Integration-Tests, which is
// "coreMQTT_Integration_AWS_IoT_Compatible" of aws-iot-device-sdk-embedded-C.

func TestCoreMQTT(t *testing.T) {
	t.Parallel()
	const hello = " QoS 0 Hello World!"
	const hello1 = " QoS 1 Hello World!"
	tests := []struct {
		name   string // in coreMQTT's group
		wants  string
		run    func(c *coreMQTT)
		source string
	}{
		{"MQTT_Subscribe_Publish_With_Qos_0", "its own message, no PUBACK, an UNSUBACK", func(c *coreMQTT) {
			c.subscribe(0, coreTopic)
			c.expect("SUBACK 1 [0]")
			c.send(c.message(coreTopic, 0, 0))
			c.expect(coreTopic + hello)
			c.unsubscribe(coreTopic)
			c.expect("UNSUBACK 2")
		}, "B-687"},
		{"MQTT_Subscribe_Publish_With_Qos_1", "a PUBACK and its own message, an UNSUBACK", func(c *coreMQTT) {
			c.subscribe(1, coreTopic)
			c.expect("SUBACK 1 [1]")
			c.send(c.message(coreTopic, 1, c.next()))
			c.puback(c.expect("PUBACK 2", coreTopic+hello1))
			c.unsubscribe(coreTopic)
			c.expect("UNSUBACK 3")
		}, "B-687, B-688"},
		{"MQTT_Connect_LWT", "the will of a client whose network ended; an UNSUBACK for no subscription", func(c *coreMQTT) {
			second := *c
			second.id = "7coremqtt-LWT"
			second.connect(true)
			c.subscribe(0, coreLWT)
			c.expect("SUBACK 1 [0]")
			second.cut()
			c.expect(coreLWT + hello)
			c.unsubscribe(coreTopic)
			c.expect("UNSUBACK 2")
		}, "B-440, B-667"},
		{"MQTT_ProcessLoop_KeepAlive", "after the keep alive of 5 s a PINGREQ is answered", func(c *coreMQTT) {
			c.f.Emulator.Advance(5 * time.Second)
			c.idle()
		}, "B-620"},
		{"MQTT_Resend_Unacked_Publish_QoS1", "a PUBACK for what is sent again with DUP in the resumed session", func(c *coreMQTT) {
			c.cut()
			c.connect(false)
			c.sessionPresent(false)
			m := c.message(coreTopic, 1, c.next())
			c.send(m)
			c.cut()
			c.connect(false)
			c.sessionPresent(true)
			m.Dup = true
			c.send(m)
			c.expect("PUBACK 1")
		}, "B-686"},
		{"MQTT_Restore_Session_Duplicate_Incoming_Publish_Qos1", "the message again, with its identifier", func(c *coreMQTT) {
			c.cut()
			c.connect(false)
			c.sessionPresent(false)
			c.subscribe(1, coreTopic)
			c.expect("SUBACK 1 [1]")
			c.send(c.message(coreTopic, 1, c.next()))
			held := c.expect("PUBACK 2", coreTopic+hello1)
			c.cut()
			c.f.Emulator.Advance(30 * time.Second)
			c.connect(false)
			c.sessionPresent(true)
			if again := c.expect(coreTopic + hello1); again != held {
				c.t.Errorf("got identifier %d, want %d as the first time", again, held)
			}
			c.puback(held)
			c.idle()
			c.f.Emulator.Advance(30 * time.Second)
		}, "B-685"},
		{"MQTT_Publish_With_Retain_Flag", "the retained message at the SUBSCRIBE; nothing where none was retained", func(c *coreMQTT) {
			m := c.message(coreTopic+"retain", 1, c.next())
			m.Retain = true
			c.send(m)
			c.expect("PUBACK 1")
			c.subscribe(1, coreTopic+"retain")
			c.puback(c.expect("SUBACK 2 [1]", coreTopic+"retain QoS 1 retained Hello World!"))
			c.send(c.message(coreTopic, 1, c.next()))
			c.expect("PUBACK 3")
			c.subscribe(1, coreTopic)
			c.expect("SUBACK 4 [1]")
		}, "B-720"},
		{"MQTT_SubUnsub_Multiple_Topics", "five filters in one SUBSCRIBE and one UNSUBSCRIBE, QoS 0 and 1 in turn", func(c *coreMQTT) {
			filters := []string{coreTopic, coreTopic + "2", coreTopic + "Topic3", coreTopic + "Four", coreTopic + "TopicName5"}
			c.subscribe(0, filters...)
			c.expect("SUBACK 1 [0 1 0 1 0]")
			for i, topic := range filters {
				if i%2 == 0 {
					c.send(c.message(topic, 0, c.next()))
					c.expect(topic + hello)
					continue
				}
				c.send(c.message(topic, 1, c.next()))
				c.puback(c.expect(fmt.Sprint("PUBACK ", c.last), topic+hello1))
			}
			c.unsubscribe(filters...)
			c.expect("UNSUBACK 7")
		}, "B-687"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newCoreMQTT(t)
			c.connect(true)
			tt.run(c)
			c.idle()
			c.send(packets3.NewControlPacket(packets3.Disconnect))
			if refused := c.f.Trace().Events(trace.Filter{Outcome: trace.Refused}); len(refused) > 0 || t.Failed() {
				t.Errorf("want %s (%s); refused: %v", tt.wants, tt.source, refused)
			}
		})
	}
}
