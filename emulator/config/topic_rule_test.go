package config

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// TestExportHeaders: a rule's keys are not in a file that is passed on, and its first start says where they are missing.
func TestExportHeaders(t *testing.T) {
	const file = `topicRules:
- ruleName: alarms
  sql: SELECT * FROM 'a'
  actions:
  - http:
      url: http://localhost:9000/x
      headers: [{key: Content-Type, value: application/json}, {key: X-Api-Key, value: s3cr3t}]
  errorAction: {http: {url: "http://localhost:9000/x", headers: [{key: Authorization, value: Bearer s3cr3t}]}}
`
	a := opened(t, done(Parse("suback.yaml", []byte(file)))(t))
	text := a.exported(t, false)
	for _, want := range []string{"# Left out: header X-Api-Key of topic rule alarms, which --secrets would write: the file cannot be started",
		"# Left out: header Authorization of topic rule alarms", "value: application/json"} {
		if !strings.Contains(text, want) {
			t.Errorf("got\n%s\nwant %q in it", text, want)
		}
	}
	if strings.Contains(text, "s3cr3t") {
		t.Errorf("got\n%s\nwant no key in it", text)
	}
	again := done(Parse("exported.yaml", []byte(text)))(t)
	_, _, err := again.Build(InGo{}, a.code, nil)
	if err == nil {
		t.Fatal("what is held back would be sent as it is")
	}
	line := func(key string) string {
		before, _, _ := strings.Cut(text, "value: "+heldBack)
		if key == "Authorization" {
			before = text[:strings.LastIndex(text, "value: "+heldBack)]
		}
		return strconv.Itoa(strings.Count(before, "\n") + 1)
	}
	for _, key := range []string{"X-Api-Key", "Authorization"} {
		want := "exported.yaml:" + line(key) + `: topic rule "alarms": header ` + key + " was held back when the file was exported, want it here"
		if !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if whole := a.exported(t, true); !strings.Contains(whole, "value: Bearer s3cr3t") || strings.Contains(whole, "# Left out: header") {
		t.Errorf("got\n%s\nwant everything in it", whole)
	}
	filled := done(Parse("filled.yaml", []byte(strings.ReplaceAll(text, heldBack, "mine"))))(t)
	if _, _, err := filled.Build(InGo{}, a.code, nil); err != nil {
		t.Errorf("got %v, want it to start once it says all", err)
	}
}

// TestExportURLs: a query may be a key. What stands around it is there still, and the rule's destination is its own
// when it is filled in again.
func TestExportURLs(t *testing.T) {
	const file = `topicRuleDestinations:
- httpUrlProperties: {confirmationUrl: "http://localhost:9000/x?token=s3cr3t"}
topicRules:
- ruleName: alarms
  sql: SELECT * FROM 'a'
  actions:
  - http: {url: "http://localhost:9000/x?token=s3cr3t", confirmationUrl: "http://localhost:9000/x?token=s3cr3t"}
  - salesforce: {url: "https://me:s3cr3t@ingestion.salesforce.com/a", token: s3cr3t}
`
	a := opened(t, done(Parse("suback.yaml", []byte(file)))(t))
	text := a.exported(t, false)
	for _, want := range []string{"# Left out: url's query of topic rule alarms, which --secrets would write", "url's user of topic rule",
		"query of topic rule destination http://localhost:9000/x?(not shown)", "url: http://localhost:9000/x?" + heldBack + "\n",
		"confirmationUrl: http://localhost:9000/x?" + heldBack + "\n", "url: https://" + heldBack + "@ingestion.salesforce.com/a"} {
		if !strings.Contains(text, want) {
			t.Errorf("got\n%s\nwant %q in it", text, want)
		}
	}
	if strings.Contains(text, "s3cr3t") {
		t.Errorf("got\n%s\nwant no key in it", text)
	}
	again := done(Parse("exported.yaml", []byte(text)))(t)
	_, _, err := again.Build(InGo{}, a.code, nil)
	if n := strings.Count(fmt.Sprint(err), "was held back when the file was exported"); n != 5 {
		t.Errorf("got %v, want the five places that are to be filled in", err)
	}
	filled := done(Parse("filled.yaml", []byte(strings.ReplaceAll(text, heldBack, "mine"))))(t)
	if _, _, err := filled.Build(InGo{}, a.code, nil); err != nil {
		t.Errorf("got %v, want it to start once it says all", err)
	}
	if whole := a.exported(t, true); strings.Count(whole, "s3cr3t") != 5 || strings.Contains(whole, heldBack) {
		t.Errorf("got\n%s\nwant everything in it", whole)
	}
}
