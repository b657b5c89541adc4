package registry

import "testing"

func TestPutFunction(t *testing.T) {
	tests := []struct {
		name     string
		function Function
		wantARN  string
		wantErr  string
		source   string
	}{
		{"ARN from the name", Function{FunctionName: "auth"},
			"arn:aws:lambda:us-east-1:000000000000:function:auth", "", "A-118"},
		{"ARN elsewhere", Function{FunctionName: "real", FunctionArn: "arn:aws:lambda:eu-west-1:123456789012:function:auth"},
			"arn:aws:lambda:eu-west-1:123456789012:function:auth", "", "design"},
		{"space in the name", Function{FunctionName: "my auth"}, "",
			`function "my auth": functionName has ' ' at character 3, want 1 to 64 letters, digits or -_`, "Lambda API"},
		{"no name", Function{}, "",
			`function "": functionName is missing, want 1 to 64 letters, digits or -_`, "Lambda API"},
		{"ARN of something else", Function{FunctionName: "x", FunctionArn: "arn:aws:s3:::bucket"}, "",
			`function "x": functionArn is "arn:aws:s3:::bucket", want a function's name or arn:aws:lambda:<region>:<account>:function:<name>`,
			"Lambda API"},
		{"two of one ARN", Function{FunctionName: "other", FunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:password"}, "",
			`function "other": functionArn is the ARN of function "password", want another`, "design"},
		{"permission without action", Function{FunctionName: "x", Permissions: []Permission{{Principal: "iot.amazonaws.com"}}}, "",
			`function "x": permissions[0] has no action, want lambda:InvokeFunction`, "A-138"},
		{"two statements of one id", Function{FunctionName: "x", Permissions: []Permission{
			{StatementID: "a", Principal: "*", Action: "*"}, {StatementID: "a", Principal: "*", Action: "*"}}}, "",
			`function "x": permissions[1] has the statementId "a" of another, want one of its own`, "API:AddPermission"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := newRegistry(t, Options{}).PutFunction(tt.function)
			if text(err) != tt.wantErr {
				t.Fatalf("got error %q, want %q (%s)", text(err), tt.wantErr, tt.source)
			}
			if err == nil && got.FunctionArn != tt.wantARN {
				t.Errorf("got ARN %s, want %s (%s)", got.FunctionArn, tt.wantARN, tt.source)
			}
		})
	}
}

func TestFunctionByNameOrARN(t *testing.T) {
	r := newRegistry(t, Options{})
	for _, key := range []string{
		"password",
		"arn:aws:lambda:us-east-1:000000000000:function:password",
		"arn:aws:lambda:us-east-1:000000000000:function:password:live",
	} {
		if f, ok := r.Function(key); !ok || f.FunctionName != "password" {
			t.Errorf("Function(%q): got %q, %v, want password (A-118)", key, f.FunctionName, ok)
		}
	}
	if _, ok := r.Function("arn:aws:lambda:eu-west-1:000000000000:function:password"); ok {
		t.Error("a function of another region was found (D-7)")
	}
}

func TestMayInvoke(t *testing.T) {
	const pumps = "arn:aws:iot:us-east-1:000000000000:authorizer/pumps"
	iot := func(arn, account string) []Permission {
		return []Permission{{Principal: "iot.amazonaws.com", Action: "lambda:InvokeFunction", SourceArn: arn, SourceAccount: account}}
	}
	tests := []struct {
		name        string
		enforce     bool
		permissions []Permission
		want        bool
		source      string
	}{
		{"no list", false, nil, true, "brief: lenient by default"},
		{"no list, enforced", true, nil, false, "A-138"},
		{"empty list", false, []Permission{}, false, "A-138"},
		{"exact source", true, iot(pumps, "000000000000"), true, "A-138"},
		{"no condition", true, iot("", ""), true, "A-138"},
		{"source of another authorizer", false, iot("arn:aws:iot:us-east-1:000000000000:authorizer/gates", ""), false, "A-139"},
		{"source of another region", false, iot("arn:aws:iot:eu-west-1:000000000000:authorizer/pumps", ""), false, "D-6"},
		{"another account", false, iot(pumps, "123456789012"), false, "A-138"},
		{"any authorizer", false, iot("arn:aws:iot:us-east-1:000000000000:authorizer/*", ""), true, "A-139, guess"},
		{"another principal", false, []Permission{{Principal: "apigateway.amazonaws.com", Action: "lambda:InvokeFunction"}}, false, "A-138"},
		{"another action", false, []Permission{{Principal: "iot.amazonaws.com", Action: "lambda:GetFunction"}}, false, "A-138"},
		{"all actions", false, []Permission{{Principal: "iot.amazonaws.com", Action: "lambda:*"}}, true, "Lambda API"},
		{"Alexa's token", false, []Permission{{Principal: "*", Action: "lambda:*", EventSourceToken: "x"}}, false, "API:AddPermission"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRegistry(t, Options{EnforcePermissions: tt.enforce})
			f, err := r.PutFunction(Function{FunctionName: "password", Permissions: tt.permissions})
			if err != nil {
				t.Fatal(err)
			}
			if got := r.MayInvoke(f, pumps); got != tt.want {
				t.Errorf("MayInvoke: got %v, want %v (%s)", got, tt.want, tt.source)
			}
		})
	}
}

func TestFunctionDefaults(t *testing.T) {
	r := newRegistry(t, Options{})
	given := []Permission{{Principal: "*", Action: "*"}}
	f := must(r.PutFunction(Function{FunctionName: "auth", Permissions: given}))(t)
	if c := f.Configuration; c.Timeout != 3 || c.MemorySize != 128 || c.RevisionID == "" || c.LastModified.IsZero() {
		t.Errorf("configuration: got %+v, want Lambda's defaults (API:CreateFunction)", c)
	}
	if got := f.Permissions[0].StatementID; got != "permission-1" || given[0].StatementID != "" {
		t.Errorf("statement: got %q, and %q in the caller's list, want permission-1 and nothing (design)", got, given[0].StatementID)
	}
}

func TestDeleteFunction(t *testing.T) {
	r := newRegistry(t, Options{})
	f := must(r.PutFunction(Function{FunctionName: "auth"}))(t)
	expect(t, "tag", r.TagResource(f.FunctionArn, map[string]string{"a": "b"}), "", "", "API:TagResource")
	expect(t, "delete", r.DeleteFunction("auth"), "", "", "API:DeleteFunction")
	expect(t, "again", r.DeleteFunction("auth"), NotFound, "", "API:DeleteFunction")
	must(r.PutFunction(Function{FunctionName: "auth"}))(t)
	if tags, err := r.Tags(f.FunctionArn); len(tags) != 0 || err != nil {
		t.Errorf("tags of a new function: got %v, %v, want none (design)", tags, err)
	}
}
