package rules

import (
	"encoding/json"
	"fmt"
)

// lambda
//
//   - the function runs as an event: what becomes of it is no failure of the action, that
//     it is not there or does not permit AWS IoT is one
//   - what it gets is JSON, and 256 KiB at most, as all events [guess]

const mostEvent = 256 << 10

func (x *run) invoke(v values) (done, error) {
	arn := v.text("functionArn")
	d := done{resource: arn, log: map[string]string{"FunctionArn": arn}, answer: "the function was started"}
	if err := x.mayInvoke(arn); err != nil {
		return d, err
	}
	if !json.Valid(x.result.Payload) {
		return d, refuse("select what is JSON: SELECT encode(*, 'base64') AS data", "R-119",
			"the result is not JSON, and a function gets nothing else")
	}
	if n := len(x.result.Payload); n > mostEvent {
		return d, refuse("select less of the message", "R-119",
			"the result has %d bytes, and a function gets %d at most",
			n, mostEvent)
	}
	return d, x.Start(arn, x.result.Payload)
}

// mayInvoke says why AWS IoT may not have a function run for the rule.
func (x *run) mayInvoke(arn string) error {
	f, ok := x.Registry.Function(arn)
	if !ok {
		return refuse("make the function first, in suback.yaml or by aws lambda create-function", "R-119",
			"there is no function %s", arn)
	}
	if x.Registry.MayInvoke(f, x.rule.RuleArn) {
		return nil
	}
	return refuse(fmt.Sprintf("aws lambda add-permission --function-name %s --statement-id rule --action "+
		"lambda:InvokeFunction --principal iot.amazonaws.com --source-arn %s", f.FunctionName, x.rule.RuleArn),
		"R-119", "function %q does not permit AWS IoT to invoke it for the rule %q", f.FunctionName, x.rule.RuleName)
}
