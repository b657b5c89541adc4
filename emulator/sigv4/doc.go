// Package sigv4 reads AWS's request signatures, of version 4, and says of one that
// does not fit what was signed in place of the request.
//
// It is pure: it knows no keys and no account, has no clock and no network. Whose
// keys they are, whether it is too late, and what AWS answers then is package
// authn's.
//
//	s, err := sigv4.Read(facts.HTTP)
//	if err != nil {
//		return err // a *sigv4.FormError
//	}
//	r := sigv4.Request{HTTP: facts.HTTP, Signature: s, Body: body, Hosts: []string{facts.HTTP.Host}}
//	if _, ok := r.SignedHost(secret); !ok {
//		fmt.Println(r.Explain(secret).Detail) // the client signed another host; line 4 …
//	}
//
// # The way of a request
//
//	identity.go    what a request says of itself, before anybody asks whether it is right
//	credential.go  access key id and scope
//	read.go        the signature: of a header, of a query, of a WebSocket's URL
//	form.go        why there is none to be read
//	attempt.go     what may have been signed
//	canonical.go   what that looks like; query.go and encode.go, its parts
//	mismatch.go    what was signed instead, by the mistakes of mistakes.go
//
// # Secrets
//
// A FormError's text and a Mismatch repeat no signature, no session token and no
// value of a header or parameter that may be secret.
//
// # Rules
//
// and D-38 to D-50, of
// docs/behaviour.
package sigv4
