package authn

// signed authenticates a WebSocket or a request by its SigV4 signature.
func (a *Authenticator) signed(Request) (*Grant, error) {
	return nil, refuse(notAuthenticated, "the request is signed with SigV4, and signatures are not verified yet").
		because("A-52").try(hintSigned, "D-25")
}
