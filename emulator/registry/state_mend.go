package registry

import (
	"fmt"
	"slices"
)

// existing are the policies that there are.
func (r *Registry) existing(policyNames []string) []string {
	if r.wantPolicies(policyNames) == "" {
		return policyNames
	}
	return slices.DeleteFunc(slices.Clone(policyNames),
		func(name string) bool { return r.wantPolicies([]string{name}) != "" })
}

// wantDistinctNames wants every host name and function ARN once. Two may have
// the same if one is in the file and one was made by the API.
func (r *Registry) wantDistinctNames() error {
	for _, d := range r.domains.values() {
		if err := domain.invalid(d.DomainConfigurationName, "domainName", r.nameTaken(d)); err != nil {
			return err
		}
	}
	functions := map[string]string{}
	for _, f := range r.functions.values() {
		if other := functions[f.FunctionArn]; other != "" {
			return function.invalid(f.FunctionName, "functionArn",
				fmt.Sprintf("is the ARN of function %q, want another", other))
		}
		functions[f.FunctionArn] = f.FunctionName
	}
	return nil
}
