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
// what finds programs, libraries, certificates and the way out. No credentials,
// and nothing of AWS's or of this program's own.
var inherited = []string{
	"PATH", "NODE_PATH", "PYTHONPATH", "PYENV_ROOT", "PYENV_VERSION",
	"NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE",
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

// A place is where one process runs.
type place struct {
	code, own string // folders: the function's and the sandbox's
	api       string // AWS_LAMBDA_RUNTIME_API
	stream    string // AWS_LAMBDA_LOG_STREAM_NAME
	shims     bool   // what is started may look below HOME for what it starts in turn
}

// environment is the whole environment of one process.
func environment(o *ProcessOptions, at place) []string {
	env := map[string]string{
		"LANG":                    "en_US.UTF-8",
		"TZ":                      ":UTC",
		"TMPDIR":                  at.own,
		"PYTHONDONTWRITEBYTECODE": "1", // AWS's code folder is read-only
	}
	for _, name := range inherited {
		if value, ok := os.LookupEnv(name); ok {
			env[name] = value
		}
	}
	o.setUser(env, at)
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
		"AWS_LAMBDA_LOG_STREAM_NAME":      at.stream,
		"AWS_LAMBDA_RUNTIME_API":          at.api,
		"LAMBDA_TASK_ROOT":                at.code,
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

// laterHome is what HOME becomes before the handler is loaded; it is gone then.
const laterHome = "_HOME"

// setUser decides whose files and keys a handler finds. With a profile they are
// the user's, who wants that. Otherwise it must not act with the keys in ~/.aws
// unnoticed, nor leave its own files there, so its HOME is the sandbox's folder.
// Where shims of asdf, volta and the like look below HOME for the interpreter to
// start, it is the user's until that runs; for a script of runtime provided,
// which has no runtime of this package, always.
func (o *ProcessOptions) setUser(env map[string]string, at place) {
	profile := o.Environment["AWS_PROFILE"] != ""
	if home, ok := os.LookupEnv("HOME"); ok && (profile || at.shims) {
		env["HOME"] = home
	} else {
		env["HOME"] = at.own
	}
	if profile { // it would lose against keys
		return
	}
	env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"] = "test", "test"
	env["AWS_CONFIG_FILE"], env["AWS_SHARED_CREDENTIALS_FILE"] = os.DevNull, os.DevNull
	if _, configured := o.Environment["HOME"]; !configured && !o.provided() {
		env[laterHome] = at.own
	}
}

// newLogStream is a name as 2026/01/31/[$LATEST]0123456789abcdef0123456789abcdef.
func newLogStream() string {
	var b [16]byte
	rand.Read(b[:])
	return time.Now().UTC().Format("2006/01/02/") + fmt.Sprintf("[$LATEST]%x", b)
}
