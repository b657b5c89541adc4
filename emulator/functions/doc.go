// Package functions has the Lambda functions of an account that no configuration
// describes, and the code of all that came as an archive: kept, unpacked, run and ended.
//
//	code, err := functions.OpenCode(stateDir)
//	made := functions.NewMade(code, kept, log)
//	err = made.Put(function, archive, store) // Lambda's API has made or changed it
//	answer, err := made.Runner(arn).Invoke(ctx, invocation)
//	err = made.Close()
//
// It does not run a function itself, package lambda does, and knows neither suback.yaml
// nor Lambda's API.
package functions
