package emulator_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
)

// The console in a real Chromium: what a person does with it, and what it takes.

func TestConsole(t *testing.T) {
	t.Parallel()
	inConsole(t, []consolePart{
		{"SUBACK and no messages", testConsoleSilence},
		{"what clients send is text", testConsoleText},
		{"by keyboard", testConsoleKeys},
		{"shadows", testConsoleShadows},
		{"topic rules", testConsoleRules},
	})
}

func TestConsoleBesideMuch(t *testing.T) {
	t.Parallel()
	inConsole(t, []consolePart{
		{"a thousand events per second", testConsoleStorm},
		{"many messages at once", testConsoleBurst},
		{"a gateway that restarts", testConsoleRestart},
		{"with AWS keys", testConsoleSigns},
		{"looks", testConsoleLooks},
	})
}

type consolePart struct {
	name string
	test func(*testing.T, *chrome)
}

// inConsole tries parts of the page one after the other in a browser of their own. Five take ten seconds.
func inConsole(t *testing.T, parts []consolePart) {
	t.Helper()
	needRuntime(t, "nodejs")
	browser := sharedChromium.open(t)
	for _, tt := range parts {
		t.Run(tt.name, func(t *testing.T) {
			browser.t = t
			tt.test(t, browser)
		})
	}
}

// silent is a configuration whose policy lacks iot:Receive; %s is its document.
const silent = `
accountId: "123456789012"
functions:
  answer:
    runtime: nodejs
    code: ./index.js
    handler: index.handler
    environment: {POLICY: '%s'}
authorizers:
  - {authorizerName: answer, authorizerFunctionArn: answer, status: ACTIVE, signingDisabled: true}
defaultAuthorizerName: answer
`

const silentFunction = `exports.handler = async () => ({ isAuthenticated: true, principalId: "pump", disconnectAfterInSeconds: 3600,
  refreshAfterInSeconds: 300, policyDocuments: [JSON.parse(process.env.POLICY)] });`

type silentPolicy struct {
	Version   string
	Statement []any
}

func (s silentPolicy) write(t *testing.T, folder string) *emulator.Config {
	t.Helper()
	document, err := json.Marshal(s)
	must(t, err)
	file := filepath.Join(folder, "suback.yaml")
	must(t, os.WriteFile(file, fmt.Appendf(nil, silent, document), 0o644))
	must(t, os.WriteFile(filepath.Join(folder, "index.js"), []byte(silentFunction), 0o644))
	c, err := emulator.LoadConfig(file)
	must(t, err)
	return c
}

// testConsoleSilence: "SUBACK arrives, no message does", from the symptom to its cure with
// nothing but the page and the file [D-12, B-501].
func testConsoleSilence(t *testing.T, browser *chrome) {
	folder := t.TempDir()
	allow := func(action, resource string) any {
		return map[string]any{"Effect": "Allow", "Action": action, "Resource": "arn:aws:iot:us-east-1:123456789012:" + resource}
	}
	s := silentPolicy{"2012-10-17", []any{allow("iot:Connect", "client/*"), allow("iot:Subscribe", "topicfilter/pump/*"),
		allow("iot:Publish", "topic/pump/*")}}
	e := emulator.Run(t, emulator.Options{Config: s.write(t, folder), Listeners: free})
	p := openConsole(t, browser, e)
	p.connect("pump-7", "me", "x")
	p.text(".wire", "CONNACK 0x00")
	p.text(".clients", "pump-7")
	p.text(".clients", "authorizer asked again in 4 min")
	p.click("form[aria-label=Subscribe] button", "Subscribe")
	p.text(".wire", "SUBACK #")
	p.text(".clients .filters", "pump/+/state")
	p.click("form[aria-label=Publish] button", "Publish")
	p.click(".timeline .withheld button", "Withheld")
	p.text(".detail h2", "Withheld: Publish-Out of pump-7")
	p.text(".detail .hint", "no statement allows iot:Receive")
	p.text(".detail .verdict", "iot:Receive on arn:aws:iot:us-east-1:123456789012:topic/pump/7/state is allowed by no statement")
	p.text(".detail .policy pre", `"Action": "iot:Subscribe"`)
	if got := p.do("document.querySelector('.wire').textContent"); strings.Contains(got, "← PUBLISH") {
		t.Errorf("the wire: got %q, want silence after the SUBACK", got)
	}
	p.text(".detail .repair h3", "What would allow it")
	p.click(".detail .repair button", "Try it in the policy editor")
	p.text(".editor .verdict.yes", "Allowed iot:Receive on")
	p.do("hands.type(document.querySelector('.editor .name'), 'plant/7')")
	p.text(".editor .verdict.no", "topic/plant/7 is allowed by no statement")
	p.click(".client button", "Why nothing?")
	p.text(".detail h2", "Why: pump-7")
	p.text(".detail .hint", "iot:Receive")
	p.click(".timeline .withheld button", "Withheld")
	p.text(".detail h2", "Withheld")
	p.text(".detail .statement-json", "iot:Receive")
	var statement any
	must(t, json.Unmarshal([]byte(p.do("document.querySelector('.detail .statement-json').textContent")), &statement))
	s.Statement = append(s.Statement, statement)
	must(t, e.Reload(s.write(t, folder)))
	p.click("form[aria-label=Connect] button.primary", "Disconnect")
	p.text(".device .state", "not connected")
	p.click("form[aria-label=Connect] button.primary", "Connect")
	p.text(".device .state", "connected")
	p.click("form[aria-label=Subscribe] button", "Subscribe")
	p.shows("document.querySelector('.wire').textContent.split('SUBACK #').length", "3")
	p.click("form[aria-label=Publish] button", "Publish")
	p.text(".wire .in", "PUBLISH pump/7/state QoS 0: on")
}

// testConsoleText: nothing that a client chooses becomes markup.
func testConsoleText(t *testing.T, browser *chrome) {
	const markup = `<img src=x onerror="document.title='taken'">`
	o := emulator.Embedded()
	o.Listeners = free
	e := emulator.Run(t, o)
	p := openConsole(t, browser, e)
	evil := dial(t, e, 5, "tcp", markup, markup, "no-receive")
	mustBe(t, "CONNECT", evil.connect(), "ok")
	mustBe(t, "SUBSCRIBE", evil.subscribe("a/"+markup), "ok")
	mustBe(t, "PUBLISH", evil.publish("a/"+markup, 1, false, markup), "ok")
	mustBe(t, "a CONNECT", dial(t, e, 5, "tcp", "second "+markup, markup, markup).connect(), "0x87")
	p.text(".clients b", markup)
	p.click(".timeline .withheld button", markup)
	p.text(".detail", "a/"+markup)
	p.click(".timeline .refused button", markup)
	p.text(".detail h2", "second "+markup)
	p.click(".client button", "Policy")
	p.connect(markup, markup, "test")
	p.text(".wire", "CONNACK")
	p.click("form[aria-label=Subscribe] button", "Subscribe")
	p.fill("Publish", "payload", markup)
	p.click("form[aria-label=Publish] button", "Publish")
	p.text(".wire .in", "PUBLISH pump/7/state QoS 0: "+markup)
	for expression, want := range map[string]string{
		"document.title": "Suback console", "document.querySelectorAll('img').length": "0",
		"JSON.stringify({ ...localStorage, ...sessionStorage })": `{"suback-theme":""}`, "document.cookie": "",
	} {
		if got := p.do("%s", expression); got != want {
			t.Errorf("%s: got %q, want %q", expression, got, want)
		}
	}
}

// testConsoleKeys: from row to row, into a record and back, without a mouse.
func testConsoleKeys(t *testing.T, browser *chrome) {
	o := emulator.Embedded()
	o.Listeners = free
	e := emulator.Run(t, o)
	for i := range 2 {
		mustBe(t, "a CONNECT", dial(t, e, 5, "tcp", fmt.Sprint("pump-", i), "me", "wrong").connect(), "0x87")
	}
	p := openConsole(t, browser, e)
	p.text(".timeline .who", "pump-0")
	p.do("document.querySelector('.timeline li button').focus()")
	const focused = "document.activeElement.textContent"
	for _, step := range []struct{ key, want string }{
		{"ArrowDown", "pump-0"}, {"ArrowDown", "pump-0"}, {"ArrowUp", "pump-1"}, {"Enter", "Refused: Connection.AuthNError of pump-1"},
		{"Escape", "pump-1"}, {"Tab", "pump-0"},
	} {
		p.press(step.key)
		p.shows(focused, step.want)
	}
}

// testConsoleRestart: the page says that the gateway has gone, and comes back by itself.
func testConsoleRestart(t *testing.T, browser *chrome) {
	o := emulator.Embedded()
	o.Listeners = free
	first := emulator.Run(t, o)
	refuse := func(e *emulator.Emulator, id string) {
		mustBe(t, "a CONNECT", dial(t, e, 5, "tcp", id, "me", "wrong").connect(), "0x87")
	}
	refuse(first, "before-1")
	p := openConsole(t, browser, first)
	p.text(".timeline .who", "before-1")
	o.Listeners.HTTP = first.Addr(emulator.HTTP)
	must(t, first.Close())
	p.shows("document.querySelector('.stream .state').textContent", "lost")
	second := emulator.Run(t, o)
	refuse(second, "after-1")
	p.text(".timeline .who", "after-1")
	p.text(".timeline .who", "before-1")
	p.shows("document.querySelector('.stream .state').textContent", "live")
	p.events = slices.DeleteFunc(p.events, func(c command) bool { // requests of the time between
		said, _ := json.Marshal(c.Params)
		return strings.Contains(string(said), "net::ERR_")
	})
}

// testConsoleSigns: the test client connects as one that has keys, and what is
// typed wrong is told by the trace.
func testConsoleSigns(t *testing.T, browser *chrome) {
	o := emulator.Embedded()
	o.Listeners = free
	o.Config.Policies = []emulator.Policy{{PolicyName: "all", PolicyDocument: `{"Version": "2012-10-17", "Statement":
		{"Effect": "Allow", "Action": "iot:*", "Resource": "*"}}`}}
	o.Config.Credentials = []emulator.Credential{{AccessKeyID: "AKIALOCAL", SecretAccessKey: "s/e+cret=", Policies: []string{"all"}}}
	e := emulator.Run(t, o)
	p := openConsole(t, browser, e)
	p.fill("Connect", "keyId", "AKIALOCAL")
	p.fill("Connect", "secret", "s/e+cret")
	p.connect("signed", "", "")
	p.text(".timeline .refused", "the secret keys differ")
	p.text(".device .state", "not connected")
	p.fill("Connect", "secret", "s/e+cret=")
	p.connect("signed", "", "")
	p.text(".wire", "CONNACK 0x00")
	p.text(".clients", "signed")
	if got := p.do("JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie + document.querySelector('.wire').textContent"); strings.Contains(got, "cret") {
		t.Errorf("got %q, want the secret nowhere", got)
	}
	p.events = slices.DeleteFunc(p.events, func(c command) bool { // the refusal
		said, _ := json.Marshal(c.Params)
		return strings.Contains(string(said), "403")
	})
}
