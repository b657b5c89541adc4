package dataplane_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/hooks"
)

// Without confirmation a message goes to one client with QoS 0, with it with
// QoS 1, whatever that client has subscribed to.
func TestSendDirectMessage(t *testing.T) {
	for _, version := range []byte{4, 5} {
		t.Run(fmt.Sprint("version ", version), func(t *testing.T) {
			b := newBroker(t, hooks.Options{})
			d := b.device(t, version, "d", "all", 60)
			other := b.device(t, version, "other", "all", 60).subscribe("#")
			properties := packets.Properties{ContentType: "text/plain", ResponseTopic: "answers", CorrelationData: []byte{1},
				PayloadFormat: 1, PayloadFormatFlag: true, User: []packets.UserProperty{{Key: "b", Val: "1"}, {Key: "a", Val: "2"}}}
			header := []string{"x-amz-mqtt5-user-properties", base64.StdEncoding.EncodeToString([]byte(`[{"b":"1"},{"a":"2"}]`)),
				"x-amz-mqtt5-payload-format-indicator", "UTF8_DATA", "x-amz-mqtt5-correlation-data", "AQ=="}
			send := func(query string) response {
				return b.do(t, "POST", "/connections/d/messages?topic=commands%2Freboot&contentType=text%2Fplain&responseTopic=answers"+query, "now",
					"all", header...)
			}
			check := func(pk packets.Packet, qos byte) {
				t.Helper()
				want := properties
				if version == 4 {
					want = noProperties
				}
				if pk.FixedHeader.Qos != qos || pk.FixedHeader.Retain || !reflect.DeepEqual(pk.Properties, want) {
					t.Errorf("got %+v, want QoS %d with %+v (B-817, B-691)", pk, qos, want)
				}
			}
			for _, query := range []string{"", "&confirmation=false", "&confirmation=false&timeout=99"} {
				r := send(query)
				if r.status != 200 || r.message() != "OK" || len(r.body) != 65 {
					t.Errorf("got %d %s, want 200 OK as for publishing (B-817)", r.status, r.body)
				}
				check(d.receives("commands/reboot", "now", "B-817"), 0)
			}
			answers := make(chan response)
			go func() { answers <- send("&confirmation=true") }()
			pk := d.receives("commands/reboot", "now", "B-817")
			check(pk, 1)
			select {
			case r := <-answers:
				t.Errorf("got %+v before the PUBACK (B-817)", r)
			default:
			}
			d.acknowledge(pk.PacketID)
			r := <-answers
			if ev := b.event(t, r); r.status != 200 || ev.Client != "d" || ev.Topic != "commands/reboot" || !ev.Call.Confirmation ||
				ev.Call.Timeout != 5 {
				t.Errorf("got %d and %+v, want 200 and the default timeout of 5 s (B-817, B-910)", r.status, ev)
			}
			d.lives("B-817: once")
			other.lives("B-817: for nobody else")
			if got := b.do(t, "GET", "/retainedMessage/commands%2Freboot", "", "all"); got.status != 404 {
				t.Errorf("got %d %s, want nothing retained (B-817)", got.status, got.body)
			}
		})
	}
}

func TestSendDirectMessageRefused(t *testing.T) {
	const (
		topic = "This topic isn't valid. Topics size needs to be within 256 bytes, should contain less than 9 parts, and should not start " +
			"with a dollar sign ($)"
		sender    = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:SendDirectMessage","Resource":"arn:aws:iot:us-east-1:000000000000:client/*","Condition":{"StringLike":{"iot:Topic":"commands/*"}}}]}`
		forbidden = "ForbiddenException"
		invalid   = "InvalidRequestException"
		missing   = "ResourceNotFoundException"
		tooLarge  = "RequestEntityTooLargeException"
	)
	b := newBroker(t, hooks.Options{})
	d := b.device(t, 5, "d", "Connect=* Receive=topic/commands/a,topic/t", 0,
		func(pk *packets.Packet) { pk.Properties.MaximumPacketSize = 1024 })
	b.device(t, 4, "offline", "all", 60).disconnect()
	gone(t, b, "offline")
	tests := []struct {
		name, client, query, body, policy string
		header                            []string
		status                            int
		kind, message, reason             string
		source                            string
	}{
		{"no topic", "d", "", "", "all", nil, 400, invalid, topic, "INVALID_TOPIC", "B-817"},
		{"reserved topic", "d", "topic=$aws%2Fthings%2Ft%2Fshadow%2Fget", "", "all", nil, 400, invalid, topic, "INVALID_TOPIC", "B-817"},
		{"unknown reserved topic", "d", "topic=$t", "", "all", nil, 400, invalid, topic, "INVALID_TOPIC", "B-817"},
		{"wildcard", "d", "topic=a%2F%23", "", "all", nil, 400, invalid, topic, "INVALID_TOPIC", "B-654, B-817"},
		{"long topic", "d", "topic=" + strings.Repeat("t", 257), "", "all", nil, 400, invalid, topic, "INVALID_TOPIC", "B-650, B-817"},
		{"deep topic", "d", "topic=1/2/3/4/5/6/7/8/9", "", "all", nil, 400, invalid, topic, "INVALID_TOPIC", "B-650, B-817"},
		{"confirmation", "d", "topic=t&confirmation=1", "", "all", nil, 400, invalid, "Invalid confirmation value. Must be 'true' or 'false'",
			"INVALID_CONFIRMATION_PARAMETER", "B-910"},
		{"timeout 0", "d", "topic=t&confirmation=true&timeout=0", "", "all", nil, 400, invalid,
			"Invalid timeout value. Must be an integer between 1 and 15", "INVALID_TIMEOUT_PARAMETER", "B-817"},
		{"timeout 16", "d", "topic=t&confirmation=true&timeout=16", "", "all", nil, 400, invalid,
			"Invalid timeout value. Must be an integer between 1 and 15", "INVALID_TIMEOUT_PARAMETER", "B-817"},
		{"timeout no number", "d", "topic=t&confirmation=true&timeout=x", "", "all", nil, 400, invalid,
			"Invalid timeout value. Must be an integer between 1 and 15", "INVALID_TIMEOUT_PARAMETER", "B-817"},
		{"response topic", "d", "topic=t&responseTopic=%23", "", "all", nil, 400, invalid, "The properties of the message are not valid",
			"INVALID_PROPERTIES", "B-692, guess"},
		{"content type", "d", "topic=t&contentType=" + strings.Repeat("c", 257), "", "all", nil, 400, invalid,
			"The properties of the message are not valid", "INVALID_PROPERTIES", "B-691, guess"},
		{"broken header", "d", "topic=t", "", "all", []string{"x-amz-mqtt5-correlation-data", "%"}, 400, invalid,
			"x-amz-mqtt5-correlation-data is not base64", "CLIENT_ERROR", "B-802"},
		{"packet", "d", "topic=t", strings.Repeat("x", 1024), "all", nil, 413, tooLarge, "Request entity too large", "PACKET_TOO_LARGE",
			"B-817, guess"},
		{"sender may not", "d", "topic=t", "", "Publish=*", nil, 403, forbidden, "Forbidden", "AUTHORIZATION_FAILURE", "B-817"},
		{"sender may not on this topic", "d", "topic=t", "", sender, nil, 403, forbidden, "Forbidden", "AUTHORIZATION_FAILURE", "B-121, B-817"},
		{"receiver may not", "d", "topic=commands%2Fb", "", sender, nil, 403, forbidden,
			"Authorization failed for the target client. Verify that your policy grants the necessary permissions", "RECEIVE_AUTHORIZATION_FAILURE",
			"B-218, B-817"},
		{"nobody", "e", "topic=t", "", "all", nil, 404, missing, "The client ID is not found. Verify that the client is connected and try again",
			"TARGET_CLIENT_ID_NOT_FOUND", "B-817"},
		{"offline", "offline", "topic=t", "", "all", nil, 404, missing,
			"The target client ID is not connected, but it has an active persistent session", "TARGET_CLIENT_NOT_CONNECTED", "B-817"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := b.do(t, "POST", "/connections/"+tt.client+"/messages?"+tt.query, tt.body, tt.policy, tt.header...)
			b.mu.Lock() // a packet that is too large makes a note too
			b.events = slices.DeleteFunc(b.events, func(e trace.Event) bool { return e.Operation != trace.SendDirectMessage })
			b.mu.Unlock()
			ev := b.event(t, got)
			b.refused(t, got, tt.status, tt.kind, tt.message,
				trace.Event{Operation: trace.SendDirectMessage, Cause: cause.Cause{Reason: tt.reason}, Client: tt.client, Topic: ev.Topic}, tt.source)
			d.lives(tt.source)
		})
	}
	if got := b.do(t, "POST", "/connections/d/messages?topic=commands%2Fa", "x", sender); got.status != 200 {
		t.Errorf("got %d %s, want 200 (B-121, B-817)", got.status, got.body)
	}
	d.receives("commands/a", "x", "B-218")
	b.device(t, 4, "offline", "all", 60).lives("B-817: nothing was queued")
}

// A message that is not acknowledged is 504; what came of it the record tells.
func TestSendDirectMessageTimeout(t *testing.T) {
	const timeout = "The delivery confirmation was not received within the specified timeout period"
	b := newBroker(t, hooks.Options{})
	one := func(pk *packets.Packet) { pk.Properties.ReceiveMaximum = 1 }
	d := b.device(t, 5, "d", "all", 60, one)
	send := func(seconds int) response {
		return b.do(t, "POST", fmt.Sprintf("/connections/d/messages?topic=t&confirmation=true&timeout=%d", seconds), "x", "all")
	}
	want := trace.Event{Operation: trace.SendDirectMessage,
		Cause: cause.Cause{Reason: "DELIVERY_CONFIRMATION_TIMEOUT"}, Client: "d", Topic: "t"}
	start := time.Now()
	b.refused(t, send(1), 504, "GatewayTimeoutException", timeout, want, "B-817")
	if took := time.Since(start); took < time.Second {
		t.Errorf("got the answer after %v, want it after a second (B-817)", took)
	}
	pk := d.receives("t", "x", "B-817")
	want.Reason = "RECEIVER_MAX_UNACKED_QOS1_EXCEEDED"
	b.refused(t, send(1), 429, "ThrottlingException", "The receiver client has reached the maximum number of unacknowledged QoS 1 messages",
		want, "B-684, B-910; status guess")
	d.acknowledge(pk.PacketID)
	d.lives("B-817")

	answers := make(chan response)
	go func() { answers <- send(15) }()
	d.receives("t", "x", "B-817")
	d.disconnect()
	want.Reason = "DELIVERY_CONFIRMATION_TIMEOUT"
	b.refused(t, <-answers, 504, "GatewayTimeoutException", timeout, want, "B-817, guess: at once")
	b.device(t, 5, "d", "all", 60, one).lives("B-817: it is not sent again")
}

// A sender that goes away is recorded too.
func TestSenderDisconnects(t *testing.T) {
	b := newBroker(t, hooks.Options{})
	d := b.device(t, 4, "d", "all", 0)
	ctx, cancel := context.WithCancel(context.Background())
	req, err := http.NewRequestWithContext(ctx, "POST", "http://"+b.addr["http"]+
		"/connections/d/messages?topic=t&confirmation=true&timeout=15", strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Policy", "all")
	ended := make(chan error)
	go func() {
		_, err := b.client.Do(req)
		ended <- err
	}()
	d.receives("t", "x", "B-817")
	cancel()
	<-ended
	deadline := time.Now().Add(patience)
	for {
		events := b.trace.Events(trace.Filter{Client: "d", Outcome: trace.Refused})
		if len(events) == 1 && events[0].Reason == "DELIVERY_CONFIRMATION_SENDER_DISCONNECT" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("got %+v, want DELIVERY_CONFIRMATION_SENDER_DISCONNECT (B-910)", events)
		}
		<-time.After(time.Millisecond)
	}
}

// Direct messages count towards what a connection is sent per second.
func TestSendDirectMessageRate(t *testing.T) {
	b := newBroker(t, hooks.Options{RateLimits: true})
	d := b.device(t, 4, "d", "all", 0)
	d.subscribe("filler")
	for range 100 { // without HTTP: all within the second
		b.sessions.Publish(&session.Message{Topic: "filler", Payload: []byte("x")})
	}
	got := b.do(t, "POST", "/connections/d/messages?topic=t", "x", "all")
	b.refused(t, got, 429, "ThrottlingException",
		"The request was denied because request rate exceeded the outbound publish requests per second per connection",
		trace.Event{Operation: trace.SendDirectMessage,
			Cause: cause.Cause{Reason: "RECEIVE_SESSION_THROTTLED"}, Client: "d", Topic: "t"}, "B-681, B-817")
	for range 100 {
		d.receives("filler", "x", "B-681")
	}
	b.advance(time.Second)
	if got := b.do(t, "POST", "/connections/d/messages?topic=t", "x", "all"); got.status != 200 {
		t.Errorf("got %d %s, want 200 (B-681)", got.status, got.body)
	}
}

// CloudWatch's entry has the trace id that the caller got.
func TestCloudWatchEntry(t *testing.T) {
	b := newBroker(t, hooks.Options{})
	got := b.do(t, "POST", "/connections/d/messages?topic=t", "x", "all")
	var line bytes.Buffer
	trace.CloudWatch(&line, "000000000000", func(trace.Event) slog.Level { return slog.LevelInfo })(b.event(t, got))
	var entry map[string]any
	if err := json.Unmarshal(line.Bytes(), &entry); err != nil {
		t.Fatal(err)
	}
	for member, want := range map[string]any{
		"traceId": got.id, "eventType": "SendDirectMessage", "protocol": "HTTP", "clientId": "d", "principalId": "tester", "topicName": "t",
		"confirmation": false, "status": "Failure", "logLevel": "ERROR", "reason": "TARGET_CLIENT_ID_NOT_FOUND",
		"details": "The client ID is not found. Verify that the client is connected and try again", "timeout": nil,
	} {
		if entry[member] != want {
			t.Errorf("%s: got %v, want %v (B-910)", member, entry[member], want)
		}
	}
}
