package dataplane_test

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/hooks"
)

var noProperties = packets.Properties{}

func TestGetRetainedMessage(t *testing.T) {
	b := newBroker(t, hooks.Options{})
	before := time.Now().UnixMilli()
	pub := b.device(t, 5, "pub", "all", 0)
	pub.publish("a/b", "on<off>", true,
		packets.Properties{User: []packets.UserProperty{{Key: "b", Val: "1"}, {Key: "a", Val: "2"}}, ContentType: "text/plain"})
	pub.publish("/plain", "x", true, noProperties)
	pub.publish("$aws/things/t/shadow/get", "x", false, noProperties)
	b.do(t, "POST", "/topics/q0?retain=true", "\x00", "all")
	pub.publish("deleted", "x", true, noProperties)
	pub.publish("deleted", "", true, noProperties)
	pub.publish("expired", "x", true, packets.Properties{MessageExpiryInterval: 60})
	b.advance(time.Minute)

	type answer struct {
		Topic            string `json:"topic"`
		Payload          []byte `json:"payload"`
		QoS              int    `json:"qos"`
		LastModifiedTime int64  `json:"lastModifiedTime"`
		UserProperties   string `json:"userProperties"`
	}
	found := []struct {
		target string
		want   answer
		source string
	}{
		{"/retainedMessage/a%2Fb", answer{"a/b", []byte("on<off>"), 1, 0, base64.StdEncoding.EncodeToString([]byte(`[{"b":"1"},{"a":"2"}]`))},
			"B-811"},
		{"/retainedMessage/a/b", answer{"a/b", []byte("on<off>"), 1, 0, base64.StdEncoding.EncodeToString([]byte(`[{"b":"1"},{"a":"2"}]`))},
			"B-811; plain slash A-169"},
		{"/retainedMessage//plain", answer{"/plain", []byte("x"), 1, 0, ""}, "B-811"},
		{"/retainedMessage/q0", answer{"q0", []byte{0}, 0, 0, ""}, "B-811"},
	}
	for _, tt := range found {
		t.Run(tt.target, func(t *testing.T) {
			r := b.do(t, "GET", tt.target, "", "all")
			got := jsonOf[answer](t, r)
			stored := got.LastModifiedTime
			if stored < before || stored > time.Now().UnixMilli() {
				t.Errorf("got lastModifiedTime %d, want milliseconds from %d on (%s)", stored, before, tt.source)
			}
			got.LastModifiedTime = 0
			if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", tt.want) {
				t.Errorf("got %+v, want %+v (%s)", got, tt.want, tt.source)
			}
			if ev := b.event(t, r); ev.Topic != tt.want.Topic || int(ev.QoS) != tt.want.QoS || ev.Call.LastModified.UnixMilli() != stored {
				t.Errorf("got %+v, want the message's QoS and time (B-910)", ev)
			}
		})
	}
	refused := []struct {
		target, topic string
		policy        string
		status        int
		kind, message string
		reason        string
		source        string
	}{
		{"/retainedMessage/none", "none", "all", 404, "ResourceNotFoundException", "No retained message found for the topic",
			"RESOURCE_NOT_FOUND", "B-811"},
		{"/retainedMessage/deleted", "deleted", "all", 404, "ResourceNotFoundException", "No retained message found for the topic",
			"RESOURCE_NOT_FOUND", "B-720, B-811"},
		{"/retainedMessage/expired", "expired", "all", 404, "ResourceNotFoundException", "No retained message found for the topic",
			"RESOURCE_NOT_FOUND", "B-724, B-811"},
		{"/retainedMessage/$aws%2Fthings%2Ft%2Fshadow%2Fget", "$aws/things/t/shadow/get", "all", 404, "ResourceNotFoundException",
			"No retained message found for the topic", "RESOURCE_NOT_FOUND", "B-725, B-811"},
		{"/retainedMessage/none", "none", "Publish=topic/none", 403, "ForbiddenException", "Forbidden", "AUTHORIZATION_FAILURE", "B-811, guess"},
		{"/retainedMessage/%23", "#", "all", 400, "InvalidRequestException", `topic is "#", want a topic name`, "CLIENT_ERROR", "B-807, guess"},
		{"/retainedMessage/", "", "all", 400, "InvalidRequestException", `topic is "", want a topic name`, "CLIENT_ERROR", "B-807, guess"},
	}
	for _, tt := range refused {
		t.Run(tt.target+" "+tt.policy, func(t *testing.T) {
			got := b.do(t, "GET", tt.target, "", tt.policy)
			b.refused(t, got, tt.status, tt.kind, tt.message, trace.Event{Operation: trace.GetRetainedMessage,
				Cause: cause.Cause{Reason: tt.reason}, Topic: tt.topic},
				tt.source)
		})
	}
}

// retainedTopics is a page of the list.
type retainedTopics struct {
	RetainedTopics []struct {
		Topic            string `json:"topic"`
		PayloadSize      int    `json:"payloadSize"`
		QoS              int    `json:"qos"`
		LastModifiedTime int64  `json:"lastModifiedTime"`
	} `json:"retainedTopics"`
	NextToken string `json:"nextToken"`
}

func TestListRetainedMessages(t *testing.T) {
	b := newBroker(t, hooks.Options{})
	if got := b.do(t, "GET", "/retainedMessage", "", "all"); got.body != `{"retainedTopics":[]}` {
		t.Errorf("got %s, want an empty list (B-812)", got.body)
	}
	pub := b.device(t, 4, "pub", "all", 0)
	for i := range 45 {
		pub.publish(fmt.Sprintf("t/%02d", i), "12345", true, noProperties)
	}
	tests := []struct {
		query string
		pages []int
	}{{"", []int{20, 20, 5}}, {"maxResults=200", []int{45}}, {"maxResults=45", []int{45}}, {"maxResults=44", []int{44, 1}}}
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) {
			n, token := 0, ""
			for i, size := range tt.pages {
				got := jsonOf[retainedTopics](t, b.do(t, "GET", "/retainedMessage?"+tt.query+"&nextToken="+url.QueryEscape(token), "", "all"))
				if len(got.RetainedTopics) != size || (got.NextToken == "") != (i == len(tt.pages)-1) {
					t.Fatalf("page %d: got %d topics, next %q, want %d (B-812, default guess)", i, len(got.RetainedTopics), got.NextToken, size)
				}
				for _, one := range got.RetainedTopics {
					if one.Topic != fmt.Sprintf("t/%02d", n) || one.PayloadSize != 5 || one.QoS != 1 || one.LastModifiedTime == 0 {
						t.Errorf("got %+v, want t/%02d (B-812)", one, n)
					}
					n++
				}
				token = got.NextToken
			}
		})
	}
	for query, message := range map[string]string{
		"maxResults=0":   `maxResults is "0", want 1 to 200`,
		"maxResults=201": `maxResults is "201", want 1 to 200`,
		"maxResults=x":   `maxResults is "x", want 1 to 200`,
		"nextToken=%25":  "nextToken is none that was given out",
	} {
		got := b.do(t, "GET", "/retainedMessage?"+query, "", "all")
		b.refused(t, got, 400, "InvalidRequestException", message, trace.Event{Operation: trace.ListRetainedMessage,
			Cause: cause.Cause{Reason: "CLIENT_ERROR"}},
			"B-812")
	}
}
