package control

import (
	"context"
	"strings"

	"github.com/suback/suback/emulator/registry"
)

// Tags of functions: those of the registry, by the ARN of a function without
// version.

type functionTags struct {
	Resource string            `json:"Resource"`
	Tags     map[string]string `json:"Tags"`
	TagKeys  []string          `json:"TagKeys"`
}

// tagged finds the function of an ARN.
func (l *lambdaAPI) tagged(arn string) (registry.Function, error) {
	if !strings.HasPrefix(arn, "arn:") {
		return registry.Function{}, refuse(badParameter,
			"Invalid ARN: %s, want arn:aws:lambda:<region>:<account>:function:<name>", arn)
	}
	return l.function(functionRef{FunctionName: arn})
}

func (l *lambdaAPI) tagFunction(_ context.Context, in functionTags) (none, error) {
	f, err := l.tagged(in.Resource)
	if err != nil {
		return none{}, err
	}
	return none{}, l.registry.TagResource(f.FunctionArn, in.Tags)
}

func (l *lambdaAPI) untagFunction(_ context.Context, in functionTags) (none, error) {
	f, err := l.tagged(in.Resource)
	if err != nil {
		return none{}, err
	}
	return none{}, l.registry.UntagResource(f.FunctionArn, in.TagKeys)
}

type listFunctionTagsOutput struct {
	Tags map[string]string `json:"Tags"`
}

func (l *lambdaAPI) listFunctionTags(_ context.Context, in functionTags) (listFunctionTagsOutput, error) {
	f, err := l.tagged(in.Resource)
	if err != nil {
		return listFunctionTagsOutput{}, err
	}
	tags, err := l.registry.Tags(f.FunctionArn)
	if tags == nil {
		tags = map[string]string{}
	}
	return listFunctionTagsOutput{tags}, err
}
