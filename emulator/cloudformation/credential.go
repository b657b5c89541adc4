package cloudformation

// Users; of access keys AWS gives others.

func (t *template) addUsers() {
	for _, u := range t.Users() {
		t.add("AWS::IAM::User", u.UserName,
			map[string]any{"UserName": u.UserName, "Policies": t.inline(u.Policies)})
	}
	for _, k := range t.Credentials() {
		t.note("access key %s of user %s: AWS gives another one", k.AccessKeyID, k.UserName)
	}
}
