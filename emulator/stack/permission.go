package stack

import (
	"strings"

	"github.com/suback/suback/emulator/tree"
)

// Permissions: who may invoke a function.

func permissionKind() kind {
	return kind{phase: attaches, silent: []string{"InvokedViaFunctionUrl"}, take: func(r *resource) {
		v := r.property("FunctionName")
		function, ok := scalar(v)
		p := &entry{node: mapping()}
		spec := "Principal! Action! SourceArn! SourceAccount! EventSourceToken PrincipalOrgID FunctionUrlAuthType"
		if !ok {
			r.leave("FunctionName: %s", orElse(opaqueIn(v), v, "want a text").Text)
			return
		}
		e := r.t.out.find(byNameKey, functionName(function))
		if !r.fill(p, spec) {
			return
		}
		if e == nil {
			r.leave("FunctionName: %s is not in the result", tree.Clip(function))
			return
		}
		e.append("permissions", p.node)
	}}
}

// functionName is the name of a function by its name or ARN, with or without a version.
func functionName(s string) string {
	if parts := strings.Split(s, ":"); len(parts) > 6 && parts[0] == "arn" {
		return parts[6]
	}
	name, _, _ := strings.Cut(s, ":")
	return name
}
