package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/hooks"
)

// TestCatalogue makes the mistakes of docs/behaviour, each as somebody makes it with
// mosquitto, curl, the aws command or a script, and compares all that the trace says with testdata/catalogue.
// Beside testscript's commands and those of [TestSessions] there are:
//
//	gateway [suback.yaml]     starts one. Its ports are $MQTT, $MQTTS, $HTTPS, $HTTP, its
//	                          CA is ca.pem; pump-7.pem and .key are those of fixtures. Without a
//	                          file who says -u NAME has NAME.json as policy, or NAME.answer.json as
//	                          the whole answer of the authorizer
//	subscribed CLIENT FILTER  waits until it is
//	gone CLIENT               waits until it is not connected
//	trace CLIENT [N]          waits for N records about it, 1 if none is said, but those of what went
//	                          through, and prints them; times, ports and ids are made the same
//	advance DURATION          as POST /_suback/clock does
//	end                       kills the clients in the background that have not ended: mosquitto_sub,
//	                          interrupted in the wrong moment, as a script's end does it, hangs in
//	                          its signal handler
//
// Written anew by: go test ./cmd/suback -run TestCatalogue -rewrite
func TestCatalogue(t *testing.T) {
	for _, client := range []string{"mosquitto_pub", "curl", "aws", "python3"} {
		if _, err := exec.LookPath(client); err != nil {
			missing(t, client, "apt-get install mosquitto-clients curl awscli python3")
		}
	}
	p := sessions(t, "testdata/catalogue")
	setup := p.Setup
	p.Setup = func(e *testscript.Env) error {
		for _, name := range []string{"pump-7.pem", "pump-7.key"} {
			if err := copyFile("../../fixtures/certificates/"+name, filepath.Join(e.WorkDir, name)); err != nil {
				return err
			}
		}
		return setup(e)
	}
	p.Cmds["gateway"] = startGateway
	p.Cmds["subscribed"] = subscribed
	p.Cmds["gone"] = gone
	p.Cmds["trace"] = printTrace
	p.Cmds["advance"] = advance
	p.Cmds["end"] = func(ts *testscript.TestScript, _ bool, _ []string) {
		for _, cmd := range ts.BackgroundCmds() {
			_ = cmd.Process.Kill()
		}
	}
	testscript.Run(t, p)
}

type gatewayKey struct{}

func gatewayOf(ts *testscript.TestScript) *emulator.Emulator {
	return ts.Value(gatewayKey{}).(map[string]*emulator.Emulator)["it"]
}

func startGateway(ts *testscript.TestScript, _ bool, args []string) {
	o := emulator.Options{Authorizer: byName(ts.Getenv("WORK")), Config: &emulator.Config{AccountID: "123456789012"}}
	if len(args) > 0 {
		config, err := emulator.LoadConfig(ts.MkAbs(args[0]))
		ts.Check(err)
		o = emulator.Options{Config: config}
	}
	names := []string{emulator.MQTT, emulator.MQTTS, emulator.HTTPS, emulator.HTTP}
	o.Listeners = emulator.Listeners{MQTT: anyPort, MQTTS: anyPort, HTTPS: anyPort, HTTP: anyPort}
	e, err := emulator.New(o)
	ts.Check(err)
	ts.Check(e.Start(context.Background()))
	ts.Defer(func() { _ = e.Close() })
	for _, name := range names {
		_, port, _ := strings.Cut(e.Addr(name), ":")
		ts.Setenv(strings.ToUpper(name), port)
	}
	ts.Check(os.WriteFile(ts.MkAbs("ca.pem"), e.CA(), 0o600))
	ts.Value(gatewayKey{}).(map[string]*emulator.Emulator)["it"] = e
}

const anyPort = "127.0.0.1:0"

// byName is an authorizer whose users are files.
func byName(folder string) emulator.LambdaFunc {
	return func(_ context.Context, event []byte) ([]byte, error) {
		var in struct {
			ProtocolData struct {
				MQTT struct{ Username string }
			}
		}
		if err := json.Unmarshal(event, &in); err != nil {
			return nil, err
		}
		user, _, _ := strings.Cut(in.ProtocolData.MQTT.Username, "?")
		answer, err := os.ReadFile(filepath.Join(folder, filepath.Base(user)+".answer.json"))
		if !errors.Is(err, fs.ErrNotExist) {
			return answer, err
		}
		policy, err := os.ReadFile(filepath.Join(folder, filepath.Base(user)+".json"))
		if err != nil {
			return []byte(`{"isAuthenticated": false}`), nil
		}
		return json.Marshal(map[string]any{"isAuthenticated": true, "principalId": "device",
			"policyDocuments": []json.RawMessage{policy}, "disconnectAfterInSeconds": 3600, "refreshAfterInSeconds": 300})
	}
}

func subscribed(ts *testscript.TestScript, _ bool, args []string) {
	await(ts, func() bool {
		return slices.ContainsFunc(gatewayOf(ts).Clients(), func(c hooks.ClientInfo) bool {
			return c.ClientID == args[0] && slices.Contains(c.Subscriptions, args[1])
		})
	}, "%s does not subscribe to %s", args[0], args[1])
}

func gone(ts *testscript.TestScript, _ bool, args []string) {
	await(ts, func() bool {
		return !slices.ContainsFunc(gatewayOf(ts).Clients(),
			func(c hooks.ClientInfo) bool { return c.ClientID == args[0] })
	}, "%s is still connected", args[0])
}

func await(ts *testscript.TestScript, done func() bool, format string, args ...any) {
	for end := time.Now().Add(patience); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			var all strings.Builder
			for _, e := range gatewayOf(ts).Trace().Events(trace.Filter{}) {
				fmt.Fprintln(&all, e.Text())
			}
			ts.Fatalf(format+"; the trace:\n%s", append(args, all.String())...)
		}
	}
}

func printTrace(ts *testscript.TestScript, _ bool, args []string) {
	n := 1
	if len(args) > 1 {
		_, err := fmt.Sscan(args[1], &n)
		ts.Check(err)
	}
	var found []trace.Event
	await(ts, func() bool {
		found = gatewayOf(ts).Trace().Events(trace.Filter{Client: strings.Trim(args[0], "-")})
		found = slices.DeleteFunc(found, func(e trace.Event) bool { return e.Outcome == trace.Allowed })
		return len(found) >= n
	}, "there are not %d records about %s", n, args[0])
	for _, e := range found {
		fmt.Fprintln(ts.Stdout(), same(e.Text()))
	}
}

func advance(ts *testscript.TestScript, _ bool, args []string) {
	d, err := time.ParseDuration(args[0])
	ts.Check(err)
	gatewayOf(ts).Advance(d)
}

// What differs from one run to the next.
var (
	clocks = regexp.MustCompile(`\b\d\d:\d\d:\d\d\.\d{3}\b`)
	ports  = regexp.MustCompile(`(127\.0\.0\.1|localhost):\d+`)
	stamps = regexp.MustCompile(`\b\d{8}T\d{6}Z\b`)
	uuids  = regexp.MustCompile(`\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b`)
)

func same(text string) string {
	text = clocks.ReplaceAllString(text, "14:02:11.482")
	text = ports.ReplaceAllString(text, "$1:50000")
	text = stamps.ReplaceAllString(text, "20261129T140211Z")
	return uuids.ReplaceAllString(text, "UUID")
}
