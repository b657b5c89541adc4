package emulator_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/trace"
)

// mosquitto_pub and mosquitto_sub, MQTT 3.1.1 and 5, with TLS and without.

// exit codes of the mosquitto clients: their own for a lost connection, and an
// MQTT 5 reason code.
const (
	mosquittoLost          = 7
	mosquittoNotAuthorized = 0x87
)

// mosquittoArgs are what every call needs: where to and as who.
func mosquittoArgs(t *testing.T, e *emulator.Emulator, listener, version, id string) []string {
	t.Helper()
	args := []string{"-h", "localhost", "-p", portOf(t, e, listener), "-V", version, "-i", id, "-u", "me", "-P", "secret"}
	switch listener {
	case emulator.HTTPS:
		args = append(args, "--cafile", caFile(t, e), "--tls-alpn", "mqtt")
	case emulator.MQTTS:
		args = append(args, "--cafile", caFile(t, e))
	}
	return args
}

func needMosquitto(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("mosquitto_pub"); err != nil {
		missing(t, "mosquitto_pub", "apt-get install mosquitto-clients")
	}
}

// mosquitto runs a client to its end and returns its output and exit code.
func mosquitto(t *testing.T, name string, args ...string) (string, int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		return string(out), exit.ExitCode()
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(out), 0
}

func TestMosquitto(t *testing.T) {
	t.Parallel()
	needMosquitto(t)
	for _, version := range []string{"311", "5"} {
		for _, listener := range []string{emulator.MQTT, emulator.HTTPS} {
			t.Run(version+" "+listener, func(t *testing.T) {
				t.Parallel()
				e := emulator.Run(t, emulator.Options{Listeners: free, Authorizer: granting(json.RawMessage(outcomes))})
				as := func(id string, more ...string) []string {
					return append(mosquittoArgs(t, e, listener, version, id), more...)
				}
				expect := func(name string, want int, args []string) string {
					t.Helper()
					out, code := mosquitto(t, name, args...)
					if code != want {
						t.Errorf("%s %s: got exit code %d, want %d\n%s", name, strings.Join(args, " "), code, want, out)
					}
					return out
				}
				refused := map[string]int{"311": mosquittoLost, "5": mosquittoNotAuthorized}[version]

				// live, to a subscriber that prints what it got when it ends, after two
				sub := start(t, nil, "mosquitto_sub", as("sub", "-q", "1", "-C", "2", "-W", "20", "-t", "open/+", "-v")...)
				subscribed(t, e, "sub")
				expect("mosquitto_pub", 0, as("pub", "-q", "1", "-t", "open/live", "-m", "qos 1"))
				expect("mosquitto_pub", 0, as("pub", "-q", "0", "-t", "open/live", "-m", "qos 0"))
				sub.until("open/live qos 1")
				sub.until("open/live qos 0")

				// retained: by the exact filter alone [B-721]
				expect("mosquitto_pub", 0, as("pub", "-q", "1", "-r", "-t", "open/kept", "-m", "kept"))
				if got := expect("mosquitto_sub", 0,
					as("late", "-C", "1", "-W", "10", "-t", "open/kept", "-F", "%t %p %r")); got != "open/kept kept 1\n" {
					t.Errorf("retained: got %q, want %q (B-721)", got, "open/kept kept 1\n")
				}
				unexplained(t, e)

				expect("mosquitto_pub", refused, as("banned-pub", "-t", "open/live", "-m", "x"))
				explained(t, e, cause{client: "banned-pub", operation: trace.Connect, action: policy.Connect, rules: []string{"B-131"}})
				if version == "5" { // under 3.1.1 mosquitto_sub tries again for ever
					expect("mosquitto_sub", refused, as("banned-sub", "-t", "open/live"))
				}

				// a refused publish ends 3.1.1; under 5 the PUBACK says no, which
				// mosquitto_pub prints, and exits with 0
				out := expect("mosquitto_pub", map[string]int{"311": mosquittoLost, "5": 0}[version], as("pub", "-q", "1", "-t", "shut/x", "-m", "x"))
				if version == "5" && !strings.Contains(out, "Not authorized") {
					t.Errorf("refused publish: got %q, want a warning: Not authorized (B-409)", out)
				}
				explained(t, e, cause{client: "pub", operation: trace.PublishIn, action: policy.Publish, rules: []string{"D-11"}})

				// a refused subscribe ends 3.1.1, which mosquitto_sub tries again
				// and again; under 5 the SUBACK says no
				if version == "5" {
					out, _ := mosquitto(t, "mosquitto_sub", as("shut", "-t", "shut/x")...)
					if !strings.Contains(out, "All subscription requests were denied.") {
						t.Errorf("refused subscribe: got %q, want all denied (B-409)", out)
					}
				} else {
					start(t, nil, "mosquitto_sub", as("shut", "-t", "shut/x")...)
					eventually(t, "a second connection", func() bool {
						return len(e.Trace().Events(trace.Filter{Client: "shut", Outcome: trace.Allowed})) > 1
					})
				}
				explained(t, e, cause{client: "shut", operation: trace.Subscribe, action: policy.Subscribe, rules: []string{"D-11"}})
			})
		}
	}
}

// subscribed waits until a client has a subscription.
func subscribed(t *testing.T, e *emulator.Emulator, id string) {
	t.Helper()
	eventually(t, "a subscription of "+id, func() bool {
		resp, err := http.Get("http://" + e.Addr(emulator.HTTP) + "/_suback/clients")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var clients []struct {
			ClientID      string
			Subscriptions []string
		}
		if err := json.NewDecoder(resp.Body).Decode(&clients); err != nil {
			t.Fatal(err)
		}
		for _, c := range clients {
			if c.ClientID == id && len(c.Subscriptions) > 0 {
				return true
			}
		}
		return false
	})
}

// TestMosquittoOn8883: the port for certificates asks no authorizer.
func TestMosquittoOn8883(t *testing.T) {
	t.Parallel()
	needMosquitto(t)
	for _, version := range []string{"311", "5"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			e := emulator.Run(t, emulator.Options{Listeners: free, Authorizer: granting(json.RawMessage(outcomes))})
			args := append(mosquittoArgs(t, e, emulator.MQTTS, version, "pub"), "-t", "open/live", "-m", "x")
			want := map[string]int{"311": mosquittoLost, "5": mosquittoNotAuthorized}[version]
			if out, code := mosquitto(t, "mosquitto_pub", args...); code != want {
				t.Errorf("got exit code %d, want %d (A-11)\n%s", code, want, out)
			}
			explained(t, e, cause{client: "pub", operation: trace.AuthNError, rules: []string{"A-11", "D-1"}, hint: "443"})
		})
	}
}

// TestClientCalledAsWildcard: AWS is not known to stop it, so it passes, and the
// trace says what it means [H-15, B-337].
func TestClientCalledAsWildcard(t *testing.T) {
	needMosquitto(t)
	const own = `{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"},
		{"Effect": "Allow", "Action": "iot:Subscribe", "Resource": "arn:aws:iot:us-east-1:000000000000:topicfilter/${iot:ClientId}/data"}]}`
	for id, noted := range map[string]bool{"+": true, "pump-7": false} {
		e := emulator.Run(t, emulator.Options{Listeners: free, Authorizer: granting(json.RawMessage(own))})
		args := append(mosquittoArgs(t, e, emulator.MQTT, "5", id), "-t", id+"/data", "-q", "1", "-E")
		if out, code := mosquitto(t, "mosquitto_sub", args...); code != 0 {
			t.Errorf("client %q: got exit code %d %s, want its subscription taken (B-337)", id, code, out)
		}
		if got := len(e.Trace().Events(trace.Filter{Outcome: trace.Note})) > 0; got != noted {
			t.Errorf("client %q: got a note: %v, want %v\n%v", id, got, noted, e.Trace().Events(trace.Filter{}))
		}
		if noted {
			explained(t, e, cause{client: id, operation: trace.Connect, outcome: trace.Note, rules: []string{"B-337"},
				detail: `${iot:ClientId} is "+" here`})
		}
	}
}
