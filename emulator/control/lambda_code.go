package control

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"regexp"
	"strings"

	"github.com/suback/suback/emulator/lambda"
	"github.com/suback/suback/emulator/registry"
)

// The code of a function, and what it may be run with.

type functionCode struct {
	ZipFile  []byte `json:"ZipFile"`
	S3Bucket string `json:"S3Bucket"`
	S3Key    string `json:"S3Key"`
	ImageURI string `json:"ImageUri"`
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
	if err := l.Functions.Put(f, archive, l.store); err != nil {
		return functionConfiguration{}, putError(err)
	}
	f, _ = l.registry.Function(f.FunctionName)
	return configurationOf(f)
}

// putError is about the archive, unless it is the registry's.
func putError(err error) error {
	switch codeOf(err) {
	case "":
		return refuse(badParameter, "%v", err)
	case codeStorage:
		return refuse(codeStorage, "Code storage limit exceeded.")
	}
	return err
}

const codeStorage = "CodeStorageExceededException"

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
		//
		return refuse(badParameter, "Could not unzip uploaded file. Please check your file, then try to upload "+
			"again.")
	case len(z.File) == 0:
		return refuse(badParameter, "Uploaded file must be a non-empty zip")
	}
	sum := sha256.Sum256(c.ZipFile)
	of.CodeSha256, of.CodeSize = base64.StdEncoding.EncodeToString(sum[:]), int64(len(c.ZipFile))
	return nil
}

var runtimeForm = regexp.MustCompile(`\A(nodejs[0-9]+\.x|python3\.[0-9]+|provided(\.al2(023)?)?)\z`)

// checkRuntime is for one that the API is given: the configuration file knows
// shorter names.
func checkRuntime(runtime string) error {
	if runtimeForm.MatchString(runtime) {
		return nil
	}
	if instead := lambda.Gone(runtime); instead != "" {
		return refuse(badParameter, "The runtime parameter of %s is no longer supported for creating or updating "+
			"AWS Lambda functions. "+
			"We recommend you use a supported runtime while creating or updating functions. (%s)", runtime, instead)
	}
	return refuse(badParameter, "Value %s at 'runtime' failed to satisfy constraint: Member must be one that "+
		"the emulator runs: "+
		"nodejs<version>.x, python3.<version>, provided.al2023", runtime)
}

func checkConfiguration(c registry.FunctionConfiguration) error {
	switch reserved := lambda.Reserved(c.Environment); {
	case c.Timeout > 900:
		return refuse("ValidationException",
			"1 validation error detected: Value at 'timeout' failed to satisfy constraint: Member must have value "+
				"less than or equal to 900")
	case len(reserved) > 0:
		return refuse(badParameter, "Lambda was unable to configure your environment variables because the "+
			"environment variables you have provided "+
			"contains reserved keys that are currently not supported for modification. Reserved keys used in this "+
			"request: %s", strings.Join(reserved, ", "))
	}
	return nil
}
