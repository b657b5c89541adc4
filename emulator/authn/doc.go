// Package authn decides who a connection is: it turns what the client showed
// into a Grant, or into an Error that says what was wrong.
//
// It does not decide what the connection may do (package policy), it keeps no
// connection, and it writes nothing to the client.
//
//	a := &authn.Authenticator{Registry: r, Invoke: functions.Invoke}
//	grant, err := a.Authenticate(ctx, authn.Request{
//		Facts:        conn.Facts(),
//		ConnectionID: uuid.NewString(),
//		ClientID:     "pump-7",
//	})
//	var refused *authn.Error
//	if errors.As(err, &refused) {
//		fmt.Println(refused)      // NOT_AUTHENTICATED: the function answered isAuthenticated false
//		fmt.Println(refused.Hint) // what to try
//	}
//
// # The way of a request
//
// kind.go finds out which kind of authentication a connection asks for. For
// custom authorizers custom.go then leads through the other files:
//
//	params.go            name, token and signature from headers, query and username
//	custom.go            which authorizer
//	authorizer_token.go  is the token signed by one of its keys
//	event.go             what the function is told
//	invoke.go            call it, once, for 5 seconds at most
//	answer.go            what it may answer
//	answers.go           what it has answered before is not read again
//
// For client certificates certificate.go leads through these:
//
//	sound.go      is the certificate itself as AWS wants it
//	preauth.go    the pre-authentication function of a domain configuration
//	jitr.go       an unknown one may be registered by its first CONNECT
//	variables.go  policy variables of the certificate
//	thing.go      the thing that the connection is, and its variables
//	denied.go     what a refused action may have to do with all that
//
// For signatures sigv4_gateway.go leads through these, VerifyRequest through the first
// four; package sigv4 reads and compares:
//
//	sigv4_verify.go   is it signed with keys of this account
//	sigv4_scope.go    for this region, service and time
//	sigv4_keys.go     whose keys, and whose session token
//	sigv4_refusal.go  what AWS says of one that is not
//	principal.go      what the owner of the keys may do
//	stranger.go       what keys that nobody configured may do
//
// hint.go, sigv4_hint.go and authorizer_token_hint.go know the mistakes people make, by
// their D- number.
//
// # Secrets
//
// No password, token or signature is in an Error or a Grant, not even where
// the function's own error message repeats one. But an Error's Message, which is
// for the client alone, may repeat a header that the client sent, as AWS's does.
//
// # Rules
//
// and A-52 (which kind), A-73 to A-91 (selection, parameters), A-92
// to A-100 (signing), A-101 to A-119 (event), A-120 to A-136 and B-114 to B-120
// (answer), A-137 to A-141 (invocation), A-178 (codes), A-163 to to
// A-222 (signatures, IAM principals), A-223 to A-251, B-324 to B-334 and B-611
// (certificates), of docs/behaviour.
package authn
