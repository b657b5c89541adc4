package hooks_test

import (
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/wire"
)

// wellFormed reads packets until the message "last", wants each well-formed, and
// returns how many messages came before.
func (d *device) wellFormed() (n int) {
	d.Helper()
	for ; ; n++ {
		p := d.receive()
		all := connect{id: "d"}.packet(d.version) + p
		passed, err := io.ReadAll(wire.NewReader(strings.NewReader(all), 0))
		if string(passed) != all || err != nil {
			d.Errorf("got %s: %v", show(p), err)
		}
		if strings.HasSuffix(p, "last") {
			return n
		}
	}
}

// What comes over HTTPS reaches subscribers well-formed or not at all, whatever is
// in it [B-741, B-802, H-12].
func TestOverHTTPSWellFormed(t *testing.T) {
	properties := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	const user, format = "x-amz-mqtt5-user-properties", "x-amz-mqtt5-payload-format-indicator"
	const correlation = "x-amz-mqtt5-correlation-data"
	tests := []struct {
		name, topic, query, header, value string
		taken                             bool
		source                            string
	}{
		{"all at once", "t", "contentType=c&responseTopic=r&messageExpiry=60", user,
			properties(`[{"k":"v"},{"k":"v"},{"":""}]`), true, "B-802"},
		{"content type with a surrogate", "t", "contentType=%ED%A0%80", "", "", false, "B-741, guess"},
		{"content type overlong", "t", "contentType=%C0%80", "", "", false, "B-741, guess"},
		{"content type with U+0000", "t", "contentType=a%00", "", "", false, "B-741, guess"},
		{"response topic no UTF-8", "t", "responseTopic=%FF", "", "", false, "B-741, guess"},
		{"response topic with U+0000", "t", "responseTopic=%00", "", "", false, "B-741, guess"},
		{"user property with U+0000", "t", "", user, properties(`[{"k":"\u0000"}]`), false, "B-741, guess"},
		{"user property's name with U+0000", "t", "", user, properties(`[{"\u0000":"v"}]`), false, "B-741, guess"},
		{"user property, half a surrogate", "t", "", user, properties(`[{"k":"\ud800"}]`), true, "JSON reads U+FFFD"},
		{"user property no UTF-8", "t", "", user, properties("[{\"k\":\"\xff\"}]"), true, "JSON reads U+FFFD"},
		{"payload format 2", "t", "", format, "2", false, "B-802"},
		{"payload format", "t", "", format, "UTF8_DATA", true, "B-802"},
		{"correlation data", "t", "", correlation, properties("\x00\xff"), true, "B-802"},
		{"empty texts", "t", "contentType=&responseTopic=", "", "", true, "B-802"},
		{"topic with a surrogate", "%ED%A0%80", "", "", "", false, "B-741, guess"},
		{"topic with U+0000", "a%00", "", "", "", false, "B-741, guess"},
	}
	e := emulator.Run(t, emulator.Options{Authorizer: func(context.Context, []byte) ([]byte, error) {
		return answer(policyOf("all")), nil
	}})
	base := "http://" + e.Addr(emulator.HTTP)
	sub := online(t, e, 5, connect{id: "sub"})
	sub.subscribed(1, "#")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := 0
			for _, to := range []string{"/topics/" + tt.topic + "?qos=1&", "/topics/" + tt.topic + "?retain=true&",
				"/connections/sub/messages?topic=" + tt.topic + "&"} {
				got := post(t, base+to+tt.query, tt.header, tt.value, "payload")
				if got == 200 != tt.taken || !tt.taken && got/100 != 4 {
					t.Errorf("%s%s: got %d, want it taken: %v (%s)", to, tt.query, got, tt.taken, tt.source)
				}
				if tt.taken {
					want++
				}
			}
			post(t, base+"/topics/last", "", "", "last")
			if n := sub.wellFormed(); n != want {
				t.Errorf("%d messages came, want %d (%s)", n, want, tt.source)
			}
		})
	}
	late := online(t, e, 5, connect{id: "late"})
	late.subscribed(1, "t", "last") // exactly, for what is retained [B-721]
	post(t, base+"/topics/last", "", "", "last")
	if n := late.wellFormed(); n != 1 {
		t.Errorf("%d retained messages came, want 1", n)
	}
	http.DefaultClient.CloseIdleConnections()
}

func post(t *testing.T, url, header, value, body string) (status int) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if header != "" {
		request.Header.Set(header, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode
}

// A client id may be so long that its events have no topic in MQTT; then there are
// none, rather than broken ones [B-820, B-1202].
func TestEventsOfLongClientID(t *testing.T) {
	e := limited(t, emulator.Limits{Protocol: "off"})
	sub := online(t, e, 5, connect{id: "sub", password: "all"})
	sub.subscribed(0, "$aws/events/#", "last")
	sub.send(publishing(5, qos0, "last", 0, "", "last"))
	sub.wellFormed() // that it has subscribed
	for _, tt := range []struct{ length, events int }{{65_535 - len("$aws/events/presence/disconnected/"), 2}, {65_535, 0}} {
		d := online(t, e, 5, connect{id: strings.Repeat("i", tt.length), password: "all"})
		d.disconnect()
		sub.send(publishing(5, qos0, "last", 0, "", "last"))
		if n := sub.wellFormed(); n != tt.events {
			t.Errorf("a client id of %d bytes: %d events, want %d (B-820)", tt.length, n, tt.events)
		}
	}
}
