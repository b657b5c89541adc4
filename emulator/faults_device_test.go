package emulator_test

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/mqtttest"
	"github.com/suback/suback/emulator/tap"
	"github.com/suback/suback/emulator/trace"
)

// Faults that judge a device, and what it does packet by packet.

// TestFaultsOfAnswers: what is not answered, and an end as by another client of the same id.
func TestFaultsOfAnswers(t *testing.T) {
	t.Parallel()
	e := emulator.Run(t, emulator.Options{Listeners: free, Authorizer: granting(json.RawMessage(everythingBut))})
	for _, version := range []byte{4, 5} {
		f := faulted{t, e, version}
		c := f.client("pump-7")
		ping := f.add(emulator.Fault{On: "ping", Do: "drop", Client: "pump-7"})
		suback := f.add(emulator.Fault{On: "suback", Do: "drop", Client: "pump-*"})
		must(t, c.Write(packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Pingreq}}))
		must(t, c.Write(packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Subscribe, Qos: 1}, PacketID: 9,
			ProtocolVersion: version, Filters: packets.Subscriptions{{Filter: "a/b", Qos: 1}}}))
		eventually(t, "both faults", func() bool { return len(e.Faults()) == 0 })
		mustBe(t, "publish", codeOf(f.client("app").Publish("a/b", "on")), "0x00")
		pk, err := c.Read() // neither PINGRESP nor SUBACK before it
		mustBe(t, "what comes", string(pk.Payload)+fmt.Sprint(err), "on<nil>")
		f.told(ping.ID, "the PINGRESP was not sent")
		f.told(suback.ID, "the SUBACK was not sent")
		fault := f.add(emulator.Fault{On: "client", Do: "replace", Client: "pump-7"})
		mustBe(t, "the end", codeOf(c.Read()), map[byte]string{4: "closed", 5: "0x8E"}[version]) // [B-606]
		f.told(fault.ID, "as when another client takes its id")
	}
}

// TestFaultsOfCertificates: each is refused by who checks it, told as a fault, and told of who
// goes on all the same.
func TestFaultsOfCertificates(t *testing.T) {
	t.Parallel()
	e := emulator.Run(t, emulator.Options{Listeners: free, Authorizer: granting(json.RawMessage(everythingBut))})
	f := faulted{t, e, 4}
	others := e.ClientTLS()
	others.ServerName = "other.localhost"
	for _, tt := range []struct {
		fault emulator.Fault
		want  string
	}{
		{emulator.Fault{Do: "expire"}, "certificate has expired"}, {emulator.Fault{Do: "rename"}, "valid for another-name.invalid"},
		{emulator.Fault{Do: "forge"}, "signed by unknown authority"},
	} {
		tt.fault.On, tt.fault.ServerName, tt.fault.Source, tt.fault.Times = "certificate", "LOCALHOST", "127.0.0.1", new(2)
		fault := f.add(tt.fault)
		must(t, handshake(e, others)) // not who is meant
		if err := handshake(e, e.ClientTLS()); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", fault.Do, err, tt.want)
		}
		f.told(fault.ID, "the gateway shows a certificate that is")
		eventually(t, "a record of the refusal", func() bool {
			return slices.ContainsFunc(e.Trace().Events(trace.Filter{}), func(ev trace.Event) bool {
				return ev.Fault == fault.ID && ev.Outcome == trace.Note && strings.Contains(ev.Hint, "has done well")
			})
		})
		careless := e.ClientTLS()
		careless.InsecureSkipVerify = true
		c, err := mqtttest.Dial(t.Context(), "mqtts://"+e.Addr(emulator.HTTPS), alpn(careless))
		must(t, err)
		t.Cleanup(func() { _ = c.Close() })
		c.Patience = patience
		mustBe(t, "who does not check", codeOf(c.Connect(4, "careless")), "0x00")
		eventually(t, "a record of who goes on", func() bool {
			return slices.ContainsFunc(e.Trace().Events(trace.Filter{Client: "careless"}), func(ev trace.Event) bool {
				return ev.Fault == fault.ID && strings.Contains(ev.Detail, "has accepted the gateway's certificate")
			})
		})
		must(t, handshake(e, e.ClientTLS()))
	}
}

func alpn(c *tls.Config) *tls.Config {
	c.NextProtos = []string{"mqtt"}
	return c
}

func handshake(e *emulator.Emulator, c *tls.Config) error {
	conn, err := tls.Dial("tcp", e.Addr(emulator.MQTTS), c)
	if err == nil {
		err = conn.Close()
	}
	return err
}

// TestPackets: what a client does is told packet by packet, to who asks for this client.
func TestPackets(t *testing.T) {
	t.Parallel()
	e := emulator.Run(t, emulator.Options{Listeners: free, Authorizer: granting(json.RawMessage(everythingBut))})
	f := faulted{t, e, 5}
	base := "http://" + e.Addr(emulator.HTTP) + "/_suback"
	client := &http.Client{Transport: new(http.Transport)}
	t.Cleanup(client.CloseIdleConnections)
	resp, err := client.Get(base + "/packets?client=pump-7")
	must(t, err)
	defer resp.Body.Close()
	c := f.client("pump-7")
	f.client("app")
	_, err = c.Subscribe("a/+")
	must(t, err)
	mustBe(t, "publish", codeOf(c.Publish("b", "secret", mqtttest.QoS(1))), "0x00")
	must(t, c.Ping())
	status, body := called(t, client, "POST", base+"/messages?topic=a/b&qos=1", "on")
	mustBe(t, "a message", fmt.Sprint(status, " ", strings.TrimSpace(body)), `200 {"topic":"a/b"}`)
	m, err := c.Receive()
	must(t, err)
	must(t, c.Acknowledge(m))
	must(t, c.Disconnect())
	var got []string
	for lines := json.NewDecoder(resp.Body); ; {
		var p tap.Packet
		must(t, lines.Decode(&p))
		got = append(got, fmt.Sprintf("%s %s%s%v %d %s", p.From, p.Type, p.Topic, p.Filters, p.QoS, p.Payload))
		if p.Type == "END" {
			mustBe(t, "the end", p.Reason, "CLIENT_INITIATED_DISCONNECT")
			break
		}
	}
	want := []string{"client CONNECT[] 0 ", "gateway CONNACK[] 0 ", "client SUBSCRIBE[a/+] 0 ", "gateway SUBACK[] 0 ",
		"client PUBLISHb[] 1 secret", "gateway PUBACK[] 0 ", "client PINGREQ[] 0 ", "gateway PINGRESP[] 0 ",
		"gateway PUBLISHa/b[] 1 on", "client PUBACK[] 0 ", "client DISCONNECT[] 0 ", " END[] 0 "}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for path, want := range map[string]string{"/messages?topic=a/%23": `400 {"message":"topic is \"a/#\"`,
		"/messages?topic=a&qos=2": `400 {"message":"qos is \"2\", want 0 or 1"}`,
		"/messages?topic=$aws/a":  `403 {"message":"topic is \"$aws/a\", want one that is not AWS's own"}`} {
		status, body := called(t, client, "POST", base+path, "x")
		if got := fmt.Sprint(status, " ", body); !strings.HasPrefix(got, want) {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
}
