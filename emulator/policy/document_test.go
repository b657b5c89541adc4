package policy

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func parse(t testing.TB, name, text string) *Document {
	t.Helper()
	d, err := Parse(name, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// document wraps statements into a document of the current version.
func document(statements string) string {
	return `{"Version": "2012-10-17", "Statement": [` + statements + `]}`
}

func TestSize(t *testing.T) {
	tests := []struct {
		text   string
		want   int
		source string
	}{
		{"", 0, "B-127"},
		{"{ \"a\":\t\r\n1 }", 7, "B-127"},
		{`"a b"`, 4, "B-127, guess: inside strings too"},
		{"あ", 1, "B-127: characters"},
	}
	for _, tt := range tests {
		if got := Size([]byte(tt.text)); got != tt.want {
			t.Errorf("Size(%q) = %d, want %d (%s)", tt.text, got, tt.want, tt.source)
		}
	}
}

func TestParseAccepts(t *testing.T) {
	tests := []struct{ name, text, source string }{
		{"array of statements", document(`{"Effect": "Allow", "Action": "iot:*", "Resource": "*"}`), "B-102, B-105"},
		{"bare statement", `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iot:*", "Resource": "*"}}`, "B-102"},
		{"Sid and Condition", document(`{"Sid": "a b", "Effect": "Deny", "Action": ["iot:*"], "Resource": ["*"], "Condition": {}}`),
			"B-103, B-105"},
		{"NotAction and NotResource", document(`{"Effect": "Deny", "NotAction": "iot:Connect", "NotResource": "arn:aws:iot:us-east-1:1:topic/a"}`), "B-106, B-107"},
		{"lone stars", document(`{"Effect": "Allow", "Action": "*", "Resource": "*"}`), "B-112"},
		{"unknown action", document(`{"Effect": "Allow", "Action": "iot:Fly", "Resource": "*"}`), "B-125"},
		{"unknown condition key", document(`{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"x:y": "z"}}}`),
			"B-305"},
		{"empty condition values", document(`{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"ForAllValues:StringEquals": {"iot:ConnectAttributes": []}}}`), "B-312"},
		{"numbers and booleans", document(`{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": true}, "NumericEquals": {"k": [1, "2"]}}}`), "IAM"},
		{"Id", `{"Id": "x", "Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}`, "IAM grammar, guess"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, err := Parse("p", []byte(tt.text))
			if err != nil || len(d.Warnings()) > 0 {
				t.Errorf("got %v, want it accepted without warnings (%s)", err, tt.source)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	const allow = `"Effect": "Allow"`
	const all = `"Action": "*", "Resource": "*"`
	statement := func(text string) string { return document("{" + text + "}") }
	tests := []struct{ name, text, want, source string }{
		{"no object", `[]`, `document is an array, want an object with Version and Statement`, "B-101"},
		{"unknown key", `{"Version": "2012-10-17", "statement": []}`, `document has "statement", want Version and Statement`, "B-110"},
		{"no statement", `{"Version": "2012-10-17"}`, `Statement is missing, want one or more statements`, "B-101"},
		{"empty statements", document(``), `Statement is empty, want at least one statement`, "guess"},
		{"other version", `{"Version": "2012-10-18", "Statement": {}}`, `Version is "2012-10-18", want "2012-10-17"`, "B-101"},
		{"version is a number", `{"Version": 20121017, "Statement": {}}`, `Version is a number, want "2012-10-17"`, "B-101"},
		{"statement is a string", document(`"Allow"`), `Statement[0] is a string, want a statement`, "B-102"},
		{"bare statement's path", `{"Version": "2012-10-17", "Statement": {"Effect": "allow"}}`,
			`Statement.Effect is "allow", want "Allow" or "Deny"`, "B-104"},
		{"effect in lower case", document(`{` + allow + `, ` + all + `}, {"Effect": "allow"}`),
			`Statement[1].Effect is "allow", want "Allow" or "Deny"`, "B-104"},
		{"effect is null", statement(`"Effect": null`), `Statement[0].Effect is null, want "Allow" or "Deny"`, "B-104"},
		{"no effect", statement(all), `Statement[0].Effect is missing, want "Allow" or "Deny"`, "B-103"},
		{"no action", statement(allow + `, "Resource": "*"`), `Statement[0] has neither Action nor NotAction, want exactly one`, "B-107"},
		{"both actions", statement(allow + `, "NotAction": "*", ` + all), `Statement[0] has both Action and NotAction, want exactly one`,
			"B-107"},
		{"no resource", statement(allow + `, "Action": "*"`), `Statement[0] has neither Resource nor NotResource, want exactly one`, "B-107"},
		{"both resources", statement(allow + `, "NotResource": "*", ` + all), `Statement[0] has both Resource and NotResource, want exactly one`,
			"B-107"},
		{"principal", statement(allow + `, "Principal": "*"`),
			`Statement[0] has "Principal", want none: the principal is whoever the policy is attached to`, "B-108"},
		{"unknown statement key", statement(allow + `, "Resources": "*"`),
			`Statement[0] has "Resources", want Sid, Effect, Action, NotAction, Resource, NotResource, Condition`, "B-110"},
		{"empty action array", statement(`"Action": []`), `Statement[0].Action is empty, want "*" or a name with its service, as "iot:Publish"`,
			"B-111"},
		{"number in action", statement(`"Action": ["iot:Publish", 7]`),
			`Statement[0].Action[1] is a number, want "*" or a name with its service, as "iot:Publish"`, "B-111"},
		{"action without service", statement(`"Action": "Publish"`),
			`Statement[0].Action is "Publish", want "*" or a name with its service, as "iot:Publish"`, "B-111"},
		{"empty resource array", statement(`"Resource": []`),
			`Statement[0].Resource is empty, want "*" or an ARN, as "arn:aws:iot:us-east-1:123456789012:topic/a"`, "B-111"},
		{"resource is an array in a string", statement(`"Resource": "[\"arn:aws:iot:x\"]"`),
			`Statement[0].Resource is "[\"arn:aws:iot:x\"]", want "*" or an ARN, as "arn:aws:iot:us-east-1:123456789012:topic/a"`,
			"awsdocs/aws-iot-docs#46"},
		{"Sid is a number", statement(`"Sid": 1`), `Statement[0].Sid is a number, want a string`, "B-103"},
		{"condition is an array", statement(`"Condition": []`), `Statement[0].Condition is an array, want an object of operators`, "IAM"},
		{"unknown operator", statement(`"Condition": {"StringIs": {}}`),
			`Statement[0].Condition has "StringIs", want an operator such as StringEquals`, "B-305"},
		{"operator without keys", statement(`"Condition": {"Bool": "true"}`),
			`Statement[0].Condition.Bool is a string, want an object of condition keys`, "IAM"},
		{"condition value is null", statement(`"Condition": {"Bool": {"k": null}}`),
			`Statement[0].Condition.Bool.k has null, want strings, numbers or booleans`, "IAM"},
		{"long names are cut", document(`{"` + strings.Repeat("x", 500) + `": 1}`), `Statement[0] has "` + strings.Repeat("x", 120) +
			`…", want Sid, Effect, Action, NotAction, Resource, NotResource, Condition`, "-"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse("LambdaPolicy[0]", []byte(tt.text))
			want := "policy LambdaPolicy[0]: " + tt.want
			if err == nil || err.Error() != want {
				t.Errorf("got  %v\nwant %s (%s)", err, want, tt.source)
			}
			if bad := (*Error)(nil); !errors.As(err, &bad) || bad.Document != "LambdaPolicy[0]" {
				t.Errorf("got %T, want *Error", err)
			}
		})
	}
}

func TestWarnings(t *testing.T) {
	const statement = `"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}`
	tests := []struct {
		text string
		want []Warning
	}{
		{`{` + statement + `}`, nil}, // it uses none
		{`{` + strings.Replace(statement, `"Resource": "*"`, `"Resource": "arn:aws:iot:us-east-1:0:client/${iot:ClientId}"`, 1) + `}`,
			[]Warning{{`Statement.Resource has ${iot:ClientId}, which stays plain text: Version is missing, want "2012-10-17"`, "B-109"}}},
		{`{"Version": "2008-10-17", ` +
			strings.Replace(statement, `"Resource": "*"`, `"Resource": ["*", "arn:aws:iot:us-east-1:0:client/${iot:ClientId}"]`, 1) + `}`,
			[]Warning{{`Statement.Resource has ${iot:ClientId}, which stays plain text: Version is "2008-10-17", want "2012-10-17"`, "B-109"}}},
		{document(`{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:iot:us-east-1:topic/a"}`),
			[]Warning{{`Statement[0].Resource "arn:aws:iot:us-east-1:topic/a" has 5 of the 6 parts of an ARN`, "B-201"}}},
		{document(`{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"iot:ConnectAttributes": "LastWill"}}}`),
			[]Warning{{`Statement[0].Condition.StringEquals iot:ConnectAttributes lets connects without a will pass, want ForAllValues:StringEquals to say so`, "B-314"}}},
	}
	for _, tt := range tests {
		if got := parse(t, "p", tt.text).Warnings(); !slices.Equal(got, tt.want) {
			t.Errorf("%s:\ngot  %q\nwant %q", tt.text, got, tt.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(document(`{"Effect": "Allow", "Action": ["iot:*"], "Resource": "arn:aws:iot:us-east-1:1:topic/${iot:ClientId}/${*}", "Condition": {"ForAllValues:StringLikeIfExists": {"k": ["a*", 1, true]}}}`)))
	f.Add([]byte(`{"Statement": {"Effect": "Deny", "NotAction": "iot:Connect", "NotResource": ["*"]}}`))
	f.Add([]byte("{\"\xff\""))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := Parse("p", text)
		if bad := (*Error)(nil); err != nil && !errors.As(err, &bad) {
			t.Fatalf("got %T %v, want *Error", err, err)
		}
		if err == nil {
			agree(t, []*Document{d}, "a/b", Values{"iot:ClientId": {"a"}})
		}
	})
}
