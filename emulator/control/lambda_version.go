package control

import "context"

// What Lambda says of versions and settings that no function has here:
// tools ask for them at every read, as Terraform does.

type listVersionsInput struct {
	functionRef
	Marker   string `json:"Marker"`
	MaxItems int    `json:"MaxItems"`
}

type listVersionsOutput struct {
	NextMarker string                  `json:"NextMarker,omitempty"`
	Versions   []functionConfiguration `json:"Versions"`
}

// listVersions has the one version that there is, under its own ARN.
func (l *lambdaAPI) listVersions(_ context.Context, in listVersionsInput) (listVersionsOutput, error) {
	f, err := l.function(in.functionRef)
	if err != nil {
		return listVersionsOutput{}, err
	}
	c, err := configurationOf(f)
	if err != nil {
		return listVersionsOutput{}, err
	}
	c.FunctionArn += ":" + latest
	key := func(c functionConfiguration) string { return c.Version }
	part, next, err := page("ListVersionsByFunction", listing{MaxResults: functionsOfPage, Marker: in.Marker},
		[]functionConfiguration{c}, key, ascending)
	return listVersionsOutput{next, part}, err
}

type codeSigningOutput struct {
	CodeSigningConfigArn string `json:"CodeSigningConfigArn,omitempty"`
	FunctionName         string `json:"FunctionName"`
}

func (l *lambdaAPI) getCodeSigning(_ context.Context, in functionRef) (codeSigningOutput, error) {
	f, err := l.function(in)
	return codeSigningOutput{FunctionName: f.FunctionName}, err
}

type concurrencyOutput struct {
	ReservedConcurrentExecutions *int `json:"ReservedConcurrentExecutions,omitempty"`
}

func (l *lambdaAPI) getConcurrency(_ context.Context, in functionRef) (concurrencyOutput, error) {
	_, err := l.function(in)
	return concurrencyOutput{}, err
}
