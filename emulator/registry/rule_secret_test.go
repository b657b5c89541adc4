package registry

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// TestWithoutSecrets: what may be a key is found wherever it stands; what says what is sent, and what messages or
// Secrets Manager give, is not taken for one.
func TestWithoutSecrets(t *testing.T) {
	header := func(action, key, value string) RuleAction {
		return RuleAction{action: {"url": "https://a", "headers": []any{map[string]any{"key": key, "value": value}}}}
	}
	property := func(name, value string) RuleAction {
		return RuleAction{"kafka": {"topic": "a", "clientProperties": map[string]any{name: value}}}
	}
	for _, tt := range []struct {
		name   string
		action RuleAction
		want   string // what is found; "" for nothing
	}{
		{"a key", header("http", "X-Api-Key", "s3cr3t"), "[actions 0 http headers 0 value] header X-Api-Key"},
		{"a key beside a template", header("http", "Authorization", "Bearer s3cr3t${topic()}"),
			"[actions 0 http headers 0 value] header Authorization"},
		{"a key in a template", header("http", "Authorization", "${'Bearer s3cr3t'}"), "[actions 0 http headers 0 value] header Authorization"},
		{"of a message", header("http", "X-Device", "${clientid()}${topic(2)}"), ""},
		{"of Secrets Manager", header("http", "Authorization", "${get_secret('a', 'SecretString', 'k', 'arn:aws:iam::1:role/r')}"), ""},
		{"what is sent", header("http", "content-TYPE", "application/json"), ""},
		{"empty", header("http", "X-Api-Key", ""), ""},
		{"to Kafka", header("kafka", "key", "s3cr3t"), "[actions 0 kafka headers 0 value] header key"},
		{"Kafka's password", property("sasl.scram.password", "s3cr3t"),
			"[actions 0 kafka clientProperties sasl.scram.password] property sasl.scram.password"},
		{"Kafka's keys", property("ssl.keystore", "MIIK"), "[actions 0 kafka clientProperties ssl.keystore] property ssl.keystore"},
		{"Kafka's password, elsewhere", property("ssl.key.password", "${get_secret('a', 'SecretString', 'r')}"), ""},
		{"Kafka's servers", property("bootstrap.servers", "b-1:9094"), ""},
		{"of another action", RuleAction{"republish": {"headers": map[string]any{"userProperties": []any{}}}}, ""},
		{"in a query", RuleAction{"http": {"url": "https://a/b?id=${topic()}&token=s3cr3t"}}, "[actions 0 http url] url's query"},
		{"a query that is one", RuleAction{"http": {"confirmationUrl": "https://a?s3cr3t"}},
			"[actions 0 http confirmationUrl] confirmationUrl's query"},
		{"a query of messages", RuleAction{"http": {"url": "https://a/b?id=${topic()}&c=${clientid()}"}}, ""},
		{"a query of Secrets Manager", RuleAction{"http": {"url": "https://a?k=${get_secret('a', 'SecretString', 'r')}"}}, ""},
		{"no query", RuleAction{"http": {"url": "https://a/@b?", "confirmationUrl": "https://a"}}, ""},
		{"who signs in", RuleAction{"openSearch": {"endpoint": "https://me:s3cr3t@a", "index": "i"}},
			"[actions 0 openSearch endpoint] endpoint's user"},
		{"both", RuleAction{"salesforce": {"url": "https://me:s3cr3t@a/?t=s3cr3t", "token": "s3cr3t"}},
			"[actions 0 salesforce token] token[actions 0 salesforce url] url's user and query"},
		{"a queue", RuleAction{"sqs": {"queueUrl": "https://sqs.us-east-1.amazonaws.com/1/q"}}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := fmt.Sprint(tt.action)
			r := TopicRule{Actions: []RuleAction{tt.action}}
			found := ""
			without := r.WithoutSecrets(func(s Secret) any {
				found += fmt.Sprint(s.At, " ", s.Name)
				if strings.Contains(s.Before+s.After, "s3cr3t") {
					t.Errorf("got %q and %q beside it, want no secret there", s.Before, s.After)
				}
				return "another"
			})
			if found != tt.want || fmt.Sprint(tt.action) != before {
				t.Errorf("got %q, and the rule %v, want %q, and the rule as it was", found, tt.action, tt.want)
			}
			if same := reflect.DeepEqual(without, r); same != (tt.want == "") {
				t.Errorf("got %v of %v, want another value: %v", without, r, tt.want != "")
			}
		})
	}
	e := TopicRule{ErrorAction: header("http", "X-Api-Key", "s3cr3t")}.WithoutSecrets(func(s Secret) any { return fmt.Sprint(s.At) })
	if want := header("http", "X-Api-Key", "[errorAction http headers 0 value]"); !reflect.DeepEqual(e.ErrorAction, want) {
		t.Errorf("got %v, want %v", e.ErrorAction, want)
	}
}
