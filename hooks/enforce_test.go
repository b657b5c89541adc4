package hooks_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/trace"
)

// A client that may do nothing does everything where enforce is log, and the trace has
// each refusal that there would have been [issue 14, part 5].
func TestEnforceLog(t *testing.T) {
	e := emulator.Run(t, emulator.Options{Authorizer: authorize, Config: &emulator.Config{Enforce: "log"}})
	for _, version := range []byte{4, 5} {
		id := fmt.Sprint("dev", version)
		d := online(t, e, version, connect{id: id, password: "Connect=client/nobody",
			will: &will{topic: "gone/" + id, payload: "x", retain: true}})
		d.subscribed(1, "a/#", id+"/in")
		for range 3 {
			d.send(d.publish(qos0, "a/b", "x"))
			d.receives("a/b", "x", "issue 14")
		}
		d.send(d.publish(qos1|retain, id+"/kept", "x"))
		d.expect("\x40\x02\x00\x07", "issue 14")
		d.send(d.publish(qos0, "loud", "x"))
		d.lives("issue 14")
		var got []string
		for _, ev := range records(e, id) {
			if ev.Decision == nil || ev.Decision.Allowed || ev.Outcome != trace.Note || ev.Reason != "AUTHORIZATION_FAILURE" ||
				ev.Hint == "" || ev.Saw != "nothing: enforce is log, it went through" {
				t.Errorf("got %+v, want a NOTE with the decision that it would have been (issue 14)", ev)
			}
			got = append(got, fmt.Sprintf("%s %s %s%s x%d", ev.Operation, ev.Action, ev.Topic, ev.Filter, ev.Count))
		}
		want := strings.ReplaceAll("Connect iot:Connect  x1|Connect iot:Publish gone/ID x1|Connect iot:RetainPublish gone/ID x1|"+
			"Subscribe iot:Subscribe a/# x1|Subscribe iot:Subscribe ID/in x1|Publish-In iot:Publish a/b x3|Publish-Out iot:Receive a/b x3|"+
			"Publish-In iot:Publish ID/kept x1|Publish-In iot:RetainPublish ID/kept x1|Publish-In iot:Publish loud x1", "ID", id)
		if text := strings.Join(got, "|"); text != want {
			t.Errorf("MQTT version %d: got  %s\nwant %s (issue 14)", version, text, want)
		}
		for _, r := range e.Asked(id, 0) {
			if r.Allowed || r.Client != id || r.Principal != "tester" || !strings.HasSuffix(r.Resource, "/"+r.Name) {
				t.Errorf("got the question %+v, want one of %s that was not allowed (issue 14)", r, id)
			}
		}
		if n := len(e.Asked(id, 0)); n != 10 {
			t.Errorf("got %d questions, want 10: each once (issue 14)", n)
		}
	}
	for _, m := range e.Trace().Metrics() {
		if m.Result == trace.AuthError && m.Count > 0 {
			t.Errorf("got %+v, want none: they succeeded (B-914)", m)
		}
	}
}

// What is no policy's to refuse is refused as ever, and with deny all of it; a reload
// changes that, a Reset forgets what was asked [issue 14, part 5].
func TestEnforceLogIsAboutPolicies(t *testing.T) {
	e := emulator.Run(t, emulator.Options{Authorizer: authorize, Config: &emulator.Config{Enforce: "log"}})
	d := open(t, e, way{}, 5)
	d.send(connect{id: "d", password: "wrong"}.packet(5))
	d.expectEnd(connackWith(0x87, "Client is not authenticated/authorized to send the message"), "B-401")
	d = online(t, e, 5, connect{id: "d", password: "all"})
	d.send(d.publish(qos1, "$sys/x", "x"))
	if p := d.receive(); p[0] != 0x40 || !strings.Contains(p, "\x90") {
		t.Errorf("a reserved topic: got %s, want PUBACK 0x90 (B-236)", show(p))
	}
	asked := e.Asked("d", 0)
	if !slices.ContainsFunc(asked, func(r emulator.AskedRequest) bool { return r.Action == "iot:Connect" && r.Allowed }) {
		t.Errorf("got %+v, want what was allowed too (issue 14)", asked)
	}
	if rest := e.Asked("", asked[0].Seq); len(rest) != len(asked)-1 {
		t.Errorf("got %d questions since the first, want %d (issue 14)", len(rest), len(asked)-1)
	}
	e.Reset()
	if asked := e.Asked("", 0); len(asked) > 0 {
		t.Errorf("got %+v after a Reset, want nothing (issue 14)", asked)
	}
	if err := e.Reload(&emulator.Config{}); err != nil || e.Enforce() != "deny" || e.Asked("", 0) != nil {
		t.Errorf("reload: got %v, enforce %s, want deny (issue 14)", err, e.Enforce())
	}
	d = open(t, e, way{}, 4)
	d.send(connect{id: "d", password: "empty"}.packet(4))
	d.expectEnd("", "B-402")
}
