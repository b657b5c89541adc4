package lint

import "slices"

// Severity says what a finding means for who runs this.
type Severity string

// The severities, the worst first.
const (
	Error   Severity = "error"   // it is refused, or never does what it says
	Warning Severity = "warning" // it is hardly meant
	Info    Severity = "info"    // worth knowing
)

// Severities are all of them, the worst first.
func Severities() []Severity { return []Severity{Error, Warning, Info} }

// AtLeast reports whether s is as bad as other, or worse.
func (s Severity) AtLeast(other Severity) bool {
	return slices.Index(Severities(), s) <= slices.Index(Severities(), other)
}

// A Rule is one kind of finding.
type Rule struct {
	ID       string
	Severity Severity
	About    string   // one sentence
	Rules    []string // of docs/behaviour

	// Example is a file of fixtures/policies that makes the mistake; its name with
	// "-cured" before the extension is the cure.
	Example string
}

// Cured is the file that has the cure of Example; "" if there is none.
func (r Rule) Cured() string {
	for i := len(r.Example) - 1; i > 0; i-- {
		if r.Example[i] == '.' {
			return r.Example[:i] + "-cured" + r.Example[i:]
		}
	}
	return ""
}

// Rules are all of them, by what they are about.
func Rules() []Rule {
	return slices.Concat(fileRules(), documentRules(), nameRules(), matchRules(), poolRules(), answerRules(),
		resourceRules(), topicRuleRules())
}

func findRule(id string) Rule {
	all := Rules()
	return all[slices.IndexFunc(all, func(r Rule) bool { return r.ID == id })]
}

func fileRules() []Rule {
	return []Rule{
		{"unreadable", Error, "The file is no JSON or YAML, or is beyond the bounds of what is read.",
			[]string{"B-113"}, "unreadable.json"},
		{"unknown-file", Error, "The file is neither a policy nor anything else that has policies.", nil,
			"unknown-file.json"},
		{"suback-yaml", Error, "suback.yaml has what the gateway refuses to start with.", nil, "suback-yaml.yaml"},
	}
}

func documentRules() []Rule {
	return []Rule{
		{"malformed", Error, "AWS calls the policy document malformed.", []string{"B-113", "B-114"},
			"malformed.json"},
		{"too-long", Error, "A document has more than 2048 characters, white space not counted.",
			[]string{"B-127", "B-116"}, "too-long.json"},
		{"too-many-documents", Error, "More than 10 documents apply together.", []string{"B-128", "B-115"},
			"too-many-documents.json"},
		{"version-missing", Warning, "Without Version 2012-10-17 variables stay plain text.",
			[]string{"B-109", "B-101"}, "version-missing.json"},
		{"arn-parts", Error, "A resource has fewer parts than an ARN.", []string{"B-201"},
			"arn-parts.json"},
		{"empty-list", Warning, "A list in an authorizer's document is empty, and matches nothing.",
			[]string{"B-111"}, "empty-list.json"},
		{"condition-odd", Info, "StringEquals on iot:ConnectAttributes lets connects without a will pass.",
			[]string{"B-314"}, "condition-odd.json"},
	}
}

func nameRules() []Rule {
	return []Rule{
		{"variable-unknown", Error, "A policy variable has a name that AWS IoT does not know.", []string{"B-338"},
			"variable-unknown.json"},
		{"variable-principal", Warning, "This kind of principal never has a value for the variable or key.",
			[]string{"B-506", "B-318"}, "receive-variable.json"},
		{"action-unknown", Error, "There is no such action: it is stored, and never matches.",
			[]string{"B-125", "B-121"}, "action-unknown.json"},
		{"key-unknown", Warning, "There is no such condition key: it is always absent.", []string{"B-305"},
			"key-unknown.json"},
		{"arn-placeholder", Warning, "The region or account of an ARN looks like a sample's.", []string{"B-202"},
			"arn-placeholder.json"},
		{"account-other", Error, "An ARN is of another account than the endpoint.", []string{"B-202", "B-505"},
			"connect-other-account.json"},
		{"region-other", Error, "An ARN is of another region than the endpoint.", []string{"B-202", "B-505"},
			"receive-other-region.json"},
		{"partition-other", Error, "An ARN is of another partition than its region.", []string{"B-202", "B-505"},
			"partition-other.json"},
	}
}

func matchRules() []Rule {
	return []Rule{
		{"subscribe-topic", Error, "iot:Subscribe is judged on topicfilter/, never on topic/.",
			[]string{"B-504", "B-209", "D-13"}, "subscribe-topic.json"},
		{"publish-topicfilter", Error, "iot:Publish is judged on topic/, never on topicfilter/.",
			[]string{"B-502", "B-209", "D-13"}, "publish-topicfilter.json"},
		{"receive-topicfilter", Error, "iot:Receive is judged on topic/, never on topicfilter/.",
			[]string{"B-502", "B-209", "D-13"}, "receive-topicfilter.json"},
		{"resource-type", Error, "An action and its resources can never meet.", []string{"B-209", "B-121"},
			"resource-type.json"},
		{"topic-mqtt-wildcard", Error, `"+" and "#" are plain characters in a policy, and no topic has them.`,
			[]string{"B-204", "B-503"}, "receive-mqtt-wildcard.json"},
		{"filter-misplaced", Error, "No client may send such a topic filter.", []string{"B-657"},
			"filter-misplaced.json"},
		{"reserved-topic", Warning, "The topic begins with $, and AWS has no such topic for clients.",
			[]string{"B-236", "B-237"}, "reserved-topic.json"},
		{"condition-never", Warning, "A condition can never hold for the statement's actions.",
			[]string{"B-302", "B-227"}, "condition-never.json"},
		{"allow-shadowed", Warning, "A Deny takes away all that an Allow gives.", []string{"B-131", "B-507"},
			"allow-shadowed.json"},
		{"statement-unreachable", Info, "Another statement says all of it already.", []string{"B-131"},
			"statement-unreachable.json"},
		{"broad-connect", Warning, "Every client id may connect, also that of another device.",
			[]string{"B-210", "B-517"}, "broad-connect.json"},
		{"broad-publish", Warning, "Every topic may be published to, also those of other devices and of AWS.",
			[]string{"B-233"}, "broad-publish.json"},
	}
}

func poolRules() []Rule {
	return []Rule{
		{"receive-missing", Warning, "What may be subscribed to may not be received: SUBACK, then silence.",
			[]string{"B-501", "D-12"}, "receive-missing.json"},
		{"subscribe-missing", Warning, "What may be received may not be subscribed to.", []string{"B-220", "B-504"},
			"subscribe-missing.json"},
		{"connect-missing", Warning, "Nothing allows iot:Connect, and everything over MQTT needs it.",
			[]string{"B-211", "D-9"}, "connect-missing.json"},
	}
}

func answerRules() []Rule {
	return []Rule{
		{"answer-shape", Error, "It is no answer that AWS IoT takes from an authorizer.",
			[]string{"A-121", "A-133", "D-20"}, "answer-shape.json"},
		{"principal-id", Error, "principalId is 1 to 128 letters and digits.", []string{"A-123", "D-10"},
			"principal-id.json"},
		{"timer", Error, "Both timers are whole seconds from 300 to 86400.", []string{"B-407", "A-129", "A-130"},
			"timer.json"},
		{"timer-decimal", Warning, "AWS is not known to take a timer with a decimal point.", []string{"A-130"},
			"timer-decimal.json"},
		{"answer-key", Warning, "Nobody reads the member, which looks like one that is read.", []string{"A-131"},
			"answer-key.json"},
		{"answer-text", Info, "The answer is a text that holds the object, not the object.", []string{"A-132", "D-28"},
			"answer-text.json"},
		{"documents-empty", Warning, "Without a document nothing is allowed, not even iot:Connect.",
			[]string{"B-119", "A-126"}, "documents-empty.json"},
	}
}

func resourceRules() []Rule {
	return []Rule{
		{"authorizer-refused", Error, "AWS refuses such an authorizer.", []string{"A-58", "A-61"},
			"authorizer-refused.yaml"},
		{"authorizer-inactive", Warning, "An authorizer is INACTIVE unless its Status says ACTIVE.",
			[]string{"A-59", "D-7"}, "authorizer-inactive.yaml"},
		{"permission-missing", Warning, "Nothing lets AWS IoT invoke the function of an authorizer or a topic rule.",
			[]string{"A-138", "R-119", "D-6"}, "permission-missing.yaml"},
		{"domain-refused", Error, "AWS refuses such a domain configuration.", []string{"A-50", "A-76"},
			"domain-refused.yaml"},
		{"template-variable", Error,
			"A variable of CloudFormation's stands outside a Sub, or one of a policy's within one.", nil,
			"template-variable.yaml"},
	}
}
