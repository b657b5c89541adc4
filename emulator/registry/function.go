package registry

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Functions: names and ARNs, and who may invoke them.
//
//   - AWS IoT needs a statement of the function's own policy: principal
//     iot.amazonaws.com, action lambda:InvokeFunction, and, if given, a source
//     ARN and account that are the authorizer's
//   - the source ARN matches part by part, with * and ? [A-139, guess]

// A Function is the name of something that can be invoked. How it runs is not
// known here.
type Function struct {
	// FunctionName is 1 to 64 letters, digits, - or _.
	FunctionName string

	// FunctionArn may name another region or account. Default:
	// arn:aws:lambda:<region>:<account>:function:<name>.
	FunctionArn string

	// Permissions is the function's resource policy. Nil: whether it may be
	// invoked is decided by Options.EnforcePermissions.
	Permissions []Permission

	// Configuration is what Lambda's API tells of it.
	Configuration FunctionConfiguration
}

// A FunctionConfiguration has the words of Lambda's API. All may be empty, for a
// function that is not AWS's or not known but by name.
type FunctionConfiguration struct {
	Runtime, Handler, Role, Description string

	Timeout     int // seconds, default 3
	MemorySize  int // MB, default 128
	Environment map[string]string

	Code       string // folder or file on this machine
	CodeSha256 string // of the zip archive, base64
	CodeSize   int64  // bytes of the zip archive

	LastModified time.Time // default now
	RevisionID   string    // changes with each change; default made of the name

	// Other are members that change nothing here, as JSON.
	Other map[string]json.RawMessage
}

// A Permission is one statement of a function's resource policy, with the
// words of Lambda's AddPermission.
type Permission struct {
	// StatementID is 1 to 100 letters, digits, - or _, another for each. Default
	// permission-1 and so on.
	StatementID string `json:"statementId" yaml:"statementId"`

	Principal string `json:"principal" yaml:"principal"` // iot.amazonaws.com or *
	Action    string `json:"action" yaml:"action"`       // lambda:InvokeFunction, lambda:* or *
	// ArnLike the authorizer's ARN; "" matches all
	SourceArn     string `json:"sourceArn" yaml:"sourceArn"`
	SourceAccount string `json:"sourceAccount" yaml:"sourceAccount"` // 12 digits; "" matches all

	// Conditions that AWS IoT never fulfils; "" for none.
	EventSourceToken    string `json:"eventSourceToken" yaml:"eventSourceToken"`
	PrincipalOrgID      string `json:"principalOrgID" yaml:"principalOrgID"`
	FunctionURLAuthType string `json:"functionUrlAuthType" yaml:"functionUrlAuthType"`
}

const function kind = "function"

// functionShape is how functions are kept.
func functionShape() shape[Function] {
	return shape[Function]{kind: "functions", arn: func(f Function) string { return f.FunctionArn }}
}

// PutFunction creates or replaces a function, and returns it with its ARN. The
// error is an *Error.
func (r *Registry) PutFunction(f Function) (Function, error) {
	if f.FunctionArn == "" {
		f.FunctionArn = r.arn("lambda", "function:"+f.FunctionName)
	}
	f.Permissions = identified(f.Permissions)
	if err := f.check(); err != nil {
		return f, err
	}
	return change(r, func() (Function, error) {
		for _, other := range r.functions.all() {
			if other.FunctionArn == f.FunctionArn && other.FunctionName != f.FunctionName {
				return f, function.invalid(f.FunctionName, "functionArn",
					fmt.Sprintf("is the ARN of function %q, want another", other.FunctionName))
			}
		}
		f.Configuration.setDefaults(r, f.FunctionName)
		r.functions.put(f.FunctionName, f)
		return f, nil
	})
}

// setDefaults is called under the lock.
func (c *FunctionConfiguration) setDefaults(r *Registry, name string) {
	c.Timeout = cmp.Or(c.Timeout, 3)
	c.MemorySize = cmp.Or(c.MemorySize, 128)
	c.RevisionID = cmp.Or(c.RevisionID, r.uuidOf(function, name))
	if c.LastModified.IsZero() {
		c.LastModified = r.now()
	}
}

// identified returns permissions with the ids that were left out.
func identified(permissions []Permission) []Permission {
	permissions = slices.Clone(permissions)
	for i := range permissions {
		permissions[i].StatementID = cmp.Or(permissions[i].StatementID, fmt.Sprintf("permission-%d", i+1))
	}
	return permissions
}

// DeleteFunction removes a function; the authorizers that name it stay. The
// error is an *Error.
func (r *Registry) DeleteFunction(name string) error {
	return r.alter(func() error {
		f, ok := r.functions.get(name)
		if !ok {
			return function.missing(name)
		}
		r.functions.delete(name)
		r.tags.removeAll(f.FunctionArn)
		return nil
	})
}

func (f Function) check() error {
	if err := firstOf(
		function.invalid(f.FunctionName, "functionName", wantName(f.FunctionName, "-_", 64)),
		function.invalid(f.FunctionName, "functionArn", wantFunctionARN(f.FunctionArn)),
	); err != nil {
		return err
	}
	ids := set{}
	for i, permission := range f.Permissions {
		p := permission.problem()
		if ids[permission.StatementID] {
			p = fmt.Sprintf("has the statementId %q of another, want one of its own", permission.StatementID)
		}
		ids[permission.StatementID] = true
		if p != "" {
			return function.invalid(f.FunctionName, fmt.Sprintf("permissions[%d]", i), p)
		}
	}
	return nil
}

// Function finds a function by its name or its ARN; a version or alias at the
// end of the ARN does not matter.
func (r *Registry) Function(nameOrARN string) (Function, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if f, ok := r.functions.get(nameOrARN); ok {
		return f, true
	}
	for _, f := range r.functions.all() {
		if unqualified(f.FunctionArn) == unqualified(nameOrARN) {
			return f, true
		}
	}
	return Function{}, false
}

// Functions returns all functions, sorted by name.
func (r *Registry) Functions() []Function {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.functions.values()
}

// MayInvoke says whether AWS IoT may invoke f on behalf of source, the ARN of an
// authorizer, a domain configuration or a topic rule.
func (r *Registry) MayInvoke(f Function, source string) bool {
	if f.Permissions == nil {
		r.mu.RLock()
		defer r.mu.RUnlock()
		return !r.enforcePermissions.get()
	}
	for _, p := range f.Permissions {
		if p.matches(source, r.Account()) {
			return true
		}
	}
	return false
}

func (p Permission) matches(sourceARN, sourceAccount string) bool {
	return (p.Principal == "*" || p.Principal == "iot.amazonaws.com") &&
		(p.Action == "*" || p.Action == "lambda:*" || p.Action == "lambda:InvokeFunction") &&
		p.EventSourceToken+p.PrincipalOrgID+p.FunctionURLAuthType == "" &&
		(p.SourceArn == "" || arnLike(p.SourceArn, sourceARN)) &&
		(p.SourceAccount == "" || p.SourceAccount == sourceAccount)
}

func (p Permission) problem() string {
	switch {
	case wantName(p.StatementID, "-_", 100) != "":
		return "statementId " + wantName(p.StatementID, "-_", 100)
	case p.Principal == "":
		return "has no principal, want iot.amazonaws.com"
	case p.Action == "":
		return "has no action, want lambda:InvokeFunction"
	case p.SourceAccount != "" && wantAccount(p.SourceAccount) != "":
		return "sourceAccount " + wantAccount(p.SourceAccount)
	case p.SourceArn != "" && strings.Count(p.SourceArn, ":") < 5:
		return fmt.Sprintf("sourceArn is %q, want arn:aws:iot:<region>:<account>:authorizer/<name>", p.SourceArn)
	}
	return ""
}

// wantFunctionARN describes what is wrong with the ARN of a function, or
// returns "".
func wantFunctionARN(arn string) string {
	parts := strings.Split(arn, ":")
	ok := (len(parts) == 7 || len(parts) == 8) &&
		parts[0] == "arn" && strings.HasPrefix(parts[1], "aws") && parts[2] == "lambda" &&
		wantRegion(parts[3]) == "" && wantAccount(parts[4]) == "" &&
		parts[5] == "function" && wantName(parts[6], "-_", 64) == ""
	if !ok {
		return fmt.Sprintf("is %q, want a function's name or arn:aws:lambda:<region>:<account>:function:<name>",
			arn)
	}
	return ""
}

// unqualified cuts the version or alias off a function's ARN.
func unqualified(arn string) string {
	if strings.Count(arn, ":") == 7 {
		return arn[:strings.LastIndexByte(arn, ':')]
	}
	return arn
}
