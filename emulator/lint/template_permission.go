package lint

import "slices"

// checkPermission wants a template that has an authorizer or a rule, and functions, to let
// AWS IoT invoke one.
func (l *linter) checkPermission(resources *value) {
	var invokes *member
	what, hasFunction := "", false
	for i, m := range resources.members {
		properties := m.value.get("Properties")
		switch m.value.get("Type").string() {
		case "AWS::IoT::Authorizer":
			if what == "" && properties.get("AuthorizerFunctionArn").isOpaque() {
				invokes, what = &resources.members[i], "authorizer"
			}
		case "AWS::IoT::TopicRule":
			if what == "" && invokesUnknown(properties) {
				invokes, what = &resources.members[i], "rule"
			}
		case "AWS::Lambda::Function", "AWS::Serverless::Function":
			hasFunction = true
		case "AWS::Lambda::Permission":
			principal := properties.get("Principal")
			if principal == nil || slices.Contains([]string{"iot.amazonaws.com", "*", ""}, principal.string()) {
				return
			}
		}
	}
	if what != "" && hasFunction {
		l.report("permission-missing", invokes.at,
			invokes.name+": no AWS::Lambda::Permission lets iot.amazonaws.com invoke its function, so it never runs",
			"add one with Action lambda:InvokeFunction, Principal iot.amazonaws.com and the "+what+"'s ARN as SourceArn")
	}
}

// invokesUnknown reports whether a rule has an action for a function that the template may
// have.
func invokesUnknown(properties *value) bool {
	for _, a := range (topicRule{payload: properties.get("TopicRulePayload")}).actions() {
		if a.name == "Lambda" && a.members.get("FunctionArn").isOpaque() {
			return true
		}
	}
	return false
}
