package session

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"
)

func TestPublishPacket(t *testing.T) {
	full := packets.Properties{
		PayloadFormat: 1, PayloadFormatFlag: true, ContentType: "text/plain",
		ResponseTopic: "answers/7", CorrelationData: []byte{1, 2},
		User: []packets.UserProperty{{Key: "b", Val: "1"}, {Key: "a", Val: ""}, {Key: "b", Val: "2"}},
	}
	own := full // and what belongs to the publisher's packet alone
	own.TopicAlias, own.TopicAliasFlag = 3, true
	own.SubscriptionIdentifier = []int{4}
	tests := []struct {
		name    string
		version byte
		qos     byte
		retain  bool
		props   packets.Properties
		want    packets.Properties
		source  string
	}{
		{"3.1.1 QoS 0", 4, 0, false, packets.Properties{}, packets.Properties{}, "MQTT 3.3"},
		{"3.1.1 QoS 1", 4, 1, false, packets.Properties{}, packets.Properties{}, "MQTT 3.3"},
		{"3.1.1 retained", 4, 1, true, packets.Properties{}, packets.Properties{}, "B-721"},
		{"3.1.1 gets the payload only", 4, 1, false, full, packets.Properties{}, "B-691"},
		{"5 QoS 0", 5, 0, false, packets.Properties{}, packets.Properties{}, "MQTT 3.3"},
		{"5 gets the properties, user properties in order", 5, 1, false, full, full, "B-691"},
		{"5 gets neither alias nor identifier", 5, 1, true, own, full, "B-636, B-691"},
		{"5 gets no payload format that there is not", 5, 1, false, packets.Properties{PayloadFormat: 2, PayloadFormatFlag: true},
			packets.Properties{}, "B-741: from a file of an older version"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := &Message{Topic: "pump/7", Payload: []byte("on"), Properties: &tt.props}
			for range 2 { // the second uses what was made for the first
				pk, err := decode(tt.version, m.appendPublish(nil, tt.version, flagsOf(tt.qos, tt.retain), 513*uint16(tt.qos)))
				if err != nil {
					t.Fatalf("%v (%s)", err, tt.source)
				}
				if pk.TopicName != "pump/7" || string(pk.Payload) != "on" || pk.FixedHeader.Qos != tt.qos ||
					pk.FixedHeader.Retain != tt.retain || pk.PacketID != 513*uint16(tt.qos) {
					t.Errorf("got %+v (%s)", pk, tt.source)
				}
				if !sameForwarded(pk.Properties, tt.want) {
					t.Errorf("got properties %+v, want %+v (%s)", pk.Properties, tt.want, tt.source)
				}
			}
		})
	}
}

func sameForwarded(a, b packets.Properties) bool {
	return a.PayloadFormat == b.PayloadFormat && a.PayloadFormatFlag == b.PayloadFormatFlag &&
		a.ContentType == b.ContentType && a.ResponseTopic == b.ResponseTopic &&
		bytes.Equal(a.CorrelationData, b.CorrelationData) && slices.Equal(a.User, b.User) &&
		a.MessageExpiryInterval == b.MessageExpiryInterval &&
		!a.TopicAliasFlag && len(a.SubscriptionIdentifier) == 0
}

func TestMessageExpiryInterval(t *testing.T) {
	tests := []struct {
		name    string
		waited  time.Duration
		want    []byte // of the packet behind the topic
		expired bool
		source  string
	}{
		{"at once", 0, []byte{5, 2, 0, 0, 2, 88}, false, "B-694"},
		{"decremented", 90 * time.Second, []byte{5, 2, 0, 0, 1, 254}, false, "B-694"},
		{"one second left", 599 * time.Second, []byte{5, 2, 0, 0, 0, 1}, false, "B-694"},
		{"less than a second left", 599*time.Second + 1, []byte{5, 2, 0, 0, 0, 0}, false, "B-694"},
		{"nothing left", 600 * time.Second, []byte{5, 2, 0, 0, 0, 0}, true, "B-694"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := &Message{Topic: "t", Expires: time.Now().Add(10 * time.Minute)}
				time.Sleep(tt.waited) // in the bubble's time
				got := m.appendPublish(nil, 5, atQoS(0), 0)
				if want := append([]byte{0x30, 9, 0, 1, 't'}, tt.want...); !bytes.Equal(got, want) {
					t.Errorf("got % x, want % x (%s)", got, want, tt.source)
				}
				if m.expired() != tt.expired {
					t.Errorf("expired: got %v, want %v (%s)", m.expired(), tt.expired, tt.source)
				}
			})
		})
	}
}

func TestExpiryIntervalBesideOtherProperties(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &Message{Topic: "t", Payload: []byte("p"), Expires: time.Now().Add(time.Minute),
			Properties: &packets.Properties{ContentType: strings.Repeat("x", 200), MessageExpiryInterval: 7}}
		pk, err := decode(5, m.appendPublish(nil, 5, atQoS(1), 9))
		if err != nil {
			t.Fatal(err)
		}
		if p := pk.Properties; p.MessageExpiryInterval != 60 || len(p.ContentType) != 200 || string(pk.Payload) != "p" {
			t.Errorf("got %+v, want an interval of 60, a content type and the payload (B-694)", pk)
		}
	})
}

// FuzzPublishPacket compares with the engine's encoder, byte for byte.
func FuzzPublishPacket(f *testing.F) {
	f.Add("pump/7", []byte("on"), true, byte(1), true, uint16(258), "text/plain", "answers", []byte{1}, "k", "v")
	f.Add("", []byte{}, false, byte(0), false, uint16(0), "", "", []byte(nil), "", "")
	f.Add("t", bytes.Repeat([]byte("x"), 200), true, byte(1), false, uint16(65535), strings.Repeat("y", 130), "", []byte(nil), "", "")
	f.Fuzz(func(t *testing.T, topic string, payload []byte, v5 bool, qos byte, retain bool, id uint16,
		content, response string, correlation []byte, key, value string) {
		if qos > 1 || qos == 1 && id == 0 || strings.ContainsAny(response, "+#") {
			t.Skip("not a PUBLISH that there is")
		}
		for _, s := range []string{topic, content, response, string(correlation), key, value} {
			if len(s) > 1<<16-1 {
				t.Skip("too long for MQTT")
			}
		}
		version := byte(4)
		if v5 {
			version = 5
		}
		p := packets.Properties{ContentType: content, ResponseTopic: response, CorrelationData: correlation}
		if key != "" {
			p.User = []packets.UserProperty{{Key: key, Val: value}}
		}
		m := &Message{Topic: topic, Payload: payload, Properties: &p}
		var want bytes.Buffer
		pk := packets.Packet{ProtocolVersion: version, TopicName: topic, Payload: payload, PacketID: id, Properties: p,
			FixedHeader: packets.FixedHeader{Type: packets.Publish, Qos: qos, Retain: retain},
			Mods:        packets.Mods{AllowResponseInfo: true}}
		if err := pk.PublishEncode(&want); err != nil {
			t.Fatal(err)
		}
		if got := m.appendPublish([]byte("before"), version, flagsOf(qos, retain), id); string(got) != "before"+want.String() {
			t.Errorf("got  % x\nwant % x (the engine's encoder)", got, want.Bytes())
		}
	})
}

func flagsOf(qos byte, retain bool) flags {
	if retain {
		return atQoS(qos) | withRetain
	}
	return atQoS(qos)
}

// Who has several filters that match gets a message once, as the best of them says [B-658].
func TestFlags(t *testing.T) {
	tests := []struct{ a, b, want flags }{
		{atQoS(0), atQoS(1), atQoS(1)},
		{atQoS(1), atQoS(0), atQoS(1)},
		{atQoS(0) | withRetain, atQoS(1), atQoS(1) | withRetain},
		{atQoS(1), atQoS(0) | withRetain, atQoS(1) | withRetain},
		{atQoS(0), atQoS(0) | withRetain, atQoS(0) | withRetain},
	}
	for _, tt := range tests {
		if got := tt.a.or(tt.b); got != tt.want || got.qos() != max(tt.a.qos(), tt.b.qos()) {
			t.Errorf("%03b or %03b: got %03b, want %03b (B-658)", tt.a, tt.b, got, tt.want)
		}
	}
}
