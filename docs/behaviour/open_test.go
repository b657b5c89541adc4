package behaviour

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// open are the rules of shadow.md and of broker.md, sections 6 to 9, that neither a test holds nor
// a mark "not emulated" explains yet. The list may only shrink.
var open = strings.Fields(``)

// From the protocol limits to the logs each rule is held by a test, or says why
// it is not emulated; so is each of the shadows. In CI the list of those still open is exact; elsewhere it
// may lag behind.
func TestProtocolIsComplete(t *testing.T) {
	all := readRules(t)
	held := holders(all, readTests(t), nil)
	for _, r := range all {
		if !complete(r) {
			continue
		}
		done := r.not != "" || held[r.number] != nil
		listed := slices.Contains(open, r.String())
		switch {
		case !done && !listed:
			t.Errorf("%v has no test that cites it, want one, or [not emulated: why] in %s", r, r.file)
		case done && listed && os.Getenv("CI") == "true":
			t.Errorf("%v is done, want it gone from the list of open rules", r)
		}
		if r.not != "" && held[r.number] != nil {
			t.Logf("%v is not emulated, and yet cited by %s", r, strings.Join(held[r.number], ", "))
		}
	}
	for _, name := range open {
		if !slices.ContainsFunc(all, func(r rule) bool { return r.String() == name && complete(r) }) {
			t.Errorf("%s is listed as open, and is no rule of shadow.md, or of broker.md, sections 6 to 9", name)
		}
	}
}

func complete(r rule) bool {
	return r.file == "shadow.md" || r.file == "broker.md" && 6 <= r.section && r.section <= 9
}
