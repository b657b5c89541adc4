package emulator_test

import (
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
)

// scrape returns the samples of GET /metrics whose line begins with "suback_".
func scrape(t *testing.T, e *emulator.Emulator) []string {
	t.Helper()
	resp, err := http.Get("http://" + e.Addr(emulator.HTTP) + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("GET /metrics: %s, %v", resp.Status, err)
	}
	if !strings.Contains(string(body), "\ngo_goroutines ") {
		t.Error("no go_goroutines among the metrics")
	}
	return regexp.MustCompile(`(?m)^suback_.*$`).FindAllString(string(body), -1)
}

// What is counted is there from the start, under Prometheus' names, and each
// emulator counts for itself [B-914, A-181].
func TestMetrics(t *testing.T) {
	e, other := emulator.Run(t, emulator.Embedded()), emulator.Run(t, emulator.Embedded())
	none := scrape(t, e)
	for _, want := range []string{`suback_connect_total{result="auth_error"} 0`, `suback_connect_total{result="client_id_throttle"} 0`,
		`suback_publish_retained_total{result="throttle"} 0`, `suback_connection_authn_error_total 0`, `suback_throttle_exceeded_total 0`,
		`suback_connections 0`, `suback_delete_thing_shadow_total{result="accepted"} 0`, `suback_get_thing_shadow_total{result="accepted"} 0`,
		`suback_followers 0`, `suback_followers_ended_total 0`, `suback_log_dropped_total{why="queue"} 0`,
		`suback_log_dropped_total{why="rate"} 0`} {
		if !slices.Contains(none, want) {
			t.Errorf("no %s in\n%s", want, strings.Join(none, "\n"))
		}
	}

	d := dial(t, e, 5, "tcp", "pump-7", "me", "test")
	for _, got := range []string{d.connect(), d.subscribe("a/+"), d.publish("a/b", 1, false, "x")} {
		if got != "ok" {
			t.Fatalf("got %s, want ok", got)
		}
	}
	d.receive(t)
	mustBe(t, "an update", d.publish("$aws/things/pump/shadow/update", 1, false, `{"state":{"reported":{"on":true}}}`), "ok")
	const accepted = `suback_update_thing_shadow_total{result="accepted"} 1` // S-92
	eventually(t, accepted, func() bool { return slices.Contains(scrape(t, e), accepted) })

	got := scrape(t, e)
	for _, want := range []string{
		`suback_connect_total{result="success"} 1`, `suback_subscribe_total{result="success"} 1`,
		`suback_publish_in_total{result="success"} 2`, `suback_publish_out_total{result="success"} 1`,
		`suback_connections 1`,
	} {
		if !slices.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, strings.Join(got, "\n"))
		}
	}
	if beside := scrape(t, other); !slices.Equal(beside, none) {
		t.Errorf("another emulator counts too:\n%s", strings.Join(beside, "\n"))
	}
}
