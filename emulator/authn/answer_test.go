package authn

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestAcceptedAnswers(t *testing.T) {
	quoted, _ := json.Marshal(allowAll)
	answer := func(rest string) string {
		return `{"isAuthenticated":true,"principalId":"TEST123","policyDocuments":[` + allowAll + `]` + rest + `}`
	}
	tests := []struct {
		name                string
		answer              string
		documents           int
		refresh, disconnect time.Duration
		source              string
	}{
		{"the guide's", answer(`,"disconnectAfterInSeconds":3600,"refreshAfterInSeconds":300`), 1, 5 * time.Minute, time.Hour, "A-120, S1"},
		{"no timers", answer(""), 1, 5 * time.Minute, 24 * time.Hour, "A-127, spec/README"},
		{"null timers", answer(`,"disconnectAfterInSeconds":null,"refreshAfterInSeconds":null`), 1, 5 * time.Minute, 24 * time.Hour, "guess"},
		{"longest timers", answer(`,"disconnectAfterInSeconds":86400,"refreshAfterInSeconds":86400`), 1, 24 * time.Hour, 24 * time.Hour,
			"A-127, A-129"},
		{"shortest timers", answer(`,"disconnectAfterInSeconds":300,"refreshAfterInSeconds":300`), 1, 5 * time.Minute, 5 * time.Minute,
			"A-127, A-129"},
		{"JSON text, as of json.dumps", strconv.Quote(answer(`,"refreshAfterInSeconds":600`)), 1, 10 * time.Minute, 24 * time.Hour, "A-132, F-1"},
		{"JSON text with white space", "\n" + strconv.Quote(" "+answer("")+"\n") + " ", 1, 5 * time.Minute, 24 * time.Hour, "A-132, F-1"},
		{"other members", answer(`,"context":{},"password":"x","isauthenticated":false`), 1, 5 * time.Minute, 24 * time.Hour, "A-131"},
		{"a document as a string", fmt.Sprintf(`{"isAuthenticated":true,"principalId":"anonymous","policyDocuments":[%s,%s]}`, quoted, allowAll),
			2, 5 * time.Minute, 24 * time.Hour, "B-118, S2"},
		{"no documents", `{"isAuthenticated":true,"principalId":"a","policyDocuments":[]}`, 0, 5 * time.Minute, 24 * time.Hour, "A-126, B-119"},
		{"ten documents", `{"isAuthenticated":true,"principalId":"a","policyDocuments":[` + strings.Repeat(allowAll+",", 9) + allowAll + `]}`, 10,
			5 * time.Minute, 24 * time.Hour, "A-124"},
		{"white space not counted", fmt.Sprintf(`{"isAuthenticated":true,"principalId":"a","policyDocuments":[%q]}`,
			strings.Repeat(" ", 3000)+allowAll), 1, 5 * time.Minute, 24 * time.Hour, "B-127"},
		{"128 characters", `{"isAuthenticated":true,"principalId":"` + strings.Repeat("a", 128) + `","policyDocuments":[]}`, 0, 5 * time.Minute,
			24 * time.Hour, "A-123"},
		{"white space around", " \n" + answer("") + "\n", 1, 5 * time.Minute, 24 * time.Hour, "JSON"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g, err := parseAnswer([]byte(tt.answer), "", nil)
			if err != nil {
				t.Fatalf("got %v, want a grant (%s)", err, tt.source)
			}
			if len(g.Documents) != tt.documents || g.RefreshAfter != tt.refresh || g.DisconnectAfter != tt.disconnect {
				t.Errorf("got %d documents, %v, %v, want %d, %v, %v (%s)", len(g.Documents), g.RefreshAfter, g.DisconnectAfter,
					tt.documents, tt.refresh, tt.disconnect, tt.source)
			}
			if noted := len(g.Notes) > 0; noted != (tt.documents == 0) {
				t.Errorf("notes: got %q, want one only if nothing is allowed (B-119)", g.Notes)
			}
		})
	}
}

func TestRefusedAnswers(t *testing.T) {
	principal := func(json string) string {
		return `{"isAuthenticated":true,"principalId":` + json + `,"policyDocuments":[]}`
	}
	documents := func(json string) string {
		return `{"isAuthenticated":true,"principalId":"a","policyDocuments":` + json + `}`
	}
	timer := func(name, json string) string {
		return `{"isAuthenticated":true,"principalId":"a","policyDocuments":[],"` + name + `":` + json + `}`
	}
	const refresh, disconnect = "refreshAfterInSeconds", "disconnectAfterInSeconds"
	tests := []struct {
		name, answer string
		code         string
		detail       string // its beginning
		rule         string // one of Rules
		source       string
	}{
		{"denied", `{"isAuthenticated":false}`, notAuthenticated, "the function answered isAuthenticated false", "A-121", "A-122"},
		{"denied with zeros", `{"isAuthenticated":false,"principalId":"","policyDocuments":null,"refreshAfterInSeconds":0}`, notAuthenticated,
			"the function answered isAuthenticated false", "A-121", "A-122"},
		{"no verdict", `{"principalId":"a"}`, notAuthenticated, "isAuthenticated is missing, want true", "A-121", "A-121, guess"},
		{"verdict in Go's spelling", `{"IsAuthenticated":true}`, notAuthenticated, "isAuthenticated is missing, want true", "D-20",
			"A-121, guess"},
		{"verdict as a string", `{"isAuthenticated":"true"}`, notAuthenticated, `isAuthenticated is the string "true", want true without quotes`,
			"A-121", "A-121, guess"},
		{"verdict as a number", `{"isAuthenticated":1}`, notAuthenticated, "isAuthenticated is the number 1", "A-121", "A-121, guess"},
		{"verdict null", `{"isAuthenticated":null}`, notAuthenticated, "isAuthenticated is null", "A-121", "A-121, guess"},

		{"nothing", "", lambdaExecutionError, "the function answered nothing, want an object", "D-20", "A-125"},
		{"null", " null ", lambdaExecutionError, "the function answered nothing, want an object", "D-20", "A-125"},
		{"no JSON", "Allow", lambdaExecutionError, "the answer is no JSON: byte 1: invalid character 'A'", "A-140", "B-120"},
		{"cut off", `{"isAuthenticated":true`, lambdaExecutionError, "the answer is no JSON: byte 23", "A-140", "B-120"},
		{"a word", `"Allow"`, lambdaExecutionError, "the answer is a string that holds no object, want an object", "D-28", "A-132"},
		{"JSON text of a list", `"[1]"`, lambdaExecutionError, "the answer is a string that holds no object, want an object", "D-28", "A-132"},
		{"JSON text of JSON text", `"\"{}\""`, lambdaExecutionError, "the answer is a string that holds no object, want an object", "D-28",
			"A-132"},
		{"JSON text that is cut off", `"{\"isAuthenticated\":true"`, lambdaExecutionError, "the answer is a string that holds no object", "D-28",
			"A-132"},
		{"JSON text without a principal", `"{\"isAuthenticated\":true}"`, lambdaExecutionError, "principalId is missing", "A-123", "A-132"},
		{"list", "[1]", lambdaExecutionError, "the answer is a list, want an object", "A-140", "B-120"},
		{"true", "true", lambdaExecutionError, "the answer is a boolean, want an object", "A-140", "B-120"},
		{"HTTP response", `{"statusCode":200,"body":"{}"}`, lambdaExecutionError, "the answer is an HTTP response", "D-20", "A-133, guess"},
		{"API Gateway", `{"principalId":"a","policyDocument":{"Statement":[]}}`, lambdaExecutionError,
			"the answer is an API Gateway authorizer's", "D-20", "A-133, guess"},

		{"no principal", `{"isAuthenticated":true,"policyDocuments":[]}`, lambdaExecutionError,
			"principalId is missing, want 1 to 128 letters and digits", "A-123", "spec/README"},
		{"dash", principal(`"user-42"`), lambdaExecutionError, `principalId "user-42": character 5 is '-', allowed are letters and digits`,
			"D-10", "A-123"},
		{"letter with an accent", principal(`"andré"`), lambdaExecutionError, `principalId "andré": character 5 is 'é'`, "D-10", "A-123"},
		{"long and wrong", principal(`"` + strings.Repeat("a", 40) + `-"`), lambdaExecutionError,
			"principalId of 41 characters: character 41 is '-'", "D-10", "A-123"},
		{"empty", principal(`""`), lambdaExecutionError, "principalId is empty", "D-10", "A-123"},
		{"number", principal("42"), lambdaExecutionError, "principalId is the number 42, want a string", "D-10", "A-123"},
		{"null principal", principal("null"), lambdaExecutionError, "principalId is missing", "D-10", "A-123"},
		{"129 characters", principal(`"` + strings.Repeat("a", 129) + `"`), lambdaExecutionError,
			"principalId has 129 characters, allowed are 128", "D-10", "A-123"},

		{"documents missing", `{"isAuthenticated":true,"principalId":"a"}`, lambdaExecutionError,
			"policyDocuments failed to satisfy constraint: List of policies cannot be null.", "B-117", "B-117"},
		{"documents null", documents("null"), lambdaExecutionError, listNull, "B-117", "B-117"},
		{"documents in the singular", `{"isAuthenticated":true,"principalId":"a","policyDocument":{}}`, lambdaExecutionError, listNull, "D-20",
			"A-133, guess"},
		{"no list", documents(allowAll), lambdaExecutionError, "policyDocuments is an object, want a list", "D-20", "A-124"},
		{"list as a string", documents(`"[]"`), lambdaExecutionError, "policyDocuments is a string, want a list", "D-20", "A-124"},
		{"eleven", documents("[" + strings.Repeat(allowAll+",", 10) + allowAll + "]"), lambdaExecutionError,
			"policyDocuments failed to satisfy constraint: Number of policies allowed cannot exceed 10", "B-115", "B-115"},
		{"large object", documents(`[{"Version":"2012-10-17","Statement":[],"Id":"` + strings.Repeat("a", 2048) + `"}]`), lambdaExecutionError,
			"policyDocuments failed to satisfy constraint: Size of a policy document cannot exceeds hard limit of 2048", "B-116", "B-116"},
		{"no policy", documents(`[` + allowAll + `,{"Statement":"x"}]`), lambdaExecutionError,
			"policyDocuments failed to satisfy constraint: Policy document is Malformed: Invalid policy syntax. (policy LambdaPolicy[1]: ", "B-114",
			"B-114"},
		{"a resource that is no ARN", documents(`[` + strings.Replace(allowAll, `"*"}`, `"[\"arn:aws:iot:r:1:client/a\"]"}`, 1) + `]`),
			lambdaExecutionError,
			`policyDocuments failed to satisfy constraint: Policy document is Malformed: The resource ["arn:aws:iot:r:1:client/a"] is not in valid ARN format`, "B-114", "A-331"},
		{"text that is no JSON", documents(`["Allow"]`), lambdaExecutionError, malformed, "B-114", "B-114"},
		{"number for a document", documents("[42]"), lambdaExecutionError, malformed, "B-114", "B-114"},
		{"null for a document", documents("[null]"), lambdaExecutionError, malformed, "B-114", "B-114"},

		{"refresh too short", timer(refresh, "299"), lambdaExecutionError, "refreshAfterInSeconds is 299, want 300 to 86400", "B-407", "B-407"},
		{"refresh too long", timer(refresh, "86401"), lambdaExecutionError, "refreshAfterInSeconds is 86401, want 300 to 86400", "B-407",
			"A-129"},
		{"disconnect too short", timer(disconnect, "0"), lambdaExecutionError, "disconnectAfterInSeconds is 0, want 300 to 86400", "B-407",
			"A-129"},
		{"disconnect too long", timer(disconnect, "86401"), lambdaExecutionError, "disconnectAfterInSeconds is 86401, want 300 to 86400", "B-407",
			"B-407"},
		{"negative", timer(refresh, "-300"), lambdaExecutionError, "refreshAfterInSeconds is -300, want 300", "B-407", "spec/README"},
		{"huge", timer(refresh, strings.Repeat("9", 400)), lambdaExecutionError, "refreshAfterInSeconds is a number of 400 digits, want 300",
			"B-407", "spec/README"},
		{"string", timer(refresh, `"300"`), lambdaExecutionError, `refreshAfterInSeconds is the string "300", want an integer`, "A-130",
			"A-130, guess"},
		{"fraction", timer(refresh, "300.5"), lambdaExecutionError, "refreshAfterInSeconds is the number 300.5, want an integer", "A-130",
			"A-130, guess"},
		{"small float", timer(disconnect, "299.0"), lambdaExecutionError, "disconnectAfterInSeconds is 299.0, want 300", "B-407", "A-130, guess"},
		{"float with an exponent", timer(disconnect, "3.6e3"), lambdaExecutionError,
			"disconnectAfterInSeconds is the number 3.6e3, want an integer", "A-130", "A-130, guess"},
		{"exponent", timer(refresh, "1e3"), lambdaExecutionError, "refreshAfterInSeconds is the number 1e3, want an integer", "A-130",
			"A-130, guess"},
		{"object", timer(refresh, "{}"), lambdaExecutionError, "refreshAfterInSeconds is an object, want an integer", "A-130", "A-130, guess"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g, err := parseAnswer([]byte(tt.answer), "", nil)
			var refused *Error
			if !errors.As(err, &refused) {
				t.Fatalf("got %+v, %v, want %s (%s)", g, err, tt.code, tt.source)
			}
			if refused.Reason != tt.code || !strings.HasPrefix(refused.Detail, tt.detail) {
				t.Errorf("got %v, want %s: %s… (%s)", refused, tt.code, tt.detail, tt.source)
			}
			if !strings.Contains(" "+strings.Join(refused.Rules, " ")+" ", " "+tt.rule+" ") {
				t.Errorf("rules: got %v, want %s among them", refused.Rules, tt.rule)
			}
		})
	}
}

// TestAnswerNotes: what is taken, and AWS may read otherwise or not at all.
func TestAnswerNotes(t *testing.T) {
	with := func(members, document string) string {
		return `{"isAuthenticated":true,"principalId":"a","policyDocuments":[` + document + `]` + members + `}`
	}
	const empty = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:Connect","Resource":"*"},{"Effect":"Allow","Action":"iot:Publish","Resource":[]}]}`
	tests := []struct{ name, answer, note, rule, source string }{
		{"nothing to say", with("", allowAll), "", "", "A-120"},
		{"a timer of Python's total_seconds()", with(`,"refreshAfterInSeconds":3600.0`, allowAll),
			"refreshAfterInSeconds is 3600.0: AWS is not known to take a number with a decimal point, write 3600", "A-130", "F-16"},
		{"a member of AWS's old page", with(`,"DisconnectAfterInSecs":3600`, allowAll),
			`the answer has "DisconnectAfterInSecs", which nobody reads: is "disconnectAfterInSeconds" meant?`, "A-131", "E-9"},
		{"another one", with(`,"refresh_after_in_seconds":600`, allowAll), `is "refreshAfterInSeconds" meant?`, "A-131", "E-9"},
		{"one of the function's own", with(`,"context":{"tenant":1},"ttl":60`, allowAll), "", "", "A-131"},
		{"both", with(`,"refreshAfterInSecond":600,"refreshAfterInSeconds":600`, allowAll), "", "", "A-131"},
		{"no resources", with("", empty), "LambdaPolicy[0] Statement[1].Resource is empty, which matches nothing; AWS is not known to take it",
			"B-111", "F-15"},
		{"no statements", with("", `{"Version":"2012-10-17","Statement":[]}`), "LambdaPolicy[0] Statement is empty, which allows nothing",
			"B-111", "F-15"},
		{"a variable without a Version",
			with("", strings.Replace(strings.Replace(allowAll, `"Version":"2012-10-17",`, "", 1), `"*"}`,
				`"arn:aws:iot:us-east-1:0:client/${iot:ClientId}"}`, 1)),
			"which stays plain text: Version is missing", "B-109", "E-4"},
		{"a variable of another case", with("", strings.Replace(allowAll, `"*"}`, `"arn:aws:iot:us-east-1:0:client/${iot:clientId}"}`, 1)),
			"LambdaPolicy[0] Statement[0].Resource has ${iot:clientId}, which is no policy variable: names count as written, want such as " +
				"${iot:ClientId}", "B-338", "F-9"},
	}
	for _, tt := range tests {
		g, err := parseAnswer([]byte(tt.answer), "", nil)
		if err != nil {
			t.Errorf("%s: got %v, want a grant (%s)", tt.name, err, tt.source)
			continue
		}
		notes := g.Remarks()
		if got := slices.ContainsFunc(notes, func(n Note) bool { return n.Rule == tt.rule && strings.Contains(n.Text, tt.note) }); !got &&
			tt.note != "" || tt.note == "" && len(notes) > 0 {
			t.Errorf("%s: got %q, want %q (%s)", tt.name, notes, tt.note, tt.source)
		}
	}
}

// A grant within AWS's limits or an error, never a panic.
func FuzzAnswer(f *testing.F) {
	f.Add([]byte(yesAnswer))
	f.Add([]byte(`{"isAuthenticated":true,"principalId":"a","policyDocuments":["{}"],"refreshAfterInSeconds":1e3}`))
	f.Add([]byte(`"{}"`))
	f.Add([]byte(" "))
	f.Fuzz(func(t *testing.T, answer []byte) {
		g, err := parseAnswer(answer, "", nil)
		var refused *Error
		switch {
		case err != nil && !errors.As(err, &refused):
			t.Errorf("got %T, want *Error", err)
		case err == nil && (g.RefreshAfter < 5*time.Minute || g.DisconnectAfter > 24*time.Hour || g.PrincipalID == "" || len(g.Documents) > 10):
			t.Errorf("got %+v, want a grant within the limits (A-120)", g)
		}
	})
}
