package emulator_test

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/skips"
	"github.com/suback/suback/emulator/trace"
)

// MQTT.js in a page of a real browser: fixtures/clients/page.html, filled in and
// submitted as a person would, in Chromium.

// A browser shows one page, with a frame for each device.
type browser struct {
	t         *testing.T
	page      tab
	addresses []string            // of the frames
	frames    map[string]*program // what they print, by client id
}

// add adds a frame, before the start, and returns its address. fields are those of the
// page's form.
func (b *browser) add(clientID string, fields url.Values) (address string) {
	fields.Set("clientId", clientID)
	b.frames[clientID] = &program{name: "page " + clientID, lines: make(chan string, 1000)}
	return "page.html?" + fields.Encode()
}

// frame returns what a frame prints, for a subtest.
func (b *browser) frame(t *testing.T, clientID string) *program {
	frame := b.frames[clientID]
	frame.t = t
	return frame
}

// drive is added to the page: it fills in the form, submits it, and tells the
// test, in order, what the page prints.
const drive = `<script>
  const fields = new URLSearchParams(location.search);
  let told = Promise.resolve();
  const tell = (line) => {
    told = told.then(() => fetch('log?client=' + encodeURIComponent(fields.get('clientId')), { method: 'POST', body: line }));
  };
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) for (const node of addedNodes) tell(node.textContent);
  }).observe(log, { childList: true });
  form.requestSubmit();
</script>`

// start opens the frames in Chromium, in a page that accepts all certificates, and those of
// astray in one that accepts those it knows: nothing of the system's is touched.
func (b *browser) start(modules, astray string) {
	b.t.Helper()
	server := httptest.NewServer(b.site(modules))
	b.t.Cleanup(server.Close)
	b.t.Cleanup(func() {
		for _, frame := range b.frames {
			if b.t.Failed() {
				b.t.Logf("%s printed:\n%s", frame.name, strings.Join(frame.seen, "\n"))
			}
		}
	})
	chrome := sharedChromium.open(b.t)
	b.page = chrome.open("about:blank")
	b.page.call(b.page.session, "Security.setIgnoreCertificateErrors", map[string]bool{"ignore": true}, &struct{}{})
	b.page.visit(server.URL + "/")
	chrome.open(server.URL + "/" + astray)
}

// site serves the frames and takes down what they print.
func (b *browser) site(modules string) http.Handler {
	page, err := os.ReadFile("../fixtures/clients/page.html")
	if err != nil {
		b.t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		for _, address := range b.addresses {
			fmt.Fprintf(w, "<iframe src=\"%s\"></iframe>", html.EscapeString(address))
		}
	})
	mux.HandleFunc("GET /page.html", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, "%s%s", page, drive)
	})
	mux.HandleFunc("GET /mqtt.min.js", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFile(w, r, filepath.Join(modules, "mqtt/dist/mqtt.min.js"))
	})
	mux.HandleFunc("POST /log", func(_ http.ResponseWriter, r *http.Request) {
		line, _ := io.ReadAll(r.Body)
		select {
		case b.frames[r.URL.Query().Get("client")].lines <- string(line):
		default: // more lines than any test reads
		}
	})
	return mux
}

// quit leaves the page and collects what the frames have still printed.
func (b *browser) quit() {
	b.page.visit("about:blank")
	for _, frame := range b.frames {
		for len(frame.lines) > 0 {
			frame.seen = append(frame.seen, <-frame.lines)
		}
	}
}

func findChromium(t *testing.T) string {
	t.Helper()
	names := []string{"chromium", "chromium-browser", "google-chrome"}
	if !skips.CI() { // the same without a desktop's profiles and windows: a third of the processor time
		names = append([]string{"chromium-headless-shell"}, names...)
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	missing(t, "Chromium", "apt-get install chromium")
	return ""
}

func TestChromium(t *testing.T) {
	t.Parallel()
	findChromium(t)
	modules := npmModules(t, "mqtt")
	e, stranger := runFile(t, fixture, emulator.Options{}), runFile(t, fixture, emulator.Options{})
	address := func(scheme string, e *emulator.Emulator, listener string) string {
		return scheme + "://localhost:" + portOf(t, e, listener) + "/mqtt?x-amz-customauthorizer-name=chat"
	}
	tests := []struct{ id, url, protocol string }{
		{"wss 3", address("wss", e, emulator.HTTPS), "4"},
		{"wss 5", address("wss", e, emulator.HTTPS), "5"},
		{"ws 3", address("ws", e, emulator.HTTP), "4"},
		{"ws 5", address("ws", e, emulator.HTTP), "5"},
	}
	b := &browser{t: t, frames: make(map[string]*program)}
	for _, tt := range tests {
		for _, who := range [][3]string{{"alice", "alice", "wonderland"}, {"deaf", "deaf", "wonderland"}, {"mallory", "alice", "looking-glass"}} {
			id := who[0] + " " + tt.id
			fields := url.Values{"url": {tt.url}, "protocol": {tt.protocol}, "username": {who[1]}, "password": {who[2]}, "topic": {"chat/" + id}}
			b.addresses = append(b.addresses, b.add(id, fields))
		}
	}
	b.start(modules, b.add("astray", url.Values{"url": {address("wss", stranger, emulator.HTTPS)}}))

	for _, tt := range tests {
		t.Run(tt.id, func(t *testing.T) {
			id := "alice " + tt.id
			b.frame(t, id).untilAll("connected", "subscribed chat/"+id+" 1", "message chat/"+id+" hello from "+id, "published")

			id = "deaf " + tt.id
			deaf := b.frame(t, id)
			deaf.untilAll("connected", "subscribed chat/"+id+" 1", "published")
			explained(t, e, cause{
				client: id, operation: trace.PublishOut, outcome: trace.Withheld, reason: "AUTHORIZATION_FAILURE",
				action: policy.Receive, resource: "arn:aws:iot:us-east-1:123456789012:topic/chat/" + id,
				rules: []string{"D-12", "B-501"}, hint: "no statement allows iot:Receive", saw: "nothing, connection kept",
			})

			id = "mallory " + tt.id
			mallory := b.frame(t, id)
			mallory.until(map[string]string{"4": "closed", "5": "error 135"}[tt.protocol])
			if mallory.saw("connected") {
				t.Error("got connected, want a close after the CONNECT (A-157)")
			}
			explained(t, e, cause{client: id, operation: trace.AuthNError, reason: "NOT_AUTHENTICATED"})
		})
	}
	t.Run("unknown CA", func(t *testing.T) {
		b.frame(t, "astray").until("closed")
		explained(t, stranger, cause{operation: trace.Transport, outcome: trace.Note, reason: "TLS_CERTIFICATE_REJECTED", rules: []string{"A-7"}})
	})
	b.quit()
	for _, tt := range tests {
		if deaf := b.frame(t, "deaf "+tt.id); deaf.saw("message") || deaf.saw("closed") {
			t.Errorf("got %q, want SUBACK and silence (B-217, B-501)", deaf.seen)
		}
		if alice := b.frame(t, "alice "+tt.id); alice.saw("closed") {
			t.Errorf("got %q, want the connection kept (A-321)", alice.seen)
		}
	}
}
