package registry

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/near"
)

// Actions of topic rules
//
//   - an action is an object with one member, its name, and has members in turn
//   - which there are, and of which type, is the service model's;
//     TestRuleActionsAndModelAgree compares. What is below them is looked at when the
//     action is done.

// maxRuleActions is how many actions a rule may have.
const maxRuleActions = 10

// A RuleAction is one action by its name, as {"republish": {"topic": …, "roleArn": …}}:
// values are those of JSON, numbers float64. Nil: none.
type RuleAction map[string]map[string]any

// Name is the action's name, such as "republish".
func (a RuleAction) Name() string {
	for name := range a {
		return name
	}
	return ""
}

// Members are what the action says.
func (a RuleAction) Members() map[string]any { return a[a.Name()] }

// RuleActionMembers are the members of each action: ! is required, and what follows : is
// JSON's type, else a string. A type with | is a choice of texts.
func RuleActionMembers() map[string][]string {
	const cannedACLs = "private|public-read|public-read-write|aws-exec-read|authenticated-read|bucket-owner-read|" +
		"bucket-owner-full-control|log-delivery-write"
	members := map[string][]string{}
	for name, text := range map[string]string{
		"cloudwatchAlarm":  "roleArn! alarmName! stateReason! stateValue!",
		"cloudwatchLogs":   "roleArn! logGroupName! batchMode:boolean",
		"cloudwatchMetric": "roleArn! metricNamespace! metricName! metricValue! metricUnit! metricTimestamp",
		"dynamoDB": "tableName! roleArn! operation hashKeyField! hashKeyValue! hashKeyType:STRING|NUMBER " +
			"rangeKeyField rangeKeyValue rangeKeyType:STRING|NUMBER payloadField",
		"dynamoDBv2":    "roleArn! putItem!:object",
		"elasticsearch": "roleArn! endpoint! index! type! id!",
		"firehose":      "roleArn! deliveryStreamName! separator batchMode:boolean",
		"http": "url! confirmationUrl headers:list auth:object enableBatching:boolean " +
			"batchConfig:object",
		"iotAnalytics":  "channelArn channelName batchMode:boolean roleArn",
		"iotEvents":     "inputName! messageId batchMode:boolean roleArn!",
		"iotSiteWise":   "putAssetPropertyValueEntries!:list roleArn!",
		"kafka":         "destinationArn! topic! key partition clientProperties!:object headers:list",
		"kinesis":       "roleArn! streamName! partitionKey",
		"lambda":        "functionArn!",
		"location":      "roleArn! trackerName! deviceId! timestamp:object latitude! longitude!",
		"openSearch":    "roleArn! endpoint! index! type! id!",
		"republish":     "roleArn! topic! qos:integer headers:object",
		"s3":            "roleArn! bucketName! key! cannedAcl:" + cannedACLs,
		"salesforce":    "token! url!",
		"sns":           "targetArn! roleArn! messageFormat:RAW|JSON",
		"sqs":           "roleArn! queueUrl! useBase64:boolean",
		"stepFunctions": "executionNamePrefix stateMachineName! roleArn!",
		"timestream":    "roleArn! databaseName! tableName! dimensions!:list timestamp:object",
	} {
		members[name] = strings.Fields(text)
	}
	return members
}

// settleActions brings the actions into JSON's types, and says what is wrong with them.
func (t *TopicRule) settleActions() error {
	if n := len(t.Actions); n > maxRuleActions {
		return topicRule.invalid(t.RuleName, "actions",
			fmt.Sprintf("are %d, want at most %d", n, maxRuleActions))
	}
	actions := make([]RuleAction, len(t.Actions))
	for i, a := range t.Actions {
		at := fmt.Sprintf("actions[%d]", i)
		var err error
		if actions[i], err = a.settled(t.RuleName, at); err != nil {
			return err
		}
	}
	t.Actions = actions
	if len(t.ErrorAction) == 0 {
		t.ErrorAction = nil
		return nil
	}
	var err error
	t.ErrorAction, err = t.ErrorAction.settled(t.RuleName, "errorAction")
	return err
}

func (a RuleAction) settled(rule, at string) (same RuleAction, err error) {
	invalid := func(field, format string, args ...any) (RuleAction, error) {
		return nil, topicRule.invalid(rule, field, fmt.Sprintf(format, args...))
	}
	switch len(a) {
	case 0: // what an API's model does not know has been left out
		return invalid(at, "has no action that AWS has, want one, as %s: names count with their case",
			strings.Join(slices.Sorted(maps.Keys(RuleActionMembers())), ", "))
	case 1:
	default:
		return invalid(at, "has %d members (%s), want one, the name of the action", len(a),
			strings.Join(slices.Sorted(maps.Keys(a)), ", "))
	}
	text, err := json.Marshal(a)
	if err == nil {
		err = json.Unmarshal(text, &same)
	}
	if err != nil {
		return invalid(at, "is no JSON: %v", err)
	}
	name, known := a.Name(), RuleActionMembers()
	members, ok := known[name]
	if !ok {
		return invalid(at, "has %q, %s", name, wantNear(name, slices.Sorted(maps.Keys(known))))
	}
	err = checkMembers(rule, at+"."+name, same[name], members)
	if err == nil {
		err = same.checkHTTP(rule, at)
	}
	return same, err
}

// checkMembers holds the members of an action to what they may be.
func checkMembers(rule, at string, have map[string]any, members []string) error {
	types, names := map[string]string{}, []string{}
	for _, m := range members {
		name, of, _ := strings.Cut(m, ":")
		name, required := strings.CutSuffix(name, "!")
		types[name], names = of, append(names, name)
		if have[name] == nil && required {
			return topicRule.invalid(rule, at, "has no "+name+", which it needs")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(have)) {
		of, ok := types[name]
		if !ok {
			return topicRule.invalid(rule, at, fmt.Sprintf("has %q, %s", name, wantNear(name, names)))
		}
		if err := topicRule.invalid(rule, at+"."+name, wantOfType(have[name], of)); err != nil {
			return err
		}
	}
	return nil
}

// wantNear wants one of some names, the nearest if one is near.
func wantNear(name string, names []string) string {
	if n := near.Name(name, names); n != "" {
		return "want " + n
	}
	return "want one of " + strings.Join(names, ", ")
}

// wantOfType wants a value of JSON's type.
func wantOfType(v any, of string) string {
	ok := false
	switch of {
	case "boolean":
		_, ok = v.(bool)
	case "integer":
		var n float64
		n, ok = v.(float64)
		ok = ok && n == float64(int64(n))
	case "list":
		_, ok = v.([]any)
	case "object":
		_, ok = v.(map[string]any)
	default:
		var s string
		if s, ok = v.(string); ok && of != "" {
			return wantOneOf(s, strings.Split(of, "|")...)
		}
		of = "string"
	}
	if ok {
		return ""
	}
	return fmt.Sprintf("is of another type, want %s %s", article(of), of)
}

func article(of string) string {
	if of == "integer" || of == "object" {
		return "an"
	}
	return "a"
}
