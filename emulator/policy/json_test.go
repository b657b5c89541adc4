package policy

import (
	"strings"
	"testing"
)

func TestBrokenJSON(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"empty", "", "policy p:1:1: unexpected end of JSON input, want a JSON policy document"},
		{"cut off", "{\n \"Version\":", "policy p:2:11: unexpected end of JSON input, want a JSON policy document"},
		{"position", "{\n  \"Version\": 2012-10}",
			"policy p:2:18: invalid character '-' after object key:value pair, want a JSON policy document"},
		{"column in characters", "{\"あ\": x}", "policy p:1:7: invalid character 'x' looking for beginning of value, want a JSON policy document"},
		{"trailing comma", `{"Version": "2012-10-17",}`,
			"policy p:1:26: invalid character '}' looking for beginning of object key string, want a JSON policy document"},
		{"two documents", "{}{}", "policy p:1:3: invalid character '{' after top-level value, want a JSON policy document"},
		{"not UTF-8", "{\"\xff\": 1}", "policy p:1:3: invalid UTF-8, want a JSON policy document"},
		{"duplicate key", `{"Version": "2012-10-17", "Version": "2012-10-17"}`, `policy p: document has "Version" twice, want it once`},
		{"duplicate key below", `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Effect": "Deny"}]}`,
			`policy p: Statement[0] has "Effect" twice, want it once`},
		{"deep", strings.Repeat("[", 5000) + strings.Repeat("]", 5000),
			"policy p: [0][0][0][0][0][0][0][0][0] is nested deeper than 8 levels, want a policy"},
		{"very deep", strings.Repeat("[", 100_000), "policy p:1:10001: invalid character '[' exceeded max depth, want a JSON policy document"},
		{"huge", strings.Repeat(" ", maxText+1), "policy p: document has 1048577 bytes, want at most 1048576"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := Parse("p", []byte(tt.text)); err == nil || err.Error() != tt.want {
				t.Errorf("got %v, want %s (B-110)", err, tt.want)
			}
		})
	}
}
