package control

import (
	"strings"

	"github.com/suback/suback/emulator/registry"
)

const (
	badParameter     = "InvalidParameterValueException"
	resourceConflict = "ResourceConflictException"
)

// A functionRef is how most operations name a function.
type functionRef struct {
	FunctionName string `json:"FunctionName"`
	Qualifier    string `json:"Qualifier"`
}

const latest = "$LATEST"

// name returns the name or, with region and account, the ARN of what is named.
func (f functionRef) name() (nameOrARN, qualifier string) {
	parts := strings.Split(f.FunctionName, ":")
	i := 0 // of the name
	for at, part := range parts[:len(parts)-1] {
		if part == "function" {
			i = at + 1
		}
	}
	qualifier = strings.Join(parts[i+1:], ":") + f.Qualifier
	if parts[0] == "arn" {
		return strings.Join(parts[:i+1], ":"), qualifier
	}
	return parts[i], qualifier
}

// function finds a function, or says that there is none.
func (l *lambdaAPI) function(ref functionRef) (registry.Function, error) {
	name, qualifier := ref.name()
	f, ok := l.registry.Function(name)
	if ok && (qualifier == "" || qualifier == latest) {
		return f, nil
	}
	arn := name
	if !strings.HasPrefix(name, "arn:") {
		arn = l.functionARN(name)
	}
	if qualifier != "" {
		arn += ":" + qualifier
	}
	return f, refuse(notFound, "Function not found: %s", arn)
}

func (l *lambdaAPI) functionARN(name string) string {
	return strings.Join([]string{"arn", l.registry.Partition(), "lambda", l.registry.Region(),
		l.registry.Account(), "function", name}, ":")
}

// checkRevision wants the revision that there is, if one is wanted.
func checkRevision(f registry.Function, wanted string) error {
	if wanted != "" && wanted != f.Configuration.RevisionID {
		return refuse("PreconditionFailedException",
			"The RevisionId provided does not match the latest RevisionId. Call the GetFunction/GetAlias API to "+
				"retrieve the latest RevisionId")
	}
	return nil
}
