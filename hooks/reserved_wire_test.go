package hooks_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/trace"
)

// What a client sees of a topic that it may not use, with everything allowed
// [B-236, B-237, B-238, B-833].
func TestReservedOnTheWire(t *testing.T) {
	const badTopic = "Topic name is not valid"
	puback := packet(0x40, "\x00\x07\x90"+reasonString("PUBACK:"+badTopic))
	publish := func(first byte, topic string) func(*device) string {
		return func(d *device) string { return d.publish(first, topic, "x") }
	}
	subscribe := func(filters ...string) func(*device) string {
		return func(d *device) string { return d.subscribe(1, 1, filters...) }
	}
	suback := func(codes string) string { return packet(0x90, "\x00\x01\x00"+codes) }
	tests := []struct {
		name   string
		send   func(*device) string
		v5     string // MQTT 3.1.1 is closed
		ends   bool   // MQTT 5 too
		rule   string
		source string
	}{
		{"publish to $SYS", publish(qos1, "$SYS/x"), puback, false, "B-238", "B-237, guess"},
		{"publish to $SYS, QoS 0", publish(qos0, "$SYS/x"), disconnectWith(0x90, badTopic), true, "B-238", "B-237, guess"},
		{"publish to an unknown topic", publish(qos1, "$aws/things/T/shadow/put"), puback, false, "B-236", "B-237, guess"},
		{"publish to an unknown topic, RETAIN", publish(qos1|retain, "$mine"), puback, false, "B-236", "B-237, guess"},
		{"publish an answer of the shadow", publish(qos1, "$aws/things/T/shadow/update/accepted"), puback, false, "B-236a", "B-236a"},
		{"publish an event", publish(qos1, "$aws/events/presence/connected/d"), puback, false, "B-236a", "B-833, guess"},
		{"publish an event, QoS 0", publish(qos0, "$aws/events/presence/connected/d"), disconnectWith(0x90, badTopic), true, "B-236a",
			"B-833, guess"},
		{"RETAIN for the shadow", publish(qos1|retain, "$aws/things/T/shadow/update"), puback, false, "B-239", "B-239, S-16"},
		{"RETAIN for the shadow, QoS 0", publish(qos0|retain, "$aws/things/T/shadow/update"), disconnectWith(0x90, badTopic), true,
			"B-239", "B-239, S-16"},
		{"RETAIN without payload", func(d *device) string { return d.publish(qos1|retain, "$aws/things/T/shadow/get", "") }, puback, false,
			"B-239", "B-239, guess"},
		{"RETAIN for Basic Ingest", publish(qos1|retain, "$aws/rules/r/a"), puback, false, "B-725", "B-239, B-1104"},
		{"subscribe to $SYS", subscribe("$SYS/#"), suback("\x8f"), false, "B-238", "B-237, guess"},
		{"subscribe to an unknown topic beside another", subscribe("a", "$invalid/reserved/topic"), suback("\x01\x8f"), false, "B-236", "B-236"},
		{"subscribe to a rule", subscribe("$aws/rules/r/#"), suback("\x8f"), false, "B-236a", "B-232"},
		{"subscribe to requests for jobs", subscribe("$aws/things/T/jobs/get"), suback("\x8f"), false, "B-236a", "B-236a"},
		{"share $SYS", subscribe("$share/g/$SYS/#"), suback("\x8f"), false, "B-238", "B-237, guess"},
	}
	e := start(t)
	for i, tt := range tests {
		for _, version := range []byte{4, 5} {
			t.Run(fmt.Sprintf("%s v%d", tt.name, version), func(t *testing.T) {
				id := fmt.Sprintf("d-%d-%d", i, version)
				d := online(t, e, version, connect{id: id, password: "all"})
				d.send(tt.send(d))
				switch {
				case version == 4:
					d.expectEnd("", tt.source)
				case tt.ends:
					d.expectEnd(tt.v5, tt.source)
				default:
					d.expect(tt.v5, tt.source)
					d.lives(tt.source)
				}
				if ev := record(t, e, id); ev.Reason != "CLIENT_ERROR" || !slices.Contains(ev.Rules, tt.rule) || ev.Detail == "" {
					t.Errorf("got %+v, want CLIENT_ERROR by %s (%s)", ev, tt.rule, tt.source)
				}
			})
		}
	}
}

// The policy is asked first [B-237, guess].
func TestReservedAfterPolicy(t *testing.T) {
	e := start(t)
	d := online(t, e, 5, connect{id: "d", password: devicePolicy})
	d.send(d.publish(qos1, "$SYS/x", "x"))
	d.expect(packet(0x40, "\x00\x07\x87"+reasonString("PUBACK:Client is not authenticated/authorized to send the message")), "B-237, guess")
	d.send(d.subscribe(1, 0, "$SYS/x"))
	if got := d.receive(); got[len(got)-1] != 0x87 {
		t.Errorf("got %s, want SUBACK 0x87 (B-237, guess)", show(got))
	}
	for _, ev := range records(e, "d") {
		if ev.Reason != "AUTHORIZATION_FAILURE" {
			t.Errorf("got %+v, want AUTHORIZATION_FAILURE (B-237, guess)", ev)
		}
	}
}

// What clients may use works as any topic does, with wildcards inside a reserved
// tree, shared or not; a leading wildcard sees none of it [B-231, B-234, B-235,
// B-236a]. A request to a shadow needs no more than its topic, whosever thing it is,
// and others may see it; its PUBACK waits for nobody [B-1002, B-1003, B-1004].
func TestReservedTopicsWork(t *testing.T) {
	const update = "$aws/things/T/shadow/update"
	for _, version := range []byte{4, 5} {
		t.Run(fmt.Sprint("v", version), func(t *testing.T) {
			e := start(t)
			d := online(t, e, version, connect{id: "d", password: "Connect=client/d Publish=topic/" + update,
				will: &will{topic: update, payload: "gone", qos: 1}})
			others := online(t, e, version, connect{id: "others", password: "all"})
			others.subscribed(1, "#", "+/things/#")
			var watchers []*device
			for i, filter := range []string{"$aws/things/T/shadow/#", "$aws/things/+/shadow/update", "$share/g/$aws/things/T/shadow/+", update} {
				w := online(t, e, version, connect{id: fmt.Sprint("w", i), password: "all"})
				w.subscribed(1, filter)
				watchers = append(watchers, w)
			}
			d.published(update, "hello")
			_ = d.conn.Close()
			for _, w := range watchers[1:] {
				w.receives(update, "hello", "B-235")
				w.receives(update, "gone", "B-231")
			}
			var got []string // by whom the answer to what is no JSON is seen, too
			for range 3 {
				_, topic, _, payload := watchers[0].message()
				got = append(got, strings.TrimPrefix(topic+" "+payload[:4], update))
			}
			if slices.Sort(got); !slices.Equal(got, []string{" gone", " hell", `/rejected {"co`}) {
				t.Errorf("got %q, want both and the rejection of the first (B-235, B-231)", got)
			}
			others.lives("B-234")
		})
	}
}

// A will that nobody may publish is refused as CONNECT is [B-228, B-237].
func TestReservedWill(t *testing.T) {
	tests := []struct {
		topic  string
		retain bool
		rule   string
		source string
	}{
		{"$SYS/x", false, "B-238", "B-228"},
		{"$aws/things/T/shadow/update/accepted", false, "B-236a", "B-228"},
		{"$aws/events/presence/disconnected/d", false, "B-236a", "B-833, guess"},
		{"$aws/things/T/shadow/update", true, "B-239", "B-239, guess"},
	}
	e := start(t)
	for i, tt := range tests {
		for version, want := range map[byte]string{4: "", 5: connackWith(0x90, "Topic name is not valid")} {
			t.Run(fmt.Sprintf("%s v%d", tt.topic, version), func(t *testing.T) {
				id := fmt.Sprintf("d-%d-%d", i, version)
				d := open(t, e, way{}, version)
				d.send(connect{id: id, password: "all", will: &will{topic: tt.topic, retain: tt.retain}}.packet(version))
				d.expectEnd(want, tt.source)
				if ev := record(t, e, id); ev.Operation != trace.Connect || ev.Reason != "CLIENT_ERROR" || !slices.Contains(ev.Rules, tt.rule) {
					t.Errorf("got %+v, want CLIENT_ERROR by %s (%s)", ev, tt.rule, tt.source)
				}
			})
		}
	}
}

// Nobody gets what has RETAIN, and nothing of it is kept [B-239, B-725].
func TestReservedIsNotRetained(t *testing.T) {
	const topic = "$aws/things/T/shadow/update"
	e := start(t)
	w := online(t, e, 4, connect{id: "w", password: "all"})
	w.subscribed(1, topic)
	d := online(t, e, 5, connect{id: "d", password: "all"})
	for _, payload := range []string{"1", ""} {
		d.send(d.publish(qos1|retain, topic, payload))
		d.expect(packet(0x40, "\x00\x07\x90"+reasonString("PUBACK:Topic name is not valid")), "B-239")
	}
	w.lives("B-239")
	late := online(t, e, 4, connect{id: "late", password: "all"})
	late.subscribed(1, topic)
	late.lives("B-239, B-725")
}

// Basic Ingest is acknowledged and noted, and goes past the subscribers, whatever
// their filter; a will does so too [B-511, B-1101, B-1102, B-1103].
func TestBasicIngest(t *testing.T) {
	const topic = "$aws/rules/store/a/b"
	for _, version := range []byte{4, 5} {
		t.Run(fmt.Sprint("v", version), func(t *testing.T) {
			e := start(t)
			w := online(t, e, version, connect{id: "w", password: "all"})
			w.subscribed(1, "#", "$aws/#", "$aws/+/store/#", "$share/g/$aws/#", "a/b")
			d := online(t, e, version, connect{id: "d", password: "all", will: &will{topic: "$aws/rules/gone", payload: "x"}})
			d.published(topic, "1")
			d.published(topic, "2")
			_ = d.conn.Close()
			online(t, e, version, connect{id: "d", password: "all"}) // waits for the will
			w.send("\xc0\x00")
			for p := w.receive(); p != "\xd0\x00"; p = w.receive() { // events come
				if strings.Contains(p, "$aws/rules/") {
					t.Errorf("got %s, want nothing of rules (B-1101)", show(p))
				}
			}
			rules := map[string]uint64{}
			for _, ev := range records(e, "d") {
				if ev.Reason == "RuleNotFound" && ev.Outcome == trace.Note {
					rules[ev.RuleName] += ev.Count
				}
			}
			if want := map[string]uint64{"store": 2, "gone": 1}; !maps.Equal(rules, want) {
				t.Errorf("got notes %v, want %v (B-1103)", rules, want)
			}
		})
	}
}

// By HTTPS the same topics may be published to; any other is 403 [A-174, B-236a,
// B-1104].
func TestReservedOverHTTP(t *testing.T) {
	e := emulator.Run(t, emulator.Options{Authorizer: func(context.Context, []byte) ([]byte, error) { return answer(policyOf("all")), nil }})
	tests := []struct {
		topic  string
		query  string
		want   int
		source string
	}{
		{"$aws/things/T/shadow/update", "", http.StatusOK, "B-236a"},
		{"$aws/things/T/shadow/update", "?retain=false", http.StatusOK, "B-236a"},
		{"$aws/things/T/shadow/update", "?retain=true", http.StatusForbidden, "B-239"},
		{"$aws/rules/r/a", "", http.StatusOK, "A-174, B-1101"},
		{"$aws/events/presence/connected/d", "", http.StatusForbidden, "A-174, B-833"},
		{"$aws/things/T/shadow/get/accepted", "", http.StatusForbidden, "A-174, B-236a"},
		{"$SYS/a", "", http.StatusForbidden, "A-174, B-238"},
	}
	for _, tt := range tests {
		response, err := http.Post("http://"+e.Addr(emulator.HTTP)+"/topics/"+url.PathEscape(tt.topic)+tt.query, "", strings.NewReader("x"))
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != tt.want {
			t.Errorf("%s: got %d, want %d (%s)", tt.topic, response.StatusCode, tt.want, tt.source)
		}
	}
	http.DefaultClient.CloseIdleConnections()
}

// What belongs to a service that is not here is taken as on AWS, and the trace says that nothing
// comes of it, once for a connection and a service [B-236a].
func TestAbsentServices(t *testing.T) {
	for _, version := range []byte{4, 5} {
		t.Run(fmt.Sprint("v", version), func(t *testing.T) {
			e := start(t)
			w := online(t, e, version, connect{id: "w", password: "all"})
			w.subscribed(1, "$aws/things/T/tunnels/notify", "$share/g/$aws/things/+/jobs/#", "$aws/things/T/jobs/notify",
				"$aws/commands/things/T/executions/+/response/accepted/json", "$aws/events/+/+/none", "$aws/things/T/shadow/get/+")
			w.lives("B-236a") // a SUBSCRIBE is told of behind its SUBACK
			d := online(t, e, version, connect{id: "d", password: "all"})
			for _, topic := range []string{"$aws/things/T/jobs/get", "$aws/things/T/jobs/$next/get", "$aws/certificates/create/json"} {
				d.published(topic, "{}")
			}
			d.lives("B-236a")
			for client, want := range map[string][]string{
				"w": {"Subscribe: this gateway has no commands", "Subscribe: this gateway has no jobs",
					"Subscribe: this gateway has no secure tunneling"},
				"d": {"Publish-In: this gateway has no fleet provisioning", "Publish-In: this gateway has no jobs"},
			} {
				var got []string
				for _, ev := range e.Trace().Events(trace.Filter{Client: client, Outcome: trace.Note}) {
					if _, after, ok := strings.Cut(ev.Detail, ": this gateway"); ok && slices.Contains(ev.Rules, "B-236a") {
						after, _, _ = strings.Cut(strings.ReplaceAll(after, ";", ","), ",")
						got = append(got, fmt.Sprintf("%s: this gateway%s", ev.Operation, after))
					}
				}
				if slices.Sort(got); !slices.Equal(got, want) {
					t.Errorf("%s: got notes %q, want %q (B-236a)", client, got, want)
				}
			}
		})
	}
}
