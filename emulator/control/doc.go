// Package control is the REST API behind `aws iot`: requests become calls of the
// registry, and its answers and errors become AWS's.
//
// So are AWS Lambda and AWS Certificate Manager, as far as custom authorizers and
// domain configurations need them (lambda.go, acm.go).
//
// It is no store, and it knows no rules about resources: both are the registry's.
// It does not publish or connect anything: that is the data plane.
//
//	h := control.New(control.Options{Registry: r, Authenticator: a, CA: ca, Endpoint: e})
//	http.ListenAndServe("127.0.0.1:4566", h)
//
//	aws iot list-policies --endpoint-url http://127.0.0.1:4566
//
// # The way of a request
//
// route.go finds the operation by method and path; signature.go wants a SigV4
// header; input.go collects the members from path, query, headers and body;
// validate.go holds them to the service model; the operation's function is
// called with a Go struct; output.go writes what it returns, errors.go what it
// refuses. The model (model.go, model/iot.json) says of each operation which
// members it has, where they are, what they must look like, and which errors
// have which status. What the model has and no function does is answered with
// 501 and its name; [Handler.Operations] lists it.
//
// # Adding an operation
//
//  1. Write its function in the file of its resource, as a method of service:
//
//     func (s *service) deletePolicy(_ context.Context, in policyName) (none, error) {
//     return none{}, s.registry.DeletePolicy(in.PolicyName)
//     }
//
//     The input struct has the members that the function reads, under the model's
//     names as JSON tags; a pointer tells absent from empty. Required members,
//     patterns, lengths and enums have been checked by then. The output struct has
//     the members there are, with omitempty or omitzero: what is left out is sent
//     as null, as AWS sends it. Dates are of type date. Errors of the registry are
//     returned as they are; others come from refuse.
//
//  2. Name it in the operations of that file, and a new file's in table.go:
//
//     "DeletePolicy": register(s.deletePolicy),
//
//  3. Where AWS's own sentence for an error is known, add it to wording.go.
//
//  4. Test it with the SDK for Go: success, not found, invalid, conflict.
//     TestOperationsAndModelAgree compares names and types with the model, and
//     each answer in a test is compared with it too.
//
// Lists are cut into pages by page.
package control
