package lint

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/suback/suback/emulator/policy"
)

// What lint says can never match is never allowed, whatever the name, and what it calls
// denied is denied: package policy decides, for thousands of statements that nobody chose.
func TestNeverMeansNever(t *testing.T) {
	random := rand.New(rand.NewPCG(14, 4)) // the same each time
	pick := func(from ...string) string { return from[random.IntN(len(from))] }
	never := []string{"subscribe-topic", "publish-topicfilter", "receive-topicfilter", "resource-type", "topic-mqtt-wildcard",
		"region-other", "account-other", "partition-other", "condition-never", "action-unknown", "allow-shadowed"}
	found, actions := 0, sync.OnceValue(actionNames)
	for range 6000 {
		resource := func() string {
			if random.IntN(8) == 0 {
				return "*"
			}
			return fmt.Sprintf("arn:%s:iot:%s:%s:%s%s", pick("aws", "aws", "aws", "*", "aws-cn"), pick("us-east-1", "us-east-1", "*", "eu-west-1"),
				pick("123456789012", "123456789012", "*", "210987654321"), pick("topic/", "topicfilter/", "client/", "topic*", "*", "thing/"),
				pick("a", "a/*", "a/+", "a/#", "*", "a/?", "a/b"))
		}
		action := pick("iot:Connect", "iot:Publish", "iot:Receive", "iot:Subscribe", "iot:*", "iot:Pub*", "*", "iot:publish", "iot:Publsh")
		condition := pick("", "", "", `,"Condition":{"StringEquals":{"iot:LastWillTopic":"a"}}`)
		text := fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":%q,"Resource":%q%s},{"Effect":"Deny","Action":%q,"Resource":%q}]}`,
			action, resource(), condition, pick("iot:*", "iot:GetConnection", "iot:Publish"), resource())
		l := newLinter("p.json", []byte(text), Options{Partition: "aws", Region: "us-east-1", Account: "123456789012"}, actions)
		l.checkText(false)
		all := l.done()
		if !slices.ContainsFunc(all, func(f Finding) bool {
			return slices.Contains(never, f.Rule) && strings.Contains(f.Text, "Statement[0]")
		}) {
			continue
		}
		found++
		wantRefused(t, text, all)
	}
	if found < 1000 {
		t.Errorf("got %d statements that never match, want 1000 at least", found)
	}
}

// wantRefused wants every action refused on every name that the patterns above may match.
func wantRefused(t *testing.T, text string, all []Finding) {
	t.Helper()
	d, err := policy.Parse("p", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	p := policy.Compile([]*policy.Document{d}, policy.Context{Partition: "aws", Region: "us-east-1", Account: "123456789012"})
	for _, a := range []policy.Action{policy.Connect, policy.Publish, policy.Receive, policy.Subscribe} {
		for _, name := range []string{"a", "a/b", "a/bb", "b"} {
			if p.Allows(a, name) {
				t.Fatalf("%s on %s is allowed, and lint says that it never is: %+v\n%s", a, name, all, text)
			}
		}
	}
}
