package admin_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/account"
	"github.com/suback/suback/emulator/admin"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/trace"
)

func TestEvaluate(t *testing.T) {
	a := opened(t, "")
	api := admin.New(admin.Options{Of: func(*http.Request) *account.Account { return a }})
	const document = `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iot:Publish",
		"Resource": "arn:aws:iot:us-east-1:000000000000:topic/${iot:ClientId}/${iot:DomainName}"}}`
	text, _ := json.Marshal(document)
	tests := []struct {
		name, body string
		status     int
		wants      string // parts, apart by a blank line
	}{
		{"allowed", `{"documents": [{"document": ` + document + `}], "clientId": "c", "action": "iot:Publish", "name": "c/d",
			"variables": {"iot:DomainName": "d"}}`, 200,
			"\"allowed\":true\n\n\"used\":[\"iot:ClientId\",\"iot:DomainName\"]\n\n\"missing\":[]\n\n\"document\":\"documents[0]\""},
		{"refused, a variable is missing", `{"documents": [{"name": "p", "document": ` + document + `}], "clientId": "c", "action": "iot:Publish",
			"name": "c/d"}`, 200, "\"allowed\":false\n\n\"missing\":[\"iot:DomainName\"]\n\n\"repair\":{\"document\":\"p\",\"patch\":[{\"op\":"},
		{"the document as a text, and values that are none", `{"documents": [{"document": ` + string(text) + `}], "action": "iot:Publish",
			"name": "7/true", "variables": {"iot:ClientId": 7, "iot:DomainName": [true]}}`, 400, "the body is not as wanted"},
		{"numbers and lists", `{"documents": [{"document": ` + string(text) + `}], "action": "iot:Publish", "name": "7/d",
			"variables": {"iot:ClientId": 7, "iot:DomainName": ["d"]}}`, 200, `"allowed":true`},
		{"connect, with the name left out", `{"documents": [], "clientId": "c", "action": "iot:Connect"}`, 200, "\"name\":\"c\"\n\n\"allowed\":false"},
		{"warnings", `{"documents": [{"document": {"Statement": {"Effect": "Allow", "Action": "iot:Publish", "Resource": "arn:x${iot:ClientId}"}}}],
			"action": "iot:Publish", "name": "a"}`, 200, "\"warnings\":[\"documents[0] Statement.Resource"},
		{"no such client", `{"client": "x", "action": "iot:Publish", "name": "a"}`, 404, `client \"x\" is not connected`},
		{"an action without its service", `{"documents": [], "action": "Publish"}`, 400, `action is \"Publish\", want one such as iot:Publish`},
		{"no policy", `{"documents": [{"document": {"Statement": 1}}], "action": "iot:Publish"}`, 400, "Statement is a number"},
		{"nothing to judge", `{"action": "iot:Publish"}`, 400, "there are neither documents nor client"},
		{"an unknown member", `{"policy": {}}`, 400, `unknown field \"policy\"`},
		{"no JSON", `x`, 400, "the body is not as wanted"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			api.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "POST", "/_suback/evaluate", strings.NewReader(tt.body)))
			if w.Code != tt.status {
				t.Errorf("got %d %s, want %d", w.Code, w.Body, tt.status)
			}
			for want := range strings.SplitSeq(tt.wants, "\n\n") {
				if !strings.Contains(w.Body.String(), want) {
					t.Errorf("got %s, want it with %s", w.Body, want)
				}
			}
		})
	}
}

// TestUnknownFormat: a format that a path has not is refused, whatever else it would answer.
func TestUnknownFormat(t *testing.T) {
	a := opened(t, "")
	api := admin.New(admin.Options{Of: func(*http.Request) *account.Account { return a }})
	for _, tt := range []struct {
		path string
		code int
		want string
	}{
		{"why?client=x&format=txt", http.StatusBadRequest, `format is \"txt\", want json or text`},
		{"why?client=x&format=json", http.StatusOK, `"client":"x"`},
		{"messages/m?format=xml", http.StatusBadRequest, `format is \"xml\", want json or text`},
		{"messages?format=text", http.StatusBadRequest, `format is \"text\", want json: /_suback/messages/ID?format=text`},
		{"messages?format=json", http.StatusOK, ""},
		{"trace?format=xml", http.StatusBadRequest, `format is \"xml\", want json or text`},
	} {
		w := httptest.NewRecorder()
		api.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/_suback/"+tt.path, nil))
		if w.Code != tt.code || !strings.Contains(w.Body.String(), tt.want) {
			t.Errorf("%s: got %d %s, want %d %s", tt.path, w.Code, w.Body, tt.code, tt.want)
		}
	}
}

// TestRepairOfEvent: a record in the trace of what a policy refused says what mends it.
func TestRepairOfEvent(t *testing.T) {
	a := opened(t, "")
	api := admin.New(admin.Options{Of: func(*http.Request) *account.Account { return a }})
	doc, err := policy.ParseAnswered("LambdaPolicy[0]", []byte(`{"Version": "2012-10-17", "Statement": []}`))
	if err != nil {
		t.Fatal(err)
	}
	d := policy.Compile([]*policy.Document{doc}, policy.Context{Partition: "aws", Region: "r", Account: "1"}).Explain(policy.Publish, "a", nil)
	a.Trace().Record(trace.Event{Outcome: trace.Refused, Decision: &d, Cause: d.Cause()})
	a.Trace().Record(trace.Event{Outcome: trace.Note})
	for path, want := range map[string]string{
		"repair?event=1": `"patch":[{"op":"add","path":"/Statement/-","value":{"Effect":"Allow","Action":"iot:Publish","Resource":"arn:aws:iot:r:1:topic/a"}}]`,
		"repair?event=2": "trace record 2 is of no policy's refusal",
		"repair?event=3": "there is no trace record 3",
		"repair?event=x": `event is \"x\", want the seq of a trace record`,
		"why":            "want ?client=",

		"why?client=x&format=text": "Nobody has connected as \"x\", nor tried to, as far as it is remembered. Nobody else is connected either.\nhint: ",
	} {
		w := httptest.NewRecorder()
		api.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/_suback/"+path, nil))
		if !strings.Contains(w.Body.String(), want) ||
			(w.Code == http.StatusOK) != (path == "repair?event=1" || strings.HasSuffix(path, "=text")) {
			t.Errorf("%s: got %d %s, want %s", path, w.Code, w.Body, want)
		}
	}
}
