package emulator_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// A shadowRefusal is an update that is refused, whatever the shadow is.
type shadowRefusal struct {
	name, body string
	code       int
	message    string
	token      string // of the answer
	rule       string
}

// nested is a section whose leaf is so many keys deep.
func nested(keys int) string {
	return strings.Repeat(`{"k":`, keys) + "1" + strings.Repeat("}", keys)
}

// filled is an update of a section, which is as many bytes as JSON.
func filled(section string, size int) string {
	return fmt.Sprintf(`{"state":{%q:{"k":%q}}}`, section, strings.Repeat("x", size-len(`{"k":""}`)))
}

const invalidUTF8 = "{\"state\":{\"desired\":{\"k\":\"\xff\"}}}"

// shadowRefusals has one fault each, but for those at the end.
func shadowRefusals() []shadowRefusal {
	long := strings.Repeat("t", 65)
	state := func(text string) string { return `{"state":` + text + `,"clientToken":"t"}` }
	return []shadowRefusal{
		{"nothing", "", 400, "Invalid JSON", "", "S-27, S-72"},
		{"half of it", `{"state":{"desired":`, 400, "Invalid JSON", "", "S-72"},
		{"a word", `{"state":{"desired":{"k":Auto}}}`, 400, "Invalid JSON", "", "S-72, GH:awslabs/aws-sdk-android-samples#128"},
		{"something behind it", `{"state":{}} {}`, 400, "Invalid JSON", "", "S-72"},
		{"not UTF-8", invalidUTF8, 415, "Unsupported documented encoding; supported encoding is UTF-8", "", "S-28, S-73"},
		{"no state", `{"clientToken":"empty"}`, 400, "Missing required node: state", "empty", "S-20, S-70, GH:aws/aws-iot-device-sdk-cpp#110"},
		{"state a number", state("1"), 400, "State node must be an object", "t", "S-21"},
		{"state an array", state("[]"), 400, "State node must be an object", "t", "S-21"},
		{"desired a text", state(`{"desired":"on"}`), 400, "Desired node must be an object", "t", "S-21"},
		{"desired an array", state(`{"desired":[{}]}`), 400, "Desired node must be an object", "t", "S-21"},
		{"reported true", state(`{"reported":true}`), 400, "Reported node must be an object", "t", "S-21"},
		{"a delta", state(`{"delta":{"k":1}}`), 400, "State contains an invalid node: 'delta'", "t",
			"S-22, GH:aws-greengrass/aws-greengrass-shadow-manager#178"},
		{"a section of another case", state(`{"Reported":{"k":1}}`), 400, "State contains an invalid node: 'Reported'", "t", "S-22"},
		{"a version that is a text", `{"state":{},"version":"1","clientToken":"t"}`, 400, "Invalid version", "t", "S-25"},
		{"a negative version", `{"state":{},"version":-1,"clientToken":"t"}`, 400, "Invalid version", "t", "S-25"},
		{"a token that is a number", `{"state":{},"clientToken":1}`, 400, "Invalid clientToken", "", "S-24"},
		{"a token of 65 bytes", `{"state":{},"clientToken":"` + long + `"}`, 400, "Invalid clientToken", "", "S-24"},
		{"null in an array", state(`{"desired":{"k":[1,null]}}`), 400, "State contains an invalid node", "t", "S-29, guess"},
		{"null in an object of an array", state(`{"reported":{"k":[[null]]}}`), 400, "State contains an invalid node", "t", "S-29, guess"},
		{"seven levels", state(`{"desired":` + nested(7) + `}`), 400, "JSON contains too many levels of nesting; maximum is 6", "t",
			"S-40, guess"},
		{"more than 8192 bytes", filled("reported", 8193), 413, "The payload exceeds the maximum size allowed", "", "S-39"},
		{"no JSON before no state", `{"clientToken":"t"`, 400, "Invalid JSON", "", "S-28, guess"},
		{"state before version", `{"state":1,"version":-1,"clientToken":"t"}`, 400, "State node must be an object", "t", "S-28, guess"},
		{"desired before reported", state(`{"reported":1,"desired":1}`), 400, "Desired node must be an object", "t", "S-28, guess"},
		{"sections before version", `{"state":{"desired":1},"version":"1"}`, 400, "Desired node must be an object", "", "S-28, guess"},
		{"sections before other keys", state(`{"x":1,"reported":1}`), 400, "Reported node must be an object", "t", "S-28, guess"},
		{"version before token", `{"state":{},"version":"1","clientToken":1}`, 400, "Invalid version", "", "S-28, guess"},
		{"token before depth", `{"state":{"desired":` + nested(7) + `},"clientToken":1}`, 400, "Invalid clientToken", "", "S-28, guess"},
		{"depth before a conflict", `{"state":{"desired":` + nested(7) + `},"version":9999}`, 400,
			"JSON contains too many levels of nesting; maximum is 6", "", "S-28, guess"},
	}
}

// body is the rejected document [S-70].
func (r shadowRefusal) rejected() map[string]any {
	body := map[string]any{"code": r.code, "message": r.message}
	if r.token != "" {
		body["clientToken"] = r.token
	}
	return body
}

var shadowExceptions = map[int]string{400: "InvalidRequestException", 404: "ResourceNotFoundException", 409: "ConflictException",
	413: "RequestEntityTooLargeException", 415: "UnsupportedDocumentEncodingException"}

// Each refusal is AWS's, on the rejected topic over MQTT and as an exception over HTTP,
// and leaves the shadow as it was [S-70, S-72…S-75, S-81].
func TestShadowRefusals(t *testing.T) {
	t.Parallel()
	s := newShadowCalls(t)
	at := shadowAt{thing: "refused"}
	s.ask("5", "update", at, `{"state":{"reported":{"a":1}}}`)
	for _, r := range shadowRefusals() {
		for _, way := range shadowWays {
			h := s.ask(way, "update", at, r.body)
			if h.code != r.code || h.text != r.message {
				t.Errorf("%s over %s: got %d %q, want %d %q (%s)", r.name, way, h.code, h.text, r.code, r.message, r.rule)
			}
			if want := canonical(r.rejected()); way != "HTTP" && canonical(h.answer) != want {
				t.Errorf("%s over %s: got %s, want %s (S-70, %s)", r.name, way, canonical(h.answer), want, r.rule)
			}
		}
		status, kind, text := s.http("POST", at.path(), r.body)
		if want := shadowExceptions[r.code]; slices.Contains(shadowWays, "HTTP") && kind != want {
			t.Errorf("%s: got %d %q %s, want %s (S-81)", r.name, status, kind, text, want)
		}
	}
	if got := undated(s.ask("5", "get", at, "").answer); got != `{"metadata":{"reported":{"a":{"timestamp":0}}},"state":{"reported":{"a":1}},`+
		`"timestamp":0,"version":1}` {
		t.Errorf("got %s, want the shadow as it was (S-75)", got)
	}
}

// What is as long, as deep, or as many bytes as may be is taken, by itself and merged
// [S-24, S-39, S-40].
func TestShadowBounds(t *testing.T) {
	t.Parallel()
	s := newShadowCalls(t)
	tests := []struct {
		name   string
		bodies []string
		code   int // of the last
		rule   string
	}{
		{"6 levels", []string{`{"state":{"desired":` + nested(6) + `,"reported":` + nested(6) + `}}`}, 200, "S-40, guess"},
		{"a token of 64 bytes", []string{`{"state":{},"clientToken":"` + strings.Repeat("t", 64) + `"}`}, 200, "S-24"},
		{"8100 bytes", []string{filled("desired", 8100)}, 200, "S-39"},
		{"4000 and 4000", []string{filled("desired", 4000), filled("reported", 4000)}, 200, "S-39"},
		{"4200 and 4200", []string{filled("desired", 4200), filled("reported", 4200)}, 413, "S-39: both count"},
		{"44 more", []string{filled("reported", 8180), `{"state":{"reported":{"9":"0123456789"}}}`}, 413, "S-39: what is merged counts"},
		{"another 8000", []string{filled("reported", 8000), filled("reported", 8000)}, 200, "S-39: what is replaced does not count"},
		{"less again", []string{filled("reported", 8000), `{"state":{"reported":{"k":null}}}`, filled("desired", 8000)}, 200, "S-39"},
	}
	for i, tt := range tests {
		at := shadowAt{thing: fmt.Sprint("bound", i)}
		var h shadowHeard
		for _, body := range tt.bodies {
			h = s.ask("3.1.1", "update", at, body)
		}
		if h.code != tt.code {
			t.Errorf("%s: got %d %q, want %d (%s)", tt.name, h.code, h.text, tt.code, tt.rule)
		}
	}
}
