// Package tokens hands out temporary keys: STS, Amazon Cognito identities and
// the credential provider of AWS IoT.
//
// It does not verify signatures (Options.Verify does) and does not decide what
// the keys may do afterwards: that is in the role, the session policies and the
// identity, which the registry keeps with each key.
//
//	h := tokens.New(tokens.Options{
//		Registry:     r,
//		Authenticate: authenticator.Authenticate,
//		Trace:        recorder,
//	})
//	http.Handle("/", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
//		if _, ok := tokens.Serves(r); ok {
//			h.ServeHTTP(w, r)
//		}
//	}))
//
// # What is asked of a caller
//
//   - STS wants a signature, and takes it from whatever key [guess: conventions of
//     local stacks]; only keys that the registry has are compared
//   - Cognito's two operations are unsigned. A login's token is not
//     verified: nobody here has the key of its issuer. A token that is a JWT must
//     be in date and name its provider; its subject says who the user is. Of any
//     other token the text itself does. A note in the trace says so
//   - the credential provider wants a client certificate whose policies allow
//     iot:AssumeRoleWithCertificate
//   - a role that has a trust policy wants one of its statements to let the caller
//     in; one that has none trusts the account
//
// # Files
//
// serves.go finds the service a request is for, handler.go answers it, refusal.go
// says why not. sts.go, assume_role.go and query.go are STS; cognito.go, login.go,
// jwt.go and json.go are Cognito; provider.go is the credential provider. trust.go
// judges trust policies for all of them, caller.go knows who calls.
//
// # Rules
//
// D-45 and D-46, of docs/behaviour.
package tokens
