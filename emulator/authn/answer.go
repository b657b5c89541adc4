package authn

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/suback/suback/emulator/near"
	"github.com/suback/suback/emulator/policy"
)

// The function's answer
//
//   - an object, or a string that holds one: what a handler gives that returns
//     json.dumps(answer) or JSON.stringify(answer); anything else is invalid
//     [A-133, guess]
//   - isAuthenticated true, or the client is refused whatever the rest says
//
//   - principalId: 1 to 128 letters and digits
//   - policyDocuments: a list, maybe empty [B-119], of at most 10 objects or
//     strings holding JSON, of at most 2048 characters each [A-124, B-114 to
//     B-118]
//   - timers: integers from 300 to 86400; refused when out of range
//     [spec/README]; absent or null means the default [null: guess]; 3600.0 is
//     taken, with a note [A-130, guess]
//   - names count with their case; other members are ignored, with a note
//     about those that look like known ones
//   - beside a certificate principalId is the certificate's id [guess: else
//     refused], and policyDocuments may be missing
//
// The first mistake in this order is the one reported.

const (
	minTimer          = 300   // seconds
	maxTimer          = 86400 // seconds
	defaultRefresh    = 300   // seconds [A-128, spec/README]
	defaultDisconnect = 86400 // seconds
	maxPrincipal      = 128   // characters

	refreshMember    = "refreshAfterInSeconds"
	disconnectMember = "disconnectAfterInSeconds"
)

// The words of AWS's message about policyDocuments [B-114 to B-117].
const (
	constraint     = "policyDocuments failed to satisfy constraint: "
	listNull       = constraint + "List of policies cannot be null."
	tooMany        = constraint + "Number of policies allowed cannot exceed 10"
	tooLarge       = constraint + "Size of a policy document cannot exceeds hard limit of 2048"
	malformed      = constraint + "Policy document is Malformed: Invalid policy syntax."
	documentFormat = "LambdaPolicy[%d]"
)

// parseAnswer checks what an authorizer's function answered, as the gateway
// does. A principal is the id of the certificate that the client has, "" if
// none was asked for. The error is an *Error; it may repeat values of
// the answer. What is known of it is not read again.
func parseAnswer(answer []byte, principal string, known *answers) (*Grant, error) {
	if g := known.find(answer, principal); g != nil {
		return g, nil
	}
	g, err := readAnswer(answer, principal, known)
	if err == nil {
		known.add(answer, principal, g)
	}
	return g, err
}

func readAnswer(answer []byte, principal string, known *answers) (*Grant, error) {
	members, err := readMembers(answer)
	if err != nil {
		return nil, err
	}
	if err := checkAuthenticated(members); err != nil {
		return nil, err
	}
	var g Grant
	if g.PrincipalID, err = readPrincipal(members["principalId"]); err != nil {
		return nil, err
	}
	if principal != "" && g.PrincipalID != principal {
		return nil, refuse(lambdaExecutionError, "principalId %s is not the certificate's, want %s",
			quote(g.PrincipalID), principal).
			because("A-249").try(hintSamePrincipal)
	}
	optional := principal != "" && absent(members["policyDocuments"])
	if g.Documents, err = readDocuments(members, known); err != nil && !optional {
		return nil, err
	}
	if g.RefreshAfter, err = readTimer(members, refreshMember, defaultRefresh); err != nil {
		return nil, err
	}
	if g.DisconnectAfter, err = readTimer(members, disconnectMember, defaultDisconnect); err != nil {
		return nil, err
	}
	g.Notes = answerNotes(members)
	if len(g.Documents) == 0 && principal == "" {
		g.Notes = append(g.Notes, Note{"policyDocuments is empty: nothing is allowed, not even iot:Connect",
			"B-119"})
	}
	return &g, nil
}

// readMembers takes the answer apart, and recognises the answers people give
// that are no authorizer's.
func readMembers(answer []byte) (map[string]json.RawMessage, error) {
	var members map[string]json.RawMessage
	if inner := ""; bytes.HasPrefix(bytes.TrimSpace(answer), []byte(`"`)) && json.Unmarshal(answer, &inner) == nil &&
		json.Unmarshal([]byte(inner), &members) == nil {
		answer = []byte(inner)
	}
	err := json.Unmarshal(answer, &members)
	var syntax *json.SyntaxError
	switch {
	case len(bytes.TrimSpace(answer)) == 0 || string(bytes.TrimSpace(answer)) == "null":
		return nil, refuse(lambdaExecutionError, "the function answered nothing, want an object").
			try(hintNothing, "D-20")
	case errors.As(err, &syntax):
		return nil, refuse(lambdaExecutionError, "the answer is no JSON: byte %d: %v", syntax.Offset, syntax).
			because("A-140").try(hintShape)
	case answer[0] == '"' || kind(answer) == "a string":
		return nil, refuse(lambdaExecutionError, "the answer is a string that holds no object, want an object").
			because("A-132").try(hintString, "D-28")
	case err != nil:
		return nil, refuse(lambdaExecutionError, "the answer is %s, want an object", kind(answer)).because("A-140").
			try(hintShape)
	}
	_, hasVerdict := members["isAuthenticated"]
	switch {
	case hasVerdict:
		return members, nil
	case has(members, "statusCode"), has(members, "body"):
		return nil, refuse(lambdaExecutionError,
			"the answer is an HTTP response with statusCode and body, want isAuthenticated and so on at the top").
			because("A-133").try(hintShape, "D-20")
	case has(members, "policyDocument"):
		return nil, refuse(lambdaExecutionError,
			"the answer is an API Gateway authorizer's, with policyDocument and no isAuthenticated").
			because("A-133").try(hintShape, "D-20")
	}
	return members, nil
}

func has(members map[string]json.RawMessage, name string) bool {
	_, ok := members[name]
	return ok
}

// checkAuthenticated wants isAuthenticated to be true.
func checkAuthenticated(members map[string]json.RawMessage) error {
	raw, ok := members["isAuthenticated"]
	switch {
	case !ok:
		// [A-121, guess]
		e := refuse(notAuthenticated, "isAuthenticated is missing, want true").because("A-121").try(hintShape)
		for name := range members {
			if strings.EqualFold(name, "isAuthenticated") {
				e.try(hintSpelling(name, "isAuthenticated"))
			}
		}
		return e
	case string(raw) == "true":
		return nil
	case string(raw) == "false":
		return refuse(notAuthenticated, "the function answered isAuthenticated false").because("A-121")
	}
	return refuse(notAuthenticated, "isAuthenticated is %s, want true without quotes", show(raw)).
		because("A-121").
		try(hintBoolean, "D-20")
}

// readPrincipal wants 1 to 128 letters and digits.
func readPrincipal(raw json.RawMessage) (string, error) {
	invalid := func(format string, args ...any) (string, error) {
		return "", refuse(lambdaExecutionError, "principalId "+format, args...).because("A-123").
			try(hintPrincipal, "D-10")
	}
	if absent(raw) {
		return invalid("is missing, want 1 to %d letters and digits", maxPrincipal)
	}
	var id string
	if json.Unmarshal(raw, &id) != nil {
		return invalid("is %s, want a string", show(raw))
	}
	if id == "" {
		return invalid("is empty, want 1 to %d letters and digits", maxPrincipal)
	}
	n := 0
	for _, c := range id {
		n++
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') {
			return invalid("%s: character %d is %q, allowed are letters and digits", quote(id), n, c)
		}
	}
	if n > maxPrincipal {
		return invalid("has %d characters, allowed are %d", n, maxPrincipal)
	}
	return id, nil
}

// readDocuments parses policyDocuments; the words in front are AWS's.
func readDocuments(members map[string]json.RawMessage, known *answers) ([]*policy.Document, error) {
	raw := members["policyDocuments"]
	if absent(raw) {
		e := refuse(lambdaExecutionError, listNull).saying(listNull).because("B-117").try(hintDocuments)
		if has(members, "policyDocument") {
			e.try(hintSpelling("policyDocument", "policyDocuments"))
		}
		return nil, e
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		return nil, refuse(lambdaExecutionError, "policyDocuments is %s, want a list", kind(raw)).because("A-124").
			try(hintList, "D-20")
	}
	if len(list) > policy.MaxDocuments {
		return nil, refuse(lambdaExecutionError, "%s (there are %d)", tooMany, len(list)).saying(tooMany).
			because("B-115", "D-20").try(hintMany)
	}
	documents := make([]*policy.Document, 0, len(list))
	for i, raw := range list {
		d, err := readDocument(fmt.Sprintf(documentFormat, i), raw, known)
		if err != nil {
			return nil, err
		}
		documents = append(documents, d)
	}
	return documents, nil
}

// readDocument parses one member of policyDocuments: an object, or a string
// that holds one [B-118].
func readDocument(name string, raw json.RawMessage, known *answers) (*policy.Document, error) {
	text := []byte(raw)
	if kind(raw) == "a string" {
		var s string
		if err := json.Unmarshal(raw, &s); err != nil {
			return nil, refuse(lambdaExecutionError, "%s (policy %s: %v)", malformed, name, err).saying(malformed).
				because("B-114").try(hintDocument)
		}
		text = []byte(s)
	}
	key := named{name, string(text)}
	if d := known.document(key); d != nil {
		return d, nil
	}
	if n := policy.Size(text); n > policy.MaxDocumentSize {
		return nil, refuse(lambdaExecutionError, "%s (policy %s has %d, white space not counted)", tooLarge, name,
			n).saying(tooLarge).
			because("B-116", "D-20").try(hintLong)
	}
	d, err := policy.ParseAnswered(name, text)
	if err != nil {
		text := malformed
		if e := new(policy.Error); errors.As(err, &e) {
			text = constraint + e.AWS()
		}
		return nil, refuse(lambdaExecutionError, "%s (%v)", text, err).saying(text).because("B-114", "D-20").
			try(hintDocument)
	}
	known.addDocument(key, d)
	return d, nil
}

// readTimer reads a number of seconds. 300.0 is one; 3e2 and "300" are none [A-130,
// guess].
func readTimer(members map[string]json.RawMessage, name string, absence int) (time.Duration, error) {
	raw := members[name]
	if absent(raw) {
		return time.Duration(absence) * time.Second, nil
	}
	n, err := strconv.Atoi(wholeNumber(raw))
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, refuse(lambdaExecutionError, "%s is %s, want an integer", name, show(raw)).because("A-130").
			try("write it as a whole number of seconds, without quotes: int(…) in Python, Math.round(…) in JavaScript")
	}
	if err != nil || n < minTimer || n > maxTimer {
		return 0, refuse(lambdaExecutionError, "%s is %s, want %d to %d", name, quoteNumber(raw), minTimer,
			maxTimer).
			because("B-407", "D-20").try(fmt.Sprintf("write seconds from %d to %d, not milliseconds or minutes, or "+
			"leave %s out", minTimer, maxTimer, name))
	}
	return time.Duration(n) * time.Second, nil
}

// wholeNumber leaves out zeros behind a decimal point, as Python's total_seconds()
// gives them.
func wholeNumber(raw json.RawMessage) string {
	whole, zeros, _ := strings.Cut(string(raw), ".")
	if strings.Trim(zeros, "0") != "" {
		return string(raw)
	}
	return whole
}

// members that an answer has.
var answerMembers = []string{"isAuthenticated", "principalId", "policyDocuments", refreshMember,
	disconnectMember}

// answerNotes are about what AWS may read otherwise, or does not read at all.
func answerNotes(members map[string]json.RawMessage) (notes []Note) {
	for _, name := range []string{refreshMember, disconnectMember} {
		if strings.Contains(string(members[name]), ".") {
			notes = append(notes, Note{fmt.Sprintf("%s is %s: AWS is not known to take a number with a decimal "+
				"point, write %s",
				name, members[name], wholeNumber(members[name])), "A-130"})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		meant := near.Name(name, answerMembers)
		if meant != "" && !slices.Contains(answerMembers, name) && !has(members, meant) {
			notes = append(notes, Note{fmt.Sprintf("the answer has %s, which nobody reads: is %q meant?", quote(name),
				meant), "A-131"})
		}
	}
	return notes
}

func absent(raw json.RawMessage) bool { return raw == nil || string(raw) == "null" }

// kind names the type of a JSON value.
func kind(raw []byte) string {
	raw = bytes.TrimSpace(raw)
	switch raw[0] {
	case '"':
		return "a string"
	case '{':
		return "an object"
	case '[':
		return "a list"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	}
	return "a number"
}

// show is the kind of a JSON value, and the value if it is a short one.
func show(raw json.RawMessage) string {
	var s string
	switch k := kind(raw); {
	case k == "a string" && json.Unmarshal(raw, &s) == nil:
		return "the string " + quote(s)
	case k == "a number":
		return "the number " + quoteNumber(raw)
	default:
		return k
	}
}

const maxQuote = 40 // characters

// quote quotes a text of the answer, or tells the length of a long one. It does
// not cut: half a secret could not be recognised and hidden any more.
func quote(s string) string {
	if n := utf8.RuneCountInString(s); n > maxQuote {
		return fmt.Sprintf("of %d characters", n)
	}
	return strconv.Quote(s)
}

func quoteNumber(raw json.RawMessage) string {
	if len(raw) > maxQuote {
		return fmt.Sprintf("a number of %d digits", len(raw))
	}
	return string(raw)
}

// ReadAnswer reads what an authorizer's function answered, or what TestInvokeAuthorizer
// shows of it, as the gateway does at a CONNECT without a certificate. The error is an
// *Error.
func ReadAnswer(answer []byte) (*Grant, error) { return readAnswer(answer, "", nil) }
