package sql_test

import (
	"bytes"
	"context"
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/suback/suback/emulator/services/rules/sql"
)

// now is the time of the tests: the page of time_to_epoch has it.
var now = time.UnixMilli(1481825251155).UTC()

func env() *sql.Env {
	return &sql.Env{
		Account: "123456789012",
		Now:     func() time.Time { return now },
		UUID:    func() string { return "123a4567-b89c-12d3-e456-789012345000" },
		Random:  func() float64 { return 0.8231909191640703 },
	}
}

// message is one with everything.
func message(topic, payload string) *sql.Message {
	return &sql.Message{
		Topic: topic, Payload: sql.NewPayload([]byte(payload)), ClientID: "pump-7", SourceIP: "192.0.2.7",
		Principal: "ba67293af50bf2506f5f93469686da660c7c844e7b3950bfb16813e0d31e9373",
		TraceID:   "12345678-1234-1234-1234-123456789012",
		Properties: sql.Properties{ContentType: "application/json", CorrelationData: []byte("c"),
			User: []sql.Property{{Name: "k", Value: "1"}, {Name: "l", Value: "2"}, {Name: "k", Value: "3"}}},
	}
}

func parse(t testing.TB, text string, ver sql.Version) *sql.Statement {
	t.Helper()
	s, err := sql.Parse(text, ver)
	if err != nil {
		t.Fatalf("%s\ngot %v, want no error", text, err)
	}
	return s
}

// evaluate gives what actions get, and "-" if they get nothing.
func evaluate(t testing.TB, text string, ver sql.Version, topic, payload string) string {
	t.Helper()
	r := parse(t, text, ver).Evaluate(context.Background(), message(topic, payload), env())
	if r.Err != nil {
		t.Fatalf("%s\ngot %v, want no error", text, r.Err)
	}
	if !r.Matched {
		return "-"
	}
	return string(r.Payload)
}

// value is what an expression gives, as JSON; Undefined is empty.
func value(t testing.TB, expression string, ver sql.Version, payload string) string {
	t.Helper()
	return evaluate(t, "SELECT VALUE "+expression, ver, "things/myThings/thingOne", payload)
}

// sameJSON compares by value: numbers as doubles.
func sameJSON(a, b string) bool {
	var x, y any
	if json.Unmarshal([]byte(a), &x) != nil || json.Unmarshal([]byte(b), &y) != nil {
		return bytes.Equal([]byte(a), []byte(b))
	}
	return reflect.DeepEqual(x, y)
}
