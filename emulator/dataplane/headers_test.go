package dataplane

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/mochi-mqtt/server/v2/packets"
)

func TestHeaders(t *testing.T) {
	encoded := base64.StdEncoding.EncodeToString
	got := packets.Properties{}
	err := headers(http.Header{
		"X-Amz-Mqtt5-User-Properties":          {encoded([]byte(`[{"b":"1"},{"a":"2"}]`))},
		"X-Amz-Mqtt5-Payload-Format-Indicator": {"UTF8_DATA"},
		"X-Amz-Mqtt5-Correlation-Data":         {encoded([]byte{0, 1, 2})},
	}, &got)
	want := packets.Properties{
		User:          []packets.UserProperty{{Key: "b", Val: "1"}, {Key: "a", Val: "2"}},
		PayloadFormat: 1, PayloadFormatFlag: true, CorrelationData: []byte{0, 1, 2},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v, want %+v (B-802)", got, err, want)
	}
}

func FuzzUserProperties(f *testing.F) {
	f.Add(base64.StdEncoding.EncodeToString([]byte(`[{"a":"b"}]`)))
	f.Add(base64.StdEncoding.EncodeToString([]byte(`[{}]`)))
	f.Add("bnVsbA==")
	f.Fuzz(func(t *testing.T, text string) {
		var p packets.Properties
		if err := userProperties(text, &p); err != nil && err.Error() == "" {
			t.Error("got an error without a text")
		}
	})
}

func FuzzMessage(f *testing.F) {
	f.Add("a%2Fb", "qos=1&retain=true&messageExpiry=60&contentType=x&responseTopic=r", "payload")
	f.Add("%zz", "messageExpiry=-1&messageExpiry=2", "")
	f.Fuzz(func(t *testing.T, topic, query, body string) {
		values, _ := url.ParseQuery(query)
		c := &call{Request: &http.Request{Header: http.Header{}}, name: topic, query: values}
		read, err := readBody(strings.NewReader(body), 1024)
		if err != nil {
			return
		}
		c.body = read
		m, err := message(c)
		if err == nil && (m.QoS > 1 || string(m.Payload) != body || len(body) > 1024) {
			t.Errorf("got %+v, want QoS 0 or 1 and the payload", m)
		}
	})
}
