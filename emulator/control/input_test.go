package control

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestErrorsOfTheFrame(t *testing.T) {
	b := newBench(t)
	tests := []struct {
		name, method, path, body string
		status                   int
		code, text               string
		source                   string
	}{
		{"unknown path", "GET", "/nothing", "", 404, "UnknownOperationException", "GET /nothing", "A-334, guess"},
		{"not implemented", "POST", "/cancel/none", "", 404, "UnknownOperationException", "", "A-334, guess"},
		{"job", "PUT", "/jobs/j", "{}", 501, "NotImplementedException", "CreateJob", "design"},
		{"no JSON", "POST", "/authorizer/a", "{", 400, "SerializationException", "no JSON", "A-334, guess"},
		{"two values", "POST", "/authorizer/a", "{} {}", 400, "SerializationException", "more than one", "A-334, guess"},
		{"a list", "POST", "/authorizer/a", "[]", 400, "SerializationException", "Start of list can not be converted", "A-334, guess"},
		{"number for string", "POST", "/authorizer/a", `{"tokenKeyName":1}`, 400, "SerializationException",
			"NUMBER_VALUE can not be converted to a String", "A-334, guess"},
		{"string for boolean", "POST", "/authorizer/a", `{"signingDisabled":"yes"}`, 400, "SerializationException",
			"STRING_VALUE can not be converted to a Boolean", "A-334, guess"},
		{"string for list", "POST", "/tags", `{"resourceArn":"x","tags":"x"}`, 400, "SerializationException", "list", "A-334, guess"},
		{"bad base64", "POST", "/authorizer/a/test", `{"mqttContext":{"password":"*"}}`, 400, "SerializationException", "Blob", "A-189"},
		{"word for number", "GET", "/policies?pageSize=x", "", 400, "SerializationException", "Number", "A-334, guess"},
		{"broken query", "GET", "/policies?marker=%zz", "", 400, "SerializationException", "query", "A-334, guess"},
		{"null is absent", "POST", "/authorizer/a", `{"authorizerFunctionArn":null}`, 400, "InvalidRequestException",
			"1 validation error detected: Value at 'authorizerFunctionArn' failed to satisfy constraint: Member must not be null", "A-326"},
		{"too large", "POST", "/policies/p", `{"policyDocument":"` + strings.Repeat("x", MaxBody) + `"}`, 413, "RequestEntityTooLargeException",
			"", "design"},
		{"payload member", "POST", "/rules/r", `[]`, 400, "SerializationException", "Start of list can not be converted", "design"},
		{"unknown members are ignored", "POST", "/policies/p", `{"x":1}`, 400, "InvalidRequestException", "'policyDocument'", "API"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			status, header, body := b.raw(tt.method, tt.path, tt.body)
			var message struct{ Message string }
			if err := json.Unmarshal([]byte(body), &message); err != nil {
				t.Fatalf("got body %s: %v, want JSON (%s)", body, err, tt.source)
			}
			if status != tt.status || header.Get("x-amzn-ErrorType") != tt.code || !strings.Contains(message.Message, tt.text) {
				t.Errorf("got %d %s %q, want %d %s %q (%s)", status, header.Get("x-amzn-ErrorType"), message.Message, tt.status, tt.code, tt.text,
					tt.source)
			}
		})
	}
}

func FuzzInput(f *testing.F) {
	m := readModel(iotService)
	f.Add("CreateAuthorizer", `{"authorizerFunctionArn":"x","tags":[{"Key":"a"}],"tokenSigningPublicKeys":{"a":"b"}}`)
	f.Add("TestAuthorization", `{"authInfos":[{"actionType":"CONNECT","resources":["*"]}]}`)
	f.Add("TestInvokeAuthorizer", `{"mqttContext":{"password":"dGVzdA=="},"httpContext":{}}`)
	f.Add("CreateTopicRule", `{"sql":"SELECT * FROM 'a'","actions":[null]}`)
	f.Add("UpdateThing", `{"expectedVersion":1e400}`)
	f.Fuzz(func(t *testing.T, operation, body string) {
		op, ok := m.Operations[operation]
		if !ok {
			return
		}
		in, err := m.readBody(bodyOf(m.input(op)), []byte(body))
		if err != nil || m.validate(op, in) != nil {
			return
		}
		if _, err := json.Marshal(in); err != nil {
			t.Errorf("%s %s: got %v, want JSON", operation, body, err)
		}
	})
}
