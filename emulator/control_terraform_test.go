package emulator_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/acm"
	"github.com/aws/aws-sdk-go-v2/service/iot"
	"github.com/aws/aws-sdk-go-v2/service/iot/types"

	"github.com/suback/suback/emulator"
)

// What Terraform's aws_iot_* resources call, in their order and with their inputs
// (S:hashicorp/terraform-provider-aws, internal/service/iot), by the SDK for Go,
// which the provider uses. Terraform itself runs in TestTerraformProvider, where it
// is installed.

// A resource is one of the provider's. What read returns is what Terraform would
// hold in its state.
type resource struct {
	name          string
	create        func(s stack) (id string, err error)
	read          func(s stack, id string) (string, error)
	update        func(s stack, id string) error // nil: every change makes a new one
	remove        func(s stack, id string) error // nil: it stays
	made, changed string                         // what read returns after create and update; %s is the id
}

// A stack is what resources are made in.
type stack struct {
	*iot.Client
	*emulator.Emulator
	context.Context

	t   *testing.T
	acm *acm.Client
	ids map[string]string // of resources, by name
}

func newStack(t *testing.T) stack {
	t.Helper()
	e := emulator.Run(t, emulator.Options{})
	url := aws.String("http://" + e.Addr(emulator.HTTP))
	credentials := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
	})
	return stack{
		iot.New(iot.Options{Region: "us-east-1", BaseEndpoint: url, Credentials: credentials, RetryMaxAttempts: 1}),
		e, t.Context(), t,
		acm.New(acm.Options{Region: "us-east-1", BaseEndpoint: url, Credentials: credentials, RetryMaxAttempts: 1}),
		map[string]string{},
	}
}

// TestTerraform is apply, plan, apply with changes, and destroy.
func TestTerraform(t *testing.T) {
	t.Parallel()
	s, all := newStack(t), slices.Concat(terraform, terraformCertificates, terraformThings)
	for _, r := range all {
		id, err := r.create(s)
		if err != nil {
			t.Fatalf("create %s: %v", r.name, err)
		}
		s.ids[r.name] = id
	}
	for _, r := range all {
		s.holds(r, r.made)
		s.holds(r, r.made) // a plan finds nothing to do
	}
	for _, r := range all {
		if r.update == nil {
			continue
		}
		if err := r.update(s, s.ids[r.name]); err != nil {
			t.Fatalf("update %s: %v", r.name, err)
		}
		s.holds(r, r.changed)
	}
	for _, r := range slices.Backward(all) {
		id := s.ids[r.name]
		if r.remove == nil {
			continue
		}
		if err := r.remove(s, id); err != nil {
			t.Fatalf("delete %s: %v", r.name, err)
		}
		var gone *types.ResourceNotFoundException
		if is, err := r.read(s, id); !errors.As(err, &gone) && (is != "" || err != nil) {
			t.Errorf("%s: got %q, %v after its deletion, want ResourceNotFoundException or nothing (A-69)", r.name, is, err)
		}
	}
}

func (s stack) holds(r resource, want string) {
	s.t.Helper()
	is, err := r.read(s, s.ids[r.name])
	if err != nil {
		s.t.Fatalf("read %s: %v", r.name, err)
	}
	if want = strings.ReplaceAll(want, "%s", s.ids[r.name]); is != want {
		s.t.Errorf("%s: got %s, want %s", r.name, is, want)
	}
}

// tagsOf are those of a resource, which Terraform asks for after each read.
func (s stack) tagsOf(arn *string) string {
	s.t.Helper()
	out, err := s.ListTagsForResource(s, &iot.ListTagsForResourceInput{ResourceArn: arn})
	must(s.t, err)
	var all []string
	for _, t := range out.Tags {
		all = append(all, *t.Key+"="+*t.Value)
	}
	return strings.Join(all, ",")
}

// retag is how Terraform changes tags.
func (s stack) retag(arn string) error {
	_, err := s.UntagResource(s, &iot.UntagResourceInput{ResourceArn: &arn, TagKeys: []string{"team"}})
	if err == nil {
		_, err = s.TagResource(s, &iot.TagResourceInput{ResourceArn: &arn,
			Tags: []types.Tag{{Key: aws.String("site"), Value: aws.String("north")}}})
	}
	return err
}

var team = []types.Tag{{Key: aws.String("team"), Value: aws.String("pumps")}}

const terraformARN = "arn:aws:iot:us-east-1:000000000000:"
