package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/mqtttest"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/policy/policytest"
	"github.com/suback/suback/emulator/why"
)

// Suback why --answer, POST /_suback/evaluate on a connected client, and what the broker does on
// the wire never disagree about random policies and requests.

// A judged is a request and what the broker did.
type judged struct {
	question
	wire bool
}

func TestWhyAgrees(t *testing.T) {
	t.Parallel()
	const policies = 120
	var answer atomic.Pointer[[]byte]
	e := emulator.Run(t, emulator.Options{Authorizer: func(_ context.Context, event []byte) ([]byte, error) {
		if strings.Contains(string(event), `"clientId":"helper"`) {
			return answerOf(`{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}`), nil
		}
		return *answer.Load(), nil
	}})
	rnd := rand.New(rand.NewPCG(14, 7))
	helper := dialed(t, e)
	if ack, err := helper.Connect(5, "helper"); err != nil || ack.ReasonCode != 0 {
		t.Fatal(ack, err)
	}
	total, allowed := 0, 0
	for range policies {
		text := answerOf(agreeable(rnd)...)
		answer.Store(&text)
		all := broker(t, e, rnd, helper)
		total += len(all)
		allowed += agreed(t, e, text, all)
	}
	t.Logf("%d requests, %d allowed", total, allowed)
	if total < 2000 || allowed < total/8 || allowed > total*7/8 {
		t.Errorf("got %d requests, %d allowed: too much alike", total, allowed)
	}
}

func answerOf(documents ...string) []byte {
	raw := []json.RawMessage{}
	for _, d := range documents {
		raw = append(raw, json.RawMessage(d))
	}
	text, _ := json.Marshal(map[string]any{"isAuthenticated": true, "principalId": "me", "policyDocuments": raw})
	return text
}

// agreeable are random documents, mostly with some that let the client in and have it
// subscribe to all.
func agreeable(rnd *rand.Rand) []string {
	const here = "arn:aws:iot:us-east-1:000000000000:"
	documents := policytest.Place(here).Documents(rnd)
	if rnd.IntN(10) > 0 {
		documents = append(documents, `{"Statement": [{"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"},
			{"Effect": "Allow", "Action": "iot:Subscribe", "Resource": "`+here+`topicfilter/#"}]}`)
	}
	return documents
}

func dialed(t *testing.T, e *emulator.Emulator) *mqtttest.Client {
	t.Helper()
	c, err := mqtttest.Dial(t.Context(), "tcp://"+e.Addr(emulator.MQTT), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// broker makes requests and notes what comes of them.
func broker(t *testing.T, e *emulator.Emulator, rnd *rand.Rand, helper *mqtttest.Client) (all []judged) {
	t.Helper()
	c := dialed(t, e)
	note := func(a policy.Action, name string, code byte, err error) bool {
		t.Helper()
		if err != nil {
			t.Fatalf("%s %q: %v", a, name, err)
		}
		all = append(all, judged{question{a, name}, code != 0x87})
		return code != 0x87
	}
	ack, err := c.Connect(5, "pump-7")
	if !note(policy.Connect, "pump-7", ack.ReasonCode, err) {
		return all
	}
	if ack, err := c.Subscribe("#", mqtttest.QoS(0)); note(policy.Subscribe, "#", code(ack.ReasonCodes), err) {
		all = append(all, heard(t, rnd, helper, c)...)
	}
	for range 9 {
		if name := named(rnd, true); name != "" {
			ack, err := c.Subscribe(name, mqtttest.QoS(0))
			note(policy.Subscribe, name, code(ack.ReasonCodes), err)
		}
		if name := named(rnd, false); name != "" {
			ack, err := c.Publish(name, "1")
			if note(policy.Publish, name, ack.ReasonCode, err) && rnd.IntN(3) == 0 {
				ack, err = c.Publish(name, "1", mqtttest.Retain)
				note(policy.RetainPublish, name, ack.ReasonCode, err)
			}
		}
	}
	return all
}

// heard is what of others' messages arrives.
func heard(t *testing.T, rnd *rand.Rand, helper, c *mqtttest.Client) (all []judged) {
	t.Helper()
	came := map[string]bool{}
	for range 9 {
		name := named(rnd, false)
		if _, known := came[name]; known || name == "" {
			continue
		}
		if ack, err := helper.Publish(name, "1"); err != nil || ack.ReasonCode == 0x87 {
			t.Fatalf("publish to %q: %+v, %v", name, ack, err)
		}
		came[name] = false
	}
	if err := c.Ping(); err != nil {
		t.Fatal(err)
	}
	patience := c.Patience
	for c.Patience = time.Millisecond; ; { // what has come is aside already
		pk, err := c.Receive()
		if errors.Is(err, os.ErrDeadlineExceeded) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		came[pk.TopicName] = true
	}
	c.Patience = patience
	for name, arrived := range came {
		all = append(all, judged{question{policy.Receive, name}, arrived})
	}
	return all
}

// named is a name that MQTT takes, or "".
func named(rnd *rand.Rand, filter bool) string {
	name := policytest.Name(rnd)
	if strings.HasPrefix(name, "$") || !filter && strings.Contains(name, "+") {
		return ""
	}
	return name
}

func code(codes []byte) byte {
	if len(codes) == 1 {
		return codes[0]
	}
	return 0xff
}

// agreed asks the others. It returns how many requests were allowed.
func agreed(t *testing.T, e *emulator.Emulator, answer []byte, all []judged) (allowed int) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "answer.json")
	if err := os.WriteFile(file, answer, 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"why", "--answer", file, "--client", "pump-7", "--json"}
	for _, j := range all {
		if args = append(args, j.flag()); j.action != policy.Connect {
			args = append(args, j.name)
		}
	}
	r := call(t, nil, append(args, "--region", "us-east-1", "--account", "000000000000")...)
	var offline offlineAnswer
	if err := json.Unmarshal([]byte(r.stdout), &offline); err != nil || len(offline.Verdicts) != len(all) {
		t.Fatalf("%v: %+v", err, r)
	}
	for i, j := range all {
		d := offline.Verdicts[i].Decision
		if d.Allowed != j.wire || d.Action != j.action || d.Name != j.name {
			t.Errorf("offline says %s, and the broker %v, to %s of\n%s", d, j.wire, j.flag()+" "+j.name, answer)
		}
		if all[0].wire { // it is connected
			if v := evaluated(t, e, j.question); v.Decision.Allowed != j.wire {
				t.Errorf("evaluate says %s, and the broker %v, of\n%s", v.Decision, j.wire, answer)
			}
		}
		if j.wire {
			allowed++
		}
	}
	return allowed
}

func evaluated(t *testing.T, e *emulator.Emulator, q question) (v why.Verdict) {
	t.Helper()
	body := fmt.Sprintf(`{"client": "pump-7", "action": %q, "name": %q}`, q.action, q.name)
	resp, err := http.Post("http://"+e.Addr(emulator.HTTP)+"/_suback/evaluate", "application/json", bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&v); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatal(resp.Status, err)
	}
	return v
}
