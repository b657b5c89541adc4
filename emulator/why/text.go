package why

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/printed"
)

// Text is the finding for a person, without the last line end: the paragraph, the hint that is
// not in it already, and what to change. Whatever devices and documents chose stays on its line.
func (f Finding) Text() string {
	text := printed.Line(f.Answer)
	if f.Hint != "" && !strings.Contains(f.Answer, f.Hint) {
		hint := "hint: " + f.Hint
		if len(f.Rules) > 0 {
			hint += " (" + strings.Join(f.Rules, ", ") + ")"
		}
		text += "\n" + printed.Line(hint)
	}
	if f.Repair != nil {
		text += "\n" + RepairText(*f.Repair)
	}
	return strings.TrimSuffix(text, "\n") // a repair may have nothing to say
}

// RepairText is what to change, for a person: a line for each operation, and one for a warning.
func RepairText(r policy.Repair) string {
	var lines []string
	under := func(label, text string) {
		lines = append(lines, printed.Line(fmt.Sprintf("  %-9s %s", label, text)))
	}
	document, label := cmp.Or(r.Document, "a new policy"), "repair"
	for _, op := range r.Patch {
		op.Value = json.RawMessage(printed.JSON(string(op.Value)))
		under(label, fmt.Sprintf("%s: %s", document, op))
		label = ""
	}
	if r.Warning != "" {
		under("warning", r.Warning)
	}
	return strings.Join(lines, "\n")
}
