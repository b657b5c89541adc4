package emulator_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/suback/suback/emulator"
)

// shadowed is a configuration with shadows; %s is what else it says.
const shadowed = `
shadows:
  - thingName: pump-7
    state: {desired: {on: true, rate: 10}, reported: {on: false, rate: 10}}
  - thingName: pump-7
    shadowName: config
    state: '{"reported": {"serial": 12345678901234567890}}'
%s`

func shadowedConfig(t *testing.T, file, more string) *emulator.Config {
	t.Helper()
	must(t, os.WriteFile(file, fmt.Appendf(nil, shadowed, more), 0o644))
	c, err := emulator.LoadConfig(file)
	must(t, err)
	return c
}

// stateOf is the state in a document, without spaces.
func stateOf(t *testing.T, document []byte) string {
	t.Helper()
	var d struct{ State json.RawMessage }
	if document == nil {
		return "none"
	}
	must(t, json.Unmarshal(document, &d))
	var b bytes.Buffer
	must(t, json.Compact(&b, d.State))
	return b.String()
}

// What suback.yaml says is there at first, after a reset, and after a reload that changes
// it; what devices made of it stays otherwise. Export writes it again.
func TestShadowsOfConfiguration(t *testing.T) {
	t.Parallel()
	const first = `{"desired":{"on":true,"rate":10},"reported":{"on":false,"rate":10},"delta":{"on":true}}`
	folder := t.TempDir()
	file := filepath.Join(folder, "suback.yaml")
	options := emulator.Options{Config: shadowedConfig(t, file, ""), Listeners: free, StateDir: filepath.Join(folder, "state")}
	expect := func(e *emulator.Emulator, what, thing, name, want string) {
		t.Helper()
		if got := stateOf(t, e.Shadow(thing, name)); got != want {
			t.Errorf("%s: got the shadow %s/%s %s, want %s", what, thing, name, got, want)
		}
	}
	e, stop := restartable(t, options)
	expect(e, "at first", "pump-7", "", first)
	expect(e, "at first", "pump-7", "config", `{"reported":{"serial":12345678901234567890}}`)
	expect(e, "at first", "pump-8", "", "none")

	const changed = `{"desired":{"on":true,"rate":10},"reported":{"on":true,"rate":10}}`
	update(t, e, "pump-7", `{"state":{"reported":{"on":true}}}`, 200)
	more := "  - {thingName: pump-8, state: {desired: {on: true}}}\n"
	must(t, e.Reload(shadowedConfig(t, file, more)))
	expect(e, "after a reload", "pump-7", "", changed)
	expect(e, "after a reload", "pump-8", "", `{"desired":{"on":true},"delta":{"on":true}}`)
	var text bytes.Buffer
	must(t, e.Export(&text, emulator.ExportOptions{}))
	exported := filepath.Join(folder, "exported.yaml")
	must(t, os.WriteFile(exported, text.Bytes(), 0o644))
	stop()

	e, stop = restartable(t, options)
	expect(e, "after a restart", "pump-7", "", changed)
	e.Reset()
	expect(e, "after a reset", "pump-7", "", first)
	expect(e, "after a reset", "pump-8", "", "none")
	stop()

	c, err := emulator.LoadConfig(exported)
	must(t, err)
	e = emulator.Run(t, emulator.Options{Config: c, Listeners: free})
	expect(e, "of the export", "pump-7", "", changed)
	expect(e, "of the export", "pump-7", "config", `{"reported":{"serial":12345678901234567890}}`)
}

// restartable is an emulator that ends before the test does.
func restartable(t *testing.T, o emulator.Options) (e *emulator.Emulator, stop func()) {
	t.Helper()
	e, err := emulator.New(o)
	must(t, err)
	must(t, e.Start(t.Context()))
	return e, func() { must(t, e.Close()) }
}

// update changes a shadow by the admin API, and returns the answer.
func update(t *testing.T, e *emulator.Emulator, thing, payload string, status int) string {
	t.Helper()
	answer, err := http.Post("http://"+e.Addr("http")+"/_suback/shadows/"+thing, "application/json", strings.NewReader(payload))
	must(t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	must(t, err)
	if answer.StatusCode != status {
		t.Errorf("%s of %s: got %d %s, want %d", payload, thing, answer.StatusCode, body, status)
	}
	return string(body)
}

func TestShadowMistakesInFile(t *testing.T) {
	for _, tt := range []struct{ name, shadows, want, source string }{
		{"name", "[{thingName: 'a b', state: {}}]", "suback.yaml:2", "S-3"},
		{"section", "\n- thingName: a\n  state:\n    desired: 1", "suback.yaml:5: shadow a: Desired node must be an object", "S-21"},
		{"null in a list", "\n- thingName: a\n  state:\n    desired:\n      b: [1, null]", "suback.yaml:6: shadow a: ", "S-29"},
		{"no JSON", "[{thingName: a, state: '{\"desired\"'}]", "suback.yaml:2: shadow a: Invalid JSON", "S-27"},
		{"twice", "\n- {thingName: a, state: {}}\n- {thingName: a, state: {}}", "suback.yaml:4: shadow a is there twice", "design"},
		{"no file", "[{thingName: a, state: gone.json}]", "gone.json", "design"},
		{"slip", "[{thingName: a, stat: {}}]", "stat", "design"},
	} {
		file := filepath.Join(t.TempDir(), "suback.yaml")
		must(t, os.WriteFile(file, []byte("region: us-east-1\nshadows: "+tt.shadows+"\n"), 0o644))
		if _, err := emulator.LoadConfig(file); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got error %v, want …%s… (%s)", tt.name, err, tt.want, tt.source)
		}
	}
}

// RequireReported waits for what a device reports, and says what is missing.
func TestRequireReported(t *testing.T) {
	t.Parallel()
	e := emulator.Run(t, emulator.Options{Listeners: free})
	go update(t, e, "lamp", `{"state":{"reported":{"on":true,"color":{"r":1,"g":2},"list":[1,2]}}}`, 200)
	for _, want := range []string{`{"on":true}`, `{"color":{"g":2}}`, `{"list":[1,2]}`, `{}`} {
		e.RequireReported(t, "lamp", "", want)
	}
	var all sync.WaitGroup // each waits for 5 seconds
	defer all.Wait()
	for _, tt := range []struct{ thing, want, text string }{
		{"lamp", `{"on":false}`, "shadow lamp: reported.on is true, want false"},
		{"lamp", `{"color":{"b":3}}`, `reported.color has no "b", want 3`},
		{"lamp", `{"list":[1]}`, "reported.list is [1,2], want [1]"},
		{"none", `{}`, "shadow none: there is none: nobody has published to $aws/things/none/shadow/update"},
		{"lamp", `{`, "want JSON such as"},
	} {
		all.Go(func() {
			failed := failureOf(t, func(t testing.TB) { e.RequireReported(t, tt.thing, "", tt.want) })
			if !strings.Contains(failed, tt.text) {
				t.Errorf("%s of %s: got the failure %q, want %q", tt.want, tt.thing, failed, tt.text)
			}
		})
	}
}

// The admin API has shadows as they are, and answers an update as AWS does.
func TestShadowsAdmin(t *testing.T) {
	t.Parallel()
	e := emulator.Run(t, emulator.Options{Listeners: free})
	update(t, e, "lamp", `{"state":{"desired":{"on":true}},"clientToken":"c"}`, 200)
	update(t, e, "lamp?name=config", `{"state":{"reported":{"v":1}}}`, 200)
	update(t, e, "pump", `{"state":{"desired":{"on":true}}}`, 200)
	for _, tt := range []struct{ payload, want string }{
		{`{"state":{"desired":{"a":[null]}}}`, `"message":"State contains an invalid node"`},
		{`{"state":{},"version":7}`, `"message":"Version conflict"`},
		{``, `"message":"Invalid JSON"`},
	} {
		status := 400
		if strings.Contains(tt.want, "conflict") {
			status = 409
		}
		if got := update(t, e, "lamp", tt.payload, status); !strings.Contains(got, tt.want) {
			t.Errorf("%s: got %s, want …%s… (S-72, S-73)", tt.payload, got, tt.want)
		}
	}
	for _, tt := range []struct {
		path   string
		status int
		want   string
	}{
		{"", 200, `[{"thingName":"lamp"},{"thingName":"lamp","shadowName":"config"},{"thingName":"pump"}]`},
		{"?search=amp&limit=1", 200, `[{"thingName":"lamp"}]`},
		{"?search=x", 200, `[]`},
		{"?limit=0", 400, `limit is \"0\", want 1 to 10000`},
		{"/lamp", 200, `{"state":{"desired":{"on":true},"delta":{"on":true}},"metadata":{"desired":{"on":{"timestamp":`},
		{"/lamp?name=config", 200, `{"state":{"reported":{"v":1}}`},
		{"/none", 404, "there is no shadow none: an update makes it"},
	} {
		answer, err := http.Get("http://" + e.Addr("http") + "/_suback/shadows" + tt.path)
		must(t, err)
		body, err := io.ReadAll(answer.Body)
		must(t, err)
		must(t, answer.Body.Close())
		if answer.StatusCode != tt.status || !strings.Contains(string(body), tt.want) {
			t.Errorf("%s: got %d %s, want %d …%s…", tt.path, answer.StatusCode, body, tt.status, tt.want)
		}
	}
}
