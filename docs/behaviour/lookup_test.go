package behaviour

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestEveryRule: each rule of each file can be shown, whole and once.
func TestEveryRule(t *testing.T) {
	counts := map[string]int{}
	starts := map[string]bool{}
	held := 0
	for i, r := range Rules() {
		if i%50 == 0 {
			if found, ok := Find(strings.ToLower(r.Number)); !ok || found.String() != r.String() {
				t.Errorf("Find(%q): got %v, %v, want the rule", strings.ToLower(r.Number), found, ok)
			}
		}
		switch {
		case len(strings.Fields(r.Text)) < 2:
			t.Errorf("%s: got the text %q, want words", r.Number, r.Text)
		case bulletRule.MatchString(r.Text) || tableRule.MatchString(r.Text) || strings.Contains(r.Text, "\n- ") ||
			strings.Contains(r.Text, "\n#"):
			t.Errorf("%s: got the text %q, want one rule without its number", r.Number, r.Text)
		case strings.HasSuffix(r.Text, "---") && !strings.HasSuffix(r.Text, "|"), strings.Count(r.Text, "```")%2 != 0:
			t.Errorf("%s: got the text %q, want it cut where it ends", r.Number, r.Text)
		}
		if start := r.File + strings.ToLower(r.Text); starts[start] {
			t.Errorf("%s: got the text %q, which another rule has too", r.Number, r.Text)
		} else {
			starts[start] = true
		}
		if !strings.HasPrefix(r.Number, "Q") {
			counts[strings.TrimPrefix(r.File, "docs/behaviour/")]++
		}
		held += min(len(r.Tests), 1)
	}
	for _, c := range Coverage(Operations{}).Files {
		if counts[c.File] != c.Rules || c.Rules == 0 {
			t.Errorf("%s: got %d rules, want %d as Coverage has it", c.File, counts[c.File], c.Rules)
		}
	}
	if want := strings.Count(embedded("tests.md"), "` |\n"); held != want || held < 600 {
		t.Errorf("got %d rules with tests, want %d as in tests.md", held, want)
	}
}

// TestRule shows what of a rule is told, with all that belongs to it.
func TestRule(t *testing.T) {
	tests := []struct {
		name, number string
		marks        []string
		text         []string // parts
		sources      []string // keys
		holder       string
	}{
		{"a line", "a-21", []string{"documented"}, []string{"A pure TCP"}, []string{"D:transport-security"},
			"emulator/bad_input_hello_test.go:TestBadHellos"},
		{"a table", "(A-79,", nil, []string{"Parameter places:", "| HTTPS publish |"}, nil, "emulator/authn"},
		{"code", "B823", nil, []string{`"eventType":"connected"`, "`timestamp` is approximate"}, nil, "hooks"},
		{"a suffix", "B-236A.", nil, []string{"Each listed reserved topic", "$aws/certificates/create"}, []string{"DG:reserved-topics"}, ""},
		{"a mistake", "D-29", nil, []string{"only the Lambda's policies count"}, []string{"js-v2#502"}, ""},
		{"a shadow's", "S-22", []string{"observed", "guessed"}, []string{"State contains an invalid node: 'delta'"},
			[]string{"GH:aws-greengrass/aws-greengrass-shadow-manager#178", "DG22:diagnosing-shadows"}, ""},
		{"a row", "M-18", []string{}, []string{"the will is not sent", "hooks/disconnect.go"}, nil, "hooks"},
		{"a question", "Q-20", nil, []string{"Signing enabled but no token"}, nil, "emulator/authn/authorizer_token_test.go:TestToken"},
	}
	for _, tt := range tests {
		r, ok := Find(tt.number)
		if !ok || tt.marks != nil && !slices.Equal(r.Marks, tt.marks) {
			t.Errorf("%s: got %+v, %v, want marks %q", tt.name, r, ok, tt.marks)
		}
		for _, part := range tt.text {
			if !strings.Contains(r.Text, part) {
				t.Errorf("%s: got %q, want %q in it", tt.name, r.Text, part)
			}
		}
		for _, key := range tt.sources {
			if !slices.ContainsFunc(r.Sources, func(s Source) bool { return s.Key == key }) {
				t.Errorf("%s: got sources %+v, want %s", tt.name, r.Sources, key)
			}
		}
		if !strings.Contains(strings.Join(r.Tests, " "), tt.holder) {
			t.Errorf("%s: got tests %q, want %s", tt.name, r.Tests, tt.holder)
		}
	}
	if r, _ := Find("D-29"); strings.Contains(r.Text, "Certificates") {
		t.Errorf("D-29: got %q, want it without the words above the next list", r.Text)
	}
}

func TestFindNothing(t *testing.T) {
	for _, name := range []string{"", "B-", "b-9999", "Z-14", "receive", "B-660-1", "BB-1", "B-660…B-662", "é-1"} {
		if r, ok := Find(name); ok {
			t.Errorf("Find(%q): got %s, want nothing", name, r.Number)
		}
	}
	for name, want := range map[string]bool{"b-9999": true, "s-1": true, "Z1": true, "receive": false, "B-": false, "b-12345678": false} {
		if got := IsNumber(name); got != want {
			t.Errorf("IsNumber(%q): got %v, want %v", name, got, want)
		}
	}
}

func TestNear(t *testing.T) {
	tests := []struct{ number, want string }{
		{"a-0", "A-1"}, {"d-9999", "D-"}, {"b-662a", "B-662 B-663"}, {"m-19", "M-18"},
		{"Z-14", "A-1 B-101 D-1 M-1 Q-1 R-1 S-1"}, {"s-17a", "S-17 S-20"},
	}
	for _, tt := range tests {
		if got := strings.Join(Near(tt.number), " "); !strings.HasPrefix(got, tt.want) {
			t.Errorf("Near(%q): got %s, want %s", tt.number, got, tt.want)
		}
	}
}

func TestSearch(t *testing.T) {
	has := func(word, number string) bool {
		return slices.ContainsFunc(Search(word), func(r Rule) bool { return r.Number == number })
	}
	if !has("IOT:receive MISSING", "D-12") || has("iot:Receive missing", "A-21") {
		t.Errorf("got %v, want D-12 and not A-21", Search("iot:receive missing"))
	}
	if got := Search("no rule says this"); len(got) != 0 {
		t.Errorf("got %v, want nothing", got)
	}
}

func TestSourcesOf(t *testing.T) {
	const aws = "https://docs.aws.amazon.com/"
	tests := []struct{ text, want string }{
		{"D:protocols, Q [doc]. D:protocols again", "D:protocols=" + aws + "iot/latest/developerguide/protocols.html Q=" + aws +
			"general/latest/gr/iot-core.html"},
		{"(DG22:iot-policies; API:CreateAuthorizer)",
			"DG22:iot-policies=the developer guide's page iot-policies, as it was in 2022 API:CreateAuthorizer=" + aws +
				"iot/latest/apireference/API_CreateAuthorizer.html"},
		{"I:dotnet/MQTTnet#1729 (certificate)", "I:dotnet/MQTTnet#1729=https://github.com/dotnet/MQTTnet/issues/1729"},
		{"(js-v2#502, ion#1011)", "js-v2#502=https://github.com/aws/aws-iot-device-sdk-js-v2/issues/502 ion#1011=issue 1011 of a public " +
			"repository named ion"},
		{"Same place. S0 [obs]", "S0=a published system, rebuilt in fixtures/seeds/000"},
		{"S:awslabs/aws-crt-nodejs lib", "S:awslabs/aws-crt-nodejs=the source of awslabs/aws-crt-nodejs"},
		{"(MQTT text) 3 dollars", "MQTT=https://docs.oasis-open.org/mqtt/mqtt/v5.0/mqtt-v5.0.html"},
		{"(SDK-SHADOW; MS1531; GG)", "SDK-SHADOW=the walkthrough samples/shadow/shadow-sandbox of " +
			"https://github.com/aws/aws-iot-device-sdk-cpp-v2 MS1531=https://github.com/ministackorg/ministack/pull/1531 " +
			"GG=the source of https://github.com/aws-greengrass/aws-greengrass-shadow-manager"},
		{"over MQTT and Q, by an API: no source", ""},
	}
	for _, tt := range tests {
		var got []string
		for _, s := range sourcesOf(sourceForms(), tt.text) {
			got = append(got, s.Key+"="+s.Means)
		}
		if got := strings.Join(got, " "); got != tt.want {
			t.Errorf("%q:\ngot  %s\nwant %s", tt.text, got, tt.want)
		}
	}
}

func TestRuleText(t *testing.T) {
	long := strings.Repeat("word ", 40)
	r := Rule{Number: "X-1", Text: long + "\n\n| " + long + "|\n```\n" + long + "\n```", Marks: []string{"documented", "guessed"},
		NotEmulated: "no",
		Sources:     []Source{{"Q", "a page"}}, File: "docs/behaviour/broker.md",
		Tests: []string{"hooks/x_test.go:TestX", "hooks/x_test.go:TestY"}}
	want := fmt.Sprintf("X-1  documented, guessed, not emulated, docs/behaviour/broker.md\n  %s\n  %s\n  word word\n\n  | %s|\n  ```\n  "+
		"%s\n  ```\n"+
		"  source: Q is a page\n  tests: hooks/x_test.go:TestX hooks/x_test.go:TestY\n",
		strings.TrimSpace(strings.Repeat("word ", 19)), strings.TrimSpace(strings.Repeat("word ", 19)), long, long)
	if got := r.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := r.Line(); len([]rune(got)) != width || !strings.HasPrefix(got, "X-1     word word") || !strings.HasSuffix(got, "…") {
		t.Errorf("got %q, want %d runes of the rule", got, width)
	}
}

// TestGuesses: a guess is found on its line of the file, which a rule with several marks has.
func TestGuesses(t *testing.T) {
	found := 0
	for _, r := range Rules() {
		text, err := os.ReadFile(filepath.Base(r.File))
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(text), "\n")
		if !strings.Contains(lines[r.At-1], r.Number) {
			t.Errorf("%s:%d has not %s", r.File, r.At, r.Number)
		}
		for _, at := range r.Guesses() {
			if found++; !strings.Contains(lines[at-1], "guess") {
				t.Errorf("%s:%d is no guess of %s: %s", r.File, at, r.Number, lines[at-1])
			}
		}
		if guessed := slices.Contains(r.Marks, "guessed"); guessed != (len(r.Guesses()) > 0) {
			t.Errorf("%s: got the guesses %v, want some: %v", r.Number, r.Guesses(), guessed)
		}
		if s := r.Sentence(); s == "" || strings.Contains(s, "\n") {
			t.Errorf("%s: got %q, want a sentence", r.Number, s)
		}
	}
	if found < 100 {
		t.Errorf("got %d guesses, want those of the files", found)
	}
}
