package emulator_test

import (
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/trace"
)

// Functions and clients of the kind that people have published, written anew in
// fixtures/.

// TestPublicAuthorizers: with real connections, what is right is right without a
// word, and what AWS may not take is noted.
func TestPublicAuthorizers(t *testing.T) {
	t.Parallel()
	e := runFile(t, fixture, emulator.Options{})
	tests := []struct {
		authorizer, password, topic string
		note                        string // its rule, none: nothing is said
		hint                        string
	}{
		{"dumps", "test", "telemetry/dumps/a", "", ""},                                                       // json.dumps(answer)
		{"compiled", "token-of-plant", "plant/a", "", ""},                                                    // JSON.stringify(answer)
		{"timedelta", "test", "anything", "A-130", "AWS is not known to take a number with a decimal point"}, // timedelta.total_seconds()
		{"dumps", "tset", "", "", ""}, {"compiled", "test", "", "", ""},                                      // and each says no
	}
	for _, tt := range tests {
		d := dial(t, e, 5, "tls", tt.authorizer, "me?x-amz-customauthorizer-name="+tt.authorizer, tt.password)
		if tt.topic == "" {
			mustBe(t, tt.authorizer+" connect", d.connect(), "0x87")
			explained(t, e, cause{client: tt.authorizer, operation: trace.AuthNError, reason: "NOT_AUTHENTICATED"})
			continue
		}
		mustBe(t, tt.authorizer+" connect", d.connect(), "ok")
		mustBe(t, tt.authorizer+" publish", d.publish(tt.topic, 1, false, "1"), "ok")
		if tt.note != "" {
			noted(t, e, tt.authorizer, tt.note, tt.hint, "")
			continue
		}
		for _, ev := range e.Trace().Events(trace.Filter{Client: tt.authorizer}) {
			if ev.Outcome != trace.Allowed {
				t.Errorf("%s: got a record, want none:\n%s", tt.authorizer, ev.Text())
			}
		}
	}
}

// TestMQTTjsTwelveFilters: MQTT.js asks for twelve filters at once when it comes
// back, which is more than AWS takes [B-660]; in batches it hears them all again.
func TestMQTTjsTwelveFilters(t *testing.T) {
	t.Parallel()
	e := runFile(t, fixture, emulator.Options{})
	url := "wss://localhost:" + portOf(t, e, emulator.HTTPS) + "/mqtt?x-amz-customauthorizer-name=open"
	environment := []string{"NODE_PATH=" + npmModules(t, "mqtt"), "NODE_EXTRA_CA_CERTS=" + caFile(t, e)}
	twelve := func(id string, args ...string) *program {
		args = append([]string{"../fixtures/clients/twelve.js", "--url", url, "--client-id", id, "--lose"}, args...)
		return start(t, environment, nodejs(t), args...)
	}

	cured := twelve("batches")
	for _, line := range []string{"connected 1", "subscribed 12", "closed", "connected 2", "subscribed 12", "message twelve/12 hello"} {
		cured.until(line)
	}
	for _, ev := range e.Trace().Events(trace.Filter{Client: "batches"}) {
		if ev.Outcome == trace.Refused {
			t.Errorf("got a refusal, want none:\n%s", ev.Text())
		}
	}

	asIs := twelve("at-once", "--resubscribe")
	for _, line := range []string{"connected 1", "subscribed 12", "closed", "connected 2", "closed", "connected 3", "closed"} {
		asIs.until(line) // again and again, as on AWS
	}
	explained(t, e, cause{client: "at-once", operation: trace.Subscribe, rules: []string{"B-660"}})
}
