package registry

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

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

// Options.Changed is called after changes, not after refusals, and may look at
// what changed.
func TestChanged(t *testing.T) {
	var r *Registry
	var got []string
	r, err := New(Options{Changed: func() { got = append(got, fmt.Sprint(len(r.Things()), r.DefaultAuthorizer())) }})
	if err != nil {
		t.Fatal(err)
	}
	must(r.CreateThing(Thing{ThingName: "a"}))(t)
	_, err = r.CreateThing(Thing{ThingName: "a b"})
	expect(t, "refused", err, InvalidRequest, "", "API:CreateThing")
	r.IssueCredential(Credential{}, time.Hour)
	must(r.CreateAuthorizer(unsigned("x")))(t)
	expect(t, "default", r.SetDefaultAuthorizer("x"), "", "", "A-77")
	expect(t, "delete", r.DeleteThing("a", 0), "", "", "API:DeleteThing")
	if want := "[1 1 1x 0x]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s (A-222)", got, want)
	}
}

// All at once, for the race detector.
func TestConcurrently(t *testing.T) {
	r := newRegistry(t, Options{Changed: func() {}})
	arn := must(r.CreateCertificate(sign(t, newTemplate("device"), nil).pem, Active))(t).CertificateArn
	must(r.CreatePolicy("p", allow))(t)
	id := arn[strings.LastIndex(arn, "/")+1:]
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			name := fmt.Sprint("thing", i)
			for range 20 {
				r.CreateThing(Thing{ThingName: name, Attributes: map[string]string{"a": "b"}})
				r.AttachThingPrincipal(name, arn, "")
				r.AttachPolicy("p", arn)
				r.PrincipalDocuments(id, "")
				r.UpdateThing(name, ThingUpdate{Attributes: map[string]string{"b": "c"}, Merge: true})
				r.CreatePolicyVersion("p", allow, true)
				p, _ := r.Policy("p")
				p.Default()
				r.IssueCredential(Credential{}, time.Hour)
				r.DetachThingPrincipal(name, arn)
				r.DeleteThing(name, 0)
				r.DetachPolicy("p", arn)
				r.TagResource(p.PolicyArn, map[string]string{name: "x"})
				r.Tags(p.PolicyArn)
			}
		})
	}
	all.Wait()
	if len(r.Things()) != 0 || len(r.TargetsOf("p")) != 0 {
		t.Errorf("got %d things, want none left", len(r.Things()))
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
