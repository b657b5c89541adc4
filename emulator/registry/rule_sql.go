package registry

import (
	"cmp"
	"slices"

	"github.com/suback/suback/emulator/services/rules/sql"
)

// Statement is the rule's SQL, parsed; of a rule of the registry there is no error.
func (t TopicRule) Statement() (*sql.Statement, error) {
	version, err := sql.ParseVersion(t.AwsIotSqlVersion)
	if err != nil {
		return nil, err
	}
	return sql.Parse(t.SQL, version)
}

// TopicPattern is the topic filter of FROM, "" for a rule without one, which only Basic
// Ingest reaches.
func (t TopicRule) TopicPattern() string {
	s, err := t.Statement()
	if err != nil {
		return ""
	}
	filter, _ := s.From()
	return filter
}

// checkSQL refuses what cannot be parsed.
func (t TopicRule) checkSQL() error {
	if _, err := t.Statement(); err != nil {
		return &Error{Code: SQLParse, Kind: string(topicRule), Name: t.RuleName, Field: "sql",
			Problem: "cannot be parsed: " + err.Error(), cause: err}
	}
	return nil
}

// A Revision tells the topic rules of one time from those of another. The zero Revision
// is of none.
type Revision struct{ replaced, changed uint64 }

// TopicRulesByAge returns all rules, the oldest first, and their revision; nil if that is
// the one that is known.
func (r *Registry) TopicRulesByAge(known Revision) ([]TopicRule, Revision) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	now := Revision{r.replaced, r.topicRules.changed}
	if now == known {
		return nil, now
	}
	rules := r.topicRules.values()
	slices.SortStableFunc(rules, func(a, b TopicRule) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.RuleName, b.RuleName))
	})
	return rules, now
}
