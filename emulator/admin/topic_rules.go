package admin

import (
	"net/http"
	"time"

	"github.com/suback/suback/emulator/account"
	"github.com/suback/suback/emulator/story"
)

// GET /_suback/topic-rules: the topic rules, by name, each with what became of the latest
// message that it met.

// A topicRule is one of them.
type topicRule struct {
	RuleName         string      `json:"ruleName"`
	SQL              string      `json:"sql"`
	AwsIotSqlVersion string      `json:"awsIotSqlVersion"`
	RuleDisabled     bool        `json:"ruleDisabled,omitempty"`
	Actions          []string    `json:"actions"`
	ErrorAction      string      `json:"errorAction,omitempty"`
	Last             *latestRule `json:"last,omitempty"` // nil: it met none, or that is not kept any more
}

// A latestRule is what became of a message.
type latestRule struct {
	Time     time.Time          `json:"time"`
	TraceID  string             `json:"traceId"`
	Topic    string             `json:"topic"`
	ClientID string             `json:"clientId,omitempty"`
	Outcome  string             `json:"outcome"`
	Detail   string             `json:"detail,omitempty"`
	Actions  []story.RuleAction `json:"actions,omitempty"`
}

func listTopicRules(a *account.Account, w http.ResponseWriter, _ *http.Request) {
	latest := a.Rules().Latest()
	all := []topicRule{}
	for _, t := range a.Registry().TopicRules() {
		r := topicRule{RuleName: t.RuleName, SQL: t.SQL, AwsIotSqlVersion: t.AwsIotSqlVersion,
			RuleDisabled: t.RuleDisabled, Actions: []string{}, ErrorAction: t.ErrorAction.Name()}
		for _, action := range t.Actions {
			r.Actions = append(r.Actions, action.Name())
		}
		if l, ok := latest[t.RuleName]; ok {
			r.Last = &latestRule{Time: l.Time, TraceID: l.TraceID, Topic: l.Seen.Topic, ClientID: l.Seen.ClientID,
				Outcome: l.Outcome, Detail: l.Detail, Actions: l.Ruling.Actions}
		}
		all = append(all, r)
	}
	w.Header().Set("Cache-Control", "no-store")
	writeJSON(w, all)
}
