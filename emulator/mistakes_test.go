package emulator_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestEveryMistake: a test of this package looks for each entry of the two
// catalogues of mistakes, D-1 to D-29 and B-501 to B-520, in a trace; or else the
// entry says why a gateway cannot see it, behind the words "Not detected".
func TestEveryMistake(t *testing.T) {
	proven := make(map[string]bool)
	quoted := regexp.MustCompile(`["(]([DB]-\d+)[")]`)
	files, _ := filepath.Glob("*_test.go")
	for _, file := range files {
		for _, m := range quoted.FindAllStringSubmatch(read(t, file), -1) {
			proven[m[1]] = true
		}
	}
	entry := regexp.MustCompile(`(?m)^- ([DB])-(\d+)\. .*$`)
	found := 0
	for _, m := range entry.FindAllStringSubmatch(read(t, "../docs/behaviour/auth.md")+read(t, "../docs/behaviour/broker.md"), -1) {
		n, _ := strconv.Atoi(m[2])
		if m[1] == "D" && n > 29 || m[1] == "B" && (n < 501 || n > 520) {
			continue
		}
		found++
		rule, told := m[1]+"-"+m[2], strings.Contains(m[0], "Not detected: ")
		switch {
		case !proven[rule] && !told:
			t.Errorf("%s: no test looks for it, and its text does not say why: %s", rule, m[0])
		case proven[rule] && told:
			t.Errorf("%s: a test looks for it, and its text says that it is not detected: %s", rule, m[0])
		}
	}
	if found != 29+20 {
		t.Errorf("got %d entries, want D-1 to D-29 and B-501 to B-520", found)
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
