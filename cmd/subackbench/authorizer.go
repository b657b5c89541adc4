package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/aws/aws-lambda-go/lambda"
)

// The authorizer is a copy of this program under the name that Lambda gives to
// executables, and is told by its environment how many statements to answer.
const (
	functionName       = "bootstrap"
	statementsVariable = "BENCH_STATEMENTS"
)

const arns = "arn:aws:iot:us-east-1:000000000000:"

// answerInvocations is the authorizer's process: it answers the same to everybody.
func answerInvocations(statements string) error {
	n, err := strconv.Atoi(statements)
	if err != nil {
		return fmt.Errorf("%s: %w", statementsVariable, err)
	}
	answer := authorizerAnswer(n)
	lambda.Start(func(context.Context, json.RawMessage) (json.RawMessage, error) { return answer, nil })
	return nil // not reached: Start ends the process
}

type statement struct {
	Effect   string
	Action   any
	Resource any
}

// needed are the statements that the generator's work needs.
func needed() []statement {
	return []statement{
		{"Allow", "iot:Connect", arns + "client/${iot:ClientId}"},
		{"Allow", []string{"iot:Publish", "iot:RetainPublish"}, arns + "topic/bench/*"},
		{"Allow", "iot:Subscribe", arns + "topicfilter/bench/*"},
		{"Allow", "iot:Receive", arns + "topic/bench/*"},
	}
}

// authorizerAnswer lets the generator do its work and has n statements, in up to 10
// documents as AWS takes them. Those that matter are the 12th, 23rd, 37th and 48th of
// 50, and in the same places of others; a single one allows all.
func authorizerAnswer(n int) []byte {
	all := make([]statement, n)
	for i := range all {
		all[i] = statement{"Allow", "iot:Publish", fmt.Sprintf("%stopic/plant/%d/*", arns, i)}
	}
	if n < len(needed()) {
		all = []statement{{"Allow", "iot:*", "*"}}
	} else {
		for i, at := range []int{11, 22, 36, 47} {
			all[at*n/50] = needed()[i]
		}
	}
	type document struct {
		Version   string
		Statement []statement
	}
	var documents []document
	each := (len(all) + 9) / 10
	for ; len(all) > 0; all = all[min(each, len(all)):] {
		documents = append(documents, document{"2012-10-17", all[:min(each, len(all))]})
	}
	answer, _ := json.Marshal(map[string]any{ // plain values, which cannot fail
		"isAuthenticated": true, "principalId": "bench", "disconnectAfterInSeconds": 86400,
		"refreshAfterInSeconds": 300, "policyDocuments": documents,
	})
	return answer
}
