package hooks

import (
	"slices"
	"testing"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/cause"
)

// What a client gets, by cause, packet, version and QoS.
func TestAnswer(t *testing.T) {
	const connect, publish, subscribe, unsubscribe, end = packets.Connect, packets.Publish, packets.Subscribe,
		packets.Unsubscribe, packets.Disconnect
	tests := []struct {
		name    string
		fault   fault
		to, qos byte
		version byte
		id      string
		packet  byte // that comes, 0: none
		code    byte
		ends    bool
		saw     string
		source  string
	}{
		{"CONNECT, policy", unauthorized, connect, 0, 4, "d", 0, 0, true, "closed without CONNACK (MQTT 3.1.1)", "B-401, A-153"},
		{"CONNECT, policy", unauthorized, connect, 0, 5, "d", packets.Connack, 0x87, true, "CONNACK 0x87, closed (MQTT 5)", "B-407, A-156"},
		{"CONNECT, revoked", unanswered, connect, 0, 4, "d", 0, 0, true, "closed without CONNACK (MQTT 3.1.1)", "A-160"},
		{"CONNECT, revoked", unanswered, connect, 0, 5, "d", 0, 0, true, "closed without CONNACK (MQTT 5)", "A-160, A-226"},
		{"CONNECT, version", badVersion, connect, 0, 6, "d", 0, 0, true, "closed without CONNACK (MQTT 3.1.1)", "B-601"},
		{"CONNECT, unread", malformed.unread(), connect, 0, 5, "", packets.Connack, 0x80, true, "CONNACK 0x80, closed (MQTT 5)", "B-740"},
		{"CONNECT, no id", badClientID, connect, 0, 4, "", packets.Connack, 0x02, true, "CONNACK 0x02, closed (MQTT 3.1.1)", "B-605, guess"},
		{"CONNECT, id", badClientID, connect, 0, 4, "$", 0, 0, true, "closed without CONNACK (MQTT 3.1.1)", "B-603"},
		{"CONNECT, id", badClientID, connect, 0, 5, "$", packets.Connack, 0x85, true, "CONNACK 0x85, closed (MQTT 5)", "B-603"},
		{"CONNECT, rate", overRate, connect, 0, 4, "d", 0, 0, true, "closed without CONNACK (MQTT 3.1.1)", "B-413"},
		{"CONNECT, rate", overRate, connect, 0, 5, "d", packets.Connack, 0x97, true, "CONNACK 0x97, closed (MQTT 5)", "B-413, B-607"},

		{"PUBLISH, policy", unauthorized, publish, 0, 4, "d", 0, 0, true, "connection closed (MQTT 3.1.1)", "B-410"},
		{"PUBLISH, policy", unauthorized, publish, 1, 4, "d", 0, 0, true, "connection closed (MQTT 3.1.1)", "B-410"},
		{"PUBLISH, policy", unauthorized, publish, 0, 5, "d", packets.Disconnect, 0x87, true, "DISCONNECT 0x87, connection closed (MQTT 5)",
			"B-410"},
		{"PUBLISH, policy", unauthorized, publish, 1, 5, "d", packets.Puback, 0x87, false, "PUBACK 0x87, connection kept (MQTT 5, QoS 1)",
			"B-409"},
		{"PUBLISH, topic", badTopic, publish, 1, 5, "d", packets.Puback, 0x90, false, "PUBACK 0x90, connection kept (MQTT 5, QoS 1)",
			"B-653, guess"},
		{"PUBLISH, no topic", malformedTopic, publish, 1, 5, "d", packets.Disconnect, 0x90, true, "DISCONNECT 0x90, connection closed (MQTT 5)",
			"B-654, guess"},
		{"PUBLISH, QoS 2", unsupportedQoS, publish, 2, 4, "d", 0, 0, true, "connection closed (MQTT 3.1.1)", "B-642"},
		{"PUBLISH, QoS 2", unsupportedQoS, publish, 2, 5, "d", packets.Disconnect, 0x9B, true, "DISCONNECT 0x9B, connection closed (MQTT 5)",
			"B-641"},
		{"PUBLISH, payload", unanswered, publish, 1, 5, "d", 0, 0, true, "connection closed (MQTT 5)", "B-680"},
		{"PUBLISH, rate", overRate, publish, 1, 4, "d", 0, 0, false, "nothing, connection kept", "B-681, guess"},
		{"PUBLISH, rate", overRate, publish, 0, 5, "d", 0, 0, false, "nothing, connection kept", "B-681, guess"},
		{"PUBLISH, rate", overRate, publish, 1, 5, "d", packets.Puback, 0x97, false, "PUBACK 0x97, connection kept (MQTT 5, QoS 1)",
			"B-681, B-723"},

		{"SUBSCRIBE, policy", unauthorized, subscribe, 0, 4, "d", 0, 0, true, "connection closed (MQTT 3.1.1)", "B-410, B-411"},
		{"SUBSCRIBE, policy", unauthorized, subscribe, 0, 5, "d", packets.Suback, 0x87, false, "SUBACK 0x87, connection kept (MQTT 5)",
			"B-409, B-414"},
		{"SUBSCRIBE, filter", badFilter, subscribe, 0, 5, "d", packets.Suback, 0x8F, false, "SUBACK 0x8F, connection kept (MQTT 5)",
			"B-653, B-657"},
		{"SUBSCRIBE, too many filters", tooManyFilters, subscribe, 0, 5, "d", packets.Disconnect, 0x97, true,
			"DISCONNECT 0x97, connection closed (MQTT 5)", "B-660, guess"},
		{"SUBSCRIBE, identifier", subscriptionIDs, subscribe, 0, 5, "d", packets.Disconnect, 0xA1, true,
			"DISCONNECT 0xA1, connection closed (MQTT 5)", "B-405, B-664"},
		{"SUBSCRIBE, the 51st", overRate, subscribe, 0, 4, "d", packets.Suback, 0x80, false, "SUBACK 0x80, connection kept (MQTT 3.1.1)",
			"B-412, B-661"},
		{"SUBSCRIBE, the 51st", overRate, subscribe, 0, 5, "d", packets.Suback, 0x97, false, "SUBACK 0x97, connection kept (MQTT 5)",
			"B-412, B-661"},
		{"UNSUBSCRIBE, too many filters", overRate, unsubscribe, 0, 5, "d", 0, 0, false, "no UNSUBACK, connection kept", "B-671"},

		{"keep alive", idle, end, 0, 4, "d", 0, 0, true, "connection closed (MQTT 3.1.1)", "B-454, B-621"},
		{"keep alive", idle, end, 0, 5, "d", packets.Disconnect, 0x8D, true, "DISCONNECT 0x8D, connection closed (MQTT 5)", "B-450, B-621"},
		{"take-over", takenOver, end, 0, 5, "d", packets.Disconnect, 0x8E, true, "DISCONNECT 0x8E, connection closed (MQTT 5)",
			"B-450, B-606"},
		{"refresh", expelled, end, 0, 5, "d", packets.Disconnect, 0x87, true, "DISCONNECT 0x87, connection closed (MQTT 5)", "A-145, A-161"},
		{"state not kept", unanswered, end, 0, 5, "d", 0, 0, true, "connection closed (MQTT 5)", "B-440"},
	}
	for _, tt := range tests {
		c := &client{version: tt.version, id: tt.id}
		got := c.answer(tt.to, tt.qos, tt.fault)
		if got.packet != tt.packet || got.packet != 0 && got.code != tt.code || got.ends != tt.ends || got.saw != tt.saw {
			t.Errorf("%s, MQTT %d, QoS %d: got packet %d 0x%02X, ends %v, %q, want %d 0x%02X, %v, %q (%s)", tt.name, tt.version, tt.qos,
				got.packet, got.code, got.ends, got.saw, tt.packet, tt.code, tt.ends, tt.saw, tt.source)
		}
		if bytes := c.bytes(got, tt.fault, "t"); tt.packet != packets.Puback && tt.packet != packets.Suback &&
			(len(bytes) > 0) != (tt.packet != 0) {
			t.Errorf("%s, MQTT %d: got the bytes %x, want a packet %v (%s)", tt.name, tt.version, bytes, tt.packet != 0, tt.source)
		}
	}
}

// Which failed authentications are told, and how the end of a connection is called that
// a policy refused something.
func TestFaultOf(t *testing.T) {
	told := []string{"NOT_AUTHENTICATED", "CUSTOM_AUTHORIZER_NOT_FOUND", "INTERNAL_SERVER_ERROR"}
	untold := []string{"DEVICE_CERTIFICATE_NOT_REGISTERED", "DEVICE_CERTIFICATE_INACTIVE", "DEVICE_CERTIFICATE_REVOKED", "SNI_MISUSED"}
	for _, reason := range slices.Concat(told, untold) {
		want := unauthorized
		if slices.Contains(untold, reason) {
			want = unanswered
		}
		if got := faultOf(cause.Cause{Reason: reason}); got != want {
			t.Errorf("%s: got %+v, want %+v (A-160, A-226, A-241, B-407)", reason, got, want)
		}
	}
	for reason, want := range map[string]string{"AUTHORIZATION_FAILURE": "AUTH_ERROR", "CLIENT_ERROR": "CLIENT_ERROR"} {
		if got := disconnectReason(cause.Cause{Reason: reason}); got != want {
			t.Errorf("%s: got %s, want %s (B-443)", reason, got, want)
		}
	}
}
