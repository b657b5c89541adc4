package emulator_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/trace"
)

// A badAnswer is what an authorizer's function answers and no device connects by.
type badAnswer struct {
	name, answer string
	reason       string // executionError if empty
	detail       string // a part of it
}

const (
	executionError   = "CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR"
	notAuthenticated = "NOT_AUTHENTICATED"
)

// answers is an authorizer that answers the user "7" with the 7th answer, and
// lets in the bystander.
func answers(all []badAnswer) emulator.LambdaFunc {
	return func(_ context.Context, event []byte) ([]byte, error) {
		var in struct {
			ProtocolData struct{ MQTT struct{ Username string } }
		}
		if err := json.Unmarshal(event, &in); err != nil {
			return nil, err
		}
		n, err := strconv.Atoi(in.ProtocolData.MQTT.Username)
		if err != nil {
			return []byte(grantAll), nil
		}
		return []byte(all[n].answer), nil
	}
}

const grantAll = `{"isAuthenticated": true, "principalId": "p", "policyDocuments": [` + allowAll + `]}`

const allowAll = `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}`

// checkAnswers connects by each answer, in both versions.
func checkAnswers(t *testing.T, all []badAnswer) {
	if len(all) < 50 {
		t.Errorf("%d cases, want 50", len(all))
	}
	e := emulator.Run(t, emulator.Options{Authorizer: answers(all)})
	b := withBystander(t, e)
	for i, tt := range all {
		for _, version := range []byte{4, 5} {
			t.Run(fmt.Sprintf("%s v%d", tt.name, version), func(t *testing.T) {
				e.Trace().Reset()
				conn, err := net.Dial("tcp", e.Addr(emulator.MQTT))
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				if _, err := conn.Write([]byte(connectPacket(version, "d", "", strconv.Itoa(i), "", ""))); err != nil {
					t.Fatal(err)
				}
				checkRefusedConnect(t, until(t, conn), version, 0x87, "B-407")
				ev := causeOf(t, e, "B-407")
				want := tt.reason
				if want == "" {
					want = executionError
				}
				if ev.Operation != trace.AuthNError || ev.Reason != want || !strings.Contains(ev.Detail, tt.detail) {
					t.Errorf("got %s %s %q, want %s %q", ev.Operation, ev.Reason, ev.Detail, want, tt.detail)
				}
				if ev.Hint == "" && len(ev.Rules) == 0 {
					t.Errorf("no rule:\n%s", ev.Text())
				}
				b.undisturbed(t, e)
			})
		}
	}
	b.alone(t, e)
}

// Answers of authorizers that are none [A-120 to A-133, B-114 to B-119].
func TestBadAnswers(t *testing.T) {
	t.Parallel()
	with := func(name, value string) string {
		members := map[string]string{"isAuthenticated": "true", "principalId": `"p"`, "policyDocuments": "[" + allowAll + "]", name: value}
		var list []string
		for _, k := range []string{"isAuthenticated", "principalId", "policyDocuments", "refreshAfterInSeconds", "disconnectAfterInSeconds"} {
			if v := members[k]; v != "" {
				list = append(list, strconv.Quote(k)+":"+v)
			}
		}
		return "{" + strings.Join(list, ",") + "}"
	}
	const refresh, disconnect = "refreshAfterInSeconds", "disconnectAfterInSeconds"
	all := []badAnswer{
		{"nothing", "", "", "answered nothing"},
		{"white space", " \n\t", "", "answered nothing"},
		{"null", "null", "", "answered nothing"},
		{"a word", "Allow", "", "no JSON"},
		{"HTML", "<html><body>502</body></html>", "", "no JSON"},
		{"single quotes", "{'isAuthenticated': true}", "", "no JSON"},
		{"Python's True", `{"isAuthenticated": True}`, "", "no JSON"},
		{"trailing comma", `{"isAuthenticated": true,}`, "", "no JSON"},
		{"cut off", grantAll[:len(grantAll)-1], "", "no JSON"},
		{"cut off in a string", grantAll[:20], "", "no JSON"},
		{"two objects", grantAll + grantAll, "", "no JSON"},
		{"text after it", grantAll + "x", "", "no JSON"},
		{"byte order mark", "\ufeff" + grantAll, "", "no JSON"},
		{"UTF-16", "\xff\xfe{\x00}\x00", "", "no JSON"},
		{"zero bytes", "\x00\x00\x00", "", "no JSON"},
		{"only zeros inside", "{\x00}", "", "no JSON"},
		{"a comment", "/* yes */" + grantAll, "", "no JSON"},
		{"NaN", with(refresh, "NaN"), "", "no JSON"},
		{"hexadecimal", with(refresh, "0x12c"), "", "no JSON"},
		{"leading zero", with(refresh, "0300"), "", "no JSON"},
		{"plus sign", with(refresh, "+300"), "", "no JSON"},
		{"deeply nested", strings.Repeat("[", 20_000), "", ""},
		{"nested in a member", `{"isAuthenticated": true, "x": ` + strings.Repeat(`{"x":`, 20_000), "", ""},
		{"string", `"true"`, "", "is a string"},
		{"JSON text of JSON text", strconv.Quote(strconv.Quote(grantAll)), "", "is a string that holds no object"}, // once is taken: A-132
		{"list", "[" + grantAll + "]", "", "is a list"},
		{"number", "1", "", "is a number"},
		{"true", "true", "", "is a boolean"},
		{"empty object", "{}", notAuthenticated, "isAuthenticated is missing"},
		{"HTTP response", `{"statusCode": 200, "body": "{}"}`, "", "HTTP response"},
		{"API Gateway", `{"principalId": "p", "policyDocument": ` + allowAll + `}`, "", "API Gateway"},
		{"error object", `{"errorMessage": "x", "errorType": "Error"}`, notAuthenticated, "isAuthenticated is missing"},
		{"false", with("isAuthenticated", "false"), notAuthenticated, "isAuthenticated false"},
		{"true as text", with("isAuthenticated", `"true"`), notAuthenticated, "isAuthenticated is the string"},
		{"one", with("isAuthenticated", "1"), notAuthenticated, "isAuthenticated is the number 1"},
		{"null verdict", with("isAuthenticated", "null"), notAuthenticated, "isAuthenticated is null"},
		{"a list as verdict", with("isAuthenticated", "[true]"), notAuthenticated, "isAuthenticated is a list"},
		{"true and then false", `{"isAuthenticated": true, "isAuthenticated": false}`, notAuthenticated, "false"},
		{"another case", strings.Replace(grantAll, "isA", "IsA", 1), notAuthenticated, "isAuthenticated is missing"},
		{"no principal", with("principalId", ""), "", "principalId is missing"},
		{"null principal", with("principalId", "null"), "", "principalId is missing"},
		{"empty principal", with("principalId", `""`), "", "principalId is empty"},
		{"UUID", with("principalId", `"11111111-2222-3333-4444-555555555555"`), "", "character 9"},
		{"zero in the principal", with("principalId", `"a\u0000"`), "", "character 2"},
		{"half a surrogate", with("principalId", `"\ud800"`), "", "character 1"},
		{"no UTF-8", with("principalId", "\"\xff\""), "", "character 1"},
		{"object as principal", with("principalId", "{}"), "", "principalId is an object"},
		{"129 characters", with("principalId", `"`+strings.Repeat("a", 129)+`"`), "", "129 characters"},
		{"a megabyte of principal", with("principalId", `"`+strings.Repeat("a", 1<<20)+`"`), "", "1048576 characters"},
		{"no documents", with("policyDocuments", ""), "", "cannot be null"},
		{"null documents", with("policyDocuments", "null"), "", "cannot be null"},
		{"document without list", with("policyDocuments", allowAll), "", "want a list"},
		{"eleven documents", with("policyDocuments", "["+strings.Repeat(allowAll+",", 10)+allowAll+"]"), "", "cannot exceed 10"},
		{"100,000 documents", with("policyDocuments", "["+strings.Repeat("{},", 100_000)+"{}]"), "", "cannot exceed 10"},
		{"a large document", with("policyDocuments", `["`+strings.Repeat("x", 2049)+`"]`), "", "2048"},
		{"ten megabytes", with("policyDocuments", `["`+strings.Repeat("x", 10<<20)+`"]`), "", "Function.ResponseSizeTooLarge"},
		{"refresh 299", with(refresh, "299"), "", "299, want 300 to 86400"},
		{"refresh 86401", with(refresh, "86401"), "", "86401, want 300 to 86400"},
		{"disconnect 0", with(disconnect, "0"), "", "0, want 300 to 86400"},
		{"disconnect negative", with(disconnect, "-1"), "", "-1, want 300 to 86400"},
		{"larger than 64 bits", with(disconnect, "18446744073709551616"), "", "want 300 to 86400"},
		{"a thousand digits", with(disconnect, strings.Repeat("9", 1000)), "", "want 300 to 86400"},
		{"fraction", with(refresh, "300.5"), "", "want an integer"},
		{"exponent", with(refresh, "1e400"), "", "want an integer"},
		{"text", with(refresh, `"300"`), "", "want an integer"},
		{"true", with(refresh, "true"), "", "want an integer"},
		{"object", with(disconnect, "{}"), "", "want an integer"},
	}
	checkAnswers(t, all)
}

// Policies inside of answers that are none [B-101 to B-118].
func TestBadPolicies(t *testing.T) {
	t.Parallel()
	const syntax, statement = "Invalid policy syntax", `"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"`
	doc := func(statement string) string { return `{"Version": "2012-10-17", "Statement": [` + statement + `]}` }
	of := func(members string) string { return doc("{" + members + "}") }
	var all []badAnswer
	add := func(name, document, detail string) {
		const before = `{"isAuthenticated": true, "principalId": "p", "policyDocuments": [` + allowAll + ","
		all = append(all, badAnswer{name + " as text", before + quoted(document) + "]}", "", detail})
		if json.Valid([]byte(document)) { // else it is the answer that is no JSON
			all = append(all, badAnswer{name, before + document + "]}", "", detail})
		}
	}
	add("empty text", "", syntax)
	add("no JSON", "Allow *", syntax)
	add("cut off", allowAll[:len(allowAll)-1], syntax)
	add("two documents", allowAll+allowAll, syntax)
	add("zero byte", "{\x00}", syntax)
	add("text in text", quoted(quoted(allowAll)), syntax)
	add("deep", strings.Repeat("[", 2000), syntax)
	add("null", "null", syntax)
	add("number", "7", syntax)
	add("list", "["+allowAll+"]", syntax)
	add("empty object", "{}", syntax)
	add("no version, no statement", `{"Id": "x"}`, syntax)
	add("unknown version", `{"Version": "2020-01-01", "Statement": [{`+statement+`}]}`, "Version")
	add("version as number", `{"Version": 2012, "Statement": [{`+statement+`}]}`, "Version")
	add("no statement", `{"Version": "2012-10-17"}`, "Statement is missing")
	add("statement in lower case", `{"Version": "2012-10-17", "statement": [{`+statement+`}]}`, `has "statement"`)
	// Resource: [] is taken [B-111]
	add("NotResource without resources", doc(`{"Effect": "Allow", "Action": "*", "NotResource": []}`), "NotResource is empty")
	add("statement as text", doc(`"Allow"`), "Statement[0] is a string")
	add("statement null", doc("null"), "Statement[0]")
	add("nested list", doc("[{"+statement+"}]"), "Statement[0]")
	add("effect in lower case", of(strings.Replace(statement, "Allow", "allow", 1)), "Effect")
	add("effect null", of(strings.Replace(statement, `"Allow"`, "null", 1)), "Effect")
	add("two effects", of(strings.Replace(statement, `"Allow"`, `["Allow", "Deny"]`, 1)), "Effect")
	add("no effect", of(`"Action": "*", "Resource": "*"`), "Effect is missing")
	add("no action", of(`"Effect": "Allow", "Resource": "*"`), "Action")
	add("no resource", of(`"Effect": "Allow", "Action": "*"`), "Resource")
	add("both actions", of(statement+`, "NotAction": "iot:Publish"`), "NotAction")
	add("both resources", of(statement+`, "NotResource": "*"`), "NotResource")
	add("action without service", of(strings.Replace(statement, "iot:", "", 1)), "Action")
	add("empty actions", of(`"Effect": "Allow", "Action": [], "Resource": "*"`), "Action is empty")
	add("action null", of(`"Effect": "Allow", "Action": [null], "Resource": "*"`), "Action[0]")
	add("action as object", of(`"Effect": "Allow", "Action": {"iot": "Connect"}, "Resource": "*"`), "Action")
	add("resource without ARN", of(`"Effect": "Allow", "Action": "*", "Resource": "topic/a"`), "Resource")
	add("resource of another kind", of(`"Effect": "Allow", "Action": "*", "Resource": {"Ref": "Topic"}`), "Resource")
	add("empty resource", of(`"Effect": "Allow", "Action": "*", "Resource": ""`), "Resource")
	add("principal", of(statement+`, "Principal": "*"`), "Principal")
	add("misspelt member", of(statement+`, "Conditions": {}`), "Conditions")
	add("Sid as number", of(statement+`, "Sid": 7`), "Sid")
	add("condition as text", of(statement+`, "Condition": "x"`), "Condition")
	add("unknown operator", of(statement+`, "Condition": {"StringIs": {"a": "b"}}`), "StringIs")
	add("operator null", of(statement+`, "Condition": {"Bool": null}`), "Bool")
	add("condition value as object", of(statement+`, "Condition": {"Bool": {"a": {}}}`), "Bool")
	add("2,049 characters", of(statement+`, "Sid": "`+strings.Repeat("x", 2000)+`"`), "2048")
	add("no UTF-8", "{\"Version\": \"\xff\"}", "")
	checkAnswers(t, all)
}

// quoted is a text as JSON; bytes that are no UTF-8 stay.
func quoted(s string) string {
	var b bytes.Buffer
	b.WriteByte('"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b.Write([]byte{'\\', c})
		case c < ' ':
			fmt.Fprintf(&b, `\u%04x`, c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
