package junit

import (
	"strings"
	"testing"
	"time"
)

// What CI systems read: counts, times, and what must be escaped.
func TestWrite(t *testing.T) {
	var b strings.Builder
	err := Write(&b, "s", []Case{{Name: "a<b", Class: "c", Time: Seconds(1250 * time.Millisecond), Out: "o"},
		{Name: "f", Class: "c", File: "x.yaml", Line: 3, Failure: &Message{"m", "t"}},
		{Name: "k", Class: "c", Skipped: &Message{Message: "why"}}})
	const want = `<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="s" tests="3" failures="1" skipped="1" time="1.250">
  <testcase name="a&lt;b" classname="c" time="1.250">
    <system-out>o</system-out>
  </testcase>
  <testcase name="f" classname="c" file="x.yaml" line="3" time="0.000">
    <failure message="m">t</failure>
  </testcase>
  <testcase name="k" classname="c" time="0.000">
    <skipped message="why"></skipped>
  </testcase>
</testsuite>
`
	if err != nil || b.String() != want {
		t.Errorf("got %v\n%s\nwant\n%s", err, b.String(), want)
	}
}
