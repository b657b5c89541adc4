package emulator_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/trace"
)

// POST /_suback/clock moves every deadline, as Advance does.

// clocked is an emulator whose authorizer counts its calls. Its answers are
// cached for HTTP.
func clocked(t *testing.T) (e *emulator.Emulator, calls *atomic.Int64, client *http.Client) {
	t.Helper()
	calls = new(atomic.Int64)
	e = emulator.Run(t, emulator.Options{
		Config: &emulator.Config{DefaultAuthorizerName: "cached", Authorizers: []registry.Authorizer{
			{AuthorizerName: "cached", AuthorizerFunctionArn: "f", Status: registry.Active, SigningDisabled: true, EnableCachingForHttp: true},
		}},
		Functions: map[string]emulator.LambdaFunc{"f": func(context.Context, []byte) ([]byte, error) {
			calls.Add(1)
			return []byte(strings.TrimSuffix(grantAll, "}") + `, "refreshAfterInSeconds": 600, "disconnectAfterInSeconds": 1500}`), nil
		}},
	})
	transport := new(http.Transport)
	t.Cleanup(transport.CloseIdleConnections)
	return e, calls, &http.Client{Transport: transport}
}

// post sends a body to the http listener and returns status and answer.
func post(t *testing.T, e *emulator.Emulator, client *http.Client, path, body string) (int, string) {
	t.Helper()
	resp, err := client.Post("http://"+e.Addr(emulator.HTTP)+path, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got := resp.Header.Get("Content-Type"); got != "application/json" {
		t.Errorf("POST %s: Content-Type %q, want application/json", path, got)
	}
	return resp.StatusCode, string(text)
}

func TestClock(t *testing.T) {
	e, calls, client := clocked(t)
	pass := func(d string) {
		t.Helper()
		status, body := post(t, e, client, "/_suback/clock", `{"advance": "`+d+`"}`)
		if want := fmt.Sprintf(`{"advanced":%q}`+"\n", d); status != http.StatusOK || body != want {
			t.Fatalf("got %d %s, want 200 %s", status, body, want)
		}
	}
	expect := func(step string, want int64) {
		t.Helper()
		eventually(t, fmt.Sprintf("%d calls: %s", want, step), func() bool { return calls.Load() == want })
	}
	publish := func() {
		t.Helper()
		if status, body := post(t, e, client, "/topics/kept?retain=true&messageExpiry=900", "x"); status != http.StatusOK {
			t.Fatalf("got %d %s, want 200", status, body)
		}
	}
	conn, err := net.Dial("tcp", e.Addr(emulator.MQTT))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	r := bufio.NewReader(conn)
	_, _ = io.WriteString(conn, connectPacket(5, "d", "", "", "", ""))
	connack(t, r)
	expect("CONNECT", 1)
	publish()
	publish()
	expect("one HTTP connection (A-149)", 2)

	pass("9m0s")
	publish()
	expect("nothing is due", 2)
	pass("1m1s")
	expect("a refresh (A-143)", 3)
	publish()
	expect("the cached answer is over (A-149)", 4)
	awaitRefresh(t, e, "d")
	retained(t, conn, r, true)
	pass("15m0s")
	got := until(t, &buffered{conn, r})
	if !strings.HasPrefix(got, "\xe0") || got[2] != 0x98 {
		t.Errorf("got %q, want DISCONNECT 0x98 after 1500 s (A-148)", got)
	}
	expect("no refresh at the end", 4)
	conn, err = net.Dial("tcp", e.Addr(emulator.MQTT))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	r = bufio.NewReader(conn)
	_, _ = io.WriteString(conn, connectPacket(5, "d", "", "", "", ""))
	connack(t, r)
	retained(t, conn, r, false) // [B-694]
}

func awaitRefresh(t *testing.T, e *emulator.Emulator, client string) {
	t.Helper()
	recorded(t, e, func(ev trace.Event) bool { return ev.Client == client && ev.Operation == trace.Refresh })
}

// retained subscribes to the topic kept, and wants its message or none.
func retained(t *testing.T, conn net.Conn, r *bufio.Reader, want bool) {
	t.Helper()
	_ = conn.SetDeadline(time.Now().Add(patience))
	_, _ = io.WriteString(conn, packet(0x82, "\x00\x01\x00"+text("kept")+"\x00")+"\xc0\x00")
	kinds := ""
	for !strings.HasSuffix(kinds, "d") { // PINGRESP
		head, err := r.Peek(2)
		if err != nil {
			t.Fatal(err)
		}
		kinds += fmt.Sprintf("%x", head[0]>>4)
		_, _ = r.Discard(2 + int(head[1]))
	}
	if got := strings.Contains(kinds, "3"); got != want {
		t.Errorf("retained message: %v (packets of types %s), want %v", got, kinds, want)
	}
}

func TestClockErrors(t *testing.T) {
	e, calls, client := clocked(t)
	mustBe(t, "connect", dial(t, e, 4, "tcp", "d", "", "").connect(), "ok")
	for _, body := range []string{
		"", " ", "5m", "{", "{}", "[]", "null", `"5m"`, `{"advance": null}`, `{"advance": ""}`, `{"advance": 300}`, `{"advance": "300"}`,
		`{"advance": "-5m"}`, `{"advance": "5 m"}`, `{"advance": "1d"}`, `{"advance": "soon"}`, `{"advance": "9999999h"}`,
		`{"advance": "NaNs"}`, `{"forward": "5m"}`, strings.Repeat(" ", 2<<10) + `{"advance": "5m"}`,
	} {
		status, answer := post(t, e, client, "/_suback/clock", body)
		if status != http.StatusBadRequest || !strings.Contains(answer, `want {\"advance\": \"5m\"}`) {
			t.Errorf("%.40q: got %d %s, want 400 and what is wanted", body, status, answer)
		}
	}
	resp, err := client.Get("http://" + e.Addr(emulator.HTTP) + "/_suback/clock")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusNotFound {
		t.Errorf("GET: got %d, want 404", resp.StatusCode)
	}
	if n := calls.Load(); n != 1 {
		t.Errorf("%d calls, want 1: no time has passed", n)
	}
}

// TestClockTells: what clients are told of when something happened is by the account's clock, as a shadow's
// timestamps are; what happened before stays where it was.
func TestClockTells(t *testing.T) {
	t.Parallel()
	const all = `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iot:*", "Resource": "*"}}`
	e := emulator.Run(t, emulator.Options{Authorizer: granting(json.RawMessage(all))})
	client := new(http.Client)
	t.Cleanup(client.CloseIdleConnections)
	told := func(path, member string) time.Duration { // ahead of the machine's
		t.Helper()
		_, body := sendSigned(t, e, http.MethodGet, path, "", "iotdata")
		var got map[string]any
		must(t, json.Unmarshal([]byte(body), &got))
		at, _ := got[member].(float64)
		return time.Until(time.UnixMilli(int64(at)))
	}
	ahead := func(what string, got time.Duration, minutes float64) {
		t.Helper()
		if math.Abs(got.Minutes()-minutes) > 4 {
			t.Errorf("%s: got %v ahead of the machine's clock, want %v minutes", what, got, minutes)
		}
	}
	backend := dial(t, e, 5, "tcp", "backend", "", "")
	mustBe(t, "connect", backend.connect(), "ok")
	mustBe(t, "subscribe", backend.subscribe("$aws/events/presence/+/pump"), "ok")
	heard := func() time.Duration {
		t.Helper()
		_, payload, _ := strings.Cut(backend.receive(t), " ")
		var got struct{ Timestamp int64 }
		must(t, json.Unmarshal([]byte(payload), &got))
		return time.Until(time.UnixMilli(got.Timestamp))
	}
	retain := func() {
		t.Helper()
		if status, body := post(t, e, client, "/topics/kept?retain=true", "x"); status != http.StatusOK {
			t.Fatalf("got %d %s", status, body)
		}
	}
	retain()
	e.Advance(20 * time.Minute)
	ahead("retained before", told("/retainedMessage/kept", "lastModifiedTime"), 0)
	retain()
	ahead("retained", told("/retainedMessage/kept", "lastModifiedTime"), 20)
	pump := dial(t, e, 5, "tcp", "pump", "", "")
	mustBe(t, "connect", pump.connect(), "ok")
	ahead("presence/connected", heard(), 20)
	e.Advance(10 * time.Minute)
	ahead("connectedSince", told("/connections/pump", "connectedSince"), 20)
	pump.disconnect()
	ahead("presence/disconnected", heard(), 30)
	ahead("disconnectedSince", told("/connections/pump", "disconnectedSince"), 30)
}
