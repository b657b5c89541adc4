package emulator_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
)

// The console as a person has it: fields, buttons, keys, texts.

// A consolePage is the console of an emulator.
type consolePage struct{ tab }

// openConsole opens it as another browser would, 1,440 pixels wide.
func openConsole(t *testing.T, browser *chrome, e *emulator.Emulator) consolePage {
	t.Helper()
	browser.events = nil
	p := consolePage{browser.open("about:blank")}
	for _, domain := range []string{"Log", "Runtime", "Page"} {
		p.call(p.session, domain+".enable", struct{}{}, &struct{}{})
	}
	hands, err := os.ReadFile("testdata/console/hands.js")
	must(t, err)
	p.call(p.session, "Page.addScriptToEvaluateOnNewDocument", map[string]string{"source": string(hands)}, &struct{}{})
	p.size(1440, 900)
	p.visit("http://localhost:" + portOf(t, e, emulator.HTTP) + "/")
	p.shows("document.querySelector('.stream .state').textContent", "live")
	t.Cleanup(p.quiet)
	return p
}

func (p consolePage) size(width, height int) {
	p.t.Helper()
	p.call(p.session, "Emulation.setDeviceMetricsOverride",
		map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}, &struct{}{})
}

// fill types into a field of a form.
func (p consolePage) fill(form, name, value string) {
	p.t.Helper()
	got := p.do("hands.type(hands.field(%q, %q), %q)", form, name, value)
	if got != value {
		p.t.Fatalf("%s of %s: got %q, want %q", name, form, got, value)
	}
}

// click clicks on the first element of a selector that has a text, when it is there.
func (p consolePage) click(selector, text string) {
	p.t.Helper()
	p.shows(fmt.Sprintf("hands.click(%q, %q)", selector, text), "clicked")
}

// text waits for a text in what a selector finds.
func (p consolePage) text(selector, want string) {
	p.t.Helper()
	p.shows(fmt.Sprintf("hands.read(%q)", selector), want)
}

// quiet fails if the page has said anything is wrong.
func (p consolePage) quiet() {
	p.t.Helper()
	p.do("1") // what happened before has been told then
	for _, event := range p.events {
		if event.Session != p.session {
			continue
		}
		said, _ := json.Marshal(event.Params)
		var params struct {
			Type  string
			Entry struct{ Level, Source, Text, URL string }
		}
		_ = json.Unmarshal(said, &params)
		missing := params.Entry.Source == "network" && strings.Contains(params.Entry.Text, "404") // what this gateway does not know
		if event.Method == "Runtime.exceptionThrown" || event.Method == "Runtime.consoleAPICalled" && params.Type == "error" ||
			event.Method == "Log.entryAdded" && params.Entry.Level == "error" && !missing {
			p.t.Errorf("the page's console: got %s %s, want nothing", event.Method, said)
		}
	}
}

// connect has the test client connect.
func (p consolePage) connect(id, user, password string) {
	p.t.Helper()
	p.fill("Connect", "clientId", id)
	p.fill("Connect", "username", user)
	p.fill("Connect", "password", password)
	p.click("form[aria-label=Connect] button.primary", "Connect")
}

// press presses a key.
func (p consolePage) press(key string) {
	p.t.Helper()
	event := map[string]any{"type": "keyDown", "key": key, "code": key, "windowsVirtualKeyCode": map[string]int{
		"ArrowDown": 40, "ArrowUp": 38, "Enter": 13, "Escape": 27, "Tab": 9}[key]}
	if key == "Enter" {
		event["text"] = "\r"
	}
	p.call(p.session, "Input.dispatchKeyEvent", event, &struct{}{})
	event["type"] = "keyUp"
	delete(event, "text")
	p.call(p.session, "Input.dispatchKeyEvent", event, &struct{}{})
}
