package shadow

import (
	"fmt"
	"strings"
)

// shownDelta is how many bytes of a delta are shown.
const shownDelta = 256

// Line is what became of a request, in one line, as
// "Shadow-Update pump-7 v3→v4, delta {"on":true}".
func (out *Outcome) Line() string {
	text := fmt.Sprintf("Shadow-%s%s %s", strings.ToUpper(string(out.Request.Op[:1])), out.Request.Op[1:],
		out.Request.ID)
	switch {
	case out.Refusal != nil:
		return text + " rejected: " + out.Refusal.Error() + ": " + out.Refusal.Detail
	case out.Request.Op == Get:
		return text + fmt.Sprintf(" v%d", out.After)
	case out.Request.Op == Delete:
		return text + fmt.Sprintf(" v%d deleted", out.Before)
	case out.Before == 0:
		text += fmt.Sprintf(" created v%d", out.After)
	default:
		text += fmt.Sprintf(" v%d→v%d", out.Before, out.After)
	}
	if out.Delta == nil {
		return text + ", no delta"
	}
	delta := string(out.Delta)
	if len(delta) > shownDelta {
		delta = strings.ToValidUTF8(delta[:shownDelta], "") + "…"
	}
	return text + ", delta " + delta
}
