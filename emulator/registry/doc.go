// Package registry holds what exists in the emulated account: things and their
// groups, certificates, policies, users and roles and their keys, Cognito
// identities, authorizers, domain configurations, and the functions they name.
//
// It answers "is there one, and what does it say", nothing else. It does not
// authenticate (package authn), decide (package policy), sign certificates
// (package pki), run functions (package lambda) or read files (package
// config).
//
//	r, err := registry.New(registry.Options{Region: "eu-west-1", Account: "123456789012"})
//	...
//	_, err = r.CreatePolicy("device", text)
//	c, err := r.CreateCertificate(pem, registry.Active)
//	err = r.AttachPolicy("device", c.CertificateArn)
//	...
//	docs := r.PrincipalDocuments(c.CertificateArn, "pump-7") // what the device may do
//
// Create what is named before what names it: functions, then authorizers, then
// domain configurations; policies before users and roles, these before
// identity pools.
//
// # Values
//
// Fields have the names of AWS's API, and the tags of its JSON. What is created
// is checked and stored as a copy; what is read is a copy too, except for the
// maps, slices and pointers inside, which nobody may change. Lists are sorted.
// All methods are safe for concurrent use.
//
// # State
//
// [Registry.State] is all of it as JSON, [Load] makes a Registry of that, and
// [Merge] brings together what a file says now and what was changed since it was
// read. A kind is two lines in kinds.go; a test finds one that is missing.
// [Options.Note] hears of each key that a change touched.
//
// # Errors
//
// Create, Update and Delete are AWS's operations, with its conflicts, and fail
// with its exceptions: every error is an *Error whose Code is the exception's
// name. Put stands where AWS has no operation that is emulated; it replaces.
//
// # Rules
//
// A-55 to A-70 (authorizers), A-71 (tags), A-73 to A-77 (defaults), A-138 and
// A-139 (permission to invoke), A-216 to A-222 (users, roles, identities),
// A-223 to A-244 (certificates), A-252 to A-262 (keys), A-263 to A-276 (domain
// configurations); B-127 to B-129 (policies), B-325 (principals of things), of
// docs/behaviour.
package registry
