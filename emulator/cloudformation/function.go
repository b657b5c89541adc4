package cloudformation

import "fmt"

// addPermissions lets AWS IoT invoke functions that it may invoke here, also
// those that need no permission here.
func (t *template) addPermissions() {
	needs := &t.text.Metadata.Suback.NeedsFunctions
	for _, f := range t.Functions() {
		*needs = append(*needs, f.FunctionName)
		for i, p := range f.Permissions {
			properties := map[string]any{"FunctionName": t.here(f.FunctionArn), "Action": p.Action,
				"Principal": p.Principal, "SourceArn": t.here(p.SourceArn),
				"EventSourceToken": p.EventSourceToken, "PrincipalOrgID": p.PrincipalOrgID,
				"FunctionUrlAuthType": p.FunctionURLAuthType}
			if p.SourceAccount != "" {
				properties["SourceAccount"] = t.account(p.SourceAccount)
			}
			t.add("AWS::Lambda::Permission", fmt.Sprintf("%s %d", f.FunctionName, i+1), properties)
		}
	}
	for _, a := range t.Authorizers() {
		t.permit(a.AuthorizerFunctionArn, a.AuthorizerName,
			attribute(t.id(authorizerType, a.AuthorizerName), "Arn"))
	}
	for _, d := range t.DomainConfigurations() {
		if c := d.ClientCertificateConfig; c != nil && c.ClientCertificateCallbackArn != "" {
			t.permit(c.ClientCertificateCallbackArn, d.DomainConfigurationName,
				attribute(t.id(domainType, d.DomainConfigurationName), "Arn"))
		}
	}
}

// permit lets AWS IoT invoke a function that has no permissions here.
func (t *template) permit(functionARN, source string, sourceARN any) {
	if f, ok := t.Function(functionARN); ok && f.Permissions == nil {
		t.add("AWS::Lambda::Permission", f.FunctionName+" "+source,
			map[string]any{"FunctionName": t.here(f.FunctionArn),
				"Action": "lambda:InvokeFunction", "Principal": "iot.amazonaws.com", "SourceArn": sourceARN})
	}
}

// account is an account id, which may be this one.
func (t *template) account(id string) any {
	if id == t.Account() {
		return map[string]any{"Ref": "AWS::AccountId"}
	}
	return id
}
