package lambda

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// inherited are the variables a handler gets from this program's environment:
// what finds programs, libraries, certificates and the way out. No credentials.
var inherited = []string{
	"PATH", "HOME", "TMPDIR", "NODE_PATH", "PYTHONPATH", "PYENV_ROOT", "PYENV_VERSION",
	"NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "AWS_CA_BUNDLE",
	"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
	"SYSTEMROOT", // without it nothing starts on Windows
}

// reserved are the names that cannot be configured, here as on AWS. AWS's list
// has the access keys as well; here no role provides them.
var reserved = []string{
	"_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV",
	"AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION",
	"AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME",
	"AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR",
}

func (o *ProcessOptions) setDefaults() {
	if o.Timeout == 0 {
		o.Timeout = 3 * time.Second
	}
	if o.MemorySize == 0 {
		o.MemorySize = 128
	}
	switch {
	case o.ReservedConcurrency != nil:
		o.MaxProcesses = *o.ReservedConcurrency
	case o.MaxProcesses == 0:
		o.MaxProcesses = 20
	}
	if o.Region == "" {
		o.Region = "us-east-1"
	}
	if o.Account == "" {
		o.Account = "000000000000"
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
}

// check says what no defaults can mend.
func (o *ProcessOptions) check() error {
	switch {
	case o.Name == "":
		return errors.New("name is empty")
	case !IsRuntime(o.Runtime):
		return fmt.Errorf("runtime %q, want %s", o.Runtime, Runtimes)
	case o.Timeout < 0:
		return fmt.Errorf("timeout %v, want more than 0", o.Timeout)
	case o.MemorySize < 0:
		return fmt.Errorf("memory size %d, want more than 0", o.MemorySize)
	case o.MaxProcesses < 0:
		return fmt.Errorf("most processes %d, want more than 0", o.MaxProcesses)
	}
	if names := Reserved(o.Environment); len(names) > 0 {
		return fmt.Errorf("environment: %s is reserved by Lambda, want another name", names[0])
	}
	for name, value := range o.Environment {
		if name == "" || strings.ContainsAny(name, "=\x00") || strings.Contains(value, "\x00") {
			return fmt.Errorf("environment: %q is no name, or its value has a zero byte", name)
		}
	}
	return nil
}

// Reserved returns the names of an environment that Lambda keeps for itself, as
// AWS_REGION, in the order of their list.
func Reserved(environment map[string]string) (names []string) {
	for _, name := range reserved {
		if _, ok := environment[name]; ok {
			names = append(names, name)
		}
	}
	return names
}

// environment is the whole environment of one process.
func environment(o *ProcessOptions, folder, api string) []string {
	env := map[string]string{
		"LANG":                    "en_US.UTF-8",
		"TZ":                      ":UTC",
		"AWS_ACCESS_KEY_ID":       "test",
		"AWS_SECRET_ACCESS_KEY":   "test",
		"PYTHONDONTWRITEBYTECODE": "1", // AWS's code folder is read-only
	}
	for _, name := range inherited {
		if value, ok := os.LookupEnv(name); ok {
			env[name] = value
		}
	}
	if o.Environment["AWS_PROFILE"] != "" { // it would lose against keys
		delete(env, "AWS_ACCESS_KEY_ID")
		delete(env, "AWS_SECRET_ACCESS_KEY")
	}
	for name, value := range o.Environment {
		env[name] = value
	}
	for name, value := range map[string]string{
		"_HANDLER":                        o.Handler,
		"AWS_REGION":                      o.Region,
		"AWS_DEFAULT_REGION":              o.Region,
		"AWS_EXECUTION_ENV":               "AWS_Lambda_" + o.Runtime,
		"AWS_LAMBDA_FUNCTION_NAME":        o.Name,
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": strconv.Itoa(o.MemorySize),
		"AWS_LAMBDA_FUNCTION_VERSION":     "$LATEST",
		"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME":       "/aws/lambda/" + o.Name,
		"AWS_LAMBDA_LOG_STREAM_NAME":      newLogStream(),
		"AWS_LAMBDA_RUNTIME_API":          api,
		"LAMBDA_TASK_ROOT":                folder,
	} {
		env[name] = value
	}
	list := make([]string, 0, len(env))
	for name, value := range env {
		list = append(list, name+"="+value)
	}
	slices.Sort(list)
	return list
}

// newLogStream is a name as 2026/01/31/[$LATEST]0123456789abcdef0123456789abcdef.
func newLogStream() string {
	var b [16]byte
	rand.Read(b[:])
	return time.Now().UTC().Format("2006/01/02/") + fmt.Sprintf("[$LATEST]%x", b)
}
