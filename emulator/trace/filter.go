package trace

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/suback/suback/emulator/topic"
)

// A Filter selects events. The zero Filter selects all; of several members all must hold.
type Filter struct {
	Client    string
	Outcome   Outcome
	Operation Operation

	// Topic is a filter of MQTT: of records about a topic it selects those that it
	// matches, of those about a filter those that have a topic in common with it.
	Topic string

	Rule string // the number of a rule that the event names, as B-501

	// Since leaves out what is held up to a Seq. Of [Recorder.Follow] it is where the
	// reader begins: an older event whose Count grows comes again.
	Since uint64
}

// selects does not look at Since.
func (f *Filter) selects(e *Event) bool {
	return (f.Client == "" || f.Client == e.Client) && (f.Outcome == "" || f.Outcome == e.Outcome) &&
		(f.Operation == "" || f.Operation == e.Operation) &&
		(f.Rule == "" || slices.Contains(e.Rules, f.Rule)) && (f.Topic == "" || f.isAbout(e))
}

// isAbout reports whether an event has to do with Topic.
func (f *Filter) isAbout(e *Event) bool {
	if e.Topic != "" && topic.Matches(f.Topic, e.Topic) || e.Filter != "" && topic.Meet(f.Topic, e.Filter) {
		return true
	}
	meets := func(s Subscription) bool { return topic.Meet(f.Topic, s.Filter) }
	return slices.ContainsFunc(e.Subscriptions, meets)
}

// ruleNumber is how a rule is called.
var ruleNumber = regexp.MustCompile(`\A[A-Z]{1,2}-[0-9]+[a-z]?\z`)

// ParseFilter reads a filter from the query of a URL, as in client=pump-7&outcome=refused.
// Outcomes, operations and rules are taken in any case. Members that are no filter's are
// left alone.
func ParseFilter(q url.Values) (f Filter, err error) {
	f.Client = q.Get("client")
	f.Outcome = Outcome(strings.ToUpper(q.Get("outcome")))
	switch f.Outcome {
	case "", Allowed, Refused, Withheld, Note:
	default:
		return f, fmt.Errorf("outcome is %q, want %s, %s, %s or %s", q.Get("outcome"), Allowed, Refused, Withheld,
			Note)
	}
	if f.Operation, err = parseOperation(q.Get("operation")); err != nil {
		return f, err
	}
	f.Topic = q.Get("topic")
	if wrong := topic.Unfit(f.Topic); wrong != "" {
		return f, errors.New("topic " + wrong)
	}
	if text := q.Get("rule"); text != "" {
		if f.Rule = inCase(text); !ruleNumber.MatchString(f.Rule) {
			return f, fmt.Errorf("rule is %q, want a number as B-501", text)
		}
	}
	if text := q.Get("since"); text != "" {
		if f.Since, err = strconv.ParseUint(text, 10, 64); err != nil {
			return f, fmt.Errorf("since is %q, want the seq of an event", text)
		}
	}
	return f, nil
}

// inCase writes a rule's number as rules are written: B-236a.
func inCase(text string) string {
	letters, number, _ := strings.Cut(text, "-")
	return strings.ToUpper(letters) + "-" + strings.ToLower(number)
}

func parseOperation(text string) (Operation, error) {
	if text == "" {
		return "", nil
	}
	names := make([]string, len(operations))
	for i, o := range operations {
		if strings.EqualFold(string(o), text) {
			return o, nil
		}
		names[i] = string(o)
	}
	return "", fmt.Errorf("operation is %q, want one of %s", text, strings.Join(names, ", "))
}

// operations are all, but for what only metrics know.
var operations = []Operation{Connect, PublishIn, PublishOut, Subscribe, Unsubscribe, Disconnect, AuthNError,
	Refresh, Transport, Follow, Soracom, Tokens, Ping, Queued, RuleNotFound, RuleMatch, StartingRuleExecution,
	TopicRuleDestination,
	RuleExecution, FunctionExecution, RuleMessageThrottled, GetRetainedMessage,
	ListRetainedMessage, DeleteConnection, GetConnection, ListSubscriptions, SendDirectMessage,
	GetThingShadow, UpdateThingShadow, DeleteThingShadow, ListNamedShadowsForThing}
