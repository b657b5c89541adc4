package emulator_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
)

// The refusals of section 6 of docs/behaviour/broker.md, as the paho clients for
// Go report them, over every transport. The policy allows everything.
func TestPahoGoLimits(t *testing.T) {
	t.Parallel()
	levels := "1/2/3/4/5/6/7/8/9"
	publish := func(topic string, qos byte, payload string) func(*testing.T, device) string {
		return func(_ *testing.T, d device) string { return d.publish(topic, qos, false, payload) }
	}
	subscribe := func(filter string) func(*testing.T, device) string {
		return func(_ *testing.T, d device) string { return d.subscribe(filter) }
	}
	tests := []struct {
		name   string
		id     string // "device" if empty
		do     func(*testing.T, device) string
		v3, v5 string
		source string
	}{
		{"client id of 129 bytes", strings.Repeat("d", 129), nil, "closed", "0x85", "B-603, v3 guess"},
		{"client id with $", "$device", nil, "closed", "0x85", "B-603, v3 guess"},
		{"topic of 257 bytes", "", publish(strings.Repeat("t", 257), 1, "x"), "closed", "0x90", "B-650, B-653, guess"},
		{"topic of 9 levels", "", publish(levels, 1, "x"), "closed", "0x90", "B-650, B-653, guess"},
		{"Basic Ingest of 8 levels", "", publish("$aws/rules/r/"+levels[2:], 1, "x"), "ok", "ok", "B-650"},
		{"unknown reserved topic", "", publish("$mine/t", 1, "x"), "closed", "0x90", "B-236, B-237"},
		{"payload of 128 KB", "", publish("t", 1, strings.Repeat("x", 128<<10)), "ok", "ok", "B-680"},
		{"payload of 128 KB and one", "", func(t *testing.T, d device) string {
			mustBe(t, "publish", d.publish("t", 0, false, strings.Repeat("x", 128<<10+1)), "ok")
			return d.end(t) // with QoS 1 the client for MQTT 5 waits for its PUBACK, connected or not
		}, "closed", "closed", "B-680"},
		{"filter of 9 levels", "", subscribe(levels), "closed", "0x8F", "B-650, B-653, guess"},
		{"shared filter of 8 levels", "", subscribe("$share/g/" + levels[2:]), "ok", "ok", "B-651, B-668"},
		{"shared filter of 9 levels", "", subscribe("$share/g/" + levels), "closed", "0x8F", "B-651"},
		{"subscription too many", "", func(_ *testing.T, d device) string {
			for i := range 50 {
				if got := d.subscribe(fmt.Sprint("t/", i)); got != "ok" {
					return fmt.Sprintf("%d: %s", i, got)
				}
			}
			return d.subscribe("t/50")
		}, "0x80", "0x97", "B-412, B-661"},
	}
	e := emulator.Run(t, emulator.Options{Authorizer: granting(json.RawMessage(
		`{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}`))})
	for _, version := range []int{4, 5} {
		for _, scheme := range []string{"tcp", "tls", "ws", "wss"} {
			for _, tt := range tests {
				t.Run(fmt.Sprintf("MQTT %d %s %s", version, scheme, tt.name), func(t *testing.T) {
					id := tt.id
					if id == "" {
						id = "device"
					}
					d := dial(t, e, version, scheme, id, "", "")
					got := d.connect()
					if tt.do != nil && got == "ok" {
						got = tt.do(t, d)
					}
					if want := map[int]string{4: tt.v3, 5: tt.v5}[version]; got != want {
						t.Errorf("got %s, want %s (%s)", got, want, tt.source)
					}
				})
			}
		}
	}
}
