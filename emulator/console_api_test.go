package emulator_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/hooks"
)

// What the console asks for, and when it is there itself.

// TestConsoleDoor: a browser gets the page on the http listener; what AWS's clients get
// there stays.
func TestConsoleDoor(t *testing.T) {
	t.Parallel()
	o := emulator.Embedded()
	o.Listeners = free
	e := emulator.Run(t, o)
	_, err := e.AddAccount(emulator.AccountOptions{Name: "t1"})
	must(t, err)
	browser := map[string]string{"Accept": "text/html,application/xhtml+xml", "Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "none"}
	with := func(more ...string) map[string]string {
		h := map[string]string{}
		for name, value := range browser {
			h[name] = value
		}
		for i := 0; i < len(more); i += 2 {
			h[more[i]] = more[i+1]
		}
		return h
	}
	tests := []struct {
		name     string
		request  request
		listener string
		header   map[string]string
		status   int
		page     bool
	}{
		{"a browser", request{"GET", "/", "", "", ""}, emulator.HTTP, browser, 200, true},
		{"by a link of another page", request{"GET", "/", "", "", ""}, emulator.HTTP, with("Sec-Fetch-Site", "cross-site"), 200, true},
		{"of an account", request{"GET", "/_suback/accounts/t1/", "", "", ""}, emulator.HTTP, browser, 200, true},
		{"a file of an account", request{"GET", "/_suback/accounts/t1/_suback/console/app.js", "", "", ""}, emulator.HTTP, browser, 200, false},
		{"in a frame", request{"GET", "/", "", "", ""}, emulator.HTTP, with("Sec-Fetch-Dest", "iframe"), 403, false},
		{"a program", request{"GET", "/", "", "", ""}, emulator.HTTP, nil, 403, false},
		{"where AWS has no console", request{"GET", "/", "", "", ""}, emulator.HTTPS, browser, 403, false},
		{"under another name", request{"GET", "/", "", "", ""}, emulator.HTTP, with("Host", "evil.example"), 403, false},
		{"a file, for another page", request{"GET", "/_suback/console/app.js", "", "", ""}, emulator.HTTP, with("Sec-Fetch-Site", "cross-site"),
			403, false},
		{"STS by its host", request{"GET", "/", "", "", ""}, emulator.HTTP, with("Host", "sts.amazonaws.com"), 0, false},
		{"another service by its host", request{"GET", "/", "", "", ""}, emulator.HTTP, with("Host", "s3.us-east-1.amazonaws.com"), 501, false},
		{"S3, signed", request{"GET", "/", "s3", "", ""}, emulator.HTTP, browser, 501, false},
	}
	for _, tt := range tests {
		answer, body := tt.request.send(t, e, tt.listener, tt.header)
		page := strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html") && strings.Contains(body, "Suback console")
		if tt.status != 0 && answer.StatusCode != tt.status || page != tt.page || answer.Header.Get("Access-Control-Allow-Origin") != "" && page {
			t.Errorf("%s: got %s, %v, %.80s, want %d, the page: %v", tt.name, answer.Status, answer.Header, body, tt.status, tt.page)
		}
	}
}

// ask reads the JSON of a path of the admin API.
func ask(t *testing.T, e *emulator.Emulator, path string, into any) int {
	t.Helper()
	resp, err := http.Get("http://" + e.Addr(emulator.HTTP) + path)
	must(t, err)
	defer resp.Body.Close()
	must(t, json.NewDecoder(resp.Body).Decode(into))
	return resp.StatusCode
}

// TestConsoleAPI: clients with how long they may, who is away, policies, counts.
func TestConsoleAPI(t *testing.T) {
	t.Parallel()
	o := emulator.Embedded()
	o.Listeners = free
	e := emulator.Run(t, o)
	pump := dial(t, e, 5, "tcp", "pump-7", "me", "no-receive")
	mustBe(t, "CONNECT", pump.connect(), "ok")
	mustBe(t, "SUBSCRIBE", pump.subscribe("a/+"), "ok")
	mustBe(t, "PUBLISH", pump.publish("a/b", 1, false, "x"), "ok")
	sleeper := connectTCP(t, e)
	_, err := sleeper.Write([]byte(connectPacketKept("sleeper")))
	must(t, err)
	eventually(t, "both", func() bool { return len(e.Clients()) == 2 })
	must(t, sleeper.Close())
	eventually(t, "the sleeper away", func() bool { return len(e.Clients()) == 1 })

	var all []hooks.ClientInfo
	ask(t, e, "/_suback/clients?offline=1", &all)
	if len(all) != 2 || all[0].State != hooks.Connected || all[1].ClientID != "sleeper" || all[1].State != hooks.Offline {
		t.Fatalf("got %+v, want pump-7 connected and sleeper offline", all)
	}
	for what, at := range map[string]time.Time{
		"disconnectAt": all[0].DisconnectAt, "refreshAt": all[0].RefreshAt, "sessionEndsAt": all[1].SessionEndsAt,
	} {
		if left := time.Until(at); left < time.Minute || left > 25*time.Hour {
			t.Errorf("%s: got %v, in %v, want what the authorizer and the session say", what, at, left)
		}
	}
	for query, want := range map[string]int{"": 1, "?offline=1&search=leep": 1, "?offline=1&limit=1": 1, "?limit=0": 0, "?search=none": 0} {
		if ask(t, e, "/_suback/clients"+query, &all); len(all) != want {
			t.Errorf("clients%s: got %d, want %d", query, len(all), want)
		}
	}

	var documents []struct {
		Name     string
		Document struct{ Statement []any }
	}
	ask(t, e, "/_suback/documents?client=pump-7", &documents)
	if len(documents) != 1 || documents[0].Name != "LambdaPolicy[0]" || len(documents[0].Document.Statement) != 2 {
		t.Errorf("documents: got %+v, want the authorizer's", documents)
	}
	var refused struct{ Message string }
	for path, want := range map[string]int{"/_suback/documents?client=pump-8": 404, "/_suback/clients?limit=-1": 400} {
		if got := ask(t, e, path, &refused); got != want || !strings.Contains(refused.Message, "want") {
			t.Errorf("%s: got %d %q, want %d with what is wanted", path, got, refused.Message, want)
		}
	}

	var counts struct{ Published, Delivered, Withheld, Refused, Connections, Seq uint64 }
	eventually(t, "the counts", func() bool { ask(t, e, "/_suback/counts", &counts); return counts.Withheld == 1 })
	if counts.Published != 1 || counts.Delivered != 0 || counts.Connections != 1 || counts.Seq == 0 {
		t.Errorf("counts: got %+v, want one published and withheld", counts)
	}
	if kept := e.Trace().Seq(); !slices.Contains([]uint64{kept, kept - 1}, counts.Seq) {
		t.Errorf("seq: got %d, want %d", counts.Seq, kept)
	}
}

// connectPacketKept is a CONNECT of MQTT 3.1.1 whose session is kept.
func connectPacketKept(id string) string {
	packet := []byte(connectPacket(4, id, "", "me", "test", ""))
	i := strings.Index(string(packet), "MQTT") + len("MQTT") + 1
	packet[i] &^= 2 // clean session
	return string(packet)
}
