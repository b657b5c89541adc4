package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/mqtttest"
	"github.com/suback/suback/emulator/printed"
)

// Whatever devices and files have in their names, what is printed of it ends no line, moves no
// cursor, and hides nothing.
func TestPrintedIsPlain(t *testing.T) {
	t.Parallel()
	const evil = "a/\x1b[2J\u009b31m\u202e\nsuback: error: x"
	e := emulator.Run(t, emulator.Embedded())
	dial := func(password string) *mqtttest.Client {
		c, err := mqtttest.Dial(t.Context(), "mqtt://"+e.Addr(emulator.MQTT), nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		if ack, err := c.Connect(5, evil+password, mqtttest.User(evil, password)); err != nil || ack.ReasonCode != 0 {
			t.Fatalf("connect: got %#x, %v, want 0", ack.ReasonCode, err)
		}
		return c
	}
	if _, err := dial("no-receive").Subscribe(evil); err != nil {
		t.Fatal(err)
	}
	if _, err := dial("test").Publish(evil, "x"); err != nil {
		t.Fatal(err)
	}
	quoted, err := json.Marshal(evil)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.Trim(string(quoted), `"`)
	policy := fmt.Sprintf(`{"Version": "2012-10-17", "Statement": [{"Sid": "%s", "Effect": "Allow", "Action": "iot:Publish",
		"Resource": ["arn:aws:iot:us-east-1:000000000000:topic/%[1]s/#", "arn:aws:iot:us-east-1:000000000000:client/%[1]s"]},
		{"Effect": "Deny", "Action": "iot:%[1]s", "Resource": "*", "Condition": {"%[1]s": {"%[1]s": "%[1]s"}}}]}`, name)
	asked := fmt.Sprintf(`{"seq": 1, "client": "%s", "principal": "p", "action": "iot:Publish", "name": "%[1]s", `+
		`"resource": "arn:aws:iot:us-east-1:000000000000:topic/%[1]s", "allowed": true}`, name)
	dir := t.TempDir()
	file := func(base, text string) string {
		path := filepath.Join(dir, base)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := strings.Replace(policy, `"Condition"`, `"Sid"`, 1)
	good = good[:strings.LastIndex(good, `, "Sid": {`)] + "}]}"
	odd, http := file("\x1b[31m\n.json", policy), e.Addr(emulator.HTTP)
	tests := []struct {
		name string
		args []string
		want string // in what is printed
	}{
		{"why of a client", []string{"why", "--client", evil + "no-receive", "--http", http}, `(no statement allows iot:Receive: it is needed on topic/a/\x1b[2J`},
		{"why of another", []string{"why", "--client", evil + "none", "--http", http}, `is connected`},
		{"why of a message", []string{"why", e.Messages(emulator.Selection{})[0].ID, "--http", http}, `\x1b[2J`},
		{"why of a policy", []string{"why", "--policy", file("good.json", good), "--client", "c", "--publish", evil, "--publish", evil + "/b"}, `\u009b31m`},
		{"why of no policy", []string{"why", "--policy", odd, "--client", "c", "--connect"}, "suback: error: "},
		{"lint", []string{"lint", odd}, `\x1b[31m\n.json:3:`},
		{"lint of what can be read", []string{"lint", file("good.json", good)}, `\x1b[2J`},
		{"lint for GitHub", []string{"lint", "--format", "github", odd, file("good.json", good)}, `\x1b[2J`},
		{"test", []string{"test", file("\x1b[31m\n.yaml", fmt.Sprintf(`{"name": "%s", "clients": {"%[1]s": {}}, "steps": [`+
			`{"connect": {"client": "%[1]s", "expect": "refused"}}]}`, strings.Trim(strconv.QuoteToASCII(evil), `"`)))}, `\x1b[2J`},
		{"sql test", []string{"sql", "test", file("\x1b[31m\n.sql.json", fmt.Sprintf(`{"topic": "%s", "inputPayload": "{}", `+
			`"inputSql": "SELECT * FROM 'a'", "expectedOutput": "%[1]s"}`, name))}, `\x1b[2J`},
		{"sql", []string{"sql", "--topic", evil, "SELECT * FROM 'a'"}, `\x1b[2J`},
		{"learn", []string{"learn", file("asked.jsonl", asked)}, `\u009b31m`},
	}
	for _, tt := range tests {
		r := call(t, nil, tt.args...)
		out := r.stdout + r.stderr
		if !strings.Contains(out, tt.want) {
			t.Errorf("%s: got %q, want %q in it", tt.name, out, tt.want)
		}
		for line := range strings.SplitSeq(out, "\n") {
			if printed.Line(line) != line || strings.HasPrefix(line, "suback: error: x") {
				t.Errorf("%s: got the line %q, want it printable", tt.name, line)
			}
		}
	}
}
