package main

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/suback/suback/cmd/subackbench/load"
	"github.com/suback/suback/emulator/skips"
)

// The kinds of work that are more than a run of the generator, small: each has the
// figures that its rows are about.
func TestWork(t *testing.T) {
	t.Parallel()
	built := testLab(t)
	built.suback = filepath.Join(built.dir, "suback")
	if err := built.build(t.Context()); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name    string
		measure func(context.Context, *lab) (load.Figures, error)
		above   []string // figures that are above 0
		client  string   // that is needed, and what installs it
		install string
	}{
		{"refused publishes", storm(startSuback, "publish", 300, 2), []string{"p99_ms", "refused_per_s", "rss_mb", "log_mb", "cpu"}, "", ""},
		{"refused connects", storm(startEmbedded, "connect", 300, 2), []string{"p50_ms", "refused_per_s"}, "", ""},
		{"calls", calls(20), []string{"create_ms", "list_ms"}, "", ""},
		{"idle clients", beside(startSuback, 20), []string{"p99_ms", "rss_mb"}, "", ""},
		{"start", starts()[0].contestants[1].measure, []string{"start_ms", "rss_mb"}, "", ""},
		{"the first CONNACK", firstConnack, []string{"connack_ms"}, "", ""},
		{"an account", accountConnack, []string{"connack_ms"}, "", ""},
		{"retained", on(startEmbedded, "retained -n 100 -per-client 10"), []string{"fetch_per_s"}, "", ""},
		{"absent", on(setup{statements: 50, state: true}.start, "offline -drain=false"), []string{"per_s"}, "", ""},
		{"WSS at Mosquitto", on(startMosquitto, "flow -scheme wss"), []string{"per_s"}, "mosquitto", "apt-get install mosquitto"},
		{"TLS at the engine", on(startEngine, "flow -scheme tls"), []string{"per_s"}, "", ""},
		{"a function alone", functionAlone, []string{"connack_ms"}, "node", "apt-get install nodejs"},
		{"through Node.js", on(setup{node: true}.start, "connect -parallel 1"), []string{"connack_ms"}, "node", "apt-get install nodejs"},
	}
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l := testLab(t)
			l.suback, l.port = built.suback, l.port+10*i
			f, err := test.measure(t.Context(), l)
			if skip := skipped(""); errors.As(err, &skip) && find(test.client) == "" {
				skips.Missing(t, test.client, test.install)
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range test.above {
				fromProc := name == "cpu" || name == "rss_mb"
				if f[name] <= 0 && (runtime.GOOS == "linux" || !fromProc) {
					t.Errorf("got %s %v, want more than 0; all: %v", name, f[name], f)
				}
			}
		})
	}
}
