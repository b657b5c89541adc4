package emulator_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/trace"
)

// disorder of suback.yaml and POST /_suback/disorder [B-699]. What it does to the
// bytes: disorder_test.go of package hooks.

// TestDisorderWithMQTTjs: a client of others gets all 20 acknowledgements, with the
// switch out of order and the same way again.
func TestDisorderWithMQTTjs(t *testing.T) {
	t.Parallel()
	modules := npmModules(t, "mqtt")
	order := func(t *testing.T, version int, d emulator.Disorder) (order []string) {
		e := emulator.Run(t, emulator.Options{Config: &emulator.Config{Disorder: d}, Authorizer: granting(json.RawMessage(everythingBut))})
		p := start(t, []string{"NODE_PATH=" + modules}, nodejs(t), "testdata/burst.cjs", "mqtt://"+e.Addr(emulator.MQTT), fmt.Sprint(version),
			"burst")
		p.until("order ")
		if order = strings.Fields(p.seen[len(p.seen)-1])[1:]; len(order) != 20 {
			t.Errorf("got %d acknowledgements, want 20 (B-699)", len(order))
		}
		if d.Pubacks {
			noted(t, e, "burst", "B-699", "out of order to this client, as disorder with pubacks and seed 7", "POST /_suback/disorder")
		} else {
			unexplained(t, e)
		}
		return order
	}
	var inOrder []string
	for i := range 20 {
		inOrder = append(inOrder, fmt.Sprint(i+1))
	}
	for _, version := range []int{4, 5} {
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			if got := order(t, version, emulator.Disorder{}); !slices.Equal(got, inOrder) {
				t.Errorf("off: got %v, want the order of the publishes (B-699)", got)
			}
			first := order(t, version, emulator.Disorder{Pubacks: true, Seed: 7})
			if slices.Equal(first, inOrder) {
				t.Errorf("got %v, want another order than that of the publishes (B-699)", first)
			}
			if again := order(t, version, emulator.Disorder{Pubacks: true, Seed: 7}); !slices.Equal(again, first) {
				t.Errorf("got %v and then %v, want a run to repeat (B-699)", first, again)
			}
		})
	}
}

// TestDisorderAPI: what the admin API takes, what it answers, and what brings the
// file's wish back.
func TestDisorderAPI(t *testing.T) {
	e := emulator.Run(t, emulator.Options{Config: &emulator.Config{Disorder: emulator.Disorder{Pubacks: true, Seed: 3}}})
	client := &http.Client{Transport: new(http.Transport)}
	t.Cleanup(client.CloseIdleConnections)
	const filed = `{"pubacks":true,"shadows":false,"seed":3}`
	const wanted = `{"message":"want {\"pubacks\": true, \"shadows\": true, \"seed\": 7} or a part of it: true or false, and a whole number"}`
	shown := func(want string) {
		t.Helper()
		resp, err := client.Get("http://" + e.Addr(emulator.HTTP) + "/_suback/disorder")
		must(t, err)
		defer resp.Body.Close()
		var got, wish any
		must(t, json.NewDecoder(resp.Body).Decode(&got))
		must(t, json.Unmarshal([]byte(want), &wish))
		if fmt.Sprint(got) != fmt.Sprint(wish) {
			t.Errorf("GET: got %v, want %v", got, wish)
		}
	}
	shown(filed)
	tests := []struct {
		body   string
		status int
		answer string
		then   string // of GET; empty: as before
	}{
		{`{"pubacks": true, "seed": 7}`, 200, `{"pubacks":true,"shadows":false,"seed":7}`, `{"pubacks":true,"shadows":false,"seed":7}`},
		{`{"shadows": true}`, 200, `{"pubacks":false,"shadows":true,"seed":0}`, `{"pubacks":false,"shadows":true,"seed":0}`},
		{`{"puback": true}`, 400, wanted, ""},
		{`{"pubacks": "yes"}`, 400, wanted, ""},
		{`{"pubacks": true, "seed": 1.5}`, 400, wanted, ""},
		{`null`, 400, wanted, ""},
		{``, 400, wanted, ""},
		{`{}`, 200, `{"pubacks":false,"shadows":false,"seed":0}`, `{"pubacks":false,"shadows":false,"seed":0}`},
	}
	last := filed
	for _, tt := range tests {
		if status, answer := post(t, e, client, "/_suback/disorder", tt.body); status != tt.status || strings.TrimSpace(answer) != tt.answer {
			t.Errorf("POST %s: got %d %s, want %d %s", tt.body, status, answer, tt.status, tt.answer)
		}
		if tt.then != "" {
			last = tt.then
		}
		shown(last)
	}
	e.Reset()
	shown(filed)
}

// TestDisorderInTheFile: export writes what is in
// force, and a reload changes what the file changes.
func TestDisorderInTheFile(t *testing.T) {
	file, log := filepath.Join(t.TempDir(), "suback.yaml"), new(strings.Builder)
	load := func(text string) *emulator.Config {
		t.Helper()
		must(t, os.WriteFile(file, []byte(text), 0o600))
		c, err := emulator.LoadConfig(file)
		must(t, err)
		return c
	}
	const text = "disorder:\n  pubacks: true\n  shadows: true\n  seed: 7\n"
	e, err := emulator.New(emulator.Options{Config: load(text), Log: slog.New(slog.NewTextHandler(log, nil))})
	must(t, err)
	exported := func(want string) {
		t.Helper()
		var out strings.Builder
		if must(t, e.Export(&out, emulator.ExportOptions{})); !strings.Contains(out.String(), want) {
			t.Errorf("got\n%s\nwant\n%s in it", out.String(), want)
		}
	}
	exported(text)
	e.SetDisorder(emulator.Disorder{Pubacks: true, Seed: -1})
	exported("disorder:\n  pubacks: true\n  seed: -1\n")
	must(t, e.Reload(load(text+"endpointAddress: localhost\n")))
	exported("disorder:\n  pubacks: true\n  seed: -1\n") // the file says of it what it said
	must(t, e.Reload(load("endpointAddress: localhost\n")))
	if got := e.Disorder(); got != (emulator.Disorder{}) {
		t.Errorf("got %+v after a reload without the key, want none", got)
	}
	if got := e.Trace().Events(trace.Filter{}); len(got) != 0 {
		t.Errorf("got %d records, want none", len(got))
	}
	must(t, e.Close())
}
