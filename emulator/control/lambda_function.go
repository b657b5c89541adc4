package control

import (
	"context"

	"github.com/suback/suback/emulator/registry"
)

// Functions that are there: those of Lambda's API, of the configuration file, and
// of this program.

type getFunctionOutput struct {
	Configuration functionConfiguration `json:"Configuration"`
	Code          codeLocation          `json:"Code"`
	Tags          map[string]string     `json:"Tags,omitempty"`
}

// A codeLocation names a folder of this machine, where AWS has a link to S3.
type codeLocation struct {
	RepositoryType string `json:"RepositoryType,omitempty"`
	Location       string `json:"Location,omitempty"`
}

func (l *lambdaAPI) getFunction(_ context.Context, in functionRef) (getFunctionOutput, error) {
	f, err := l.function(in)
	if err != nil {
		return getFunctionOutput{}, err
	}
	c, err := configurationOf(f)
	if err != nil {
		return getFunctionOutput{}, err
	}
	out := getFunctionOutput{Configuration: c}
	if f.Configuration.Code != "" {
		out.Code = codeLocation{"FILE", "file://" + f.Configuration.Code}
	}
	out.Tags, err = l.registry.Tags(f.FunctionArn)
	return out, err
}

func (l *lambdaAPI) getFunctionConfiguration(
	_ context.Context, in functionRef,
) (functionConfiguration, error) {
	f, err := l.function(in)
	if err != nil {
		return functionConfiguration{}, err
	}
	return configurationOf(f)
}

type listFunctionsInput struct {
	Marker   string `json:"Marker"`
	MaxItems int    `json:"MaxItems"`
}

type listFunctionsOutput struct {
	NextMarker string                  `json:"NextMarker,omitempty"`
	Functions  []functionConfiguration `json:"Functions"`
}

const functionsOfPage = 50 // at most, as on AWS

func (l *lambdaAPI) listFunctions(_ context.Context, in listFunctionsInput) (listFunctionsOutput, error) {
	size := functionsOfPage
	if in.MaxItems > 0 {
		size = min(in.MaxItems, size)
	}
	key := func(f registry.Function) string { return f.FunctionName }
	part, next, err := page("ListFunctions", listing{MaxResults: size, Marker: in.Marker},
		l.registry.Functions(), key, ascending)
	out := listFunctionsOutput{next, []functionConfiguration{}}
	for _, f := range part {
		c, err := configurationOf(f)
		if err != nil {
			return out, err
		}
		out.Functions = append(out.Functions, c)
	}
	return out, err
}

func (l *lambdaAPI) deleteFunction(_ context.Context, in functionRef) (none, error) {
	l.changing.Lock()
	defer l.changing.Unlock()
	f, err := l.function(in)
	if _, qualifier := in.name(); err == nil && qualifier == latest {
		err = refuse(badParameter, "$LATEST version cannot be deleted without deleting the function.")
	}
	if err != nil {
		return none{}, err
	}
	if err := l.registry.DeleteFunction(f.FunctionName); err != nil || l.Functions == nil {
		return none{}, err
	}
	return none{}, l.Functions.Delete(f)
}
