// Package registry holds what exists in the emulated account: authorizers,
// domain configurations, and the functions authorizers name.
//
// It answers "is there one, and what does it say", nothing else. It does not
// authenticate (package authn), run functions (package lambda) or read files
// (package emulator).
//
//	r, err := registry.New(registry.Options{Region: "eu-west-1", Account: "123456789012"})
//	...
//	_, err = r.PutFunction(registry.Function{FunctionName: "password"})
//	_, err = r.PutAuthorizer(registry.Authorizer{
//		AuthorizerName:        "pumps",
//		AuthorizerFunctionArn: "password", // a function's name, or a complete ARN
//		Status:                registry.Active,
//		SigningDisabled:       true,
//	})
//	err = r.SetDefaultAuthorizer("pumps")
//
// Put functions first, then authorizers, then domain configurations: each may
// name the ones before it.
//
// # Values
//
// Fields have the names of AWS's API, and the tags of its JSON. A Put checks
// everything and stores a copy; what is read is a copy too, except for the
// maps, slices and pointers inside, which nobody may change. All methods are
// safe for concurrent use.
//
// # Rules
//
// A-55 to A-65 (authorizers), A-73 to A-76 (defaults), A-138 and A-139
// (permission to invoke), A-263 to A-275 (domain configurations), of
// docs/behaviour.
package registry
