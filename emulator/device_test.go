package emulator_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	packets5 "github.com/eclipse/paho.golang/packets"
	paho5 "github.com/eclipse/paho.golang/paho"
	paho3 "github.com/eclipse/paho.mqtt.golang"
	packets3 "github.com/eclipse/paho.mqtt.golang/packets"
	"github.com/gorilla/websocket"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/mqtttest"
)

// A device is one of the paho clients for Go. What it reports is "ok", "closed"
// if the connection ended without a word, or a reason code as "0x87".
type device interface {
	connect() string
	subscribe(filter string) string
	publish(topic string, qos byte, retain bool, payload string) string // QoS 0 is "ok" once it is written
	receive(t *testing.T) string                                        // the next message, "topic payload"
	end(t *testing.T) string                                            // how the gateway ended the connection
	disconnect()
}

// schemes are the ways to a custom authorizer, and the listener of each.
var schemes = map[string]string{"tcp": emulator.MQTT, "tls": emulator.HTTPS, "ws": emulator.HTTP, "wss": emulator.HTTPS}

// dial returns a device that has not connected yet.
func dial(t *testing.T, e *emulator.Emulator, version int, scheme, id, username, password string) device {
	if version == 5 {
		return dial5(t, e, scheme, id, username, password)
	}
	return dial3(t, e, scheme, id, username, password)
}

// An inbox is what comes to a device.
type inbox struct {
	messages chan string
	ended    chan string // has room for the first cause
}

func newInbox() inbox { return inbox{make(chan string, 1000), make(chan string, 1)} }

func (b inbox) lost(how string) {
	select {
	case b.ended <- how:
	default:
	}
}

func (b inbox) receive(t *testing.T) string {
	t.Helper()
	select {
	case m := <-b.messages:
		return m
	case <-time.After(patience):
		t.Fatalf("got no message within %v", patience)
		return ""
	}
}

func (b inbox) end(t *testing.T) string {
	t.Helper()
	select {
	case how := <-b.ended:
		return how
	case <-time.After(patience):
		t.Fatalf("the connection has not ended within %v", patience)
		return ""
	}
}

// A device3 speaks MQTT 3.1.1.
type device3 struct {
	inbox
	client paho3.Client
}

func dial3(t *testing.T, e *emulator.Emulator, scheme, id, username, password string) *device3 {
	t.Helper()
	config := e.ClientTLS()
	address := e.Addr(schemes[scheme])
	switch scheme {
	case "tls":
		config.NextProtos = []string{"mqtt"}
	case "ws", "wss":
		address += "/mqtt"
	}
	return dial3At(t, scheme+"://"+address, config, id, username, password)
}

func dial3At(t *testing.T, url string, config *tls.Config, id, username, password string) *device3 {
	t.Helper()
	d := &device3{inbox: newInbox()}
	d.client = paho3.NewClient(paho3.NewClientOptions().
		AddBroker(url).SetTLSConfig(config).SetProtocolVersion(4).
		SetClientID(id).SetUsername(username).SetPassword(password).
		SetAutoReconnect(false).SetConnectTimeout(patience).
		SetConnectionLostHandler(func(paho3.Client, error) { d.lost("closed") }).
		SetDefaultPublishHandler(func(_ paho3.Client, m paho3.Message) {
			d.messages <- m.Topic() + " " + string(m.Payload())
		}))
	t.Cleanup(d.disconnect)
	return d
}

func (d *device3) connect() string { return outcome3(d.client.Connect()) }

func (d *device3) subscribe(filter string) string {
	token := d.client.Subscribe(filter, 1, nil)
	if s := outcome3(token); s != "ok" {
		return s
	}
	if code := token.(*paho3.SubscribeToken).Result()[filter]; code > 1 {
		return fmt.Sprintf("0x%02X", code)
	}
	return "ok"
}

func (d *device3) publish(topic string, qos byte, retain bool, payload string) string {
	return outcome3(d.client.Publish(topic, qos, retain, payload))
}

func (d *device3) disconnect() { d.client.Disconnect(5000) } // ms that sending DISCONNECT may take

func outcome3(token paho3.Token) string {
	if !token.WaitTimeout(patience) {
		return "silence"
	}
	switch err := token.Error(); {
	case err == nil:
		return "ok"
	case errors.Is(err, packets3.ErrorNetworkError), err.Error() == "connection lost before Publish completed",
		err.Error() == "connection lost before Subscribe completed":
		return "closed"
	default:
		return err.Error()
	}
}

// A device5 speaks MQTT 5.
type device5 struct {
	inbox
	id, username, password string
	open                   func() (net.Conn, error)
	client                 *paho5.Client
}

func dial5(t *testing.T, e *emulator.Emulator, scheme, id, username, password string) *device5 {
	t.Helper()
	d := &device5{inbox: newInbox(), id: id, username: username, password: password}
	d.open = func() (net.Conn, error) { return open(e.Addr(schemes[scheme]), scheme, e.ClientTLS()) }
	t.Cleanup(d.disconnect)
	return d
}

// open connects as far as MQTT.
func open(address, scheme string, config *tls.Config) (net.Conn, error) {
	switch scheme {
	case "tcp":
		return net.Dial("tcp", address)
	case "tls":
		config.NextProtos = []string{"mqtt"}
		conn, err := tls.Dial("tcp", address, config)
		return packets5.NewThreadSafeConn(conn), err
	}
	return openAt(scheme+"://"+address+"/mqtt", config)()
}

// openAt connects a WebSocket.
func openAt(url string, config *tls.Config) func() (net.Conn, error) {
	return func() (net.Conn, error) {
		dialer := websocket.Dialer{TLSClientConfig: config, Subprotocols: []string{"mqtt"}}
		conn, _, err := dialer.Dial(url, nil)
		return packets5.NewThreadSafeConn(mqtttest.Stream(conn)), err // it writes a packet in pieces
	}
}

func (d *device5) connect() string {
	conn, err := d.open()
	if err != nil {
		return err.Error()
	}
	d.client = paho5.NewClient(paho5.ClientConfig{
		Conn: packets5.NewThreadSafeConn(conn), PacketTimeout: patience, // pings come from a goroutine of their own
		OnPublishReceived: []func(paho5.PublishReceived) (bool, error){func(m paho5.PublishReceived) (bool, error) {
			d.messages <- m.Packet.Topic + " " + string(m.Packet.Payload)
			return true, nil
		}},
		OnServerDisconnect: func(p *paho5.Disconnect) { d.lost(fmt.Sprintf("DISCONNECT 0x%02X", p.ReasonCode)) },
		OnClientError:      func(error) { d.lost("closed") },
	})
	connect := &paho5.Connect{ClientID: d.id, CleanStart: true, KeepAlive: 60}
	connect.Username, connect.UsernameFlag = d.username, d.username != ""
	connect.Password, connect.PasswordFlag = []byte(d.password), d.password != ""
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	ack, err := d.client.Connect(ctx, connect)
	switch {
	case ack != nil && ack.ReasonCode >= 0x80:
		d.client = nil
		return fmt.Sprintf("0x%02X", ack.ReasonCode)
	case err != nil:
		d.client = nil
		return "closed"
	}
	return "ok"
}

func (d *device5) subscribe(filter string) string {
	ack, err := d.client.Subscribe(context.Background(), &paho5.Subscribe{Subscriptions: []paho5.SubscribeOptions{{Topic: filter, QoS: 1}}})
	switch {
	case ack != nil && ack.Reasons[0] >= 0x80:
		return fmt.Sprintf("0x%02X", ack.Reasons[0])
	case err != nil:
		return "closed"
	}
	return "ok"
}

func (d *device5) publish(topic string, qos byte, retain bool, payload string) string {
	ack, err := d.client.Publish(context.Background(), &paho5.Publish{Topic: topic, QoS: qos, Retain: retain, Payload: []byte(payload)})
	switch {
	case ack != nil && ack.ReasonCode >= 0x80:
		return fmt.Sprintf("0x%02X", ack.ReasonCode)
	case err != nil:
		return "closed"
	}
	return "ok"
}

func (d *device5) disconnect() {
	if d.client != nil {
		_ = d.client.Disconnect(&paho5.Disconnect{})
		<-d.client.Done()
	}
}

// mustBe fails if a step of a test came out otherwise.
func mustBe(t *testing.T, step, got, want string) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: got %s, want %s", step, got, want)
	}
}
