package emulator_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/trace"
)

// TestNotesDoNotFlood: the same again is counted.
func TestNotesDoNotFlood(t *testing.T) {
	e := runSilences(t)
	d := dial(t, e, 4, "tcp", "d", "", "")
	mustBe(t, "connect", d.connect(), "ok")
	mustBe(t, "subscribe", d.subscribe("open/a/#"), "ok")
	for range 100 {
		mustBe(t, "publish", d.publish("open/a", 1, false, "1"), "ok")
	}
	notes := slices.DeleteFunc(e.Trace().Events(trace.Filter{}), func(ev trace.Event) bool { return ev.Outcome != trace.Note })
	if len(notes) != 1 || notes[0].Count != 100 || !strings.Contains(notes[0].Text(), "100 times so far") {
		t.Errorf("got %d notes, the first %+v, want one that counts 100", len(notes), notes)
	}
}

// TestRefusalIsLinked: the subscriber's note names the record of the refusal.
func TestRefusalIsLinked(t *testing.T) {
	e := runSilences(t)
	sub, pub := dial(t, e, 4, "tcp", "sub", "", ""), dial(t, e, 5, "tcp", "pub", "", "")
	for _, d := range []device{sub, pub} {
		mustBe(t, "connect", d.connect(), "ok")
	}
	mustBe(t, "subscribe", sub.subscribe("shut/a"), "ok")
	mustBe(t, "publish", pub.publish("shut/a", 1, false, "1"), "0x87")
	refusal := explained(t, e, cause{client: "pub", operation: trace.PublishIn, rules: []string{"B-131"}})
	if note := noted(t, e, "sub", "B-520", "", ""); note.See != refusal.Seq {
		t.Errorf("got see %d, want %d (B-520)", note.See, refusal.Seq)
	}
}

// TestEveryMistake: a test looks for each entry of the two catalogues of
// mistakes, D-1 to D-53 and B-501 to B-520, those up to D-29 in a trace; or else
// the entry says why a gateway cannot see it, behind "Not detected" or in the mark
// "not emulated".
func TestEveryMistake(t *testing.T) {
	proven := make(map[string]bool)
	quoted := regexp.MustCompile(`["( ]([DB]-\d+)[",)]`)
	files, _ := filepath.Glob("*_test.go")
	for _, part := range []string{"account", "admin", "authn", "config", "endorse", "sigv4", "tokens", "transport"} {
		more, _ := filepath.Glob(part + "/*_test.go")
		files = append(files, more...)
	}
	for _, file := range files {
		for _, m := range quoted.FindAllStringSubmatch(read(t, file), -1) {
			proven[m[1]] = true
		}
	}
	entry := regexp.MustCompile(`(?m)^- ([DB])-(\d+)\. .*$`)
	found := 0
	for _, m := range entry.FindAllStringSubmatch(read(t, "../docs/behaviour/auth.md")+read(t, "../docs/behaviour/broker.md"), -1) {
		n, _ := strconv.Atoi(m[2])
		if m[1] == "D" && n > 53 || m[1] == "B" && (n < 501 || n > 520) {
			continue
		}
		found++
		rule, told := m[1]+"-"+m[2], strings.Contains(m[0], "Not detected: ") || strings.Contains(m[0], "[not emulated: ")
		switch {
		case !proven[rule] && !told:
			t.Errorf("%s: no test looks for it, and its text does not say why: %s", rule, m[0])
		case proven[rule] && told && rule != "D-47": // the device tells, in TestSeeds
			t.Errorf("%s: a test looks for it, and its text says that it is not detected: %s", rule, m[0])
		}
	}
	if found != 53+20 {
		t.Errorf("got %d entries, want D-1 to D-53 and B-501 to B-520", found)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
