package hooks_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/hooks"
)

func userProperty(key, value string) string { return "\x26" + text(key) + text(value) }

// A PUBLISH gets what the publisher's thing propagates, a will does not [B-696,
// B-697].
func TestEnrichment(t *testing.T) {
	own := userProperty("site", "mine") + userProperty("a", "b")
	large := strings.Repeat(userProperty("k", strings.Repeat("v", 1023)), 8) // the most that a publisher may send
	const contentType = "\x03\x00\x01x"
	site, id := userProperty("site", "osaka"), userProperty("id", "dev")
	for _, tt := range []struct {
		name        string
		version     byte
		first       byte
		props, want string
		source      string
	}{
		{"MQTT 3.1.1", 4, qos1, "", site + id, "B-696"},
		{"MQTT 5", 5, qos1, "", site + id, "B-696"},
		{"QoS 0", 5, qos0, "", site + id, "B-696"},
		{"after the publisher's own", 5, qos1, contentType + own, contentType + own + site + id, "B-696, guess"},
		{"beyond the publisher's limit", 5, qos1, large, large + site + id, "B-696, guess"},
		{"retained", 5, qos1 | retain, own, own + site + id, "B-696, guess"},
		{"retained, MQTT 3.1.1", 4, qos0 | retain, "", site + id, "B-696, guess"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newEnriching(t)
			w, old := e.device("w", 5, nil), e.device("old", 4, nil)
			w.subscribed(1, "t", "will")
			old.subscribed(1, "t")
			d := e.device("dev", tt.version, &will{topic: "will", payload: "gone", qos: 1})
			d.send(publishing(tt.version, tt.first, "t", 7, tt.props, "payload"))
			if _, _, props, payload := w.message(); props != tt.want || payload != "payload" {
				t.Errorf("got %q %q, want %q payload (%s)", props, payload, tt.want, tt.source)
			}
			old.receives("t", "payload", "B-691")
			e.noted("Connect: no rack")
			if tt.first&retain != 0 {
				late := e.device("late", 5, nil)
				late.subscribed(1, "t")
				if _, _, props, _ := late.message(); props != tt.want {
					t.Errorf("retained: got %q, want %q (%s)", props, tt.want, tt.source)
				}
			}
			_ = d.conn.Close()
			if _, topic, props, _ := w.message(); topic != "will" || props != "" {
				t.Errorf("got %q on %s, want the will without user properties (B-697, guess)", props, topic)
			}
		})
	}
}

// An enriching gateway enriches the messages of dev alone.
type enriching struct {
	*hooks.Hook
	t       *testing.T
	address string
	records *trace.Recorder
}

func newEnriching(t *testing.T) *enriching {
	t.Helper()
	document, err := policy.Parse("d", []byte(policyOf("all")))
	if err != nil {
		t.Fatal(err)
	}
	e := &enriching{t: t, records: trace.New(trace.Options{})}
	o := hooks.Options{Trace: e.records, Region: "us-east-1", Account: "000000000000",
		Authenticate: func(_ context.Context, r authn.Request) (*authn.Grant, error) {
			g := &authn.Grant{PrincipalID: "tester", Documents: []*policy.Document{document}}
			if r.ClientID == "dev" {
				g.UserProperties = []authn.UserProperty{{Key: "site", Val: "osaka"}, {Key: "id"}}
				g.LeftOut = []authn.Note{{Text: "no rack", Rule: "B-696"}}
			}
			return g, nil
		}}
	e.Hook = hooks.New(o)
	e.address = serve(t, e.Hook, "mqtt")["mqtt"]
	return e
}

func (e *enriching) device(id string, version byte, w *will) *device {
	e.t.Helper()
	d := dialBare(e.t, e.address, version)
	d.send(connect{id: id, password: "all", will: w}.packet(version))
	d.connack()
	return d
}

// noted wants the NOTEs about dev.
func (e *enriching) noted(want ...string) {
	e.t.Helper()
	var got []string
	for _, ev := range e.records.Events(trace.Filter{Client: "dev", Outcome: trace.Note}) {
		if ev.Rules[0] == "B-696" && ev.Hint != "" {
			got = append(got, string(ev.Operation)+": "+ev.Detail)
		}
	}
	if !slices.Equal(got, want) {
		e.t.Errorf("got the notes %q, want %q (B-696)", got, want)
	}
}
