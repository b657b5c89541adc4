package control

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iot"
)

func TestDefaultAuthorizer(t *testing.T) {
	b := newBench(t)
	none := refusal{404, "ResourceNotFoundException", "Default authorizer not found"}
	_, err := b.DescribeDefaultAuthorizer(ctx, &iot.DescribeDefaultAuthorizerInput{})
	wants(t, "describe none", err, none, "A-67, A-330")
	_, err = b.ClearDefaultAuthorizer(ctx, &iot.ClearDefaultAuthorizerInput{})
	wants(t, "clear none", err, none, "A-67, A-330")

	must[*iot.CreateAuthorizerOutput](t)(b.CreateAuthorizer(ctx, unsigned("a")))
	set := func(name string) error {
		_, err := b.SetDefaultAuthorizer(ctx, &iot.SetDefaultAuthorizerInput{AuthorizerName: &name})
		return err
	}
	wants(t, "set", set("a"), good, "A-77")
	wants(t, "set again", set("a"),
		refusal{409, "ResourceAlreadyExistsException", "Duplicate default authorizer a already configured for this account"}, "A-67, A-330")
	wants(t, "set what is missing", set("x"), refusal{404, "ResourceNotFoundException", "Authorizer x not found"}, "A-330")
	wants(t, "invalid", set("x!"), refusal{400, "InvalidRequestException", "authorizerName"}, "A-326")
	out := must[*iot.DescribeDefaultAuthorizerOutput](t)(b.DescribeDefaultAuthorizer(ctx, &iot.DescribeDefaultAuthorizerInput{}))
	is(t, "default", *out.AuthorizerDescription.AuthorizerName, "a", "A-77")
	_, err = b.ClearDefaultAuthorizer(ctx, &iot.ClearDefaultAuthorizerInput{})
	wants(t, "clear", err, good, "A-77")
	is(t, "cleared", b.registry.DefaultAuthorizer(), "", "A-77")
}
