package advise

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator/tap"
)

// made is a history of packets that are told apart by time: "0.5 1 < PUBLISH a/b q1 i7 dup {…}" is
// one after 0.5 s on connection 1, from the client (<), to it (>) or an end (|).
func made(lines ...string) (h history) {
	for _, line := range lines {
		f := strings.Fields(line)
		at, err := time.ParseDuration(f[0] + "s")
		if err != nil {
			panic(err)
		}
		p := tap.Packet{Time: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(at), ConnectionID: f[1], Version: 4,
			From: map[string]string{"<": "client", ">": "gateway", "|": ""}[f[2]], Type: f[3]}
		for _, word := range f[4:] {
			p = with(p, word)
		}
		h = append(h, p)
	}
	return h
}

func with(p tap.Packet, word string) tap.Packet {
	switch {
	case word == "dup":
		p.Dup = true
	case word == "clean":
		p.Clean = true
	case word == "present":
		p.SessionPresent = true
	case word == "flawed":
		p.Flaw = 3
	case word == "q1":
		p.QoS = 1
	case word == "0x87":
		p.Code = 0x87
	case word[0] == 'i':
		_ = json.Unmarshal([]byte(word[1:]), &p.ID)
	case word[0] == '{':
		p = p.WithPayload([]byte(word))
	case p.Type == "SUBSCRIBE":
		p.Filters = append(p.Filters, word)
	case p.Type == "END":
		p.Reason = word
	default:
		p.Topic = word
	}
	return p
}

// TestJudge: what is said of made histories.
func TestJudge(t *testing.T) {
	s := Settings{}.complete()
	s.Attempts = 3
	resend := func(h history) Verdict { return judgeResend("pump-7", h, s) }
	connect := func(h history) Verdict { return judgeConnect("pump-7", h, s) }
	delay := func(h history) Verdict { return judgeDelay("pump-7", h, s) }
	returns := func(h history) Verdict { return judgeReturns("pump-7", h, s) }
	held := func(h history) Verdict { return judgeHeld("pump-7", h, s) }
	replaced := func(h history) Verdict { return judgeReplaced("pump-7", h, s) }
	shownTo := func(h history, s showing) Verdict { return judgeCertificate("pump-7", "forged", h, s) }
	forged := func(h history) Verdict { return shownTo(h, showing{struck: 2, whole: true, returned: true}) }
	untried := func(h history) Verdict { return shownTo(h, showing{whole: true, returned: true}) }
	tooShort := func(h history) Verdict { return shownTo(h, showing{struck: 2, returned: true}) }
	gone := func(h history) Verdict { return shownTo(h, showing{struck: 2, whole: true}) }
	beside := func(h history) Verdict {
		return shownTo(h, showing{struck: 2, whole: true, returned: true, others: []string{"pump-5", "pump-6"}})
	}
	silence := func(h history) Verdict { return judgeSilence("pump-7", 30*time.Second, 45*time.Second, h, s) }
	cutShort := func(h history) Verdict { return judgeSilence("pump-7", 30*time.Second, 18*time.Second, h, s) }
	subscribe := func(h history) Verdict { return judgeResubscribe("pump-7", h, s) }
	acknowledged := func(h history) Verdict { return judgeAcknowledged("pump-7", "a/b", h) }
	resumed := func(h history) Verdict { return judgeResumed("pump-7", "a/b", h) }
	on := func(h history) Verdict { return judgeUpdate("pump-7", "shadow", map[string]any{"on": true}, h) }
	get := func(h history) Verdict { return judgeShadow("pump-7", "get", nil, h) }
	clock := func(h history) Verdict { return judgeClock("pump-7", h, s) }
	tests := []struct {
		name  string
		judge func(history) Verdict
		h     history
		want  Outcome
		said  string
	}{
		{"nobody", connect, nil, NotSeen, "pump-7 has sent no CONNECT"},
		{"let in", connect, made("0 1 < CONNECT clean", "0 1 > CONNACK"), Passed, "pump-7 connects: CONNECT (MQTT 3.1.1, keep alive 0 s, clean)"},
		{"refused", connect, made("0 1 < CONNECT", "0 1 > CONNACK 0x87"), Failed, "pump-7 is refused: CONNACK 0x87"},
		{"refused without a word", connect, made("0 1 < CONNECT", "0 1 | END", "1 2 < CONNECT"), Failed,
			"pump-7 sent 2 CONNECTs and was not let in"},

		{"a second later", delay, made("0 1 | END", "1.1 2 < CONNECT", "1.1 2 > CONNACK"), Passed, "pump-7 came again after 1.1 s"},
		{"at once, and its end is told late", delay, made("0 1 > PINGRESP", "0.2 2 < CONNECT", "0.1 1 | END"), Failed,
			"pump-7 came again 0.1 s after the gateway had ended its connection, sooner than 1.0 s"},
		{"never", delay, made("0 1 | END"), Failed, "pump-7 did not come again"},

		{"back-off from refusals", returns, made("0 1 | END", "1 2 < CONNECT", "1 2 | END", "3.2 3 < CONNECT", "3.2 3 | END",
			"5.2 4 < CONNECT"), Passed, "pump-7 backs off with jitter: it came again after 1.0 s, 2.2 s, 2.0 s"},
		{"too slow to be judged", returns, made("0 1 | END", "99 2 < CONNECT"), NotSeen,
			"pump-7 came again 1 times of the 3 that it takes to judge its back-off"},
		{"waits for the CONNACK", held, made("0 1 | END", "1 2 < CONNECT"), Failed, "pump-7 waited for a CONNACK and did not try again"},
		{"tries again the same", held, made("0 1 < CONNECT", "5 2 < CONNECT", "10 3 < CONNECT", "15 4 < CONNECT"), Failed,
			"pump-7 waits the same each time: it came again after 5.0 s, 5.0 s, 5.0 s"},

		{"gives way", replaced, made("0 1 | END DUPLICATE_CLIENTID"), Passed,
			"pump-7 gave way: it did not come again after another client had taken its id"},
		{"fights", replaced, made("0 1 | END", "0.2 2 < CONNECT", "0.2 2 | END", "0.4 3 < CONNECT"), Failed,
			"pump-7 fights for its client id: it came again after 0.2 s, 0.2 s, sooner than 1.0 s"},
		{"fights slowly", replaced, made("0 1 | END", "1 2 < CONNECT", "1 2 | END", "2 3 < CONNECT"), Warned,
			"pump-7 would fight for its client id for ever, if slowly: it came again after 1.0 s, 1.0 s"},
		{"backs off", replaced, made("0 1 | END", "1 2 < CONNECT", "1 2 | END", "3 3 < CONNECT"), Passed,
			"pump-7 backs off from another client with its id: it came again after 1.0 s, 2.0 s"},

		{"goes on", forged, made("0 1 | END", "1 2 < CONNECT flawed"), Failed,
			"pump-7 went on with a certificate that is forged: it sent CONNECT (MQTT 3.1.1, keep alive 0 s, though the certificate was not to be trusted)"},
		{"stays away", forged, made("0 1 | END"), Passed, "pump-7 refused a certificate that is forged, each of 2 times"},
		{"might come later", tooShort, made("0 1 | END"), NotSeen,
			"pump-7 may have stayed away by itself while the gateway's certificate was forged"},
		{"is gone", gone, made("0 1 | END"), NotSeen, "pump-7 did not come again after the gateway's certificate had been forged: " +
			"it is not known whether it was the one that refused it"},
		{"is not alone", beside, made("0 1 | END"), NotSeen, "a certificate that is forged was refused, but not only pump-7 comes " +
			"from its address by its server name: pump-5, pump-6, too"},
		{"goes on, and is not alone", beside, made("1 2 < CONNECT flawed"), Failed,
			"pump-7 went on with a certificate that is forged: it sent CONNECT (MQTT 3.1.1, keep alive 0 s, though the certificate was not to be trusted)"},
		{"has not tried", untried, made("0 1 | END"), NotSeen, "pump-7 has not tried to connect while the gateway's certificate was forged"},

		{"no QoS 1", resend, made("0 1 < PUBLISH a/b"), NotSeen, "pump-7 has published nothing with QoS 1"},
		{"lost", resend, made("0 1 < PUBLISH a/b q1 i7 {1}", "1 1 < PUBLISH a/b q1 i8 {1}", "2 2 < PUBLISH a/b q1 i9 {1}"), Failed,
			`pump-7 did not send PUBLISH "a/b", QoS 1, id 7 again: nobody acknowledged it, and it is lost`},
		{"again", resend, made("0 1 < PUBLISH a/b q1 i7", "5 1 < PUBLISH a/b q1 i7 dup"), Passed,
			`pump-7 sent PUBLISH "a/b", QoS 1, id 7 again after 5.0 s`},
		{"again after it has reconnected", resend, made("0 1 < PUBLISH a/b q1 i7", "5 2 < PUBLISH a/b q1 i7 dup"), Warned,
			`pump-7 sent PUBLISH "a/b", QoS 1, id 7 again after 5.0 s, on the next connection`},
		{"without DUP", resend, made("0 1 < PUBLISH a/b q1 i7", "5 2 < PUBLISH a/b q1 i7"), Warned,
			`pump-7 sent PUBLISH "a/b", QoS 1, id 7 again after 5.0 s on the next connection, without DUP`},
		{"as another", resend, made("0 1 < PUBLISH a/b q1 i7", "5 2 < PUBLISH a/b q1 i1 dup"), Warned,
			`pump-7 sent PUBLISH "a/b", QoS 1, id 7 again after 5.0 s on the next connection, with another identifier, 1`},

		{"acknowledged before", resend, made("0 1 < PUBLISH a/b q1 i1", "0 1 > PUBACK i1", "1 1 < PUBLISH a/b q1 i2",
			"5 1 < PUBLISH a/b q1 i2 dup", "5 1 > PUBACK i2"), Passed, `pump-7 sent PUBLISH "a/b", QoS 1, id 2 again after 4.0 s`},
		{"acknowledged, and its identifier taken again", resend, made("0 1 < PUBLISH a q1 i1", "0 1 > PUBACK i1", "1 1 < PUBLISH b q1 i1"),
			Failed, `pump-7 did not send PUBLISH "b", QoS 1, id 1 again: nobody acknowledged it, and it is lost`},
		{"acknowledged on another connection", resend, made("0 1 < PUBLISH a q1 i1", "1 2 < PUBLISH b q1 i1", "1 2 > PUBACK i1"),
			Failed, `pump-7 did not send PUBLISH "a", QoS 1, id 1 again: nobody acknowledged it, and it is lost`},
		{"all acknowledged", resend, made("0 1 < PUBLISH a q1 i1", "0 1 > PUBACK i1"), NotSeen,
			"pump-7 has published nothing with QoS 1 that was left without a PUBACK"},

		{"acknowledges", acknowledged, made("0 1 > PUBLISH a/b q1 i7", "0.5 1 < PUBACK i7"), Passed,
			`pump-7 acknowledged PUBLISH "a/b", QoS 1, id 7 after 0.5 s`},
		{"acknowledges another", acknowledged, made("0 1 > PUBLISH a/b q1 i7", "0.5 1 < PUBACK i6"), Failed,
			`pump-7 did not acknowledge PUBLISH "a/b", QoS 1, id 7`},
		{"got it with QoS 0", acknowledged, made("0 1 > PUBLISH a/b"), NotSeen,
			`pump-7 has subscribed to "a/b" with QoS 0: nothing is to be acknowledged`},

		{"subscribes again", subscribe, made("0 1 < SUBSCRIBE a/b i7", "5 1 < SUBSCRIBE a/b i7"), Passed,
			"pump-7 sent SUBSCRIBE a/b, id 7 again after 5.0 s"},
		{"subscribes again, later", subscribe, made("0 1 < SUBSCRIBE a/b i7", "5 2 < SUBSCRIBE a/b i8"), Warned,
			"pump-7 sent SUBSCRIBE a/b, id 7 again after 5.0 s, as SUBSCRIBE a/b, id 8 on the next connection"},
		{"subscribes again, after what was granted", subscribe, made("0 1 < SUBSCRIBE c i6", "0 1 > SUBACK i6", "1 1 < SUBSCRIBE a/b i7",
			"5 1 < SUBSCRIBE a/b i7"), Passed, "pump-7 sent SUBSCRIBE a/b, id 7 again after 4.0 s"},
		{"granted", subscribe, made("0 1 < SUBSCRIBE c i6", "0 1 > SUBACK i6"), NotSeen,
			"pump-7 sent no SUBSCRIBE that was left without a SUBACK"},
		{"subscribes to something else", subscribe, made("0 1 < SUBSCRIBE a/b i7", "5 1 < SUBSCRIBE c i8"), Failed,
			"pump-7 sent SUBSCRIBE a/b, id 7, got no SUBACK, and did not try again"},

		{"ends it", silence, made("0 1 < PINGREQ", "10 1 | END CONNECTION_LOST"), Passed,
			"pump-7 ended the connection 10 s after a PINGREQ without an answer"},
		{"ends it late", silence, made("0 1 < PINGREQ", "50 1 | END CONNECTION_LOST"), Failed,
			"pump-7 ended the connection 50 s after a PINGREQ without an answer, later than 45 s, which is 1.5 times its keep alive"},
		{"ends it by a PUBACK that is missing", silence, made("0 1 < PUBLISH a/b q1 i7", "5 1 | END CONNECTION_LOST"), Passed,
			"pump-7 ended a connection on which nothing was answered"},
		{"says goodbye", silence, made("0 1 < PUBLISH a/b q1 i7", "5 1 | END CLIENT_INITIATED_DISCONNECT"), NotSeen,
			"pump-7 sent no PINGREQ before its connection ended, with CLIENT_INITIATED_DISCONNECT"},
		{"had nothing to be answered", silence, made("5 1 | END CONNECTION_LOST"), NotSeen,
			"pump-7 sent no PINGREQ before its connection ended, with CONNECTION_LOST"},
		{"says goodbye for want of a PINGRESP", silence, made("0 1 < PINGREQ", "10 1 | END CLIENT_INITIATED_DISCONNECT"), Passed,
			"pump-7 ended the connection 10 s after a PINGREQ without an answer"},
		{"was answered once", silence, made("0 1 < PINGREQ", "0 1 > PINGRESP", "30 1 < PINGREQ", "70 1 | END CONNECTION_LOST"), Passed,
			"pump-7 ended the connection 40 s after a PINGREQ without an answer"},
		{"had no time to end it", cutShort, made("0 1 < PINGREQ"), NotSeen,
			"pump-7 has had 18 s since a PINGREQ without an answer of the 45 s that it may take to end the connection"},
		{"asks on", silence, made("0 1 < PINGREQ", "30 1 < PINGREQ"), Failed, "pump-7 sent 2 PINGREQ without an answer and kept the connection"},
		{"does not ask", silence, made("45 1 | END MQTT_KEEP_ALIVE_TIMEOUT"), Failed,
			"pump-7 sent nothing for 1.5 times its keep alive of 30 s, and the gateway ended the connection"},
		{"had no time to ask", silence, nil, NotSeen, "pump-7 has sent no PINGREQ: its keep alive is 30 s"},

		{"resumes", resumed, made("0 2 < CONNECT", "0 2 > CONNACK present", "0 2 > PUBLISH a/b q1 i7", "0 2 < PUBACK i7"), Passed,
			`pump-7 resumed its session: without a SUBSCRIBE it took and acknowledged what had waited on "a/b"`},
		{"subscribes all the same", resumed, made("0 2 < CONNECT", "0 2 > CONNACK present", "0 2 < SUBSCRIBE a/b i1"), Failed,
			"pump-7 subscribed again although its session was present: SUBSCRIBE a/b, id 1"},
		{"takes nothing", resumed, made("0 2 < CONNECT", "0 2 > CONNACK present", "0 2 > PUBLISH a/b q1 i7"), Failed,
			`pump-7 did not acknowledge PUBLISH "a/b", QoS 1, id 7`},
		{"wants no session", resumed, made("0 2 < CONNECT clean", "0 2 > CONNACK"), NotSeen,
			"pump-7 asks for a clean session: there is none to resume"},
		{"has no session", resumed, made("0 2 < CONNECT", "0 2 > CONNACK"), NotSeen, "pump-7 has no session that outlives its connection"},

		{"reports", on, made(`0 1 < PUBLISH shadow {"state":{"reported":{"on":true,"rpm":7}}}`), Passed, `pump-7 sent PUBLISH "shadow", QoS 0`},
		{"reports something else", on, made(`0 1 > PUBLISH shadow/delta q1 i7`, `0 1 < PUBLISH shadow {"state":{"reported":{"on":false}}}`),
			Failed, `pump-7 got a delta, and has not reported {"on":true} on "shadow"`},
		{"has no subscription to the delta", on, made("0 1 < PINGREQ"), Failed,
			`pump-7 has not reported {"on":true} on "shadow": no delta was sent to it`},
		{"gets", get, made(`0 1 < PUBLISH get`), Passed, `pump-7 sent PUBLISH "get", QoS 0`},
		{"has no shadow", get, made(`0 1 < PUBLISH other`), NotSeen, `pump-7 published nothing of that kind to "get" after it had connected`},

		{"a right clock", clock, made(`0 1 < PUBLISH a`, `1 1 < PUBLISH a {"Timestamp":1767225600}`), Passed,
			`the clock of pump-7 is right: "Timestamp" of its messages is within 1.0 s`},
		{"milliseconds", clock, made(`0 1 < PUBLISH a {"ts":1767225600500}`), Passed,
			`the clock of pump-7 is right: "ts" of its messages is within 0.5 s`},
		{"an hour off", clock, made(`0 1 < PUBLISH a {"time":"2026-01-01T01:00:00Z"}`), Failed,
			`the clock of pump-7 is 1h0m0s ahead: "time" of PUBLISH "a", QoS 0 is 2026-01-01T01:00:00Z`},
		{"never set", clock, made(`0 1 < PUBLISH a {"ts":37}`), Warned,
			`"ts" of PUBLISH "a", QoS 0 says 1970-01-01T00:00:37Z: the clock of pump-7 was never set`},
		{"no time", clock, made(`0 1 < PUBLISH a {"ts":"soon"}`), NotSeen, "pump-7 has published no time"},
	}
	for _, tt := range tests {
		got := tt.judge(tt.h)
		if got.Outcome != tt.want || got.Said != tt.said {
			t.Errorf("%s:\ngot  %s: %s\nwant %s: %s", tt.name, got.Outcome, got.Said, tt.want, tt.said)
		}
		if (got.Hint == "") != (tt.want == Passed) {
			t.Errorf("%s: got the hint %q, want one unless it passed", tt.name, got.Hint)
		}
	}
}

// TestRestoring: what was desired before is desired again, and nothing more.
func TestRestoring(t *testing.T) {
	var was, state map[string]any
	_ = json.Unmarshal([]byte(`{"on": false, "limits": {"most": 7}, "mode": "a", "kept": 1}`), &was)
	_ = json.Unmarshal([]byte(`{"on": true, "limits": {"most": 8, "least": 1}, "mode": {"b": 1}, "new": 2}`), &state)
	const want = `{"limits":{"least":null,"most":7},"mode":"a","new":null,"on":false}`
	if got := compact(restoring(was, state)); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestKeepAlive(t *testing.T) {
	for _, tt := range []struct {
		version byte
		asked   uint16
		want    time.Duration
	}{
		{4, 10, 10 * time.Second}, {5, 10, 30 * time.Second}, {5, 60, time.Minute}, {5, 0, 20 * time.Minute}, {4, 0, 0},
		{5, 65535, 20 * time.Minute},
	} {
		if got := keepAliveOf(tap.Packet{Version: tt.version, KeepAlive: tt.asked}); got != tt.want {
			t.Errorf("version %d, %d s: got %s, want %s (B-620, B-622)", tt.version, tt.asked, got, tt.want)
		}
	}
}

// TestPick: names and their beginnings, in any case; what means nothing is told.
func TestPick(t *testing.T) {
	for _, tt := range []struct {
		names string
		want  string
	}{
		{"mqtt_publish", "MQTT_Publish"}, {"mqtt_publish_", "MQTT_Publish_Retry_No_Puback"}, {"Shadow_Get,MQTT_Connect_J",
			"Shadow_Get MQTT_Connect_Jitter_Backoff_Retries"},
		{"TLS_Expired,MQTT_Publsh", `there is no case "MQTT_Publsh"`},
	} {
		cases, err := Pick(strings.Split(tt.names, ","))
		var got []string
		for _, c := range cases {
			got = append(got, c.Name)
		}
		if err != nil {
			got = []string{err.Error()}
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: got %q, want %q", tt.names, got, tt.want)
		}
	}
}

// TestReports: each outcome as CI systems read it.
func TestReports(t *testing.T) {
	results := []*Result{
		{Case: "A", About: "it a", Verdict: passed("fine"), Took: time.Second},
		{Case: "B", About: "it b", Verdict: warned("do c", "fine, but <c>")},
		{Case: "C", About: "it c", Verdict: Verdict{Outcome: Failed, Said: "no", Hint: "do d", Evidence: []string{"+0 s"}}},
		{Case: "D", About: "it d", Verdict: notSeen("do e", "nothing")},
	}
	var b strings.Builder
	if err := WriteJUnit(&b, "pump-7", results); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`name="suback advise pump-7" tests="4" failures="1" skipped="1"`,
		`<testcase name="A" classname="suback.advise.pump-7" time="1.000">`, `fine, but &lt;c&gt;`,
		`<failure message="no">no&#xA;do d&#xA;+0 s</failure>`, `<skipped message="nothing">do e</skipped>`} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("got\n%s\nwant %s in it", b.String(), want)
		}
	}
	b.Reset()
	if err := WriteJSON(&b, results[2]); err != nil {
		t.Fatal(err)
	}
	const line = `{"case":"C","about":"it c","outcome":"failed","said":"no","hint":"do d","evidence":["+0 s"],"seconds":0}` + "\n"
	if b.String() != line {
		t.Errorf("got %s, want %s", b.String(), line)
	}
	if got, want := Summary(results), "2 passed, 1 of them with warnings, 1 failed, 1 not seen"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	text := results[2].Text()
	if want := "FAILED               C (0.0 s)\n    no\n    hint: do d\n      +0 s"; text != want {
		t.Errorf("got %q, want %q", text, want)
	}
}
