package rules

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/services/rules/sql"
)

// Actions that fail
//
//   - the error action is done once for a message, if one or more actions failed; what it
//     gets is AWS's document
//   - its templates may not use external functions
//   - what fails in it is told, and nothing else [R-133, guess]

// A failure is that of one action.
type failure struct {
	FailedAction   string `json:"failedAction"`
	FailedResource string `json:"failedResource"`
	ErrorMessage   string `json:"errorMessage"`
	batched        bool
}

// A report is what an error action gets.
type report struct {
	RuleName              string    `json:"ruleName"`
	Topic                 string    `json:"topic"`
	CloudwatchTraceID     string    `json:"cloudwatchTraceId"`
	ClientID              string    `json:"clientId"`
	Base64OriginalPayload string    `json:"base64OriginalPayload"`
	Failures              []failure `json:"failures"`
}

// A batchReport is what an error action gets when a batch has failed: here always of one
// message [R-125, guess].
type batchReport struct {
	RuleName string         `json:"ruleName"`
	Topic    string         `json:"topic"`
	Payloads []payloadOf    `json:"payloadsWithMetadata"`
	Failures []batchFailure `json:"failures"`
}

type payloadOf struct {
	ID                    int    `json:"id"`
	CloudwatchTraceID     string `json:"cloudwatchTraceId"`
	ClientID              string `json:"clientId"`
	SourceIP              string `json:"sourceIp,omitempty"`
	Base64OriginalPayload string `json:"base64OriginalPayload"`
}

type batchFailure struct {
	AffectedIDs []int `json:"affectedIds"`
	failure
}

func (x *run) batchReport(clientID, original string, failures []failure) batchReport {
	r := batchReport{RuleName: x.rule.RuleName, Topic: x.topic,
		Payloads: []payloadOf{{1, x.traceID, clientID, x.sqlMessage().SourceIP, original}}}
	for _, f := range failures {
		r.Failures = append(r.Failures, batchFailure{[]int{1}, f})
	}
	return r
}

// actOnError does the error action.
func (x *run) actOnError(failures []failure) {
	a, clientID := x.rule.onError, x.from.ClientID
	if clientID == "" {
		clientID = "N/A"
	}
	original := base64.StdEncoding.EncodeToString(x.message.Payload)
	var document any = report{x.rule.RuleName, x.topic, x.traceID, clientID, original, failures}
	if slices.ContainsFunc(failures, func(f failure) bool { return f.batched }) {
		document = x.batchReport(clientID, original, failures)
	}
	payload, err := plainJSON(document)
	if names := a.params.external(); err == nil && len(names) > 0 {
		err = fmt.Errorf("the error action calls %s in a template, where external functions cannot be used",
			strings.Join(names, ", "))
	}
	if err != nil {
		x.tellAction(a, nil, &done{}, err)
		return
	}
	ctx, cancel := context.WithTimeout(x.Engine.ctx, ruleTime) // those that failed may have had all of theirs
	defer cancel()
	own := *x
	own.ctx, own.result = ctx, x.result.With(payload)
	own.act(a)
	x.told = own.told
}

// A refusal is why an action failed, and what to do about it.
type refusal struct {
	text, hint string
	rules      []string
}

func (r *refusal) Error() string { return r.text }

func refuse(hint, rule, format string, args ...any) *refusal {
	return &refusal{fmt.Sprintf(format, args...), hint, []string{rule}}
}

// overdue is err, or that the rule's time was over: then what err blames may be well.
func (x *run) overdue(err error) error {
	if !errors.Is(x.ctx.Err(), context.DeadlineExceeded) {
		return err
	}
	return refuse("its functions and actions before took that time: have what they ask answer sooner, or do this in a "+
		"rule of its own", "R-130", "the rule's %v for this message were over", ruleTime)
}

// advice is the hint of an error, and its rules.
func advice(err error) (hint string, rules []string) {
	r, parse := new(refusal), new(sql.Error)
	switch {
	case errors.As(err, &r):
		return r.hint, r.rules
	case errors.As(err, &parse):
		return "mend the template: ${…} has an expression of AWS IoT SQL, as ${topic(2)}", []string{"R-105", "R-109"}
	}
	return "", nil
}

// actionName is what AWS's log and error documents call an action.
func actionName(name string) string {
	switch name {
	case "dynamoDB":
		return "DynamoAction"
	case "dynamoDBv2":
		return "DynamoDBv2Action"
	}
	return strings.ToUpper(name[:1]) + name[1:] + "Action"
}
