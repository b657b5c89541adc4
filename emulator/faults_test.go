package emulator_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/mqtttest"
	"github.com/suback/suback/emulator/trace"
)

// Faults on request, as clients see them.

type faulted struct {
	*testing.T
	e       *emulator.Emulator
	version byte
}

func (f faulted) add(fault emulator.Fault) emulator.Fault {
	f.Helper()
	got, err := f.e.AddFault(fault)
	must(f.T, err)
	return got
}

// client is a device that is connected.
func (f faulted) client(id string, changes ...mqtttest.Change) *mqtttest.Client {
	f.Helper()
	c, got := f.connect(id, changes...)
	if got != "0x00" {
		f.Fatalf("connect %s: got %s", id, got)
	}
	return c
}

func (f faulted) connect(id string, changes ...mqtttest.Change) (*mqtttest.Client, string) {
	f.Helper()
	c, err := mqtttest.Dial(f.Context(), "mqtt://"+f.e.Addr(emulator.MQTT), nil)
	must(f.T, err)
	f.Cleanup(func() { _ = c.Close() })
	c.Patience = patience
	ack, err := c.Connect(f.version, id, changes...)
	return c, codeOf(ack, err)
}

// dialed is what becomes of a CONNECT that a fault strikes.
func (f faulted) dialed(id string) <-chan string {
	f.Helper()
	c, err := mqtttest.Dial(f.Context(), "mqtt://"+f.e.Addr(emulator.MQTT), nil)
	must(f.T, err)
	f.Cleanup(func() { _ = c.Close() })
	c.Patience = patience
	answer := make(chan string, 1)
	go func() { answer <- codeOf(c.Connect(f.version, id)) }()
	eventually(f.T, "its fault", func() bool { return len(f.e.Faults()) == 0 })
	return answer
}

// codeOf is a reason code, "closed" or the error.
func codeOf(pk packets.Packet, err error) string {
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		return "closed"
	case err != nil:
		return err.Error()
	}
	return fmt.Sprintf("0x%02X", pk.ReasonCode)
}

// told is the record of a fault.
func (f faulted) told(id int, detail string) {
	f.Helper()
	eventually(f.T, fmt.Sprintf("a record of fault %d", id), func() bool {
		return slices.ContainsFunc(f.e.Trace().Events(trace.Filter{}), func(ev trace.Event) bool {
			return ev.Fault == id && strings.Contains(ev.Detail, detail) && strings.Contains(ev.Hint, "DELETE /_suback/faults")
		})
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		do   func(faulted)
	}{
		{"connect refuse", faultyConnects},
		{"connect delay", func(f faulted) {
			fault, begin := f.add(emulator.Fault{On: "connect", Do: "delay", Delay: emulator.FaultDuration(50 * time.Millisecond)}), time.Now()
			f.client("pump-7")
			if d := time.Since(begin); d < 50*time.Millisecond {
				f.Errorf("connected after %s, want it 50 ms late", d)
			}
			f.told(fault.ID, "the CONNECT is late by 50ms")
		}},
		{"client close", func(f faulted) {
			c, other := f.client("pump-7", mqtttest.Will("wills", "gone", 1)), f.client("app")
			_, err := other.Subscribe("wills")
			must(f.T, err)
			fault := f.add(emulator.Fault{On: "client", Do: "close", Client: "pump-*"})
			mustBe(f.T, "the client", codeOf(c.Read()), "closed")
			m, err := other.Receive() // a will is for this [B-440]
			mustBe(f.T, "the will", string(m.Payload)+fmt.Sprint(err), "gone<nil>")
			f.told(fault.ID, "the connection was ended")
			if all := f.e.Faults(); len(all) != 0 {
				f.Errorf("got %+v, want none: it has struck", all)
			}
		}},
		{"client cut", func(f faulted) {
			c := f.client("pump-7")
			begin := time.Now()
			fault := f.add(emulator.Fault{On: "client", Do: "cut", Client: "pump-7", For: emulator.FaultDuration(100 * time.Millisecond)})
			must(f.T, f.client("app").Ping()) // for others it is there
			must(f.T, c.Ping())
			if d := time.Since(begin); d < 100*time.Millisecond {
				f.Errorf("an answer came after %s, want none within 100 ms", d)
			}
			f.told(fault.ID, "nothing comes through for 100ms")
		}},
		{"a CONNECT within a cut", func(f faulted) {
			begin := time.Now()
			f.add(emulator.Fault{On: "client", Do: "cut", For: emulator.FaultDuration(100 * time.Millisecond)})
			f.client("pump-7")
			if d := time.Since(begin); d < 100*time.Millisecond {
				f.Errorf("connected after %s, want it when the cut is over", d)
			}
		}},
		{"a CONNECT that is late does not throw out who came again", func(f faulted) {
			f.add(emulator.Fault{On: "connect", Do: "delay", Delay: emulator.FaultDuration(time.Minute)})
			gone := f.dialed("pump-7")
			c := f.client("pump-7")
			must(f.T, c.Ping())
			f.add(emulator.Fault{On: "connect", Do: "delay", Delay: emulator.FaultDuration(time.Minute)})
			again := f.dialed("pump-7")
			f.e.Reset() // ends what is late, too
			mustBe(f.T, "the one that was late at a reset", <-again, "closed")
			mustBe(f.T, "the one that was late when its client came again", <-gone, "closed")
		}},
		{"publish close", func(f faulted) {
			fault := f.add(emulator.Fault{On: "publish", Do: "close", Topic: "a/+"})
			c := f.client("pump-7")
			mustBe(f.T, "another topic", codeOf(c.Publish("b", "1")), "0x00")
			mustBe(f.T, "its topic", codeOf(c.Publish("a/b", "1")), "closed")
			f.told(fault.ID, "its message is lost")
		}},
		{"publish throttle", func(f faulted) {
			sub, c := f.client("sub"), f.client("pump-7")
			_, err := sub.Subscribe("a")
			must(f.T, err)
			fault := f.add(emulator.Fault{On: "publish", Do: "throttle"})
			if f.version == 5 {
				mustBe(f.T, "throttled", codeOf(c.Publish("a", "lost")), "0x97")
			} else { // no answer is the answer [B-681]
				must(f.T, c.Write(packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Publish, Qos: 1}, TopicName: "a",
					PacketID: 9, Payload: []byte("lost")}))
			}
			mustBe(f.T, "the next", codeOf(c.Publish("a", "came")), "0x00")
			m, err := sub.Receive()
			mustBe(f.T, "received", string(m.Payload)+fmt.Sprint(err), "came<nil>")
			f.told(fault.ID, "as one over a rate")
		}},
		{"puback drop", func(f faulted) {
			fault := f.add(emulator.Fault{On: "puback", Do: "drop"})
			c := f.client("pump-7")
			for id := range uint16(2) {
				must(f.T, c.Write(packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Publish, Qos: 1}, TopicName: "a", PacketID: id + 1}))
			}
			ack, err := c.Await(packets.Puback)
			mustBe(f.T, "the first PUBACK", fmt.Sprint(ack.PacketID, err), "2 <nil>")
			f.told(fault.ID, "the PUBACK was not sent")
		}},
		{"puback reorder", func(f faulted) {
			fault := f.add(emulator.Fault{On: "puback", Do: "reorder"})
			c := f.client("pump-7")
			var both []byte
			for id := range byte(2) { // in one write, so that the second is there within 50 ms
				both = append(both, packet(0x32, text("a")+"\x00"+string(rune(id+1))+map[byte]string{5: "\x00"}[f.version])...)
			}
			must(f.T, c.Send(both))
			var order []uint16
			for range 2 {
				ack, err := c.Await(packets.Puback)
				must(f.T, err)
				order = append(order, ack.PacketID)
			}
			mustBe(f.T, "the PUBACKs", fmt.Sprint(order), "[2 1]")
			f.told(fault.ID, "comes after a later one")
		}},
		{"puback delay", func(f faulted) {
			fault := f.add(emulator.Fault{On: "puback", Do: "delay", Delay: emulator.FaultDuration(50 * time.Millisecond)})
			c, begin := f.client("pump-7"), time.Now()
			mustBe(f.T, "late", codeOf(c.Publish("a", "1")), "0x00")
			if d := time.Since(begin); d < 50*time.Millisecond {
				f.Errorf("the PUBACK came after %s, want it 50 ms late", d)
			}
			f.told(fault.ID, "the PUBACK is late by 50ms")
		}},
		{"puback delay, and what else is sent", func(f faulted) {
			f.add(emulator.Fault{On: "puback", Do: "delay", Delay: emulator.FaultDuration(time.Minute)})
			sub, c := f.client("sub"), f.client("pump-7", mqtttest.Will("a/will", "gone", 1))
			_, err := sub.Subscribe("a/+")
			must(f.T, err)
			must(f.T, c.Write(packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Publish, Qos: 1}, TopicName: "a/1", PacketID: 7}))
			must(f.T, c.Ping()) // is answered while the PUBACK waits
			_ = c.Close()
			for _, topic := range []string{"a/1", "a/will"} {
				m, err := sub.Receive()
				mustBe(f.T, "received", m.TopicName+fmt.Sprint(err), topic+"<nil>")
			}
		}},
		{"puback delay, of more than may be unacknowledged", func(f faulted) {
			f.add(emulator.Fault{On: "puback", Do: "delay", Delay: emulator.FaultDuration(100 * time.Millisecond), Times: new(0)})
			c := f.client("pump-7")
			go func() {
				for id := range uint16(250) {
					_ = c.Write(packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Publish, Qos: 1}, TopicName: "a", PacketID: id + 1})
				}
			}()
			for id := range uint16(250) {
				ack, err := c.Await(packets.Puback)
				mustBe(f.T, "PUBACK", fmt.Sprint(ack.PacketID, err), fmt.Sprint(id+1, " <nil>"))
			}
		}},
		{"deliver drop", func(f faulted) {
			sub, c := f.client("sub"), f.client("pump-7")
			_, err := sub.Subscribe("a")
			must(f.T, err)
			fault := f.add(emulator.Fault{On: "deliver", Do: "drop", Client: "sub"})
			for _, payload := range []string{"lost", "came"} {
				mustBe(f.T, "publish", codeOf(c.Publish("a", payload)), "0x00")
			}
			m, err := sub.Receive()
			mustBe(f.T, "received", string(m.Payload)+fmt.Sprint(err), "came<nil>")
			f.told(fault.ID, "the message was not sent")
			s := f.e.Messages(emulator.Selection{Topic: "a"})
			whole, _ := f.e.Story(s[len(s)-1].ID)
			if !strings.Contains(whole.Text(), "a fault that was asked for struck it") {
				f.Errorf("the story does not tell it:\n%s", whole.Text())
			}
		}},
		{"deliver delay", func(f faulted) {
			sub, c := f.client("sub"), f.client("pump-7")
			_, err := sub.Subscribe("a")
			must(f.T, err)
			fault, begin := f.add(emulator.Fault{On: "deliver", Do: "delay", Delay: emulator.FaultDuration(50 * time.Millisecond)}), time.Now()
			mustBe(f.T, "publish", codeOf(c.Publish("a", "1")), "0x00")
			_, err = sub.Receive()
			if d := time.Since(begin); d < 50*time.Millisecond || err != nil {
				f.Errorf("it came after %s (%v), want it 50 ms late", d, err)
			}
			f.told(fault.ID, "the message is late by 50ms")
		}},
		{"deliver close", func(f faulted) {
			sub, c := f.client("sub"), f.client("pump-7")
			_, err := sub.Subscribe("a")
			must(f.T, err)
			fault := f.add(emulator.Fault{On: "deliver", Do: "close"})
			mustBe(f.T, "publish", codeOf(c.Publish("a", "a message that ends in its middle")), "0x00")
			_, err = sub.Read()
			if !errors.Is(err, io.ErrUnexpectedEOF) {
				f.Errorf("got %v, want the end within a packet", err)
			}
			f.told(fault.ID, "in the middle of the message")
		}},
		{"function fail", func(f faulted) {
			fault := f.add(emulator.Fault{On: "function", Do: "fail"})
			_, got := f.connect("pump-7")
			mustBe(f.T, "an authorizer that fails", got, map[byte]string{4: "closed", 5: "0x87"}[f.version])
			f.client("pump-7")
			f.told(fault.ID, "function")
		}},
		{"function delay", func(f faulted) {
			fault, begin := f.add(emulator.Fault{On: "function", Do: "delay", Delay: emulator.FaultDuration(50 * time.Millisecond)}), time.Now()
			f.client("pump-7")
			if d := time.Since(begin); d < 50*time.Millisecond {
				f.Errorf("connected after %s, want the authorizer 50 ms late", d)
			}
			f.told(fault.ID, "is late by 50ms")
		}},
	}
	for _, tt := range tests {
		for _, version := range []byte{4, 5} {
			t.Run(fmt.Sprint(tt.name, " ", version), func(t *testing.T) {
				t.Parallel()
				e := emulator.Run(t, emulator.Options{Listeners: free, Authorizer: granting(json.RawMessage(everythingBut))})
				tt.do(faulted{t, e, version})
			})
		}
	}
}

// faultyConnects: each outcome of a CONNECT that AWS has.
func faultyConnects(f faulted) {
	for _, tt := range []struct{ reason, want5 string }{
		{"", "0x87"}, {"THROTTLED", "0x97"}, {"CLIENT_ID_INVALID", "0x85"}, {"MALFORMED_PACKET", "0x80"},
		{"DEVICE_CERTIFICATE_INACTIVE", "closed"}, {"SERVER_ERROR", "closed"},
	} {
		want := map[byte]string{4: "closed", 5: tt.want5}[f.version]
		fault := f.add(emulator.Fault{On: "connect", Do: "refuse", Client: "pump-7", Reason: tt.reason, Times: new(2)})
		f.client("app") // not who is meant
		for range 2 {
			_, got := f.connect("pump-7")
			mustBe(f.T, "connect, "+tt.reason, got, want)
		}
		f.client("pump-7")
		f.told(fault.ID, fmt.Sprintf("fault %d (connect refuse), which was asked for", fault.ID))
	}
}

// TestFaultsOfActions: an action that fails has the error action done, one that is late is done.
func TestFaultsOfActions(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "suback.yaml")
	must(t, os.WriteFile(file, []byte(`topicRules:
  - ruleName: copy
    sql: SELECT * FROM 'in'
    actions: [{republish: {topic: out, roleArn: "arn:aws:iam::000000000000:role/rule"}}]
    errorAction: {republish: {topic: failed, roleArn: "arn:aws:iam::000000000000:role/rule"}}
`), 0o600))
	f := faulted{t, runFile(t, file, emulator.Options{Authorizer: granting(json.RawMessage(everythingBut))}), 5}
	sub := f.client("sub")
	for _, filter := range []string{"out", "failed"} {
		_, err := sub.Subscribe(filter)
		must(t, err)
	}
	late := f.add(emulator.Fault{On: "action", Do: "delay", Rule: "copy", Delay: emulator.FaultDuration(50 * time.Millisecond)})
	fails, begin := f.add(emulator.Fault{On: "action", Do: "fail", Rule: "copy"}), time.Now()
	for i := range 2 {
		mustBe(t, "publish", codeOf(sub.Publish("in", fmt.Sprintf(`{"n":%d}`, i))), "0x00")
	}
	m, err := sub.Receive()
	must(t, err)
	mustBe(t, "a late one", m.TopicName+" "+string(m.Payload), `out {"n":0}`)
	if d := time.Since(begin); d < 50*time.Millisecond {
		t.Errorf("it came after %s, want it 50 ms late", d)
	}
	m, err = sub.Receive()
	must(t, err)
	want := fmt.Sprintf("fault %d (action fail), which was asked for", fails.ID)
	if m.TopicName != "failed" || !strings.Contains(string(m.Payload), want) {
		t.Errorf("got %s %s, want the error action with %q", m.TopicName, m.Payload, want)
	}
	f.told(late.ID, `an action of the rule "copy" is late by 50ms`)
}

// TestFaultsWithMQTTjs: a client of others sends again what was not acknowledged, on its next
// connection: one that a fault ended.
func TestFaultsWithMQTTjs(t *testing.T) {
	t.Parallel()
	modules := npmModules(t, "mqtt")
	e := emulator.Run(t, emulator.Options{Listeners: free, Authorizer: granting(json.RawMessage(everythingBut))})
	f := faulted{t, e, 5}
	sub := f.client("sub")
	_, err := sub.Subscribe("a")
	must(t, err)
	dropped := f.add(emulator.Fault{On: "puback", Do: "drop", Client: "pump-7"})
	p := start(t, []string{"NODE_PATH=" + modules}, nodejs(t), "-e", `
const client = require("mqtt").connect(process.argv[1], {clientId: "pump-7", protocolVersion: 5, reconnectPeriod: 10, clean: false,
  properties: {sessionExpiryInterval: 60}})
client.on("connect", () => console.log("connected"))
client.once("connect", () => client.publish("a", "again", {qos: 1}, e => { console.log("acknowledged", e || ""); client.end() }))
`, "mqtt://"+e.Addr(emulator.MQTT))
	m, err := sub.Receive()
	must(t, err)
	mustBe(t, "first", string(m.Payload), "again")
	f.told(dropped.ID, "the PUBACK was not sent")
	f.add(emulator.Fault{On: "client", Do: "close", Client: "pump-7"})
	p.until("acknowledged")
	m, err = sub.Receive()
	must(t, err)
	mustBe(t, "second", string(m.Payload), "again")
}

// TestFaultsAPI: what the admin API takes and answers.
func TestFaultsAPI(t *testing.T) {
	e := emulator.Run(t, emulator.Options{Listeners: free, Authorizer: granting(json.RawMessage(everythingBut))})
	client := &http.Client{Transport: new(http.Transport)}
	t.Cleanup(client.CloseIdleConnections)
	tests := []struct{ method, path, body, want string }{
		{"GET", "", "", `200 []`},
		{"POST", "", `{"on": "puback", "do": "drop", "client": "pump-7", "times": 2}`,
			`200 {"id":1,"on":"puback","do":"drop","client":"pump-7","times":2,"probability":1,"struck":0}`},
		{"POST", "", ` [{"on": "http", "do": "throttle", "path": "/topics/", "times": 1}, {"on": "connect", "do": "delay", "delay": "1s"}]`,
			`200 [{"id":2,"on":"http","do":"throttle","path":"/topics/","times":1,"probability":1,"struck":0},` +
				`{"id":3,"on":"connect","do":"delay","delay":"1s","times":1,"probability":1,"struck":0}]`},
		{"POST", "", `[{"on": "puback", "do": "drop"}, {"on": "puback", "do": "droop"}]`,
			`400 {"message":"fault 2 of those asked for: do: \"droop\" is not known, is drop meant? There is delay, drop, reorder"}`},
		{"POST", "", `{"on": "puback", "do": "delay", "delay": "soon"}`, `400 {"message":"\"soon\" is no duration, want one like`},
		{"POST", "", `{"on": "puback", "do": "drop", "lasts": "0s"}`, `400 {"message":"the duration is \"0s\", want one above 0`},
		{"POST", "", `{"on": "puback", "do": "drop", "probability": 0}`, `400 {"message":"probability: 0, want one above 0 and up to 1`},
		{"POST", "", `{"on": "puback", "do": "drop", "topics": "a"}`, `400 {"message":"json: unknown field \"topics\", want {`},
		{"POST", "", ``, `400 {"message":"there is no fault, want {`},
		{"POST", "", `{"on": "puback", "do": "drop"} x`, `400 {"message":"invalid character`},
		{"DELETE", "/3", "", `200 [{"id":1,`},
		{"DELETE", "/3", "", `404 {"message":"there is no fault 3 that may still strike"}`},
		{"DELETE", "/x", "", `404 {"message":"there is no fault x that may still strike"}`},
		{"DELETE", "", "", `200 []`},
	}
	for _, tt := range tests {
		status, body := called(t, client, tt.method, "http://"+e.Addr(emulator.HTTP)+"/_suback/faults"+tt.path, tt.body)
		if got := fmt.Sprint(status, " ", body); !strings.HasPrefix(got, tt.want) {
			t.Errorf("%s %s %s:\ngot  %s\nwant %s", tt.method, tt.path, tt.body, got, tt.want)
		}
	}
}

// TestFaultsHTTP: requests to AWS's APIs, and none to the admin API.
func TestFaultsHTTP(t *testing.T) {
	e := emulator.Run(t, emulator.Options{Listeners: free, Authorizer: granting(json.RawMessage(everythingBut))})
	client := &http.Client{Transport: new(http.Transport)}
	t.Cleanup(client.CloseIdleConnections)
	for _, fault := range []emulator.Fault{{On: "http", Do: "throttle"}, {On: "http", Do: "fail", Path: "/topics/"}} {
		_, err := e.AddFault(fault)
		must(t, err)
	}
	base := "http://" + e.Addr(emulator.HTTP)
	if status, _ := called(t, client, "GET", base+"/_suback/health", ""); status != 200 {
		t.Errorf("the admin API: got %d, want 200", status)
	}
	for _, want := range []string{`429 {"message":"Rate exceeded"`, `500 {"message":"Internal failure"`} {
		status, body := called(t, client, "POST", base+"/topics/a?qos=1", "{}")
		if got := fmt.Sprint(status, " ", body); !strings.HasPrefix(got, want) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	e.Reset()
	if all := e.Faults(); len(all) != 0 {
		t.Errorf("got %+v after a reset, want none", all)
	}
}

func called(t *testing.T, client *http.Client, method, url, body string) (status int, answer string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	must(t, err)
	resp, err := client.Do(r)
	must(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	must(t, err)
	return resp.StatusCode, string(text)
}
