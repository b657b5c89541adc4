package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/mqtttest"
)

// advises runs suback advise in this process.
func advises(ctx context.Context, args ...string) (code int, out, errs string) {
	var stdout, stderr bytes.Buffer
	p := &program{stdout: &stdout, stderr: &stderr, getenv: func(string) string { return "" }}
	code = p.run(ctx, append([]string{"advise"}, args...))
	return code, stdout.String(), stderr.String()
}

func TestAdviseUsage(t *testing.T) {
	tests := []struct {
		args []string
		code int
		want string // on either output
	}{
		{nil, exitUsage, "advise: want --client, the client id of a device"},
		{[]string{"--client", "pump-7", "--run", "MQTT_Publsh"}, exitUsage, `--run: there is no case "MQTT_Publsh", is MQTT_Publish meant?`},
		{[]string{"--client", "pump-7", "--run", "zzz"}, exitUsage, `--run: there is no case "zzz", want one of suback advise --list`},
		{[]string{"--client", "pump-7", "--run", ","}, exitUsage, `--run is ",", want names of cases`},
		{[]string{"--client", "pump-7", "--desired", "on"}, exitUsage, `--desired is "on", want a JSON object with members`},
		{[]string{"--client", "pump-7", "--attempts", "4"}, exitUsage, "--attempts is 4, want 5 to 10"},
		{[]string{"--client", "pump-7", "--timeout", "-1s"}, exitUsage, "for flag -timeout: want a duration above 0"},
		{[]string{"pump-7"}, exitUsage, `unexpected argument "pump-7"`},
		{[]string{"--client", "pump-7", "--http", "127.0.0.1:1"}, exitNo, "suback serve starts a gateway"},
		{[]string{"--list"}, exitYes, "Duplicate_Client_Id                                      it gives way"},
	}
	for _, tt := range tests {
		code, out, errs := advises(t.Context(), tt.args...)
		if code != tt.code || !strings.Contains(out+errs, tt.want) {
			t.Errorf("%q: got %d, %s%s, want %d and %q", tt.args, code, out, errs, tt.code, tt.want)
		}
	}
}

// TestAdvise: verdicts on a device that comes again, as text, JSON and JUnit; one that is refused
// fails.
func TestAdvise(t *testing.T) {
	t.Parallel()
	e := emulator.Run(t, emulator.Embedded())
	for id, password := range map[string]string{"pump-7": "test", "pump-8": "wrong"} {
		comesAgain(t, e, id, password)
	}
	never, _, said := advises(t.Context(), "--client", "pump-9", "--http", "http://"+e.Addr(emulator.HTTP), "--run", "MQTT_Connect",
		"--timeout", "100ms")
	if never != exitNo || !strings.Contains(said, `nothing was judged: no case of "pump-9" has been seen`) {
		t.Errorf("a device that never came: got %d, %s, want %d and that nothing was judged", never, said, exitNo)
	}
	at, junit := "http://"+e.Addr(emulator.HTTP), filepath.Join(t.TempDir(), "advise.xml")
	code, out, errs := advises(t.Context(), "--client", "pump-7", "--http", at, "--run", "mqtt_connect,MQTT_Publish,TLS_E,Job",
		"--timeout", "1s", "--junit", junit)
	for _, want := range []string{"PASSED               MQTT_Connect (", "    pump-7 connects: CONNECT (MQTT 3.1.1, ",
		`    pump-7 publishes: PUBLISH "pumps/pump-7", QoS 1, id `, "pump-7 connects without TLS, by the mqtt listener",
		"this gateway has no jobs", "2 passed, 0 failed, 2 not seen"} {
		if !strings.Contains(out, want) {
			t.Errorf("got\n%s\nwant %q in it", out, want)
		}
	}
	if report, err := os.ReadFile(junit); err != nil || !strings.Contains(string(report), `name="suback advise pump-7"`) {
		t.Errorf("got %s %v, want a report", report, err)
	}
	if code != exitYes || errs != "" {
		t.Errorf("got %d %s, want 0 and no more", code, errs)
	}
	code, out, _ = advises(t.Context(), "--client", "pump-8", "--http", at, "--run", "MQTT_Connect", "--timeout", "1s", "--json")
	if want := `"outcome":"failed","said":"pump-8 sent `; code != exitNo || !strings.Contains(out, want) {
		t.Errorf("got %d %s, want 1 and %s", code, out, want)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if code, _, errs = advises(over, "--client", "pump-7", "--http", at); code != exitNo || !strings.Contains(errs, "interrupted") {
		t.Errorf("got %d %s, want 1 and that it was interrupted", code, errs)
	}
}

// comesAgain is a device that connects until the test ends, and publishes once each time.
func comesAgain(t *testing.T, e *emulator.Emulator, id, password string) {
	ctx, done := t.Context(), make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			if c, err := mqtttest.Dial(ctx, "mqtt://"+e.Addr(emulator.MQTT), nil); err == nil {
				stop := context.AfterFunc(ctx, func() { _ = c.Close() })
				if _, err := c.Connect(4, id, mqtttest.User("device", password)); err == nil {
					_, _ = c.Publish("pumps/"+id, "on", mqtttest.QoS(1))
					_, _ = c.Read()
				}
				stop()
				_ = c.Close()
			}
			select {
			case <-ctx.Done():
			case <-time.After(50 * time.Millisecond):
			}
		}
	}()
	t.Cleanup(func() { <-done })
}
