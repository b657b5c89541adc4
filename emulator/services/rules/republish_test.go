package rules

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/hooks"
)

// Headers are MQTT 5's properties of the new message, with the bounds of those [B-694].
func TestHeaders(t *testing.T) {
	type headers = map[string]any
	tests := []struct {
		headers headers
		want    string // of the message; "" for an action that fails
		failed  string
	}{
		{nil, "qos 1", ""},
		{headers{"contentType": "text/${a}", "responseTopic": "r/${topic()}"}, "qos 1 type text/1 response r/in", ""},
		{headers{"payloadFormatIndicator": "UTF8_DATA"}, "qos 1 format 1", ""},
		{headers{"payloadFormatIndicator": "UNSPECIFIED_BYTES"}, "qos 1 format 0", ""},
		{headers{"payloadFormatIndicator": "utf8"}, "", `payloadFormatIndicator is "utf8"`},
		{headers{"correlationData": "${encode('x', 'base64')}"}, "qos 1 correlation x", ""},
		{headers{"correlationData": "not base64"}, "", "which is not base64"},
		{headers{"messageExpiry": "60"}, "qos 1 expires 1m0s", ""},
		{headers{"messageExpiry": "0"}, "qos 1 expires 1s", ""},
		{headers{"messageExpiry": "604801"}, "qos 1 expires 168h0m0s", ""},
		{headers{"messageExpiry": "4294967296"}, "qos 1 expires 168h0m0s", ""},
		{headers{"messageExpiry": "-1"}, "", "which is no number of seconds"},
		{headers{"messageExpiry": "${missing}"}, "qos 1", ""},
		{headers{"messageExpiry": "soon"}, "", "which is no number"},
		{headers{"userProperties": []any{headers{"key": "k", "value": "${a}"}, headers{"key": "${topic()}", "value": "v"}}},
			"qos 1 user k=1 in=v", ""},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			s, got := newRig(t), ""
			s.engine.Publish = func(m *session.Message, _ hooks.Origin) error { got = described(m); return nil }
			action := registry.RuleAction{"republish": {"topic": "b", "roleArn": role, "qos": 1}}
			if tt.headers != nil {
				action["republish"]["headers"] = tt.headers
			}
			s.rule("r", "SELECT * FROM 'in'", nil, action)
			s.send("in", `{"a":1}`)
			synctest.Wait()
			if got != tt.want {
				t.Errorf("%v: got %q, want %q (R-117)", tt.headers, got, tt.want)
			}
			if tt.failed != "" {
				s.recorded("RuleExecution REFUSED|"+tt.failed, "R-117")
			}
			s.end()
		})
	}
}

func described(m *session.Message) string {
	p, all := m.Properties, []string{fmt.Sprint("qos ", m.QoS)}
	add := func(there bool, what string, v any) {
		if there {
			all = append(all, fmt.Sprint(what, " ", v))
		}
	}
	add(m.Retain, "retained", "")
	add(p.PayloadFormatFlag, "format", p.PayloadFormat)
	add(p.ContentType != "", "type", p.ContentType)
	add(p.ResponseTopic != "", "response", p.ResponseTopic)
	add(p.CorrelationData != nil, "correlation", string(p.CorrelationData))
	if !m.Expires.IsZero() {
		add(true, "expires", time.Until(m.Expires))
	}
	if len(p.User) > 0 {
		all = append(all, "user")
	}
	for _, u := range p.User {
		all = append(all, u.Key+"="+u.Val)
	}
	return strings.Join(all, " ")
}

// What statements see of a message: its properties and who sent it.
func TestMessageOfStatement(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newRig(t)
		s.rule("r", "SELECT clientid() AS c, principal() AS p, get_mqtt_property('content_type') AS t, "+
			"get_mqtt_property('format_indicator') AS f, get_user_properties('k') AS k FROM 'in'", nil, republish("out"))
		m := &session.Message{Topic: "in", Properties: &packets.Properties{ContentType: "text/plain", PayloadFormatFlag: true,
			PayloadFormat: 1, User: []packets.UserProperty{{Key: "k", Val: "v"}}}}
		if err := s.hook.Route(m, hooks.Origin{Kind: hooks.FromDevice, ClientID: "dev", Principal: "cert"}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		want := []string{`out {"c":"dev","p":"cert","t":"text/plain","f":"UTF8_DATA","k":["v"]}`}
		if !slices.Equal(s.did, want) {
			t.Errorf("got %q, want %q (R-80 to R-83)", s.did, want)
		}
		s.end()
	})
}

// What a service answers, as that of shadows, is for rules too, and what they republish may
// be a request to it.
func TestAnswersOfServices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newRig(t)
		const request = "$aws/things/t/shadow/update"
		if err := s.hook.Register(hooks.Service{Name: "Echo", Filters: []string{request}, Serve: func(_ context.Context, r *hooks.Request) {
			_ = r.Answer(r.Message.Topic+"/accepted", []byte(`{"version":1}`))
		}}); err != nil {
			t.Fatal(err)
		}
		s.rule("in", "SELECT * FROM 'in'", nil, republish("$$aws/things/t/shadow/update"))
		s.rule("out", "SELECT version, topic(3) AS thing FROM '$aws/things/+/shadow/update/accepted'", nil, republish("out"))
		s.rule("wild", "SELECT * FROM '#'", nil, republish("$$aws/events/wild")) // would fail: it sees 'in' and 'out' alone
		s.send("in", `{}`)
		synctest.Wait()
		want := []string{request + " {}", `out {"version":1,"thing":"t"}`}
		slices.Sort(s.did) // one is noted once it is routed, perhaps after what came of it
		if !slices.Equal(s.did, want) {
			t.Errorf("got %q, want %q (R-15, R-19)", s.did, want)
		}
		if err := s.hook.EndServices(); err != nil {
			t.Error(err)
		}
		s.end()
	})
}
