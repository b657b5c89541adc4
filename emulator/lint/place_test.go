package lint

import (
	"slices"
	"strings"
	"testing"
)

// textFrom is the text of a file from a place on.
func textFrom(text string, line, column int) string {
	lines := strings.SplitAfter(strings.TrimPrefix(text, "\ufeff"), "\n")
	return string([]rune(strings.Join(lines[line-1:], ""))[column-1:])
}

// A file of any shape has its findings at the very value.
func TestPlaces(t *testing.T) {
	const statement = `{"Effect":"Allow","Action":"iot:Subscribe","Resource":"arn:aws:iot:us-east-1:123456789012:topic/a"}`
	const policy = `{"Version":"2012-10-17","Statement":[` + statement + `]}`
	escaped := strings.ReplaceAll(policy, `"`, `\"`)
	tests := []struct {
		name, file, text string
		want             string // what begins at the place of subscribe-topic
	}{
		{"JSON on one line", "p.json", policy, `"arn:aws:iot`},
		{"lines and tabs", "p.json", "{\"Version\":\"2012-10-17\",\t\t\n\t\"Statement\":" + statement + "}", `"arn:aws:iot`},
		{"a byte order mark", "p.json", "\ufeff" + policy, `"arn:aws:iot`},
		{"characters, not bytes", "p.json", `{"Id":"é€😀","Version":"2012-10-17","Statement":` + statement + `}`, `"arn:aws:iot`},
		{"carriage returns", "p.json", "{\r\n\"Version\":\"2012-10-17\",\r\n\"Statement\":" + statement + "}", `"arn:aws:iot`},
		{"a text in JSON", "p.json", `{"policyName":"p","policyDocument":"` + escaped + `"}`, `\"arn:aws:iot`},
		{"an escape before it", "p.json",
			`{"policyName":"p","policyDocument":"` + strings.Replace(escaped, `{\"E`, `\n\u0020{\"E`, 1) + `"}`, `\"arn:aws:iot`},
		{"keys and values", "t.yaml", inTemplate("PolicyDocument:", `
        Version: 2012-10-17
        Statement:
          - Effect: Allow
            Action: iot:Subscribe
            Resource: arn:aws:iot:us-east-1:123456789012:topic/a`), `arn:aws:iot`},
		{"JSON in YAML", "t.yaml", inTemplate("PolicyDocument:", "\n        "+policy), `"arn:aws:iot`},
		{"a block", "t.yaml", inTemplate("PolicyDocument: |", "\n        {\"Version\":\"2012-10-17\",\n         \"Statement\":"+statement+"}"),
			`"arn:aws:iot`},
		{"single quotes", "t.yaml", inTemplate("PolicyDocument:", " '"+policy+"'"), `"arn:aws:iot`},
		{"double quotes", "t.yaml", inTemplate("PolicyDocument:", ` "`+escaped+`"`), `\"arn:aws:iot`},
		{"a substituted block", "t.yaml", inTemplate("PolicyDocument: !Sub |", "\n        "+strings.Replace(policy,
			`us-east-1:123456789012`, `${AWS::Region}:${AWS::AccountId}`, 1)), `"arn:aws:iot`},
		{"folded: where it begins", "t.yaml", inTemplate("PolicyDocument: >-", "\n        "+policy), ">-"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all := Text(tt.file, []byte(tt.text), Options{})
			i := slices.IndexFunc(all, func(f Finding) bool { return f.Rule == "subscribe-topic" })
			if i < 0 {
				t.Fatalf("got %+v, want subscribe-topic among them\n%s", all, tt.text)
			}
			if got := textFrom(tt.text, all[i].Line, all[i].Column); !strings.HasPrefix(got, tt.want) {
				t.Errorf("got %d:%d, where %.40q begins, want %q", all[i].Line, all[i].Column, got, tt.want)
			}
		})
	}
}

// inTemplate is a template whose fifth line begins with key.
func inTemplate(key, text string) string {
	return "Resources:\n  Policy:\n    Type: AWS::IoT::Policy\n    Properties:\n      " + key + text + "\n"
}
