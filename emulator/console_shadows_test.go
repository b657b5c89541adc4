package emulator_test

import (
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
)

// testConsoleShadows: the page shows a shadow as it changes, and changes what is desired;
// the device hears of it.
func testConsoleShadows(t *testing.T, browser *chrome) {
	o := emulator.Embedded()
	o.Listeners = free
	e := emulator.Run(t, o)
	p := openConsole(t, browser, e)
	p.text(".shadows", "No thing has a shadow yet")
	d := dial(t, e, 5, "tcp", "lamp", "me", "test")
	if got := d.connect(); got != "ok" {
		t.Fatalf("connect: got %s, want ok", got)
	}
	defer d.disconnect()
	const prefix = "$aws/things/lamp/shadow/update"
	if got := d.subscribe(prefix + "/delta"); got != "ok" {
		t.Fatalf("subscribe: got %s, want ok", got)
	}
	if got := d.publish(prefix, 1, false, `{"state":{"reported":{"<b>on</b>":true}}}`); got != "ok" {
		t.Fatalf("publish: got %s, want ok", got)
	}
	p.text(".shadows pre[aria-label=Reported]", "<b>on</b>")
	p.text(".shadows", "no difference")
	p.do(`hands.type(document.querySelector('.shadows textarea'), '{"<b>on</b>": false, "rate": 5}')`)
	p.click(".shadows form button", "Update desired")
	p.text(".shadows form", "accepted, version 2")
	p.text(".shadows pre[aria-label=Delta]", `"rate": 5`)
	if got := d.receive(t); !strings.HasPrefix(got, prefix+"/delta") {
		t.Errorf("the device: got a message on %q, want the delta (S-53, S-84)", got)
	}
	p.do(`hands.type(document.querySelector('.shadows textarea'), '{"a": ')`)
	p.click(".shadows form button", "Update desired")
	p.text(".shadows form .warning", "JSON")
}
