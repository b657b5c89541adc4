// Package cause is why something did not happen, in one shape for whoever finds it
// out, passes it on, or shows it.
//
// It is neither an error nor an answer: what a client is told stands beside it, in
// the type that holds it, as in an authn.Error. It knows no rule and no reason.
package cause
