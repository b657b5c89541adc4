package emulator_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/hooks"
)

// Topic rules that send over HTTP, with real devices, servers and AWS's command line.

// A webServer is what rules send to. It confirms a destination as AWS asks for it.
type webServer struct {
	*httptest.Server
	t        *testing.T
	confirms bool
	got      chan webRequest // but for confirmation messages
	messages chan map[string]string
}

type webRequest struct {
	method, uri, body string
	header            http.Header
}

func newWebServer(t *testing.T, confirms bool) *webServer {
	s := &webServer{t: t, confirms: confirms, got: make(chan webRequest, 100), messages: make(chan map[string]string, 100)}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *webServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	switch {
	case r.Header.Get("X-Amz-Rules-Engine-Message-Type") == "DestinationConfirmation":
		var message map[string]string
		if err := json.Unmarshal(body, &message); err != nil {
			s.t.Errorf("got message %q: %v", body, err)
		}
		if s.confirms {
			answer, err := http.Get(message["enableUrl"])
			if err != nil || answer.StatusCode != http.StatusOK {
				s.t.Errorf("the enableUrl %s: got %v, %v, want it confirmed (R-127)", message["enableUrl"], answer, err)
			} else {
				answer.Body.Close()
			}
		}
		s.messages <- message
	default:
		s.got <- webRequest{r.Method, r.URL.RequestURI(), string(body), r.Header}
		if strings.HasSuffix(r.URL.Path, "/fails") {
			http.Error(w, "out of order", http.StatusBadGateway)
		}
	}
}

func (s *webServer) next() webRequest {
	s.t.Helper()
	select {
	case r := <-s.got:
		return r
	case <-time.After(patience):
		s.t.Fatalf("got no request within %v", patience)
	}
	return webRequest{}
}

// hasRecord waits for a record that has all of the texts.
func hasRecord(t *testing.T, e *emulator.Emulator, texts ...string) {
	t.Helper()
	eventually(t, "a record with "+strings.Join(texts, ", "), func() bool {
		return slices.ContainsFunc(e.Trace().Events(trace.Filter{}), func(ev trace.Event) bool {
			return !slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(ev.Text(), text) })
		})
	})
}

// TestHTTPActions: a device's message goes by a rule with WHERE to a server of the file, field by
// field; one that fails goes to the error action [R-116, R-124, R-126, R-130, B-1123].
func TestHTTPActions(t *testing.T) {
	t.Parallel()
	server := newWebServer(t, false)
	file := filepath.Join(t.TempDir(), "suback.yaml")
	must(t, os.WriteFile(file, []byte(strings.ReplaceAll(`
topicRules:
  - ruleName: hot
    awsIotSqlVersion: "2016-03-23"
    sql: SELECT temp, topic(2) AS room FROM 'open/+/temp' WHERE temp > 30
    actions:
      - http:
          url: "URL/rooms/${topic(2)}"
          confirmationUrl: "URL/rooms"
          headers: [{key: X-Room, value: "room ${topic(2)}"}, {key: Authorization, value: Bearer geheim}]
  - ruleName: failing
    sql: SELECT * FROM 'open/failing'
    actions: [{http: {url: "URL/fails"}}]
    errorAction: {republish: {topic: open/failed, roleArn: "arn:aws:iam::000000000000:role/r"}}
  - ruleName: batched
    sql: SELECT * FROM 'open/batched'
    actions: [{http: {url: "URL/batch", enableBatching: true, batchConfig: {maxBatchOpenMs: 200, maxBatchSize: 2}}}]
  - ruleName: far
    sql: SELECT * FROM 'open/far'
    actions: [{http: {url: "https://api.example.com/in"}}]
topicRuleDestinations:
  - httpUrlProperties: {confirmationUrl: "URL/hook?code=geheim"}
`, "URL", server.URL)), 0o600))
	e := runFile(t, file, emulator.Options{Authorizer: granting(json.RawMessage(everythingBut))})
	d := dial(t, e, 5, "tcp", "d", "", "")
	mustBe(t, "connect", d.connect(), "ok")
	mustBe(t, "subscribe", d.subscribe("open/failed"), "ok")
	mustBe(t, "publish", d.publish("open/7/temp", 1, false, `{"temp":29}`), "ok")
	mustBe(t, "publish", d.publish("open/7/temp", 1, false, `{"temp":31}`), "ok")
	got := server.next()
	mustBe(t, "request", fmt.Sprint(got.method, " ", got.uri, " ", got.body), `POST /rooms/7 {"temp":31,"room":"7"}`)
	for name, want := range map[string]string{"Content-Type": "application/json", "X-Room": "room 7", "Authorization": "Bearer geheim",
		"Content-Length": "22"} {
		mustBe(t, name, got.header.Get(name), want)
	}
	mustBe(t, "publish", d.publish("open/failing", 1, false, "x"), "ok")
	failed := d.receive(t)
	for _, part := range []string{`open/failed {"ruleName":"failing","topic":"open/failing","cloudwatchTraceId":"`,
		`"clientId":"d","base64OriginalPayload":"eA==","failures":[{"failedAction":"HttpAction","failedResource":"` + server.URL + `/fails",` +
			`"errorMessage":"HttpAction failed to make a request to the specified endpoint. StatusCode: 502. Reason: Bad Gateway."}]}`} {
		if !strings.Contains(failed, part) {
			t.Errorf("the error action got %q, want %q (R-130)", failed, part)
		}
	}
	for try := range 3 {
		mustBe(t, fmt.Sprint("try ", try), server.next().uri, "/fails")
	}
	mustBe(t, "publish", d.publish("open/batched", 1, false, "1"), "ok")
	mustBe(t, "publish", d.publish("open/batched", 1, false, "2"), "ok")
	mustBe(t, "batch", server.next().body, "[1,2]")
	mustBe(t, "publish", d.publish("open/far", 1, false, "x"), "ok")
	hasRecord(t, e, "RuleExecution REFUSED", "nothing is sent to api.example.com: nobody opened that host", "--rules-to api.example.com (R-126)")
	hasRecord(t, e, "RuleExecution REFUSED", "StatusCode: 502", "502 Bad Gateway at try 3: out of order (R-124)")
	hasRecord(t, e, "TopicRuleDestination NOTE", server.URL+"/rooms is enabled by the configuration")
	hasRecord(t, e, "TopicRuleDestination NOTE", server.URL+"/hook?(not shown) is enabled by the configuration")
	for _, ev := range e.Trace().Events(trace.Filter{}) {
		if strings.Contains(ev.Text(), "geheim") {
			t.Errorf("got a secret in %s", ev.Text())
		}
	}
	story := e.Messages(hooks.Selection{Topic: "open/7/temp", Limit: 1})[0]
	eventually(t, "a story", func() bool {
		told, _ := e.Story(story.ID)
		return strings.Contains(told.Text(), `"url":"`+server.URL+`/rooms/7"}: 200 OK`)
	})
}

// TestAWSCommandLineDestinations: one that the command line makes is confirmed by its server, and
// rules may use it then; one elsewhere is never dialled.
func TestAWSCommandLineDestinations(t *testing.T) {
	t.Parallel()
	server, silent := newWebServer(t, true), newWebServer(t, false)
	e := emulator.Run(t, emulator.Options{Listeners: free, Authorizer: granting(json.RawMessage(everythingBut))})
	c := newCLI(t, e)
	const date = `"^\\d{4}-.*"`
	create := func(url string) string {
		return c.aws(`{"topicRuleDestination": {"arn": "^arn:aws:iot:us-east-1:000000000000:ruledestination/http/.*", "status": "IN_PROGRESS",
			"createdAt": `+date+`, "lastUpdatedAt": `+date+`, "httpUrlProperties": {"confirmationUrl": "`+url+`"},
			"statusReason": "^Awaiting confirmation. Confirmation message sent on .*"}}`, "R-126", "iot",
			"create-topic-rule-destination", "--destination-configuration",
			"httpUrlConfiguration={confirmationUrl="+url+"}").text("topicRuleDestination.arn")
	}
	status := func(arn string) string {
		var got answer
		printed, problem := c.run([]string{"iot", "get-topic-rule-destination", "--arn", arn})
		if err := json.Unmarshal([]byte(printed), &got); err != nil || problem != "" {
			t.Fatalf("got %q, %s", printed, problem)
		}
		return got.text("topicRuleDestination.status")
	}
	first := create(server.URL)
	eventually(t, "a destination that is confirmed", func() bool { return status(first) == "ENABLED" })
	payload := c.write("rule.json", []byte(`{"sql": "SELECT * FROM 'open/in'", "actions": [{"http": {"url": "`+server.URL+`/in",
		"confirmationUrl": "`+server.URL+`"}}]}`))
	c.aws("", "R-4", "iot", "create-topic-rule", "--rule-name", "r", "--topic-rule-payload", "file://"+payload)
	d := dial(t, e, 4, "tcp", "d", "", "")
	mustBe(t, "connect", d.connect(), "ok")
	mustBe(t, "publish", d.publish("open/in", 1, false, "x"), "ok")
	mustBe(t, "request", server.next().uri, "/in")

	second := create(silent.URL)
	message := <-silent.messages
	mustBe(t, "arn", message["arn"], second)
	mustBe(t, "enableUrl", message["enableUrl"], "http://"+e.Addr(emulator.HTTP)+"/confirmdestination/"+message["confirmationToken"])
	c.refused("InvalidRequestException", `topic rule destination "`+second+`": status cannot become ENABLED while it is IN_PROGRESS`, "R-126",
		"iot", "update-topic-rule-destination", "--arn", second, "--status", "ENABLED")
	c.aws("", "R-127", "iot", "confirm-topic-rule-destination", "--confirmation-token", message["confirmationToken"])
	mustBe(t, "status", status(second), "ENABLED")
	c.aws("", "R-126", "iot", "update-topic-rule-destination", "--arn", second, "--status", "DISABLED")
	mustBe(t, "status", status(second), "DISABLED")
	third := create("https://api.example.com")
	eventually(t, "a destination that is refused", func() bool { return status(third) == "ERROR" })
	hasRecord(t, e, "TopicRuleDestination NOTE", "nothing is sent to api.example.com", "--rules-to api.example.com (R-126)")
	for _, arn := range []string{first, second, third} {
		c.aws("", "R-127", "iot", "delete-topic-rule-destination", "--arn", arn)
	}
	c.aws(`{"destinationSummaries": []}`, "R-127", "iot", "list-topic-rule-destinations")
	c.refused("UnauthorizedException", "Access to topic rule destination '"+first+"' was denied", "R-127",
		"iot", "get-topic-rule-destination", "--arn", first)
}

// TestDestinationsStay: with a state directory a confirmed destination is confirmed after a
// restart, one that waits gets another message; and an account by a name is reached by its own
// path.
func TestDestinationsStay(t *testing.T) {
	t.Parallel()
	server := newWebServer(t, false)
	state := t.TempDir()
	config := func() *emulator.Config {
		return loadText(t, strings.ReplaceAll(`
topicRuleDestinations: [{httpUrlProperties: {confirmationUrl: URL/kept}, status: IN_PROGRESS}]
accounts:
  other:
    topicRuleDestinations: [{httpUrlProperties: {confirmationUrl: URL/other}, status: IN_PROGRESS}]
`, "URL", server.URL))
	}
	run := func() (e *emulator.Emulator, end func()) {
		e, err := emulator.New(emulator.Options{Config: config(), Listeners: free, StateDir: state})
		must(t, err)
		must(t, e.Start(t.Context()))
		return e, func() { must(t, e.Close()) }
	}
	e, end := run()
	for range 2 {
		message := <-server.messages
		path := "/confirmdestination/"
		if other := e.Account("other"); strings.Contains(message["arn"], other.ID()) {
			path = "/_suback/accounts/other/confirmdestination/"
		}
		mustBe(t, "enableUrl", message["enableUrl"], "http://"+e.Addr(emulator.HTTP)+path+message["confirmationToken"])
		if strings.Contains(path, "other") {
			continue
		}
		answer, err := http.Get(message["enableUrl"])
		must(t, err)
		answer.Body.Close()
		mustBe(t, "status", answer.Status, "200 OK")
	}
	end()
	e, end = run()
	defer end()
	message := <-server.messages
	if strings.Contains(message["arn"], e.Account("").ID()) {
		t.Errorf("got another message for %s, want the confirmation to last (R-126)", message["arn"])
	}
	d, _ := emulator.RegistryOf(e).TopicRuleDestinationOf(server.URL + "/kept")
	mustBe(t, "status", d.Status, "ENABLED")
}
