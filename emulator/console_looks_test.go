package emulator_test

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/suback/suback/emulator"
	why "github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/trace"
)

// What the console looks like, what it takes, and how it bears a storm.

// testConsoleStorm: 1,000 events per second for two seconds.
func testConsoleStorm(t *testing.T, browser *chrome) {
	o := emulator.Embedded()
	o.Listeners = free
	e := emulator.Run(t, o)
	p := openConsole(t, browser, e)
	p.do("hands.watch()")
	const events = 2000
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	began := time.Now()
	for i := 0; i < events; i += 10 {
		for j := range 10 {
			e.Trace().Record(trace.Event{Operation: trace.PublishIn, Outcome: trace.Refused, Client: "storm-" + strconv.Itoa(i+j),
				Topic: "a/b", Cause: why.Cause{Reason: "AUTHORIZATION_FAILURE", Hint: "no statement allows iot:Publish"}})
		}
		<-tick.C
	}
	took := time.Since(began)
	p.text(".timeline .who", "storm-"+strconv.Itoa(events-1))
	rows, err := strconv.Atoi(p.do("document.querySelectorAll('.timeline li').length"))
	longest, _ := strconv.ParseFloat(p.do("hands.longest"), 64)
	t.Logf("%d events in %v: the longest frame took %.0f ms", events, took, longest)
	if err != nil || rows > 2000 || longest > 3000 {
		t.Errorf("got %d rows and a frame of %.0f ms, want at most 2,000 and, on a busy machine, 3,000 ms", rows, longest)
	}
}

// testConsoleBurst: more messages than the page asks for at once, and it says so.
func testConsoleBurst(t *testing.T, browser *chrome) {
	const clients, each = 5, 95 // at most 100 a second of one [B-681]
	o := emulator.Embedded()
	o.Listeners = free
	e := emulator.Run(t, o)
	p := openConsole(t, browser, e)
	var all []device
	for i := range clients {
		all = append(all, dial(t, e, 5, "tcp", fmt.Sprint("burst-", i), "me", "test"))
		mustBe(t, "CONNECT", all[i].connect(), "ok")
	}
	mustBe(t, "PUBLISH", all[0].publish("a/first", 0, false, "x"), "ok")
	p.text(".timeline .topic", "a/first")
	for range each {
		for _, d := range all {
			mustBe(t, "PUBLISH", d.publish("a/b", 0, false, "x"), "ok")
		}
	}
	p.text(".stream .warning", "Messages came faster")
}

// testConsoleLooks keeps what it looks like, lets axe look for what keeps people out, and
// holds it to its budget.
func testConsoleLooks(t *testing.T, browser *chrome) {
	axe, err := os.ReadFile(filepath.Join(npmModules(t, "axe-core"), "axe-core", "axe.min.js"))
	must(t, err)
	o := emulator.Embedded()
	o.Listeners = free
	e := emulator.Run(t, o)
	p := openConsole(t, browser, e)
	plant := dial(t, e, 5, "tcp", "plant", "me", "test")
	mustBe(t, "CONNECT", plant.connect(), "ok")
	p.connect("pump-7", "me", "no-receive")
	p.text(".wire", "CONNACK 0x00")
	p.click("form[aria-label=Subscribe] button", "Subscribe")
	p.text(".wire", "SUBACK #")
	mustBe(t, "a CONNECT", dial(t, e, 5, "tcp", "pump-8", "me", "wrong").connect(), "0x87")
	mustBe(t, "PUBLISH", plant.publish("Pump/7/state", 1, false, "on"), "ok")
	p.click(".timeline .unheard button", "plant")
	p.text(".detail .story", "upper and lower case")
	mustBe(t, "PUBLISH", plant.publish("pump/7/state", 1, false, "on"), "ok")
	p.text(".timeline .message.partly", "withheld")
	p.click(".timeline .withheld button", "pump-7")
	p.text(".detail .hint", "iot:Receive")
	p.text(".detail .deliveries", "withheld")
	p.text(".clients .filters", "pump/+/state")
	// The test client has loaded MQTT.js by now.
	p.small(t)
	p.call(p.session, "Page.setBypassCSP", map[string]bool{"enabled": true}, &struct{}{}) // for axe's own styles
	for _, theme := range []string{"light", "dark"} {
		p.call(p.session, "Emulation.setEmulatedMedia",
			map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": theme}}}, &struct{}{})
		for _, width := range []int{390, 1440} {
			p.size(width, 900)
			p.shot(t, fmt.Sprintf("console-%d-%s.png", width, theme))
			if got := p.do("document.documentElement.scrollWidth"); got != strconv.Itoa(width) {
				t.Errorf("%s, %d pixels: got a page of %s, want nothing to the right", theme, width, got)
			}
			if (theme == "light") == (width < 600) { // each theme and each width once
				p.accessible(t, string(axe), fmt.Sprintf("%s, %d pixels", theme, width))
			}
		}
	}
}

// shot keeps a picture of the whole page.
func (p consolePage) shot(t *testing.T, name string) {
	t.Helper()
	var picture struct{ Data string }
	p.call(p.session, "Page.captureScreenshot", map[string]any{"captureBeyondViewport": true}, &picture)
	png, err := base64.StdEncoding.DecodeString(picture.Data)
	must(t, err)
	folder := os.Getenv("ARTIFACTS") // kept beyond the run
	if folder == "" {
		folder = t.ArtifactDir()
	}
	file := filepath.Join(folder, name)
	must(t, os.WriteFile(file, png, 0o644))
	t.Log(file)
}

// accessible fails for what axe finds serious.
func (p consolePage) accessible(t *testing.T, axe, where string) {
	t.Helper()
	p.do("%s; hands.judge()", axe)
	p.shows("hands.found !== ''", "true")
	if got := p.do("hands.found"); got != "[]" {
		t.Errorf("%s: axe found %s, want nothing serious", where, got)
	}
}

// small fails if what was ever loaded is large or not ours, or the page was late.
func (p consolePage) small(t *testing.T) {
	t.Helper()
	bytes, err := strconv.Atoi(p.do("hands.bytes()"))
	if err != nil || bytes >= 200<<10 || bytes < 50<<10 {
		t.Errorf("got %d bytes, want less than %d", bytes, 200<<10)
	}
	if got := p.do("hands.elsewhere()"); got != "" {
		t.Errorf("got requests to %q, want none to another place", got)
	}
	const paint = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime.toFixed(1) || ''"
	p.shows(paint, ".")
	first, err := strconv.ParseFloat(p.do(paint), 64)
	t.Logf("%d bytes in all, the first paint after %.0f ms", bytes, first)
	if err != nil || first > 3000 {
		t.Errorf("first paint: got %.0f ms, want 200, on a busy machine 3,000", first)
	}
}
