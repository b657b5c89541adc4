package control

import (
	"errors"
	"strings"
	"testing"
)

func TestValidate(t *testing.T) {
	m := readModel(iotService)
	const prefix = "1 validation error detected: Value at "
	tests := []struct {
		name, operation string
		in              string
		want            string // "" for none
		source          string
	}{
		{"good", "SetDefaultAuthorizer", `{"authorizerName":"Az09_=,@-"}`, "", "A-58"},
		{"missing", "SetDefaultAuthorizer", `{}`, prefix + "'authorizerName' failed to satisfy constraint: Member must not be null", "A-326"},
		{"pattern", "SetDefaultAuthorizer", `{"authorizerName":"bad name!"}`, prefix +
			`'authorizerName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w=,@-]+`, "A-326"},
		{"too long", "SetDefaultAuthorizer", `{"authorizerName":"` + strings.Repeat("a", 129) + `"}`, prefix +
			"'authorizerName' failed to satisfy constraint: Member must have length less than or equal to 128", "A-326"},
		{"pattern, then length", "SetDefaultAuthorizer", `{"authorizerName":""}`,
			`2 validation errors detected: Value at 'authorizerName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w=,@-]+; ` +
				"Value at 'authorizerName' failed to satisfy constraint: Member must have length greater than or equal to 1", "A-326"},
		{"enum", "UpdateAuthorizer", `{"authorizerName":"a","status":"BOGUS"}`, prefix +
			"'status' failed to satisfy constraint: Member must satisfy enum value set: [ACTIVE, INACTIVE]", "A-326"},
		{"small number", "ListAuthorizers", `{"pageSize":0}`, prefix +
			"'pageSize' failed to satisfy constraint: Member must have value greater than or equal to 1", "A-326"},
		{"large number", "ListAuthorizers", `{"pageSize":251}`, prefix +
			"'pageSize' failed to satisfy constraint: Member must have value less than or equal to 250", "A-326"},
		{"key of a map", "UpdateAuthorizer", `{"authorizerName":"a","tokenSigningPublicKeys":{"bad key":"x"}}`,
			prefix + "'tokenSigningPublicKeys' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less than " +
				"or equal to 128, " +
				"Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [a-zA-Z0-9:_-]+]", "A-326"},
		{"value of a map", "UpdateAuthorizer", `{"authorizerName":"a","tokenSigningPublicKeys":{"k":"` + strings.Repeat("x", 5121) + `"}}`,
			prefix + "'tokenSigningPublicKeys' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less " +
				"than or equal to 5120, " +
				`Member must have length greater than or equal to 0, Member must satisfy regular expression pattern: [\s\S]*]`, "A-326"},
		{"empty list", "TestAuthorization", `{"authInfos":[]}`, prefix +
			"'authInfos' failed to satisfy constraint: Member must have length greater than or equal to 1", "A-194, A-326"},
		{"within a list", "TestAuthorization", `{"authInfos":[{"actionType":"X","resources":["*"]}]}`,
			prefix + "'authInfos.1.member.actionType' failed to satisfy constraint: Member must satisfy enum value set: [PUBLISH, SUBSCRIBE, " +
				"RECEIVE, CONNECT]", "A-326"},
		{"required within a list", "TestAuthorization", `{"authInfos":[{}]}`, prefix +
			"'authInfos.1.member.resources' failed to satisfy constraint: Member must not be null", "A-326"},
		{"plain members of a list", "TestAuthorization", `{"authInfos":[{"resources":[]}],"policyNamesToAdd":["a b"]}`,
			prefix + `'policyNamesToAdd' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [\w+=,.@-]+]`, "A-326"},
		{"null in a list", "TestAuthorization", `{"authInfos":[null]}`, prefix +
			"'authInfos.1.member' failed to satisfy constraint: Member must not be null", "A-326"},
		{"length of a blob", "TestInvokeAuthorizer", `{"authorizerName":"a","mqttContext":{"password":""}}`,
			prefix + "'mqttContext.password' failed to satisfy constraint: Member must have length greater than or equal to 1", "A-326"},
		{"characters, not bytes", "CreatePolicy", `{"policyName":"p","policyDocument":"` + strings.Repeat("é", 404600) + `"}`, "", "model"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			op := m.Operations[tt.operation]
			in, err := m.readBody(bodyOf(m.input(op)), []byte(tt.in))
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			var e *exception
			if errors.As(m.validate(op, in), &e) {
				got = e.message
			}
			if got != tt.want {
				t.Errorf("got %q, want %q (%s)", got, tt.want, tt.source)
			}
		})
	}
}

func bodyOf(s *shape) *shape {
	body := *s
	body.Members = map[string]member{}
	for name, m := range s.Members {
		body.Members[name] = member{Shape: m.Shape}
	}
	return &body
}
