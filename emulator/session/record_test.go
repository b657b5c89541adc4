package session

import (
	"bytes"
	"reflect"
	"testing"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"
)

func messages() []*Message {
	return []*Message{
		{Topic: "a", QoS: 1},
		{Topic: "a/b", Payload: []byte("x"), Retain: true, retainedAt: 1_700_000_001_000_000_007},
		{Topic: "a", Payload: make([]byte, 1<<17), QoS: 1, Retain: true, Expires: time.Unix(1_700_000_000, 5)},
		{Topic: "ä", Payload: []byte{0}, QoS: 1, Properties: &packets.Properties{
			PayloadFormat: 1, PayloadFormatFlag: true, ContentType: "text/plain", ResponseTopic: "b", CorrelationData: []byte{1, 0},
			User: []packets.UserProperty{{Key: "b", Val: "1"}, {Key: "a", Val: ""}, {Key: "b", Val: "1"}}}},
	}
}

func TestMessageInTheFile(t *testing.T) {
	const ahead = 90 * time.Minute
	for _, m := range messages() {
		got, err := parseMessage(m.encoder(ahead)(), ahead)
		if err != nil {
			t.Errorf("%s: %v", m.Topic, err)
			continue
		}
		same := got.Topic == m.Topic && bytes.Equal(got.Payload, m.Payload) && got.QoS == m.QoS && got.Retain == m.Retain &&
			got.Expires.Equal(m.Expires) && got.RetainedAt().Equal(m.RetainedAt()) && reflect.DeepEqual(got.Properties, m.Properties) &&
			bytes.Equal(got.forward(), m.forward())
		if !same {
			t.Errorf("got %+v, want %+v", got, m)
		}
	}
}

func FuzzParseMessage(f *testing.F) {
	for _, m := range messages()[:2] {
		f.Add(m.encoder(0)())
	}
	f.Add(messages()[3].encoder(time.Hour)())
	f.Fuzz(func(t *testing.T, b []byte) {
		before := bytes.Clone(b)
		m, err := parseMessage(b, 0)
		if !bytes.Equal(b, before) {
			t.Error("the input was changed")
		}
		if err != nil {
			return
		}
		again, err := parseMessage(m.encoder(0)(), 0)
		if err != nil {
			t.Fatalf("%+v cannot be read again: %v", m, err)
		}
		if again.Topic != m.Topic || !bytes.Equal(again.Payload, m.Payload) || again.QoS != m.QoS || !again.Expires.Equal(m.Expires) ||
			!bytes.Equal(again.forward(), m.forward()) {
			t.Errorf("got %+v, want %+v", again, m)
		}
		if len(m.Topic) < 1<<16 {
			_ = m.appendPublish(nil, 5, atQoS(1), 1)
		}
	})
}

func FuzzParseRecord(f *testing.F) {
	r := &record{Owner: 1, Version: 5, Expiry: time.Hour, Ends: 1, Subscriptions: []Subscription{{Filter: group1, QoS: 1, Retained: Always}}}
	f.Add(r.encode())
	f.Add([]byte(`{"Owner": 1, "Version": 4, "Subscriptions": [{"Filter": "$share/x"}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := parseRecord(b)
		if err != nil {
			return
		}
		again, err := parseRecord(r.encode())
		if err != nil {
			t.Fatalf("%+v cannot be read again: %v", r, err)
		}
		if again.Owner != r.Owner || again.Ends != r.Ends || len(again.Subscriptions) != len(r.Subscriptions) {
			t.Errorf("got %+v, want %+v", again, r)
		}
	})
}

func FuzzParseKeys(f *testing.F) {
	f.Add(place{1, 2}.encode(), entry{3, true, 0}.encode())
	f.Add(place{1, 2}.encode(), entry{3, false, 7}.encode())
	f.Fuzz(func(t *testing.T, key, value []byte) {
		if at, err := parsePlace(key); err == nil && !bytes.Equal(at.encode(), key) {
			t.Errorf("got %v of %x", at, key)
		}
		if e, err := parseEntry(value); err == nil && e != (entry{}) && !bytes.Equal(e.encode(), value) {
			t.Errorf("got %v of %x", e, value)
		}
		if n, err := parseNumber(key); err == nil && !bytes.Equal(number(n), key) {
			t.Errorf("got %d of %x", n, key)
		}
	})
}
