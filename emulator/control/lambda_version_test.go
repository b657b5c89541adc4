package control

import (
	"fmt"
	"testing"

	lambdasdk "github.com/aws/aws-sdk-go-v2/service/lambda"
)

// What Terraform reads of every function.
func TestFunctionVersions(t *testing.T) {
	b := newLambdaBench(t)
	b.made(t, "f", "index.echo")
	list := must[*lambdasdk.ListVersionsByFunctionOutput](t)(b.ListVersionsByFunction(ctx,
		&lambdasdk.ListVersionsByFunctionInput{FunctionName: str("f")}))
	is(t, "versions", fmt.Sprint(len(list.Versions), *list.Versions[0].Version, *list.Versions[0].FunctionArn, list.NextMarker),
		"1$LATEST"+lambdaARN+"f:$LATEST<nil>", "A-357, CLI examples")
	signing := must[*lambdasdk.GetFunctionCodeSigningConfigOutput](t)(
		b.GetFunctionCodeSigningConfig(ctx, &lambdasdk.GetFunctionCodeSigningConfigInput{FunctionName: str("f")}))
	is(t, "code signing", fmt.Sprint(*signing.FunctionName, signing.CodeSigningConfigArn), "f<nil>", "A-357")
	reserved := must[*lambdasdk.GetFunctionConcurrencyOutput](t)(b.GetFunctionConcurrency(ctx,
		&lambdasdk.GetFunctionConcurrencyInput{FunctionName: str("f")}))
	is(t, "concurrency", fmt.Sprint(reserved.ReservedConcurrentExecutions), "<nil>", "A-357")

	_, err := b.ListVersionsByFunction(ctx, &lambdasdk.ListVersionsByFunctionInput{FunctionName: str("other")})
	wants(t, "versions of none", err, unknown("other"), "A-356")
	_, err = b.GetFunctionCodeSigningConfig(ctx, &lambdasdk.GetFunctionCodeSigningConfigInput{FunctionName: str("other")})
	wants(t, "code signing of none", err, unknown("other"), "A-356")
	_, err = b.GetFunctionConcurrency(ctx, &lambdasdk.GetFunctionConcurrencyInput{FunctionName: str("other")})
	wants(t, "concurrency of none", err, unknown("other"), "A-356")
}
