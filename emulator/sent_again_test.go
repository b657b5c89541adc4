package emulator_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"testing"

	packets5 "github.com/eclipse/paho.golang/packets"
	paho5 "github.com/eclipse/paho.golang/paho"
	paho3 "github.com/eclipse/paho.mqtt.golang"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/trace"
)

// What a connected client does not acknowledge comes again [B-685]: paho's clients,
// which leave the acknowledgement to their user.

// A holder is a subscriber to open/# that acknowledges when it is told to.
type holder struct {
	inbox
	acks       chan func() // one for each message, in order
	settle     func()      // returns when the gateway has the acknowledgements
	disconnect func()
}

// An ackConn tells when a PUBACK has been written: paho for MQTT 5 writes it later.
type ackConn struct {
	net.Conn
	written chan struct{}
}

func (c ackConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if len(p) > 0 && p[0] == 0x40 { // a packet comes in pieces
		c.written <- struct{}{}
	}
	return n, err
}

func hold(t *testing.T, e *emulator.Emulator, version int, filter string) holder {
	t.Helper()
	h := holder{inbox: newInbox(), acks: make(chan func(), 100)}
	if version == 4 {
		c := paho3.NewClient(paho3.NewClientOptions().AddBroker("tcp://" + e.Addr(emulator.MQTT)).SetClientID("holder").SetProtocolVersion(4).
			SetAutoAckDisabled(true).SetDefaultPublishHandler(func(_ paho3.Client, m paho3.Message) {
			h.messages <- fmt.Sprint(m.Topic(), " ", m.MessageID(), " ", m.Duplicate())
			h.acks <- m.Ack
		}))
		mustBe(t, "connect", outcome3(c.Connect()), "ok")
		mustBe(t, "subscribe", outcome3(c.Subscribe(filter, 1, nil)), "ok")
		h.settle = func() { mustBe(t, "settle", outcome3(c.Unsubscribe("none")), "ok") }
		h.disconnect = func() { c.Disconnect(5000) }
		return h
	}
	conn, err := open(e.Addr(emulator.MQTT), "tcp", nil)
	if err != nil {
		t.Fatal(err)
	}
	written := make(chan struct{}, 100)
	c := paho5.NewClient(paho5.ClientConfig{Conn: packets5.NewThreadSafeConn(ackConn{conn, written}), PacketTimeout: patience,
		EnableManualAcknowledgment: true,
		OnPublishReceived: []func(paho5.PublishReceived) (bool, error){func(m paho5.PublishReceived) (bool, error) {
			h.messages <- fmt.Sprint(m.Packet.Topic, " ", m.Packet.PacketID, " ", m.Packet.Duplicate())
			h.acks <- func() { _ = m.Client.Ack(m.Packet) }
			return true, nil
		}}})
	if _, err := c.Connect(t.Context(), &paho5.Connect{ClientID: "holder", CleanStart: true, KeepAlive: 60}); err != nil {
		t.Fatal(err)
	}
	asked := &paho5.Subscribe{Subscriptions: []paho5.SubscribeOptions{{Topic: filter, QoS: 1}}}
	if _, err := c.Subscribe(context.Background(), asked); err != nil {
		t.Fatal(err)
	}
	h.settle = func() {
		<-written
		if _, err := c.Unsubscribe(context.Background(), &paho5.Unsubscribe{Topics: []string{"none"}}); err != nil {
			t.Error(err)
		}
	}
	h.disconnect = func() { _ = c.Disconnect(&paho5.Disconnect{}); <-c.Done() }
	return h
}

func TestSentAgain(t *testing.T) {
	t.Parallel()
	for _, version := range []int{4, 5} {
		for _, filter := range []string{"open/#", "$share/workers/open/#"} {
			t.Run(fmt.Sprint(version, " ", filter), func(t *testing.T) {
				t.Parallel()
				e := emulator.Run(t, emulator.Options{Listeners: free, Authorizer: granting(json.RawMessage(outcomes))})
				client := new(http.Client)
				defer client.CloseIdleConnections()
				h := hold(t, e, version, filter)
				pub := dial(t, e, 4, "tcp", "pub", "", "")
				mustBe(t, "connect", pub.connect(), "ok")
				mustBe(t, "publish", pub.publish("open/1", 1, false, "x"), "ok")
				const first = "open/1 1 false"
				mustBe(t, "live", h.receive(t), first)
				e.Advance(30e9)
				mustBe(t, "after 30 s (B-685)", h.receive(t), first)
				if code, body := post(t, e, client, "/_suback/clock", `{"advance": "30s"}`); code != 200 {
					t.Fatal(code, body)
				}
				mustBe(t, "after 60 s (B-685)", h.receive(t), first)
				explained(t, e, cause{client: "holder", operation: trace.PublishOut, outcome: trace.Note, rules: []string{"B-685"},
					detail: `a message on "open/1" was sent again`, hint: "acknowledge"})
				for range 3 {
					(<-h.acks)()
				}
				h.settle()
				pubs := e.Trace().Events(trace.Filter{Client: "holder", Outcome: trace.Note})
				mustBe(t, "publish", pub.publish("open/2", 1, false, "x"), "ok")
				mustBe(t, "live", h.receive(t), "open/2 2 false")
				e.Advance(30e9)
				mustBe(t, "never after its PUBACK (B-685)", h.receive(t), "open/2 2 false")
				if again := e.Trace().Events(trace.Filter{Client: "holder", Outcome: trace.Note}); len(again) != len(pubs) || len(pubs) != 1 {
					t.Errorf("got %d notes, want one for the client (B-685)", len(again))
				}
				h.disconnect()
				pub.disconnect()
			})
		}
	}
}
