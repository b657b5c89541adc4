package control

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"regexp"
	"strings"

	"github.com/suback/suback/emulator/lambda"
	"github.com/suback/suback/emulator/registry"
)

// How functions are made and changed
//
//   - of a zip archive in the request, for nodejs…x, python3.… and provided; not of
//     S3 or an image
//   - whether handler and runtime are there shows when it is invoked, as on AWS
//   - a function that the configuration file describes can be changed too, if it
//     runs here; a reload of the file brings it back

type functionCode struct {
	ZipFile  []byte `json:"ZipFile"`
	S3Bucket string `json:"S3Bucket"`
	S3Key    string `json:"S3Key"`
	ImageURI string `json:"ImageUri"`
}

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

func missingFeature(member string) error {
	return refuse("NotImplementedException", "%s of a function is not implemented by the emulator", member)
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
		return refuse(badParameter, "Runtime and Handler are mandatory parameters for functions created with deployment packages.")
	}
	return in.notEmulated.check()
}

func (l *lambdaAPI) createFunction(_ context.Context, in createFunctionInput) (functionConfiguration, error) {
	l.changing.Lock()
	defer l.changing.Unlock()
	name, _ := functionRef{FunctionName: in.FunctionName}.name()
	name = name[strings.LastIndex(name, ":")+1:]
	if err := in.check(); err != nil {
		return functionConfiguration{}, err
	}
	if _, ok := l.registry.Function(name); ok {
		return functionConfiguration{}, refuse(resourceConflict, "Function already exist: %s", name)
	}
	other, err := in.functionSettings.over(nil)
	if err != nil {
		return functionConfiguration{}, err
	}
	f := registry.Function{FunctionName: name, FunctionArn: l.functionARN(name), Configuration: registry.FunctionConfiguration{
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

type updateFunctionCodeInput struct {
	functionRef
	functionCode
	Publish       bool            `json:"Publish"`
	DryRun        bool            `json:"DryRun"`
	RevisionID    string          `json:"RevisionId"`
	Architectures json.RawMessage `json:"Architectures"`
}

func (l *lambdaAPI) updateFunctionCode(_ context.Context, in updateFunctionCodeInput) (functionConfiguration, error) {
	l.changing.Lock()
	defer l.changing.Unlock()
	f, err := l.changeable(in.functionRef, in.RevisionID)
	switch {
	case err != nil:
		return functionConfiguration{}, err
	case in.Publish:
		return functionConfiguration{}, missingFeature("Publish")
	}
	if f.Configuration.Other, err = (functionSettings{Architectures: in.Architectures}).over(f.Configuration.Other); err != nil {
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

func (l *lambdaAPI) updateFunctionConfiguration(_ context.Context, in updateFunctionConfigurationInput) (functionConfiguration, error) {
	l.changing.Lock()
	defer l.changing.Unlock()
	f, err := l.changeable(in.functionRef, in.RevisionID)
	if err != nil {
		return functionConfiguration{}, err
	}
	if err := in.notEmulated.check(); err != nil {
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
		return f, refuse(badParameter, "Function %s is not run by the emulator as a process, want it changed where it runs", f.FunctionName)
	}
	return f, checkRevision(f, revision)
}

// run checks a new or changed function, has it run and stores it. Without code it
// keeps the one it has.
func (l *lambdaAPI) run(f registry.Function, code *functionCode) (functionConfiguration, error) {
	if l.Functions == nil {
		return functionConfiguration{}, missingFeature("the code")
	}
	var archive []byte
	if code != nil {
		archive = code.ZipFile
		if err := code.describe(&f.Configuration); err != nil {
			return functionConfiguration{}, err
		}
	}
	if err := checkConfiguration(f.Configuration); err != nil {
		return functionConfiguration{}, err
	}
	f.Configuration.LastModified = l.registry.Now()
	f, err := l.Functions.Put(f, archive)
	if err != nil {
		return functionConfiguration{}, refuse(badParameter, "%v", err)
	}
	if err := l.store(f); err != nil {
		return functionConfiguration{}, err
	}
	f, _ = l.registry.Function(f.FunctionName)
	return configurationOf(f)
}

// describe checks code and puts down what there is to tell of it.
func (c functionCode) describe(of *registry.FunctionConfiguration) error {
	switch {
	case c.S3Bucket != "" || c.S3Key != "":
		return missingFeature("S3Bucket")
	case c.ImageURI != "":
		return missingFeature("ImageUri")
	case len(c.ZipFile) == 0:
		return refuse(badParameter, "Please provide a source for function code.")
	}
	z, err := zip.NewReader(bytes.NewReader(c.ZipFile), int64(len(c.ZipFile)))
	switch {
	case err != nil:
		return refuse(badParameter, "Could not unzip uploaded file. Please check your file, then try to upload again.")
	case len(z.File) == 0:
		return refuse(badParameter, "Uploaded file must be a non-empty zip")
	}
	sum := sha256.Sum256(c.ZipFile)
	of.CodeSha256, of.CodeSize = base64.StdEncoding.EncodeToString(sum[:]), int64(len(c.ZipFile))
	return nil
}

var runtimeForm = regexp.MustCompile(`\A(nodejs[0-9]+\.x|python3\.[0-9]+|provided(\.al2(023)?)?)\z`)

func checkConfiguration(c registry.FunctionConfiguration) error {
	switch reserved := lambda.Reserved(c.Environment); {
	case !runtimeForm.MatchString(c.Runtime):
		return refuse(badParameter, "Value %s at 'runtime' failed to satisfy constraint: Member must be one that the emulator runs: "+
			"nodejs<version>.x, python3.<version>, provided.al2023", c.Runtime)
	case c.Timeout > 900:
		return refuse("ValidationException", "1 validation error detected: Value at 'timeout' failed to satisfy constraint: Member must have value less than or equal to 900")
	case len(reserved) > 0:
		return refuse(badParameter, "Lambda was unable to configure your environment variables because the environment variables you have provided "+
			"contains reserved keys that are currently not supported for modification. Reserved keys used in this request: %s", strings.Join(reserved, ", "))
	}
	return nil
}
