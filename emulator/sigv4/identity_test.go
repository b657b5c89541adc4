package sigv4

import (
	"net/http/httptest"
	"testing"
)

func TestIdentityOf(t *testing.T) {
	const aws4 = "AWS4-HMAC-SHA256 "
	iot := Scope{"20260102", "us-east-1", "iot", "aws4_request"}
	tests := []struct {
		name, address string
		authorization string
		want          Identity
		source        string
	}{
		{"header", "http://localhost:4566/things", aws4 + "Credential=test/20260102/us-east-1/iot/aws4_request, SignedHeaders=host, Signature=0",
			Identity{Credential: Credential{"test", iot}, IsScoped: true, InHeader: true}, "A-210"},
		{"header, last of its parts", "http://localhost/", aws4 + "SignedHeaders=host,Credential=test/20260102/us-east-1/iot/aws4_request",
			Identity{Credential: Credential{"test", iot}, IsScoped: true, InHeader: true}, "A-210"},
		{"query", "http://localhost/?X-Amz-Credential=test%2F20260102%2Fus-east-1%2Fiot%2Faws4_request", "",
			Identity{Credential: Credential{"test", iot}, IsScoped: true}, "A-196"},
		{"header before query", "http://localhost/?X-Amz-Credential=test%2F20260102%2Fus-east-1%2Fiot%2Faws4_request", aws4 + "Credential=other",
			Identity{Credential: Credential{AccessKeyID: "other"}, InHeader: true}, "A-210, guess"},
		{"slashes in the id", "http://localhost/", aws4 + "Credential=a/b/20260102/us-east-1/iot/aws4_request",
			Identity{Credential: Credential{"a/b", iot}, IsScoped: true, InHeader: true}, "A-196"},
		{"no scope", "http://localhost/", aws4 + "Credential=a/iot/aws4_request, Signature=0",
			Identity{Credential: Credential{AccessKeyID: "a"}, InHeader: true}, "A-196"},
		{"another kind", "http://localhost/", "Bearer abc", Identity{}, "A-167"},
		{"nothing", "http://localhost/", "", Identity{}, "A-206"},
	}
	for _, tt := range tests {
		r := httptest.NewRequest("GET", tt.address, nil)
		r.Header.Set("Authorization", tt.authorization)
		tt.want.Host = "localhost"
		if got := IdentityOf(r); got != tt.want {
			t.Errorf("%s: got %+v, want %+v (%s)", tt.name, got, tt.want, tt.source)
		}
	}
	r := httptest.NewRequest("POST", "http://LOCALHOST.:4566/", nil)
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810.ListTables")
	if got, want := IdentityOf(r), (Identity{Host: "localhost.", Target: "DynamoDB_20120810.ListTables"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
