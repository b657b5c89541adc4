package control

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iot"
)

func TestRegistrationCode(t *testing.T) {
	b := newBench(t)
	_, err := b.DeleteRegistrationCode(ctx, &iot.DeleteRegistrationCodeInput{})
	wants(t, "delete none", err, refusal{404, notFound, ""}, "A-338")
	get := func() string {
		return *must[*iot.GetRegistrationCodeOutput](t)(b.GetRegistrationCode(ctx, &iot.GetRegistrationCodeInput{})).RegistrationCode
	}
	first := get()
	is(t, "length", len(first), 64, "A-338")
	is(t, "again", get(), first, "API:GetRegistrationCode")
	_, err = b.DeleteRegistrationCode(ctx, &iot.DeleteRegistrationCodeInput{})
	wants(t, "delete", err, good, "A-338")
	is(t, "another", get() == first, false, "A-338")
}
