package advise_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/suback/suback/emulator"
)

// granting is an authorizer that lets everybody do everything.
func granting(context.Context, []byte) ([]byte, error) {
	return json.Marshal(map[string]any{"isAuthenticated": true, "principalId": "device",
		"policyDocuments": []json.RawMessage{json.RawMessage(
			`{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iot:*", "Resource": "*"}}`)},
		"disconnectAfterInSeconds": 3600, "refreshAfterInSeconds": 300})
}

// A paho is a device on the Go client of Eclipse Paho, 3.1.1, that connects again by itself as
// its maker thought best.
type paho struct {
	t       *testing.T
	id      string
	options *mqtt.ClientOptions
	client  mqtt.Client

	wait  func(failures int) time.Duration // before it connects again
	there func(c mqtt.Client, present bool)
	fails atomic.Int32 // attempts since the connection lasted
}

// newPaho is a device for TLS with ALPN mqtt, which an authorizer lets in.
func newPaho(t *testing.T, e *emulator.Emulator, id string, tlsConfig *tls.Config) *paho {
	tlsConfig.NextProtos = []string{"mqtt"}
	d := &paho{t: t, id: id}
	d.options = mqtt.NewClientOptions().AddBroker("ssl://" + e.Addr(emulator.HTTPS)).SetClientID(id).
		SetTLSConfig(tlsConfig).SetProtocolVersion(4).SetAutoReconnect(false).SetKeepAlive(time.Second).
		SetPingTimeout(time.Second).SetConnectTimeout(500 * time.Millisecond).
		SetWriteTimeout(200 * time.Millisecond) // of a PUBLISH on a connection that has just ended: 30 s else
	return d
}

// start has the device run until the test ends.
func (d *paho) start() {
	lost, ctx := make(chan struct{}, 1), d.t.Context()
	d.options.SetConnectionLostHandler(func(mqtt.Client, error) { lost <- struct{}{} })
	d.client = mqtt.NewClient(d.options)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			token := d.client.Connect().(*mqtt.ConnectToken)
			if token.WaitTimeout(10*time.Second) && token.Error() == nil {
				d.there(d.client, token.SessionPresent())
				select {
				case <-lost:
				case <-ctx.Done():
				}
			}
			select {
			case <-time.After(d.wait(int(d.fails.Add(1)))):
			case <-ctx.Done():
			}
		}
		d.client.Disconnect(0)
	}()
	d.t.Cleanup(func() { <-done })
}

// publish hands a message over, which a busy machine may not take within the time to write.
func publish(c mqtt.Client, topic string, payload []byte) {
	for c.Publish(topic, 1, false, payload).Error() != nil && c.IsConnectionOpen() {
	}
}

// goodDevice does everything as it should.
func goodDevice(t *testing.T, e *emulator.Emulator, id string) *paho {
	d := newPaho(t, e, id, e.ClientTLS())
	d.options.SetCleanSession(false)
	d.wait = func(failures int) time.Duration { // the same in each run, and so uneven that a busy machine evens out none
		return []time.Duration{100, 500, 150, 900, 300, 1300, 600, 1800, 900, 2400}[min(failures-1, 9)] * time.Millisecond
	}
	shadow := "$aws/things/" + id + "/shadow/"
	report := func(c mqtt.Client, state any) {
		text, _ := json.Marshal(map[string]any{"state": map[string]any{"reported": state}})
		publish(c, shadow+"update", text)
	}
	d.options.SetDefaultPublishHandler(func(c mqtt.Client, m mqtt.Message) {
		var delta struct {
			State map[string]any `json:"state"`
		}
		if m.Topic() == shadow+"update/delta" && json.Unmarshal(m.Payload(), &delta) == nil {
			report(c, delta.State)
		}
	})
	subscribed := false // a connection may end before its SUBACK: the session is present then, and empty
	d.there = func(c mqtt.Client, present bool) {
		if !present || !subscribed {
			granted := c.SubscribeMultiple(map[string]byte{"pumps/" + id + "/set": 1, shadow + "update/delta": 1}, nil)
			subscribed = granted.WaitTimeout(time.Second) && granted.Error() == nil
		}
		publish(c, shadow+"get", []byte{})
		report(c, map[string]any{"on": false})
		publish(c, "pumps/"+id+"/state", fmt.Appendf(nil, `{"timestamp": %d}`, time.Now().Unix()))
	}
	return d
}

// badDevice accepts any certificate, comes again at once, loses what was not acknowledged, and
// has no idea of the time.
func badDevice(t *testing.T, e *emulator.Emulator, id string) *paho {
	careless := e.ClientTLS()
	careless.InsecureSkipVerify = true
	d := newPaho(t, e, id, careless)
	d.options.SetPingTimeout(time.Hour)
	d.wait = func(int) time.Duration { return time.Millisecond }
	d.there = func(c mqtt.Client, _ bool) {
		c.Subscribe("pumps/"+id+"/set", 1, func(mqtt.Client, mqtt.Message) {})
		publish(c, "pumps/"+id+"/state", []byte(`{"timestamp": "2020-01-01T00:00:00Z"}`))
	}
	return d
}
