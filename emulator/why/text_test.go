package why_test

import (
	"encoding/json"
	"testing"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/why"
)

func TestText(t *testing.T) {
	patch := []policy.Operation{{Op: "replace", Path: "/Statement/1/Resource", Value: json.RawMessage(`"topic/a"`)},
		{Op: "remove", Path: "/Statement/2"}}
	tests := []struct {
		name    string
		finding why.Finding
		want    string
	}{
		{"the answer alone", why.Finding{Answer: "It arrives."}, "It arrives."},
		{"a hint", why.Finding{Answer: "No.", Hint: "add it", Rules: []string{"one", "two"}}, "No.\nhint: add it (one, two)"},
		{"a hint that the answer has", why.Finding{Answer: "No: add it.", Hint: "add it", Rules: []string{"one"}}, "No: add it."},
		{"a line that a client chose", why.Finding{Answer: "No \n\x1b[31m.", Hint: "x\ny"}, "No \\n\\x1b[31m.\nhint: x\\ny"},
		{"a repair", why.Finding{Answer: "No.", Repair: &policy.Repair{Document: "p", Patch: patch, Warning: "more"}},
			"No.\n  repair    p: replace /Statement/1/Resource \"topic/a\"\n            p: remove /Statement/2\n  warning   more"},
		{"a repair without a document", why.Finding{Answer: "No.", Repair: &policy.Repair{Patch: patch[1:]}},
			"No.\n  repair    a new policy: remove /Statement/2"},
		{"a repair that says nothing", why.Finding{Answer: "No.", Repair: &policy.Repair{}}, "No."},
	}
	for _, tt := range tests {
		if got := tt.finding.Text(); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}
