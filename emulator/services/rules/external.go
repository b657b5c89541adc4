package rules

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/services/rules/sql"
)

// Functions that ask another service
//
//   - aws_lambda waits 2 s for its answer, which is JSON
//   - get_registry_data and get_thing_shadow ask what there is here, with the role that the
//     call names; a thing that there is not makes the rule end [R-132, guess]
//   - get_dynamodb and get_secret ask where actions are sent to (external_services.go)
//   - all others are not here, and end the rule

// lambdaTime is how long aws_lambda waits.
const lambdaTime = 2 * time.Second

func (x *run) external(ctx context.Context, function string, args []sql.Value) (v sql.Value, err error) {
	texts := make([]string, len(args))
	for i, a := range args {
		texts[i], _ = a.Text()
	}
	var answer []byte
	switch function {
	case "get_dynamodb", "get_secret":
		return x.externalService(function, args, texts)
	case "aws_lambda":
		answer, err = x.askLambda(ctx, texts[0], args[1])
	case "get_registry_data":
		answer, err = x.registryData(texts)
	case "get_thing_shadow":
		answer, err = x.thingShadow(texts)
	default:
		err = errors.New("is not emulated")
	}
	if err == nil {
		v, err = sql.ParseJSON(answer, x.rule.statement.Version())
	}
	if err == nil { // else the rule ends, and says so
		x.asked++
	}
	return v, err
}

func (x *run) askLambda(ctx context.Context, arn string, input sql.Value) ([]byte, error) {
	if err := x.mayInvoke(arn); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, lambdaTime)
	defer cancel()
	answer, err := x.Invoke(ctx, arn, input.JSON())
	switch late := x.overdue(nil); {
	case err != nil && late != nil:
		return nil, late
	case ctx.Err() == context.DeadlineExceeded:
		return nil, fmt.Errorf("%s did not answer within %v", arn, lambdaTime)
	}
	return answer, err
}

func (x *run) thingShadow(args []string) ([]byte, error) {
	name := ""
	if len(args) == 3 {
		name = args[1]
	}
	if x.GetThingShadow == nil {
		return nil, errors.New("there are no shadows here")
	}
	on := strings.TrimSuffix("thing/"+args[0]+"/"+name, "/")
	if err := x.mayDo(args[len(args)-1], policy.GetThingShadow, x.arn("iot", on)); err != nil {
		return nil, err
	}
	return x.GetThingShadow(args[0], name)
}

// registryData is what AWS IoT's API answers.
func (x *run) registryData(args []string) ([]byte, error) {
	api, thing, role := args[0], args[1], args[len(args)-1]
	if err := x.mayDo(role, policy.Action("iot:"+api), x.arn("iot", "thing/"+thing)); err != nil {
		return nil, err
	}
	t, ok := x.Registry.Thing(thing)
	if !ok {
		return nil, fmt.Errorf("there is no thing %q", thing)
	}
	switch api {
	case "DescribeThing":
		return json.Marshal(t.Description())
	case "ListThingGroupsForThing":
		groups := []map[string]string{}
		for _, name := range x.Registry.ThingGroupsOf(thing) {
			g, _ := x.Registry.ThingGroup(name)
			groups = append(groups, map[string]string{"groupName": name, "groupArn": g.ThingGroupArn})
		}
		return json.Marshal(map[string]any{"thingGroups": groups})
	}
	return nil, fmt.Errorf("%q is no question, want DescribeThing or ListThingGroupsForThing", api)
}
