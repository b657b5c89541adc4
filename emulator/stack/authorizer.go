package stack

// Authorizers.

func authorizerKind() kind {
	return kind{attribute: byName("AuthorizerName", "iot", "authorizer/", "Arn"), take: func(r *resource) {
		name, ok := r.called("AuthorizerName")
		if !ok {
			return
		}
		e := r.add("authorizers", name)
		e.set("authorizerName", textNode(name))
		if !r.fill(e, "AuthorizerFunctionArn! Status! SigningDisabled:bool TokenKeyName TokenSigningPublicKeys:pems "+
			"EnableCachingForHttp:bool") {
			r.t.out.remove("authorizers", e)
			return
		}
		r.tag("authorizer/" + name)
	}}
}
