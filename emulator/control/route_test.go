package control

import (
	"testing"
)

func TestRoute(t *testing.T) {
	r := newRoutes(readModel(iotService))
	tests := []struct {
		method, path string
		want         string
		labels       map[string]string
		source       string
	}{
		{"POST", "/authorizer/a", "CreateAuthorizer", map[string]string{"authorizerName": "a"}, "A-57"},
		{"POST", "/authorizer/a/test", "TestInvokeAuthorizer", map[string]string{"authorizerName": "a"}, "A-57"},
		{"GET", "/authorizers/", "ListAuthorizers", nil, "A-57"},
		{"GET", "/authorizers", "ListAuthorizers", nil, "aws-sdk-go-v2 sends no slash"},
		{"GET", "/authorizer/a%2Fb", "DescribeAuthorizer", map[string]string{"authorizerName": "a/b"}, "model"},
		{"GET", "/authorizer/a%20b", "DescribeAuthorizer", map[string]string{"authorizerName": "a b"}, "model"},
		{"POST", "/attached-policies/arn%3Aaws%3Aiot%3Aus-east-1%3A000000000000%3Acert%2Fabc", "ListAttachedPolicies",
			map[string]string{"target": "arn:aws:iot:us-east-1:000000000000:cert/abc"}, "model"},
		{"PATCH", "/policies/p/version/2", "SetDefaultPolicyVersion", map[string]string{"policyName": "p", "policyVersionId": "2"}, "model"},
		{"GET", "/policies/p/version", "ListPolicyVersions", map[string]string{"policyName": "p"}, "model"},
		{"GET", "/domainConfigurations/iot:Data-ATS", "DescribeDomainConfiguration", map[string]string{"domainConfigurationName": "iot:Data-ATS"},
			"A-263"},
		{"DELETE", "/default-authorizer", "ClearDefaultAuthorizer", nil, "A-57"},
		{"GET", "/destinations/arn:aws:iot:r:a:ruledestination/http/x", "GetTopicRuleDestination",
			map[string]string{"arn": "arn:aws:iot:r:a:ruledestination/http/x"}, "model"},
		{"PATCH", "/default-authorizer", "", nil, "A-334, guess"},
		{"GET", "/authorizer/", "", nil, "A-334, guess"},
		{"GET", "/", "", nil, "A-334, guess"},
		{"GET", "/nowhere/at/all", "", nil, "A-334, guess"},
		{"GET", "/authorizer/%zz", "", nil, "A-334, guess"},
	}
	for _, tt := range tests {
		got, labels, ok := r.find(tt.method, tt.path)
		if got != tt.want || ok != (tt.want != "") {
			t.Errorf("%s %s: got %q, %v, want %q (%s)", tt.method, tt.path, got, ok, tt.want, tt.source)
		}
		for name, want := range tt.labels {
			if labels[name] != want {
				t.Errorf("%s %s: got %s=%q, want %q (%s)", tt.method, tt.path, name, labels[name], want, tt.source)
			}
		}
	}
}

func FuzzRoute(f *testing.F) {
	r := newRoutes(readModel(iotService))
	f.Add("POST", "/authorizer/a%2Fb/test")
	f.Fuzz(func(t *testing.T, method, path string) { r.find(method, path) })
}
