package registry

import "testing"

func TestNew(t *testing.T) {
	tests := []struct {
		name      string
		options   Options
		partition string
		wantErr   string
		source    string
	}{
		{"zero value", Options{}, "aws", "", "conventions"},
		{"China", Options{Region: "cn-north-1"}, "aws-cn", "", "AWS ARN format"},
		{"GovCloud", Options{Region: "us-gov-west-1"}, "aws-us-gov", "", "AWS ARN format"},
		{"short account", Options{Account: "123"}, "",
			`account "123": accountId is "123", want 12 digits`, "AWS ARN format"},
		{"no region", Options{Region: "Ireland"}, "",
			`account "000000000000": region is "Ireland", want a region such as us-east-1`, "AWS ARN format"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := New(tt.options)
			if got := text(err); got != tt.wantErr {
				t.Fatalf("New: got error %q, want %q (%s)", got, tt.wantErr, tt.source)
			}
			if err == nil && r.Partition() != tt.partition {
				t.Errorf("Partition: got %s, want %s (%s)", r.Partition(), tt.partition, tt.source)
			}
		})
	}
}

// newRegistry has a function "password" and an authorizer "pumps" that names it.
func newRegistry(t *testing.T, o Options) *Registry {
	t.Helper()
	r, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.PutFunction(Function{FunctionName: "password"}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.CreateAuthorizer(unsigned("pumps")); err != nil {
		t.Fatal(err)
	}
	return r
}

func unsigned(name string) Authorizer {
	return Authorizer{AuthorizerName: name, AuthorizerFunctionArn: "password", Status: Active, SigningDisabled: true}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
