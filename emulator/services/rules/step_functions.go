package rules

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/suback/suback/emulator/neighbour"
)

// stepFunctions
//
//   - the input is the result, and must be JSON, as Step Functions says itself
//   - the execution's name is the prefix and a UUID; without a prefix it is the service's
//     matter
//   - the state machine is one of this account and region [R-123, guess]

func (x *run) startExecution(v values) (done, error) {
	name := v.text("stateMachineName")
	machine := x.arn("states", "stateMachine:"+name)
	d := done{resource: name, log: map[string]string{"StateMachine": name}}
	input := map[string]any{"stateMachineArn": machine, "input": string(x.result.Payload)}
	if prefix := v.text("executionNamePrefix"); prefix != "" {
		input["name"] = prefix + uuid.NewString()
	}
	answer, err := x.send(call{Request: neighbour.JSON("stepFunctions", "StartExecution", input),
		role: v.text("roleArn"), needs: "states:StartExecution", on: machine,
		doing:  "start Step Functions execution",
		where:  fmt.Sprintf("Action: stepFunctions, StateMachine: %s", name),
		create: "stepfunctions create-state-machine --name " + name + " --definition … --role-arn …"})
	if err == nil {
		d.answer = answer.Endpoint + ": " + answer.Text("executionArn")
	}
	return d, err
}
