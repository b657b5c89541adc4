package emulator_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// A Chromium that somebody else has started, driven as a person would: pages are
// opened, forms filled in, texts read.

// A chrome is the connection to it. It is for one goroutine at a time.
type chrome struct {
	t      *testing.T
	conn   *websocket.Conn
	last   int       // number of a command
	events []command // what came meanwhile of those that were switched on
}

// openChrome waits until a Chromium with remote debugging has started whose
// profile matches a pattern of files.
func openChrome(t *testing.T, profile string) *chrome {
	t.Helper()
	var address []string
	within(t, time.Minute, "a Chromium with remote debugging", func() bool { // its first start, on a busy machine
		files, _ := filepath.Glob(filepath.Join(profile, "DevToolsActivePort"))
		if len(files) == 0 {
			return false
		}
		text, err := os.ReadFile(files[0])
		address = strings.Split(strings.TrimSpace(string(text)), "\n")
		return err == nil && len(address) == 2
	})
	conn, _, err := websocket.DefaultDialer.Dial("ws://127.0.0.1:"+address[0]+address[1], nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &chrome{t: t, conn: conn}
}

// A command of the DevTools protocol, or the answer to one.
type command struct {
	ID      int             `json:"id"`
	Session string          `json:"sessionId,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  any             `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   json.RawMessage `json:"error,omitempty"`
}

// call runs a command and reads its result. Events before that are kept.
func (c *chrome) call(session, method string, params, result any) {
	c.t.Helper()
	if err := c.try(session, method, params, result); err != nil {
		c.t.Fatalf("%s: %v", method, err)
	}
}

// try is call where Chromium may answer with an error.
func (c *chrome) try(session, method string, params, result any) error {
	c.t.Helper()
	c.last++
	if err := c.conn.WriteJSON(command{ID: c.last, Session: session, Method: method, Params: params}); err != nil {
		c.t.Fatalf("%s: %v", method, err)
	}
	_ = c.conn.SetReadDeadline(time.Now().Add(patience))
	for {
		var answer command
		if err := c.conn.ReadJSON(&answer); err != nil {
			c.t.Fatalf("%s: %v", method, err)
		}
		switch {
		case answer.ID != c.last:
			c.events = append(c.events, answer)
		case answer.Error != nil:
			return errors.New(string(answer.Error))
		default:
			return json.Unmarshal(answer.Result, result)
		}
	}
}

// A tab is one page.
type tab struct {
	*chrome
	session string
}

// first returns the page that Chromium was started with.
func (c *chrome) first(url string) tab {
	c.t.Helper()
	var targets struct {
		TargetInfos []struct{ TargetID, Type, URL string }
	}
	var id string
	eventually(c.t, "the page "+url, func() bool {
		c.call("", "Target.getTargets", struct{}{}, &targets)
		for _, target := range targets.TargetInfos {
			if target.Type == "page" && strings.HasPrefix(target.URL, url) {
				id = target.TargetID
			}
		}
		return id != ""
	})
	return c.attach(id, url)
}

// open opens a page that shares nothing with the others, as another browser
// would, and closes it with the test.
func (c *chrome) open(url string) tab {
	c.t.Helper()
	return c.attach(c.show(url), url)
}

// show does so without waiting for the page, and returns which it is.
func (c *chrome) show(url string) (target string) {
	c.t.Helper()
	var browser struct{ BrowserContextID string }
	c.call("", "Target.createBrowserContext", struct{}{}, &browser)
	var created struct{ TargetID string }
	c.call("", "Target.createTarget", map[string]string{"url": url, "browserContextId": browser.BrowserContextID}, &created)
	t := c.t
	t.Cleanup(func() {
		c.t = t
		c.call("", "Target.disposeBrowserContext", map[string]string{"browserContextId": browser.BrowserContextID}, &struct{}{})
	})
	return created.TargetID
}

func (c *chrome) attach(target, url string) tab {
	c.t.Helper()
	var attached struct{ SessionID string }
	c.call("", "Target.attachToTarget", map[string]any{"targetId": target, "flatten": true}, &attached)
	p := tab{c, attached.SessionID}
	p.loaded(url)
	return p
}

// visit loads another page.
func (p tab) visit(url string) {
	p.t.Helper()
	p.call(p.session, "Page.navigate", map[string]string{"url": url}, &struct{}{})
	p.loaded(url)
}

// loaded waits until the page's scripts have run.
func (p tab) loaded(url string) {
	p.t.Helper()
	p.shows("document.readyState + ' ' + document.URL", "complete "+url)
}

// do evaluates an expression in the page and returns its value as a text; what
// it throws is part of the text.
func (p tab) do(format string, args ...any) string {
	p.t.Helper()
	var got struct {
		Result           struct{ Value any }
		ExceptionDetails *struct {
			Exception struct{ Description string }
		}
	}
	p.call(p.session, "Runtime.evaluate", map[string]any{"expression": fmt.Sprintf(format, args...), "returnByValue": true}, &got)
	if got.ExceptionDetails != nil {
		return got.ExceptionDetails.Exception.Description
	}
	return fmt.Sprint(got.Result.Value)
}

// shown waits in the page, for half a second, until the value of an expression contains a
// text: to ask from here every few milliseconds takes more of a processor than some pages.
const shown = `(async () => {
  for (let i = 0; ; i++) {
    let got;
    try { got = String(%s); } catch (err) { got = String(err); }
    if (i == 25 || got.includes(%s)) return got;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
})()`

// shows waits until the value of an expression contains a text.
func (p tab) shows(expression, want string) {
	p.t.Helper()
	text, err := json.Marshal(want)
	must(p.t, err)
	params := map[string]any{"expression": fmt.Sprintf(shown, expression, text), "returnByValue": true, "awaitPromise": true}
	for deadline := time.Now().Add(patience); ; {
		var got struct{ Result struct{ Value string } }
		// The page may go meanwhile, and another come.
		if err := p.try(p.session, "Runtime.evaluate", params, &got); err == nil && strings.Contains(got.Result.Value, want) {
			return
		} else if time.Now().After(deadline) {
			p.t.Fatalf("the page's %s: got %q, %v, want %q in it", expression, got.Result.Value, err, want)
		} else if err != nil {
			time.Sleep(20 * time.Millisecond)
		}
	}
}
