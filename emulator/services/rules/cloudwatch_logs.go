package rules

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/suback/suback/emulator/neighbour"
)

// cloudwatchLogs
//
//   - one entry, the result as it is, of now; with batchMode the result is a list of
//     {timestamp, message}, or the action fails
//   - entries go in the order of their times, as the service wants them [R-122, guess]
//   - the log stream is made if it is missing, as the role's permissions show; its name,
//     which AWS does not say, is the rule's [R-122, guess]
//   - the log group must be there

// A logEvent is an entry as the service has it.
type logEvent struct {
	Timestamp int64  `json:"timestamp"` // ms
	Message   string `json:"message"`
}

func (x *run) putLogs(v values) (done, error) {
	group, stream := v.text("logGroupName"), x.rule.RuleName
	d := done{resource: group, log: map[string]string{"LogGroup": group}}
	events, err := x.logEvents(v)
	if err != nil {
		return d, err
	}
	names := map[string]any{"logGroupName": group, "logStreamName": stream}
	c := call{role: v.text("roleArn"), on: x.arn("logs", "log-group:"+group+":log-stream:"+stream),
		doing: "put CloudWatch Logs events", where: fmt.Sprintf("Action: cloudwatchLogs, LogGroup: %s", group),
		create: "logs create-log-group --log-group-name " + group}
	put := c
	put.needs = "logs:PutLogEvents"
	put.Request = neighbour.JSON("cloudwatchLogs", "PutLogEvents",
		map[string]any{"logGroupName": group, "logStreamName": stream, "logEvents": events})
	answer, err := x.send(put)
	if isCode(err, "ResourceNotFoundException") {
		c.needs, c.Request = "logs:CreateLogStream", neighbour.JSON("cloudwatchLogs", "CreateLogStream", names)
		if _, err := x.send(c); err != nil && !isCode(err, "ResourceAlreadyExistsException") {
			return d, err
		}
		answer, err = x.send(put)
	}
	if err == nil {
		d.answer = fmt.Sprintf("%s log group %s, stream %s: %d entries", answer.Endpoint, group, stream,
			len(events))
	}
	return d, err
}

// isCode reports whether a service refused with a code.
func isCode(err error, code string) bool {
	e := new(neighbour.Error)
	return errors.As(err, &e) && e.Code == code
}

func (x *run) logEvents(v values) (events []logEvent, err error) {
	if mode, _ := v["batchMode"].(bool); !mode {
		return []logEvent{{x.Registry.Now().UnixMilli(), string(x.result.Payload)}}, nil
	}
	err = json.Unmarshal(x.result.Payload, &events)
	if other := new(json.UnmarshalTypeError); errors.As(err, &other) { // it names types of this program
		err = fmt.Errorf("%s is of the JSON type %s", cmp.Or(other.Field, "it"), other.Value)
	}
	empty := func(e logEvent) bool { return e.Timestamp == 0 || e.Message == "" }
	if bad := slices.IndexFunc(events, empty); err == nil && bad >= 0 {
		err = fmt.Errorf("element %d has no timestamp, or no message", bad)
	}
	if err == nil && len(events) == 0 {
		err = errors.New("it is empty")
	}
	if err != nil {
		return nil, refuse("publish [{\"timestamp\": <milliseconds>, \"message\": \"…\"}, …] and SELECT VALUE * "+
			"of it, or leave batchMode out", "R-122", "with batchMode the result must be a list of {timestamp, message}: %v", err)
	}
	slices.SortStableFunc(events, func(a, b logEvent) int { return cmp.Compare(a.Timestamp, b.Timestamp) })
	return events, nil
}
