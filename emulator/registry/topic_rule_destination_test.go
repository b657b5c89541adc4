package registry

import (
	"fmt"
	"strings"
	"testing"
)

func destinationTo(url string) TopicRuleDestination {
	return TopicRuleDestination{HttpUrlProperties: &HTTPDestination{url}}
}

func TestCreateTopicRuleDestination(t *testing.T) {
	vpc := func(v VPCDestination) TopicRuleDestination { return TopicRuleDestination{VpcProperties: &v} }
	subnets, role := []string{"subnet-1"}, "arn:aws:iam::123456789012:role/r"
	tests := []struct {
		name   string
		make   TopicRuleDestination
		want   string // status, or a part of the error
		source string
	}{
		{"https", destinationTo("https://example.com"), DestinationInProgress, "R-126"},
		{"http", destinationTo("http://localhost:8080/a"), DestinationInProgress, "R-126, choice"},
		{"as reached", TopicRuleDestination{Status: DestinationDisabled, HttpUrlProperties: &HTTPDestination{"https://example.com"}},
			DestinationDisabled, "R-126"},
		{"twice", destinationTo("https://first.example"), "exists already", "R-126, guess"},
		{"no URL", destinationTo("example.com"), `is "example.com", want a URL such as https://`, "R-126"},
		{"missing URL", destinationTo(""), "confirmationUrl is missing", "R-126"},
		{"another scheme", destinationTo("ftp://example.com"), "want a URL such as https://", "R-126"},
		{"template", destinationTo("https://${topic()}.example.com"), "want a URL such as https://", "R-126"},
		{"IPv6", destinationTo("http://[::1]:8080"), "want a host name or an address of IPv4", "R-124"},
		{"user", destinationTo("https://me:secret@example.com"), "has a user name, want it in a header", "R-124, guess"},
		{"too long", destinationTo("https://example.com/" + strings.Repeat("x", 2000)), "want at most 2000", "API:Url"},
		{"neither", TopicRuleDestination{}, "both there or both missing, want one of them", "R-127"},
		{"VPC", vpc(VPCDestination{SubnetIDs: subnets, VpcID: "vpc-1", RoleArn: role}), DestinationEnabled, "R-127, choice"},
		{"VPC without subnets", vpc(VPCDestination{VpcID: "vpc-1", RoleArn: role}), "subnetIds is missing", "R-127"},
		{"status", TopicRuleDestination{Status: "ERROR", HttpUrlProperties: &HTTPDestination{"https://example.com"}}, `is "ERROR", want IN_PROGRESS or`, "R-126"},
	}
	for _, tt := range tests {
		r := must(New(Options{}))(t)
		must(r.CreateTopicRuleDestination(destinationTo("https://first.example")))(t)
		got, err := r.CreateTopicRuleDestination(tt.make)
		if err != nil {
			got.Status = err.Error()
		}
		if !strings.Contains(got.Status, tt.want) {
			t.Errorf("%s: got %q, want %q (%s)", tt.name, got.Status, tt.want, tt.source)
		}
		if stored, ok := r.TopicRuleDestination(got.Arn); err == nil && (!ok || stored.Status != got.Status ||
			(stored.ConfirmationToken != "") != (got.Status == DestinationInProgress)) {
			t.Errorf("%s: got %+v stored, want it with a token while it is IN_PROGRESS (%s)", tt.name, stored, tt.source)
		}
		if strings.Contains(got.Status, "secret") {
			t.Errorf("%s: got the password in %q", tt.name, got.Status)
		}
	}
}

// TestDestinationStatus: what may follow a status, and what makes a token.
func TestDestinationStatus(t *testing.T) {
	const url = "https://example.com"
	confirm := func(r *Registry, d TopicRuleDestination) error {
		return r.ConfirmTopicRuleDestination(d.ConfirmationToken)
	}
	to := func(status string) func(*Registry, TopicRuleDestination) error {
		return func(r *Registry, d TopicRuleDestination) error { return r.UpdateTopicRuleDestination(d.Arn, status) }
	}
	settled := func(failed bool) func(*Registry, TopicRuleDestination) error {
		return func(r *Registry, d TopicRuleDestination) error {
			return r.SettleConfirmation(d.Arn, d.ConfirmationToken, "as it was", failed)
		}
	}
	late := func(r *Registry, d TopicRuleDestination) error {
		return r.SettleConfirmation(d.Arn, "ANOTHER", "as it was", true)
	}
	type steps = []func(*Registry, TopicRuleDestination) error
	tests := []struct {
		name   string
		steps  steps
		want   string // status, and the reason if there is one
		err    string // of the last step
		source string
	}{
		{"confirmed", steps{confirm}, "ENABLED", "", "R-126"},
		{"and enabled, as AWS's guide has it", steps{confirm, to("ENABLED")}, "ENABLED", "", "R-126"},
		{"disabled", steps{confirm, to("DISABLED")}, "DISABLED", "", "R-126"},
		{"enabled again", steps{confirm, to("DISABLED"), to("ENABLED")}, "ENABLED", "", "R-126"},
		{"not confirmed", steps{to("ENABLED")}, "IN_PROGRESS", "cannot become ENABLED while it is IN_PROGRESS", "R-126"},
		{"not confirmed, disabled", steps{to("DISABLED")}, "IN_PROGRESS", "cannot become DISABLED", "R-126"},
		{"confirmed twice", steps{confirm, confirm}, "ENABLED", "is of no destination that waits", "R-127"},
		{"another message", steps{confirm, to("IN_PROGRESS")}, "IN_PROGRESS", "", "R-126"},
		{"no status of the API", steps{to("ERROR")}, "IN_PROGRESS", `is "ERROR", want ENABLED or`, "R-126"},
		{"sent", steps{settled(false)}, "IN_PROGRESS as it was", "", "R-126"},
		{"not sent", steps{settled(true)}, "ERROR as it was", "", "R-126"},
		{"not sent, again", steps{settled(true), to("IN_PROGRESS")}, "IN_PROGRESS", "", "R-126"},
		{"not sent, enabled", steps{settled(true), to("ENABLED")}, "ERROR as it was", "cannot become ENABLED while it is ERROR", "R-126"},
		{"confirmed meanwhile", steps{confirm, settled(true)}, "ENABLED", "", "R-126"},
		{"of an older message", steps{late}, "IN_PROGRESS", "", "R-126"},
	}
	for _, tt := range tests {
		r := must(New(Options{}))(t)
		d := must(r.CreateTopicRuleDestination(destinationTo(url)))(t)
		var err error
		for _, step := range tt.steps {
			now, _ := r.TopicRuleDestination(d.Arn)
			err = step(r, now)
		}
		if text := fmt.Sprint(err); tt.err == "" && err != nil || !strings.Contains(text, tt.err) {
			t.Errorf("%s: got %v, want %q (%s)", tt.name, err, tt.err, tt.source)
		}
		now, _ := r.TopicRuleDestinationOf(url)
		if got := strings.TrimSpace(now.Status + " " + now.StatusReason); got != tt.want {
			t.Errorf("%s: got %q, want %q (%s)", tt.name, got, tt.want, tt.source)
		}
	}
	r := must(New(Options{}))(t)
	first := must(r.CreateTopicRuleDestination(destinationTo(url)))(t)
	expect(t, "again", r.UpdateTopicRuleDestination(first.Arn, "IN_PROGRESS"), "", "", "R-126")
	if again, _ := r.TopicRuleDestination(first.Arn); again.ConfirmationToken == first.ConfirmationToken {
		t.Error("got the same token for another message, want a new one (R-126)")
	}
	expect(t, "no token", r.ConfirmTopicRuleDestination(""), InvalidRequest, "confirmationToken", "R-127")
	expect(t, "unknown", r.UpdateTopicRuleDestination("x", "ENABLED"), NotFound, "", "R-127")
	expect(t, "delete", r.DeleteTopicRuleDestination(first.Arn), "", "", "R-127")
	expect(t, "delete again", r.DeleteTopicRuleDestination(first.Arn), "", "", "R-127")
	for i := range maxRuleDestinations {
		must(r.CreateTopicRuleDestination(destinationTo(fmt.Sprint("https://example.com/", i))))(t)
	}
	_, err := r.CreateTopicRuleDestination(destinationTo(url))
	expect(t, "one too many", err, LimitExceeded, "", "R-126, guess")
}

// TestHTTPAction: what an http action may say, and which destination a rule makes of it.
func TestHTTPAction(t *testing.T) {
	type m = map[string]any
	const sql, below = "SELECT * FROM 'a'", "want one that begins with the confirmationUrl"
	batch := func(config m) m {
		return m{"url": "https://a.example/x", "enableBatching": true, "batchConfig": config}
	}
	header := func(key string) m {
		return m{"url": "https://a.example", "headers": []any{m{"key": key, "value": "v"}}}
	}
	many := make([]any, 101)
	for i := range many {
		many[i] = m{"key": "k", "value": "v"}
	}
	tests := []struct {
		name   string
		action m
		want   string // confirmation URL of the destination, or a part of the error
		source string
	}{
		{"URL alone", m{"url": "https://a.example/x"}, "https://a.example/x", "R-126"},
		{"confirmation", m{"url": "https://a.example/x/${topic()}", "confirmationUrl": "https://a.example/x"}, "https://a.example/x", "R-126"},
		{"template alone", m{"url": "https://a.example/${topic()}"}, "confirmationUrl is missing, want what the url begins with", "R-126"},
		{"template in both", m{"url": "https://${a}/x", "confirmationUrl": "https://${a}"}, "", "R-126"},
		{"not below", m{"url": "https://a.example/x", "confirmationUrl": "https://a.example/y"}, below, "R-126"},
		{"another host", m{"url": "https://a.example.evil.test/x", "confirmationUrl": "https://a.example"}, below, "R-126, choice"},
		{"another port", m{"url": "http://a.example:8080", "confirmationUrl": "http://a.example:80"}, below, "R-126, choice"},
		{"user for a host", m{"url": "https://a.example@evil.test/", "confirmationUrl": "https://a.example"}, "has a user name", "R-126, choice"},
		{"user before a template", m{"url": "https://bob:pw@a.example/${topic()}", "confirmationUrl": "https://a.example"},
			"actions[0].http.url has a user name", "R-124, guess"},
		{"user of templates", m{"url": "https://${u}:pw@${h}/x", "confirmationUrl": "https://${h}"}, "url has a user name", "R-124, guess"},
		{"user in a template", m{"url": "https://${h}/x", "confirmationUrl": "https://bob:${pw}@${h}"},
			"confirmationUrl has a user name", "R-124, guess"},
		{"@ elsewhere", m{"url": "https://a.example/@me/${a}?b=c@${d}", "confirmationUrl": "https://a.example"},
			"https://a.example", "R-124, guess"},
		{"key in the query", m{"url": "https://a.example/x?code=geheim", "confirmationUrl": "https://a.example/y?code=geheim"},
			`is "https://a.example/x?(not shown)", want one that begins with the confirmationUrl "https://a.example/y?(not shown)"`, "R-124"},
		{"no URL", m{"url": "a.example"}, "want a URL such as", "R-124"},
		{"IPv6", m{"url": "https://[2001:db8::1]/"}, "want a host name or an address of IPv4", "R-124"},
		{"headers", header("X-Api-Key"), "https://a.example", "R-124"},
		{"header's template", header("${k}"), "has a template, want a name", "R-124"},
		{"header's name", header("a b"), "has ' ' at character 2", "R-124"},
		{"Host", header("Host"), "is Host, which the request has by itself", "R-124, guess"},
		{"header without value", m{"url": "https://a.example", "headers": []any{m{"key": "k"}}}, "has no value, which it needs", "R-124"},
		{"101 headers", m{"url": "https://a.example", "headers": many}, "are 101, want at most 100", "R-124"},
		{"batches", batch(m{"maxBatchOpenMs": 5, "maxBatchSize": 10, "maxBatchSizeBytes": 131072, "batchAcrossTopics": true}),
			"https://a.example/x", "R-125"},
		{"opens too long", batch(m{"maxBatchOpenMs": 201}), "batchConfig.maxBatchOpenMs is 201, want 5 to 200", "R-125"},
		{"one message", batch(m{"maxBatchSize": 1}), "is 1, want 2 to 10", "R-125"},
		{"few bytes", batch(m{"maxBatchSizeBytes": 99}), "is 99, want 100 to 131072", "R-125"},
		{"slip", batch(m{"maxBatchSizes": 5}), `has "maxBatchSizes", want maxBatchSize`, "R-8"},
		{"signed", m{"url": "https://a.example", "auth": m{"sigv4": m{"signingRegion": "eu-west-1", "serviceName": "es", "roleArn": "r"}}},
			"https://a.example", "R-124"},
		{"signed for nothing", m{"url": "https://a.example", "auth": m{"sigv4": m{"signingRegion": "eu-west-1", "roleArn": "r"}}},
			"has no serviceName, which it needs", "R-124"},
	}
	for _, tt := range tests {
		r, got := must(New(Options{}))(t), ""
		_, err := r.CreateTopicRule(TopicRule{RuleName: "r", SQL: sql, Actions: []RuleAction{{"http": tt.action}}})
		for _, d := range r.TopicRuleDestinations() {
			got += d.URL()
		}
		if err != nil {
			got += err.Error()
		}
		if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
			t.Errorf("%s: got %q, want %q (%s)", tt.name, got, tt.want, tt.source)
		}
	}
	r := must(New(Options{}))(t)
	_, err := r.CreateTopicRule(TopicRule{RuleName: "r", SQL: sql, ErrorAction: RuleAction{"http": batch(m{})}})
	expect(t, "error action", err, InvalidRequest, "errorAction.http batches", "R-125")
	must(r.CreateTopicRule(TopicRule{RuleName: "r", SQL: sql, ErrorAction: RuleAction{"http": {"url": "https://a.example"}}}))(t)
	must(r.ReplaceTopicRule(TopicRule{RuleName: "r", SQL: sql, Actions: []RuleAction{{"http": {"url": "https://b.example"}},
		{"http": {"url": "https://a.example"}}}}))(t)
	if n := len(r.TopicRuleDestinations()); n != 2 {
		t.Errorf("got %d destinations, want one for each URL (R-126)", n)
	}
}
