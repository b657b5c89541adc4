package control

import (
	"cmp"
	"context"
	"encoding/json"
	"regexp"
	"strings"

	"github.com/suback/suback/emulator/registry"
)

// How functions are made and changed
//
//   - of a zip archive in the request, for nodejs…x, python3.… and provided; not of
//     S3 or an image
//   - whether handler and runtime are there shows when it is invoked, as on AWS
//   - a function that the configuration file describes can be changed too, if it
//     runs here; the file brings it back when it describes it in another way

// notEmulated are members that would change how a function runs, and do not.
type notEmulated struct {
	Layers            []json.RawMessage `json:"Layers"`
	FileSystemConfigs []json.RawMessage `json:"FileSystemConfigs"`
	ImageConfig       *none             `json:"ImageConfig"`
}

func (n notEmulated) check() error {
	switch {
	case len(n.Layers) > 0:
		return missingFeature("Layers")
	case len(n.FileSystemConfigs) > 0:
		return missingFeature("FileSystemConfigs")
	case n.ImageConfig != nil:
		return missingFeature("ImageConfig")
	}
	return nil
}

type createFunctionInput struct {
	FunctionName         string               `json:"FunctionName"`
	Runtime              string               `json:"Runtime"`
	Role                 string               `json:"Role"`
	Handler              string               `json:"Handler"`
	Code                 functionCode         `json:"Code"`
	Description          string               `json:"Description"`
	Timeout              int                  `json:"Timeout"`
	MemorySize           int                  `json:"MemorySize"`
	Publish              bool                 `json:"Publish"`
	PackageType          string               `json:"PackageType"`
	Environment          *functionEnvironment `json:"Environment"`
	Tags                 map[string]string    `json:"Tags"`
	CodeSigningConfigArn string               `json:"CodeSigningConfigArn"`
	notEmulated
	functionSettings
}

func (in createFunctionInput) check() error {
	switch {
	case in.PackageType == "Image":
		return missingFeature("PackageType Image")
	case in.Publish:
		return missingFeature("Publish")
	case in.CodeSigningConfigArn != "":
		return missingFeature("CodeSigningConfigArn")
	case in.Runtime == "" || in.Handler == "":
		return refuse(badParameter, "Runtime and Handler are mandatory parameters for functions created with "+
			"deployment packages.")
	}
	return cmp.Or(checkRuntime(in.Runtime), in.notEmulated.check())
}

func (l *lambdaAPI) createFunction(_ context.Context, in createFunctionInput) (functionConfiguration, error) {
	l.changing.Lock()
	defer l.changing.Unlock()
	if err := in.check(); err != nil {
		return functionConfiguration{}, err
	}
	name, err := l.newName(in.FunctionName)
	if err != nil {
		return functionConfiguration{}, err
	}
	if _, ok := l.registry.Function(name); ok {
		return functionConfiguration{}, refuse(resourceConflict, "Function already exist: %s", name)
	}
	other, err := in.functionSettings.over(nil)
	if err != nil {
		return functionConfiguration{}, err
	}
	f := registry.Function{FunctionName: name, FunctionArn: l.functionARN(name),
		Configuration: registry.FunctionConfiguration{
			Runtime: in.Runtime, Handler: in.Handler, Role: in.Role, Description: in.Description,
			Timeout: in.Timeout, MemorySize: in.MemorySize, Other: other,
		}}
	if in.Environment != nil {
		f.Configuration.Environment = in.Environment.Variables
	}
	if err := registry.CheckTags(f.FunctionArn, in.Tags); err != nil {
		return functionConfiguration{}, err
	}
	out, err := l.run(f, &in.Code)
	if err != nil {
		return functionConfiguration{}, err
	}
	return out, l.registry.TagResource(f.FunctionArn, in.Tags)
}

// functionName is the form of a name without ARN and version. Files are called by it.
var functionName = regexp.MustCompile(`\A[a-zA-Z0-9_-]{1,64}\z`)

// newName returns the name of a function to be made, which has no version yet.
func (l *lambdaAPI) newName(text string) (string, error) {
	name, qualifier := functionRef{FunctionName: text}.name()
	if own := l.functionARN(""); strings.HasPrefix(name, own) {
		name = strings.TrimPrefix(name, own)
	}
	if !functionName.MatchString(name) || qualifier != "" {
		return "", refuse("ValidationException",
			"1 validation error detected: Value '%s' at 'functionName' failed to satisfy constraint: "+
				"Member must satisfy regular expression pattern: [a-zA-Z0-9-_]+, at most 64 characters, "+
				"without a version", text)
	}
	return name, nil
}

type updateFunctionCodeInput struct {
	functionRef
	functionCode
	Publish       bool            `json:"Publish"`
	DryRun        bool            `json:"DryRun"`
	RevisionID    string          `json:"RevisionId"`
	Architectures json.RawMessage `json:"Architectures"`
}

func (l *lambdaAPI) updateFunctionCode(
	_ context.Context, in updateFunctionCodeInput,
) (functionConfiguration, error) {
	l.changing.Lock()
	defer l.changing.Unlock()
	f, err := l.changeable(in.functionRef, in.RevisionID)
	switch {
	case err != nil:
		return functionConfiguration{}, err
	case in.Publish:
		return functionConfiguration{}, missingFeature("Publish")
	}
	if f.Configuration.Other, err = (functionSettings{Architectures: in.Architectures}).
		over(f.Configuration.Other); err != nil {
		return functionConfiguration{}, err
	}
	if in.DryRun {
		if err := in.functionCode.describe(&f.Configuration); err != nil {
			return functionConfiguration{}, err
		}
		return configurationOf(f)
	}
	return l.run(f, &in.functionCode)
}

type updateFunctionConfigurationInput struct {
	functionRef
	Role        *string              `json:"Role"`
	Handler     *string              `json:"Handler"`
	Description *string              `json:"Description"`
	Timeout     *int                 `json:"Timeout"`
	MemorySize  *int                 `json:"MemorySize"`
	Environment *functionEnvironment `json:"Environment"`
	Runtime     *string              `json:"Runtime"`
	RevisionID  string               `json:"RevisionId"`
	notEmulated
	functionSettings
}

func (in updateFunctionConfigurationInput) check() error {
	if in.Runtime == nil {
		return in.notEmulated.check()
	}
	return cmp.Or(checkRuntime(*in.Runtime), in.notEmulated.check())
}

func (l *lambdaAPI) updateFunctionConfiguration(
	_ context.Context, in updateFunctionConfigurationInput,
) (functionConfiguration, error) {
	l.changing.Lock()
	defer l.changing.Unlock()
	f, err := l.changeable(in.functionRef, in.RevisionID)
	if err != nil {
		return functionConfiguration{}, err
	}
	if err := in.check(); err != nil {
		return functionConfiguration{}, err
	}
	c := &f.Configuration
	if c.Other, err = in.functionSettings.over(c.Other); err != nil {
		return functionConfiguration{}, err
	}
	replace(&c.Role, in.Role)
	replace(&c.Handler, in.Handler)
	replace(&c.Description, in.Description)
	replace(&c.Timeout, in.Timeout)
	replace(&c.MemorySize, in.MemorySize)
	replace(&c.Runtime, in.Runtime)
	if in.Environment != nil {
		c.Environment = in.Environment.Variables
	}
	return l.run(f, nil)
}

// replace keeps what is there if there is nothing new.
func replace[T any](old, next *T) {
	if next != nil {
		*old = *next
	}
}

// changeable finds a function that runs here.
func (l *lambdaAPI) changeable(ref functionRef, revision string) (registry.Function, error) {
	f, err := l.function(ref)
	switch {
	case err != nil:
		return f, err
	case f.Configuration.Code == "":
		return f, refuse(badParameter,
			"Function %s is not run by the emulator as a process, want it changed where it runs", f.FunctionName)
	}
	return f, checkRevision(f, revision)
}
