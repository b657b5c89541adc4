package control

import (
	"fmt"
	"testing"

	lambdasdk "github.com/aws/aws-sdk-go-v2/service/lambda"
)

func TestFunctionTags(t *testing.T) {
	b := newLambdaBench(t)
	b.made(t, "f", "index.echo")
	arn := str(lambdaARN + "f")
	tags := func() string {
		t.Helper()
		out := must[*lambdasdk.ListTagsOutput](t)(b.ListTags(ctx, &lambdasdk.ListTagsInput{Resource: arn}))
		return fmt.Sprint(out.Tags)
	}
	is(t, "none", tags(), "map[]", "API:ListTags")
	must[*lambdasdk.TagResourceOutput](t)(b.TagResource(ctx,
		&lambdasdk.TagResourceInput{Resource: arn, Tags: map[string]string{"team": "pumps", "site": "north"}}))
	is(t, "two", tags(), "map[site:north team:pumps]", "API:TagResource")
	must[*lambdasdk.UntagResourceOutput](t)(b.UntagResource(ctx,
		&lambdasdk.UntagResourceInput{Resource: arn, TagKeys: []string{"team", "other"}}))
	is(t, "one", tags(), "map[site:north]", "API:UntagResource")

	_, err := b.TagResource(ctx, &lambdasdk.TagResourceInput{Resource: str(lambdaARN + "other"), Tags: map[string]string{"a": "b"}})
	wants(t, "no function", err, unknown("other"), "A-356")
	_, err = b.TagResource(ctx, &lambdasdk.TagResourceInput{Resource: arn, Tags: map[string]string{"aws:x": "y"}})
	wants(t, "AWS's tag", err, bad400("InvalidParameterValueException", "starts with aws:"), "API:TagResource")
	_, err = b.UntagResource(ctx, &lambdasdk.UntagResourceInput{Resource: str("f"), TagKeys: []string{"team"}})
	wants(t, "no ARN", err, bad400("ValidationException", "resource"), "A-355")
}
