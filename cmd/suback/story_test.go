package main

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/mqtttest"
)

// What suback why prints of a message, and what it says if there is none.
func TestWhyAMessage(t *testing.T) {
	e := emulator.Run(t, emulator.Embedded())
	dial := func(id, password string) *mqtttest.Client {
		c, err := mqtttest.Dial(t.Context(), "mqtt://"+e.Addr(emulator.MQTT), nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		if ack, err := c.Connect(4, id, mqtttest.User("me", password)); err != nil || ack.ReasonCode != 0 {
			t.Fatalf("connect: got %#x, %v, want 0", ack.ReasonCode, err)
		}
		return c
	}
	if _, err := dial("deaf", "no-receive").Subscribe("a/+"); err != nil {
		t.Fatal(err)
	}
	if _, err := dial("pl\tant", "test").Publish("a/b", "hello"); err != nil {
		t.Fatal(err)
	}
	id := e.Messages(emulator.Selection{})[0].ID
	const text = `\d\d:\d\d:\d\d\.\d\d\d a/b, QoS 1, 5 bytes, from client "pl\\tant" \(MQTT 3\.1\.1\)
  The message of client "pl\\tant" went to 0 of 1 \(1 withheld\)\.
  published, allowed by LambdaPolicy\[0\]\.Statement\[1\], acknowledged after [0-9.]+ ms
  deaf  a/\+  withheld: iot:Receive on topic/a/b: no statement allows it
      hint: no statement allows iot:Receive: .* \(D-12, B-501\)
  id ` + "ID\n"
	nobody := emulator.Run(t, emulator.Options{Stories: -1}).Addr(emulator.HTTP)
	tests := []struct {
		name string
		args []string
		code int
		want string // of stdout, or a part of stderr
	}{
		{"a message", []string{id}, exitYes, strings.Replace(text, "ID", id, 1)},
		{"no message", []string{"0f8fad5b-d9cb-469f-a165-70867728950e"}, exitNo, "there is no story of"},
		{"a path", []string{"../health"}, exitNo, "there is no story of"},
		{"no stories", []string{id, "--http", nobody}, exitNo, "--stories off"},
		{"no gateway", []string{id, "--http", "127.0.0.1:1"}, exitNo, "no gateway at"},
	}
	for _, tt := range tests {
		got := call(t, map[string]string{"SUBACK_HTTP": e.Addr(emulator.HTTP)}, append([]string{"why"}, tt.args...)...)
		is := strings.Contains(got.stderr, tt.want)
		if tt.code == exitYes {
			is = regexp.MustCompile("^" + tt.want + "$").MatchString(got.stdout)
		}
		if got.code != tt.code || !is {
			t.Errorf("%s: got %d\n%s%s\nwant %d, %s", tt.name, got.code, got.stdout, got.stderr, tt.code, tt.want)
		}
	}
	var s emulator.Story
	got := call(t, map[string]string{"SUBACK_HTTP": e.Addr(emulator.HTTP)}, "why", "--json", id)
	if err := json.Unmarshal([]byte(got.stdout), &s); err != nil || s.ID != id || s.Verdict.Decision == nil || len(s.Deliveries) != 1 {
		t.Errorf("--json: got %s, %v, want the story", got.stdout, err)
	}
}
