package stack

import (
	"fmt"
	"path/filepath"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/suback/suback/emulator/lambda"
	"github.com/suback/suback/emulator/tree"
)

// Functions
//
//   - code is a folder or file beside the template, or in it; what is in S3 is not here
//   - they run as they are: without layers, in no container, not built
//   - a version or an alias of a function is the function

// silentOfFunction are properties that change nothing here: the account, the network and the
// logs of a function are this machine's.
func silentOfFunction() []string {
	return strings.Fields(`Role Policies Description Architectures Tracing TracingConfig LoggingConfig
		RuntimeManagementConfig PermissionsBoundary AssumeRolePolicyDocument AutoPublishAlias
		AutoPublishAliasAllProperties AutoPublishCodeSha256 DeploymentPreference VersionDescription
		RolePath KmsKeyArn SnapStart EventInvokeConfig DeadLetterConfig DeadLetterQueue
		CodeSigningConfigArn ProvisionedConcurrencyConfig RecursiveLoop PropagateTags EphemeralStorage`)
}

const commonOfFunction = "Runtime! Handler! Timeout:int MemorySize:int ReservedConcurrentExecutions:int"

func functionKind() kind {
	return kind{attribute: functionAttribute, silent: silentOfFunction(), take: func(r *resource) {
		e := r.function()
		if e == nil {
			return
		}
		code := r.property("Code")
		local, isLocal := scalar(code)
		inline, isInline := scalar(code.Get("ZipFile"))
		switch {
		case isLocal:
			r.codeAt(e, local)
		case isInline:
			r.codeInline(e, inline)
		case opaqueIn(code) != nil && code.Get("S3Key") == nil:
			r.leaveFunction(e, "Code: %s", opaqueIn(code).Text)
		default:
			r.codeOfPackage(e, code)
		}
	}}
}

// functionAttribute is byName, but for what SAM gives to functions.
func functionAttribute(r *resource, attribute string, at tree.Spot) *tree.Value {
	if strings.HasPrefix(attribute, "Alias") || strings.HasPrefix(attribute, "Version") {
		attribute = "Arn"
	}
	return byName("FunctionName", "lambda", "function:", "Arn")(r, attribute, at)
}

// function takes what all functions have; nil if it is left out, which is told.
func (r *resource) function() *entry {
	name, ok := r.called("FunctionName")
	if !ok {
		return nil
	}
	isImage := r.body.Path("Properties", "PackageType").String() == "Image"
	if r.property("ImageUri") != nil || isImage {
		r.leave("container images are not run; functions of suback.yaml may name an endpoint that runs it")
		return nil
	}
	r.used = append(r.used, "PackageType")
	e := r.add(byNameKey, name)
	if !r.fill(e, commonOfFunction) {
		r.t.out.remove(byNameKey, e)
		return nil
	}
	r.environment(e)
	r.tagARN(r.t.out.arn("lambda", "function:"+name))
	if v := r.property("Layers"); v != nil {
		r.drop(v.At, "Layers", "layers are not unpacked: what they bring has to be in the code's folder")
	}
	return e
}

// environment takes Environment.Variables.
func (r *resource) environment(e *entry) {
	v := r.property("Environment")
	if !r.object(v, "Environment", "Variables") || v.Get("Variables") == nil {
		return
	}
	if n := r.node(v.Get("Variables"), "Environment.Variables", "map"); n != nil {
		e.set("environment", n)
	}
}

// leaveFunction takes a function out again, and says why.
func (r *resource) leaveFunction(e *entry, format string, args ...any) {
	r.t.out.remove(byNameKey, e)
	r.t.out.entries["tags"] = without(r.t.out.entries["tags"], r.t.out.arn("lambda", "function:"+e.name))
	r.leave(format, args...)
}

func without(all []*entry, name string) (rest []*entry) {
	for _, e := range all {
		if e.name != name {
			rest = append(rest, e)
		}
	}
	return rest
}

// codeAt has the code in a folder or file beside the template.
func (r *resource) codeAt(e *entry, path string) {
	if strings.Contains(path, "://") {
		r.leaveFunction(e, "its code is at %s; import the template before it was packaged", tree.Clip(path))
		return
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(r.t.dir, path)
	}
	runtime, handler := scalarOf(e.node, "runtime"), scalarOf(e.node, "handler")
	if err := lambda.CheckCode(runtime, filepath.FromSlash(path), handler); err != nil {
		r.leaveFunction(e, "%v%s", err, r.buildHint())
		return
	}
	e.set("code", textNode(here(r.t.out.relative(path))))
}

// here is a relative path that looks like one.
func here(path string) string {
	path = filepath.ToSlash(path)
	if filepath.IsAbs(path) || strings.HasPrefix(path, ".") {
		return path
	}
	return "./" + path
}

// buildHint says what is to be built where code is not there as it runs.
func (r *resource) buildHint() string {
	if r.t.framework {
		return fmt.Sprintf("; serverless package makes %s, which may be imported",
			filepath.ToSlash(filepath.Join(r.t.dir, ".serverless", "cloudformation-template-update-stack.json")))
	}
	if r.kind != "AWS::Serverless::Function" || strings.Contains(r.t.dir, ".aws-sam") {
		return ""
	}
	return fmt.Sprintf("; sam build makes %s, which may be imported",
		filepath.ToSlash(filepath.Join(r.t.dir, ".aws-sam", "build", "template.yaml")))
}

func scalarOf(n *yaml.Node, key string) string {
	if v := get(n, key); v != nil {
		return v.Value
	}
	return ""
}

// functionAliasKind is for versions and aliases: they are the function.
func functionAliasKind() kind {
	return kind{
		silent: []string{"FunctionName", "Name", "FunctionVersion", "Description", "CodeSha256",
			"ProvisionedConcurrencyConfig", "RoutingConfig", "RuntimePolicy"},
		take: func(*resource) {},
		attribute: func(r *resource, attribute string, at tree.Spot) *tree.Value {
			v := r.t.resolve(r.body.Path("Properties", "FunctionName"))
			name, ok := scalar(v)
			if !ok {
				return orElse(opaqueIn(v), v, "want the name of a function")
			}
			if strings.HasPrefix(name, "arn:") {
				return made(at, name)
			}
			return made(at, r.t.out.arn("lambda", "function:"+name))
		}}
}

// shorten writes the names of functions of the file in place of their ARNs.
func (o *output) shorten() {
	for _, e := range o.entries["authorizers"] {
		n := get(e.node, "authorizerFunctionArn")
		if n == nil {
			continue
		}
		name := functionName(n.Value) // of an ARN that may name an alias
		if strings.HasPrefix(n.Value, o.arn("lambda", "function:")) && o.find(byNameKey, name) != nil {
			n.SetString(name)
		}
	}
}
