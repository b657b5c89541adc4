package mqtttest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/mqtttest"
)

// allowing grants everything.
const allowing = `{"isAuthenticated": true, "principalId": "p", "policyDocuments": [{"Version": "2012-10-17",
	"Statement": {"Effect": "Allow", "Action": "iot:*", "Resource": "*"}}]}`

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// TestClient: over each of the four ways and in each version a client gets in, hears
// itself, and is told of the end.
func TestClient(t *testing.T) {
	e := emulator.Run(t, emulator.Options{Authorizer: func(context.Context, []byte) ([]byte, error) { return []byte(allowing), nil },
		Listeners: emulator.Listeners{MQTT: "127.0.0.1:0", HTTPS: "127.0.0.1:0", HTTP: "127.0.0.1:0"}})
	alpn := e.ClientTLS()
	alpn.NextProtos = []string{"mqtt"}
	for _, url := range []string{"mqtt://" + e.Addr(emulator.MQTT), "mqtts://" + e.Addr(emulator.HTTPS),
		"ws://" + e.Addr(emulator.HTTP) + "/mqtt", "wss://" + e.Addr(emulator.HTTPS) + "/mqtt"} {
		for _, version := range []byte{4, 5} {
			t.Run(fmt.Sprint(url[:5], version), func(t *testing.T) {
				config := e.ClientTLS()
				if url[:5] == "mqtts" {
					config = alpn
				}
				c := must[*mqtttest.Client](t)(mqtttest.Dial(t.Context(), url, config))
				defer c.Close()
				packet := must[packets.Packet](t)
				if ack := packet(c.Connect(version, "d", mqtttest.User("me", "secret"))); ack.ReasonCode != 0 {
					t.Fatalf("got CONNACK %#x, want 0", ack.ReasonCode)
				}
				if ack := packet(c.Subscribe("t/+")); !slices.Equal(ack.ReasonCodes, []byte{1}) {
					t.Errorf("got SUBACK % x, want 1", ack.ReasonCodes)
				}
				if ack := packet(c.Publish("t/1", "one")); ack.ReasonCode != 0 {
					t.Errorf("got PUBACK %#x, want 0", ack.ReasonCode)
				}
				packet(c.Publish("t/0", "zero", mqtttest.QoS(0)))
				for _, want := range []string{"t/1 one", "t/0 zero"} {
					message := packet(c.Receive())
					if got := message.TopicName + " " + string(message.Payload); got != want {
						t.Errorf("got %q, want %q", got, want)
					}
					if message.FixedHeader.Qos > 0 {
						_ = c.Acknowledge(message)
					}
				}
				packet(c.Unsubscribe("t/+"))
				if err := errors.Join(c.Ping(), c.Disconnect()); err != nil {
					t.Error(err)
				}
				if _, err := c.Read(); !errors.Is(err, io.EOF) {
					t.Errorf("got %v after DISCONNECT, want the end", err)
				}
			})
		}
	}
}

// TestRaw: what is sent as it is arrives as it is; a wait has an end.
func TestRaw(t *testing.T) {
	e := emulator.Run(t, emulator.Options{Authorizer: func(context.Context, []byte) ([]byte, error) { return []byte(allowing), nil }})
	c := must[*mqtttest.Client](t)(mqtttest.Dial(t.Context(), "tcp://"+e.Addr(emulator.MQTT), nil))
	defer c.Close()
	must[packets.Packet](t)(c.Connect(5, "d", mqtttest.User("me", "secret")))
	c.Patience = 20 * time.Millisecond
	if _, err := c.Read(); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %v, want the end of patience", err)
	}
	c.Patience = 5 * time.Second
	if err := c.Send([]byte("\xc0\x01\x00")); err != nil { // a PINGREQ with a body
		t.Fatal(err)
	}
	if pk, err := c.Await(packets.Disconnect); err != nil || pk.ReasonCode != 0x81 {
		t.Errorf("got %#x, %v, want DISCONNECT 0x81, malformed", pk.ReasonCode, err)
	}
}

// TestDialErrors: what cannot be dialled is named.
func TestDialErrors(t *testing.T) {
	for url, want := range map[string]string{
		"http://127.0.0.1":                   `http://127.0.0.1: scheme "http", want mqtt, mqtts, ws or wss`,
		"tcp://127.0.0.1:1":                  "tcp://127.0.0.1:1: dial tcp 127.0.0.1:1: connect: connection refused",
		"tcp://me:s3cr3t@127.0.0.1:1?s3cr3t": "tcp://me:xxxxx@127.0.0.1:1: dial tcp 127.0.0.1:1: connect: connection refused",
		"tcp://me:s3cr3t@127.0.0.1:x":        `the URL: invalid port ":x" after host`,
	} {
		if _, err := mqtttest.Dial(t.Context(), url, nil); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// TestDialHeaders: an upgrade has the headers that it is given, and a refusal has its answer.
func TestDialHeaders(t *testing.T) {
	e := emulator.Run(t, emulator.Options{Authorizer: func(context.Context, []byte) ([]byte, error) { return []byte(allowing), nil }})
	for _, tt := range []struct {
		name, path string
		headers    http.Header
		want       int // the status; 0 if it opens
	}{
		{"none", "/mqtt", nil, 0},
		{"another subprotocol", "/mqtt", http.Header{"Sec-Websocket-Protocol": {"mqttv3.1"}}, 0},
		{"no subprotocol", "/mqtt", http.Header{"Sec-Websocket-Protocol": {""}}, http.StatusUpgradeRequired},
		{"no path of the gateway's", "/nowhere?X-Amz-Signature=secret", nil, http.StatusForbidden},
	} {
		c, err := mqtttest.DialHeaders(t.Context(), "ws://"+e.Addr(emulator.HTTP)+tt.path, nil, tt.headers)
		refusal := new(mqtttest.Refusal)
		switch {
		case tt.want == 0 && err == nil:
			_ = c.Close()
		case tt.want == 0 || !errors.As(err, &refusal) || refusal.Status != tt.want:
			t.Errorf("%s: got %v, want status %d", tt.name, err, tt.want)
		case strings.Contains(err.Error(), "secret"):
			t.Errorf("%s: got %v, want nothing of the query in it", tt.name, err)
		}
	}
}
