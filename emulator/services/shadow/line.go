package shadow

import (
	"strconv"
	"strings"
)

// shownDelta is how many bytes of a delta are shown.
const shownDelta = 256

// Line is what became of a request, in one line, as
// "Shadow-Update pump-7 v3→v4, delta {"on":true}".
func (out *Outcome) Line() string {
	op := string(out.Request.Op)
	version := func(b []byte, n int64) []byte { return strconv.AppendInt(append(b, " v"...), n, 10) }
	b := append(make([]byte, 0, 128), "Shadow-"...)
	b = append(append(append(b, strings.ToUpper(op[:1])...), op[1:]...), ' ')
	b = append(b, out.Request.ID.String()...)
	switch {
	case out.Refusal != nil:
		return string(b) + " rejected: " + out.Refusal.Error() + ": " + out.Refusal.Detail
	case out.Request.Op == Get:
		return string(version(b, out.After))
	case out.Request.Op == Delete:
		return string(append(version(b, out.Before), " deleted"...))
	case out.Before == 0:
		b = version(append(b, " created"...), out.After)
	default:
		b = strconv.AppendInt(append(version(b, out.Before), "→v"...), out.After, 10)
	}
	if out.Delta == nil {
		return string(append(b, ", no delta"...))
	}
	b = append(b, ", delta "...)
	if len(out.Delta) > shownDelta {
		return string(b) + strings.ToValidUTF8(string(out.Delta[:shownDelta]), "") + "…"
	}
	return string(append(b, out.Delta...))
}
