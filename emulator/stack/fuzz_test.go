package stack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/suback/suback/emulator/config"
)

// FuzzImport: whatever the text, what is written is a configuration, in little time.
func FuzzImport(f *testing.F) {
	for _, pattern := range []string{"*/template.*", "*/serverless.yml", "*/.serverless/*.json"} {
		files, err := filepath.Glob("../../fixtures/templates/" + pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("got %v and %v, want templates to begin with", files, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(text))
		}
	}
	for _, tt := range hostile() {
		if len(tt.text) < 10_000 {
			f.Add(tt.text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		result, err := Import(t.Context(), []File{{Name: "t.yaml", Text: []byte(text)}}, Options{})
		if err != nil {
			return
		}
		if _, err := config.Parse("suback.yaml", result.Text); err != nil {
			t.Errorf("got %q, which is refused: %v", result.Text, err)
		}
		for _, n := range result.Notes {
			if n.Line < 1 || n.Text == "" || strings.ContainsAny(n.Text, "\n\x1b") {
				t.Errorf("got note %q, want one line with a place", n)
			}
		}
	})
}

// FuzzText: a text is written as what it is read as.
func FuzzText(f *testing.F) {
	for _, s := range []string{"\thello\nworld", "\n>a~", "\n", "a\u2028b", "a\n\u2028b", " a\nb", "\n\n", "a\n\n", "a\n  \nb", "a\r\nb",
		"a \nb",
		"\u0085", "\ufeff", "\x00", "a\n\tb", "a: b\n# c", "---\na", "...", "null", "1_0", "<<", "=", "2001-01-01", "'\"\n", "\u00a0\na", "%a\nb",
		"a\x1b[1m\nb", "\U0001F600\nx", "#a\nb", "- a\n- b", "? a\n: b", "a\n---\nb", "a\n...\n", strings.Repeat("long ", 50) + "\nx"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			t.Skip("no text of a template")
		}
		root := mapping()
		put(root, "a", textNode(s))
		put(root, s+"b", textNode("below"))
		text, err := yaml.Marshal(root)
		var got map[string]string
		if err == nil {
			err = yaml.Unmarshal(text, &got)
		}
		if err != nil || got["a"] != s || s+"b" != "a" && got[s+"b"] != "below" {
			t.Errorf("%q: got %q of %s and %v, want the same text", s, got, text, err)
		}
	})
}

// hostile are templates that would take for ever, or all memory.
func hostile() []struct{ name, text, want string } {
	resources := func(text string) string {
		return "Resources:\n  T: {Type: AWS::IoT::Thing, Properties: {ThingName: " + text + "}}\n"
	}
	chain := new(strings.Builder)
	chain.WriteString("Resources:\n")
	for i := range maxResources {
		fmt.Fprintf(chain, "  T%d: {Type: AWS::IoT::Thing, Properties: {ThingName: !Sub '${T%d}${T%d}'}}\n", i, i+1, i+1)
	}
	conditions := new(strings.Builder)
	conditions.WriteString("Conditions:\n")
	for i := range 5_000 {
		fmt.Fprintf(conditions, "  C%d: !And [!Condition C%d, !Condition C%d]\n", i, i+1, i+1)
	}
	nested := "x"
	for range 12 {
		nested = "!Sub ['${a}${a}${a}${a}${a}${a}${a}${a}${a}${a}', {a: " + nested + "}]"
	}
	variables := new(strings.Builder)
	variables.WriteString("service: s\nprovider: {name: aws}\ncustom:\n")
	for i := range 30 {
		fmt.Fprintf(variables, "  c%d: '%s'\n", i, strings.Repeat(fmt.Sprintf("${self:custom.c%d}", i+1), 10))
	}
	return []struct{ name, text, want string }{
		{"a chain that doubles", chain.String(), ""},
		{"a Sub that multiplies", resources(nested), ""},
		{"a Join of a long delimiter", resources("!Join ['" + strings.Repeat("x", 100_000) + "', [" + strings.Repeat("a,", 10_000) + "a]]"), ""},
		{"conditions of conditions", conditions.String() + resources("!If [C0, a, b]"), ""},
		{"itself", resources("!Ref T"), "refers to itself"},
		{"variables of variables", variables.String() + "resources: {Resources: {T: {Type: AWS::IoT::Thing, Properties: {ThingName: '${self:custom.c0}'}}}}\n", ""},
		{"a variable of itself", "service: s\nprovider: {name: aws, stage: '${sls:stage}'}\nresources: {Resources: {T: {Type: AWS::IoT::Thing, " +
			"Properties: {ThingName: '${self:resources}'}}}}\n", ""},
		{"deep", "Resources: " + strings.Repeat("{a: ", 100) + strings.Repeat("}", 100), "nested deeper than 64 levels"},
		{"many resources", "Resources:\n" + strings.Repeat("  T: {Type: X}\n", 501), "want at most 500"},
		{"an alias bomb", "x: &x [" + strings.Repeat("1,", 1000) + "1]\ny: &y [" + strings.Repeat("*x,", 1000) + "1]\n" +
			"Resources: {T: *y}\n", "more than 200000 values"},
		{"nothing", "", "want a template, with Resources"},
		{"a list", "[a]", "want a template, with Resources"},
		{"something else", "a: b\nc: d\n", "is an object with a, c, want a template, with Resources"},
		{"a suback.yaml", "authorizers: []\n", "is a suback.yaml already"},
		{"no YAML", "Resources: {\n", "is no YAML"},
		{"no JSON", `{"Resources": }`, ""},
		{"resources that are none", "Resources: [a]\n", "want a template, with Resources"},
		{"a resource that is none", "Resources: {T: x}\n", "resource T has no Type"},
		{"a macro", "Transform: [AWS::Serverless-2016-10-31, Mine]\n" + resources("a"), ":1: Transform Mine is done by AWS alone"},
		{"members beyond any template's", "Resources:\n  T:\n    {" + many(150_000, "a%d: 1, ") + "}\n",
			"t.yaml:3: has 150000 members, want at most 5000"},
		{"items beyond any template's", resources("[" + strings.Repeat("1,", 150_000) + "]"), "t.yaml:2: has 150000 items, want at most 5000"},
		{"globals for each function", "Globals:\n  Function: {" + many(5_000, "a%d: 1, ") + "}\nResources:\n" +
			many(490, "  F%d: {Type: AWS::Serverless::Function, Properties: {}}\n"), "its functions come to more than 500000 values"},
		{"events of a function", "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n" +
			"      Handler: a.b\n      Runtime: nodejs20.x\n      InlineCode: x\n      Events:\n" +
			many(5_000, "        E%d: {Type: IoTRule, Properties: {Sql: SELECT * FROM 'a'}}\n"), "Events: has 5000, want at most 500"},
		{"events of functions", "Resources:\n  F: &f\n    Type: AWS::Serverless::Function\n    Properties:\n      Handler: a.b\n" +
			"      Runtime: nodejs20.x\n      InlineCode: x\n      Events:\n" +
			many(300, "        E%d: {Type: IoTRule, Properties: {Sql: SELECT * FROM 'a'}}\n") +
			many(70, "  G%d: *f\n"), "come to more than 500000 values"},
		{"notes on one line", `{"Resources":{` + strings.TrimSuffix(many(40, `"T%d":{"Type":"AWS::IoT::Thing","Properties":{`+
			strings.TrimSuffix(many(4_000, `"a%d":1,`), ",")+`}},`), ",") + "}}",
			"t.yaml:1: and 159000 more notes, which are not shown"},
		{"a Split of commas", resources("!Split [',', '" + strings.Repeat(",", 3_900_000) + "']"), "come to more than 500000 values"},
		{"a list of commas", "Parameters: {P: {Type: CommaDelimitedList, Default: '" + strings.Repeat(",", 3_900_000) + "'}}\n" +
			resources("!Ref P"), "come to more than 500000 values"},
		{"policies of a role", "x: &x [" + many(2_000, "{PolicyName: p%d, PolicyDocument: {}},") + "]\nResources:\n" +
			many(10, "  R%d: {Type: AWS::IAM::Role, Properties: {Policies: *x}}\n"), "more notes, which are not shown"},
		{"an unknown tag", resources("!!binary aGk="), ""},
	}
}

// many is a text for each number.
func many(n int, text string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(text, "%d", strconv.Itoa(i)))
	}
	return b.String()
}

// TestEnds: whoever is told to end does not go on.
func TestEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Import(ctx, []File{{Name: "t.yaml", Text: []byte("Resources: {T: {Type: AWS::IoT::Thing}}")}}, Options{})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want what ctx says", err)
	}
}

// TestHostile: bounded time, and an error or a note.
func TestHostile(t *testing.T) {
	t.Parallel()
	for _, tt := range hostile() {
		t.Run(tt.name, func(t *testing.T) {
			start := time.Now()
			result, err := Import(t.Context(), []File{{Name: "t.yaml", Text: []byte(tt.text)}}, Options{})
			said := fmt.Sprint(err, result.Notes)
			if !strings.Contains(said, tt.want) {
				t.Errorf("got %.300s, want %s", said, tt.want)
			}
			if took := time.Since(start); took > time.Minute {
				t.Errorf("got an answer after %v, want it at once", took)
			}
		})
	}
}
