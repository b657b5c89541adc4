package config

import (
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/functions"
	"github.com/suback/suback/emulator/lambda"
	"github.com/suback/suback/emulator/registry"
)

// A Function is one Lambda function. It runs in exactly one way: here, as
// processes of runtime and code; at an endpoint; or on AWS, by its ARN.
type Function struct {
	Runtime string `yaml:"runtime"` // nodejs, python or provided, or AWS's longer name
	Code    string `yaml:"code"`    // folder or file
	// instead of code: a zip archive in base64, as CreateFunction takes it
	ZipFile     string            `yaml:"zipFile"`
	Handler     string            `yaml:"handler"`     // file.function, as on AWS; provided needs none
	Environment map[string]string `yaml:"environment"` // beside Lambda's own
	Timeout     int               `yaml:"timeout"`     // seconds, 1 to 900, default 3
	MemorySize  int               `yaml:"memorySize"`  // MB, 128 to 10240, default 128

	// ReservedConcurrentExecutions is how many invocations run at once; more are
	// throttled, as on AWS. Nil: 20 run at once, more wait.
	ReservedConcurrentExecutions *int `yaml:"reservedConcurrentExecutions"`

	// Endpoint is what serves the Invoke API for it, as http://localhost:9001.
	Endpoint string `yaml:"endpoint"`

	// ARN is the function on AWS, invoked with the SDK's default credentials.
	ARN string `yaml:"arn"`

	// Permissions is the function's resource policy. If it is given, even empty,
	// AWS IoT needs a matching statement to invoke the function.
	Permissions []registry.Permission `yaml:"permissions"`

	unpacked string // the folder that has ZipFile's files
}

const (
	wantTimeout = "1 to 900 seconds"
	wantMemory  = "128 to 10240 MB"
)

// problem describes what is wrong, and the key that it is about; "" is the
// function itself.
func (f Function) problem() (key, text string) {
	switch {
	case f.Endpoint != "" && f.ARN != "":
		return "arn", "there is an endpoint and an arn, want one of them"
	case f.Endpoint != "":
		return f.notHere("endpoint")
	case f.ARN != "":
		return f.notHere("arn")
	case f.Runtime == "" && f.Code == "" && f.ZipFile == "":
		return "", "nothing says how it runs, want runtime and code, or endpoint, or arn"
	case lambda.Gone(f.Runtime) != "":
		return "runtime", "runtime " + lambda.Gone(f.Runtime)
	case !lambda.IsRuntime(f.Runtime):
		return "runtime", fmt.Sprintf("runtime is %q, want %s", f.Runtime, lambda.Runtimes)
	case f.Code == "" && f.ZipFile == "":
		return "code", "code is missing, want a folder or file"
	case f.Code != "" && f.ZipFile != "":
		return "zipFile", "there is a code and a zipFile, want one of them"
	case f.Handler == "" && !strings.HasPrefix(f.Runtime, "provided"):
		return "handler", "handler is missing, want file.function, as index.handler"
	case f.Timeout < 0 || f.Timeout > 900:
		return "timeout", fmt.Sprintf("timeout is %d, want %s", f.Timeout, wantTimeout)
	case f.MemorySize != 0 && (f.MemorySize < 128 || f.MemorySize > 10240):
		return "memorySize", fmt.Sprintf("memorySize is %d, want %s", f.MemorySize, wantMemory)
	case f.ReservedConcurrentExecutions != nil && *f.ReservedConcurrentExecutions < 0:
		return "reservedConcurrentExecutions",
			fmt.Sprintf("reservedConcurrentExecutions is %d, want 0 or more", *f.ReservedConcurrentExecutions)
	}
	return "", ""
}

// notHere finds a key that has no meaning for a function that runs elsewhere.
func (f Function) notHere(way string) (key, text string) {
	for _, k := range []struct {
		name string
		set  bool
	}{
		{"runtime", f.Runtime != ""}, {"code", f.Code != ""}, {"zipFile", f.ZipFile != ""},
		{"handler", f.Handler != ""}, {"environment", f.Environment != nil},
		{"timeout", f.Timeout != 0}, {"memorySize", f.MemorySize != 0},
		{"reservedConcurrentExecutions", f.ReservedConcurrentExecutions != nil},
	} {
		if k.set {
			return k.name, fmt.Sprintf("%s is for functions that run here, want none beside %s", k.name, way)
		}
	}
	return "", ""
}

// withCode returns the configuration with its zipFiles unpacked.
func (c *Config) withCode(code *functions.Code) (*Config, error) {
	next := *c
	next.Functions = maps.Clone(c.Functions)
	err := each(slices.Sorted(maps.Keys(c.Functions)), func(_ int, name string) error {
		f := c.Functions[name]
		if f.ZipFile == "" {
			return nil
		}
		at := []any{"functions", name, "zipFile"}
		archive, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(f.ZipFile), ""))
		if err != nil {
			return c.Errorf(at, "function %q: zipFile is no base64, want a zip archive in base64", name)
		}
		if f.unpacked, err = code.Once(archive); err != nil {
			return c.Errorf(at, "function %q: zipFile: %v", name, err)
		}
		next.Functions[name] = f
		return nil
	})
	if err != nil {
		return nil, c.mistakes(nil, err)
	}
	return &next, nil
}

// codeOf is the folder or file that has a function's code, "" for none.
func (c *Config) codeOf(f Function) string {
	switch {
	case f.unpacked != "":
		return f.unpacked
	case f.Code != "":
		return c.path(f.Code)
	}
	return ""
}
