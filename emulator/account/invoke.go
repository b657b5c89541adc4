package account

import (
	"context"
	"fmt"

	"github.com/suback/suback/emulator/control"
	"github.com/suback/suback/emulator/lambda"
)

// Functions of an account, invoked: those that the API made go before those of its setup.

// invoke calls a Lambda function by its ARN.
func (a *Account) invoke(ctx context.Context, arn string, event []byte) ([]byte, error) {
	return a.run(ctx, lambda.Invocation{FunctionARN: arn, Event: event})
}

// invokeByName calls a Lambda function by its name.
func (a *Account) invokeByName(ctx context.Context, name string, event []byte) ([]byte, error) {
	f, _ := a.registry.Function(name)
	return a.invoke(ctx, f.FunctionArn, event)
}

// run runs a function.
func (a *Account) run(ctx context.Context, in lambda.Invocation) ([]byte, error) {
	if err := a.faultFunction(ctx, in.FunctionARN); err != nil {
		return nil, err
	}
	runner, done := a.runner(in.FunctionARN)
	defer done()
	if runner == nil {
		return nil, fmt.Errorf("function %s is not configured", in.FunctionARN)
	}
	return runner.Invoke(ctx, in)
}

// runner returns what runs a function just now, nil for none. The caller calls done
// when it has run.
func (a *Account) runner(arn string) (_ lambda.Runner, done func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.setup
	s.users.Add(1)
	f, ok := a.registry.Function(arn)
	if made := a.made.Runner(f.FunctionArn); made != nil || !ok {
		return made, s.users.Done
	}
	return s.runners[f.FunctionArn], s.users.Done
}

// functions are what the control plane does with functions of the account.
func (a *Account) functions() *control.Functions {
	return &control.Functions{
		Put:    a.made.Put,
		Invoke: a.run,
		Start: func(in lambda.Invocation) {
			a.made.Go(func(ctx context.Context) {
				if _, err := a.run(ctx, in); err != nil {
					a.log.Warn("a function that nobody waits for has failed", "function", in.FunctionARN, "error", err)
				}
			})
		},
		Delete: a.made.Delete,
	}
}
