package lint

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/suback/suback/emulator/services/rules/sql"
	"github.com/suback/suback/emulator/topic"
)

// The SQL of a topic rule: what package sql says of it, which suback sql says too.

// from finds the topic filter of a rule's SQL. It may be left out for Basic Ingest [B-1110].
var from = regexp.MustCompile(`(?is)\bFROM\s+(?:'([^']*)'|"([^"]*)")`)

// checkStatement reports what is wrong with a rule's SQL, and returns it; nil if it is not
// known, or AWS refuses it.
func (l *linter) checkStatement(t topicRule) *sql.Statement {
	written := t.get("sql")
	version, ok := l.checkSQLVersion(t)
	if written == nil || written.Kind != text || !ok {
		return nil
	}
	s, err := sql.Parse(written.Text, version)
	misplaced := l.checkFrom(t.name, written)
	if e := (*sql.Error)(nil); errors.As(err, &e) {
		if !misplaced && !written.IsOpaque() {
			l.report("rule-sql", written.Within(e.Offset), fmt.Sprintf("%s: %s", t.name, e.Problem),
				"write "+cmp.Or(e.Want, "a statement, as SELECT * FROM 'site/+/state'"))
		}
		return nil
	}
	for _, h := range s.Hints() {
		found, cure := partHint(h.Text)
		l.report("rule-statement", written.Within(h.Offset), t.name+": "+found, cure)
	}
	return s
}

// checkSQLVersion is the version of a rule's SQL; false if there is no such one.
func (l *linter) checkSQLVersion(t topicRule) (sql.Version, bool) {
	v := t.get("awsIotSqlVersion")
	switch {
	case v.IsOpaque():
		return sql.V2016, true // where less is refused
	case v == nil:
		if written := t.get("sql"); written != nil {
			l.report("rule-version", written.At, t.name+" has no SQL version, which is 2015-10-08 then",
				"write "+l.spelled(t, "awsIotSqlVersion")+`: "2016-03-23", which knows more functions and arrays`)
		}
		return sql.V2015, true
	}
	version, err := sql.ParseVersion(v.Text)
	if err != nil {
		l.report("rule-sql", v.At, t.name+": "+before(err.Error(), ": want "),
			"write "+afterOr(err.Error(), ": want ", "2016-03-23"))
	}
	return version, err == nil
}

// partHint parts a hint's sentence into what was found and what to write.
func partHint(text string) (found, cure string) {
	for _, verb := range []string{"write ", "set "} {
		if at := strings.LastIndex(text, ": "+verb); at >= 0 {
			return text[:at], text[at+len(": "):]
		}
	}
	return text, "write what has a value there: suback sql tries it on a message"
}

// checkFrom reports a filter that is none, and whether it did.
func (l *linter) checkFrom(name string, sql *value) bool {
	at := from.FindStringSubmatchIndex(sql.Text)
	if at == nil {
		return false
	}
	place := sql.Within(max(at[2], at[4]))
	m := from.FindStringSubmatch(sql.Text)
	filter := m[1] + m[2]
	const cure = "write + for one level and # for all that follow, as 'site/+/state'"
	switch problem := topic.Misplaced(filter); {
	case problem != "" && !strings.Contains(filter, unknown):
		l.report("rule-filter", place, fmt.Sprintf("%s is from %q, which %s", name, clip(filter), problem), cure)
	case hasStarLevel(filter):
		l.report("rule-filter", place, fmt.Sprintf("%s is from %q: * is a policy's wildcard, and a plain character here",
			name, clip(filter)), cure)
	default:
		return false
	}
	return true
}

func hasStarLevel(filter string) bool {
	for level := range strings.SplitSeq(filter, "/") {
		if level == "*" {
			return true
		}
	}
	return false
}
