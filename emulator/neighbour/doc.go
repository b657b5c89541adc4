// Package neighbour calls AWS's services beside the gateway, where the user says that they
// are: SQS, SNS, S3, DynamoDB, Kinesis, Firehose, CloudWatch Logs, Step Functions, Secrets
// Manager.
//
// It knows neither rules nor roles: who may call what is the caller's matter. Nor is it an
// SDK: an operation's input is JSON, a form or bytes, as the service has it on the wire.
// What all of them share is here, once: where, with which keys, how often, how long, and
// what an error says. The SDK's own parts do what they do: configuration, credentials,
// signature, which errors are tried again.
//
//	s := neighbour.New(neighbour.Options{Endpoints: map[string]string{"sqs": "http://localhost:9324"}, …})
//	defer s.Close()
//	answer, err := s.Call(ctx, neighbour.JSON("sqs", "SendMessage", input))
//
// Rules, in order:
//
//   - where: what Options.Endpoints name; else what the SDKs' configuration does, in the
//     environment or the profile; else nowhere, which is [ErrNowhere] (place.go)
//   - never AWS's own, unless Endpoints say "aws" of that service, or Options.AWS of all, which
//     no gateway has; never a host that a
//     request's parameters name, nor one that an answer redirects to (call.go)
//   - an answer has 1 MiB, an attempt 5 s, a call 3 attempts: a service that is dead costs
//     its caller that, and nothing else (call.go)
package neighbour
