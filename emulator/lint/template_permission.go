package lint

import "slices"

// checkPermission wants a template that has an authorizer or a rule, and functions, to let
// AWS IoT invoke one.
func (l *linter) checkPermission(resources *value) {
	var invokes *member
	what, hasFunction := "", false
	for i, m := range resources.Members {
		properties := m.Value.Get("Properties")
		switch m.Value.Get("Type").String() {
		case "AWS::IoT::Authorizer":
			if what == "" && properties.Get("AuthorizerFunctionArn").IsOpaque() {
				invokes, what = &resources.Members[i], "authorizer"
			}
		case "AWS::IoT::TopicRule":
			if what == "" && invokesUnknown(properties) {
				invokes, what = &resources.Members[i], "rule"
			}
		case "AWS::Lambda::Function", "AWS::Serverless::Function":
			hasFunction = true
		case "AWS::Lambda::Permission":
			principal := properties.Get("Principal")
			if principal == nil || slices.Contains([]string{"iot.amazonaws.com", "*", ""}, principal.String()) {
				return
			}
		}
	}
	if what != "" && hasFunction {
		l.report("permission-missing", invokes.At,
			invokes.Name+": no AWS::Lambda::Permission lets iot.amazonaws.com invoke its function, so it never runs",
			"add one with Action lambda:InvokeFunction, Principal iot.amazonaws.com and the "+what+"'s ARN as SourceArn")
	}
}

// invokesUnknown reports whether a rule has an action for a function that the template may
// have.
func invokesUnknown(properties *value) bool {
	for _, a := range (topicRule{payload: properties.Get("TopicRulePayload")}).actions() {
		if a.name == "Lambda" && a.members.Get("FunctionArn").IsOpaque() {
			return true
		}
	}
	return false
}
