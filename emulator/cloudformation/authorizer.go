package cloudformation

const authorizerType = "AWS::IoT::Authorizer"

func (t *template) addAuthorizers() {
	for _, a := range t.Authorizers() {
		properties := map[string]any{"AuthorizerName": a.AuthorizerName,
			"AuthorizerFunctionArn": t.here(a.AuthorizerFunctionArn), "Status": a.Status,
			"SigningDisabled": a.SigningDisabled, "TokenKeyName": a.TokenKeyName,
			"EnableCachingForHttp": a.EnableCachingForHttp, "Tags": t.tags(a.AuthorizerArn)}
		if len(a.TokenSigningPublicKeys) > 0 {
			properties["TokenSigningPublicKeys"] = a.TokenSigningPublicKeys
		}
		t.add(authorizerType, a.AuthorizerName, properties)
	}
}

// noteDefaultAuthorizer is for what no resource says.
func (t *template) noteDefaultAuthorizer() {
	if name := t.DefaultAuthorizer(); name != "" {
		t.note("the default authorizer: aws iot set-default-authorizer --authorizer-name %s", name)
	}
}
