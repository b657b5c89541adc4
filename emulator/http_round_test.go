package emulator_test

import (
	"encoding/json"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/registry"
)

// TestHTTPGoesRound: a rule whose http action sends to its own gateway ends as one does that
// republishes into its own FROM, and says so, whatever way it takes.
func TestHTTPGoesRound(t *testing.T) {
	t.Parallel()
	e := emulator.Run(t, emulator.Options{Listeners: free, Authorizer: granting(json.RawMessage(everythingBut))})
	d := dial(t, e, 4, "tcp", "d", "", "")
	mustBe(t, "connect", d.connect(), "ok")
	mustBe(t, "subscribe", d.subscribe("open/+"), "ok")
	mustBe(t, "subscribe", d.subscribe("$aws/things/t/shadow/update/accepted"), "ok")
	r := emulator.RegistryOf(e)
	signed := map[string]any{"sigv4": map[string]any{"serviceName": "iotdevicegateway", "signingRegion": "us-east-1",
		"roleArn": "arn:aws:iam::000000000000:role/r"}}
	behind, err := url.Parse("http://" + e.Addr(emulator.HTTP))
	must(t, err)
	proxy := httptest.NewServer(httputil.NewSingleHostReverseProxy(behind))
	defer proxy.Close()
	for _, c := range []struct {
		what, sql, path, first string
		more                   map[string]any
		want                   int // messages
		told                   string
	}{
		{"admin API", "SELECT * FROM 'open/admin'", "/_suback/messages?topic=open/admin", "open/admin", nil, 9, `publishes to "open/admin"`},
		{"data plane", "SELECT * FROM 'open/signed'", "/topics/open/signed", "open/signed", map[string]any{"auth": signed}, 9,
			`publishes to "open/signed"`},
		{"through a proxy", "SELECT * FROM 'open/proxied'", proxy.URL + "/_suback/messages?topic=open/proxied", "open/proxied", nil, 9,
			`publishes to "open/proxied"`},
		{"in a batch", "SELECT * FROM 'open/batch'", "/_suback/messages?topic=open/batch", "open/batch",
			map[string]any{"enableBatching": true, "batchConfig": map[string]any{"maxBatchOpenMs": 5}}, 9, `publishes to "open/batch"`},
		{"shadow", "SELECT {'reported': {'n': version}} AS state FROM '$aws/things/t/shadow/update/accepted'", "/things/t/shadow",
			"$aws/things/t/shadow/update", map[string]any{"auth": signed}, 8, "the Device Shadow service publishes"},
	} {
		action := map[string]any{"url": "http://" + e.Addr(emulator.HTTP) + c.path}
		if strings.HasPrefix(c.path, proxy.URL) {
			action["url"] = c.path
		}
		for name, v := range c.more {
			action[name] = v
		}
		_, err := r.CreateTopicRule(registry.TopicRule{RuleName: "r", SQL: c.sql, AwsIotSqlVersion: "2016-03-23",
			Actions: []registry.RuleAction{{"http": action}}})
		must(t, err)
		must(t, r.EnableDestinations(func(string) bool { return true }))
		mustBe(t, "publish", d.publish(c.first, 1, false, `{"state":{"reported":{"n":0}}}`), "ok")
		hasRecord(t, e, c.told, "the 9th message that follows from one: this one is not published")
		mustBe(t, "publish", d.publish("open/end", 1, false, ""), "ok")
		n := 0
		for d.receive(t) != "open/end " {
			n++
		}
		if n != c.want {
			t.Errorf("%s: got %d messages, want %d (R-23)", c.what, n, c.want)
		}
		must(t, r.DeleteTopicRule("r"))
	}
}
