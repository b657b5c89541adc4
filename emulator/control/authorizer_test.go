package control

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iot"
	"github.com/aws/aws-sdk-go-v2/service/iot/types"
)

const functionARN = "arn:aws:lambda:us-east-1:000000000000:function:auth"

func unsigned(name string) *iot.CreateAuthorizerInput {
	return &iot.CreateAuthorizerInput{AuthorizerName: &name, AuthorizerFunctionArn: aws.String(functionARN), SigningDisabled: aws.Bool(true)}
}

func signed(name string, keys map[string]string) *iot.CreateAuthorizerInput {
	return &iot.CreateAuthorizerInput{AuthorizerName: &name, AuthorizerFunctionArn: aws.String(functionARN),
		TokenKeyName: aws.String("tok"), TokenSigningPublicKeys: keys}
}

func publicPEM(t *testing.T, public any) string {
	t.Helper()
	der := must[[]byte](t)(x509.MarshalPKIXPublicKey(public))
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

func rsaPEM(t *testing.T) string {
	t.Helper()
	return publicPEM(t, &must[*rsa.PrivateKey](t)(rsa.GenerateKey(rand.Reader, 2048)).PublicKey)
}

func TestCreateAuthorizer(t *testing.T) {
	key := rsaPEM(t)
	elliptic := publicPEM(t, &must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)).PublicKey)
	with := func(in *iot.CreateAuthorizerInput, change func(*iot.CreateAuthorizerInput)) *iot.CreateAuthorizerInput {
		change(in)
		return in
	}
	invalid := func(text string) refusal { return refusal{400, "InvalidRequestException", text} }
	tests := []struct {
		name   string
		in     *iot.CreateAuthorizerInput
		want   refusal
		source string
	}{
		{"unsigned", unsigned("u"), good, "A-60"},
		{"signed", signed("s", map[string]string{"k1": key}), good, "A-61"},
		{"token key name without signing", with(unsigned("t"), func(in *iot.CreateAuthorizerInput) { in.TokenKeyName = aws.String("x") }), good,
			"A-64"},
		{"function elsewhere", with(unsigned("f"), func(in *iot.CreateAuthorizerInput) {
			in.AuthorizerFunctionArn = aws.String("arn:aws:lambda:eu-west-1:111122223333:function:elsewhere:live")
		}), good, "A-72"},
		{"duplicate", unsigned("there"), refusal{409, "ResourceAlreadyExistsException", "Authorizer there already exist for this account"},
			"A-68, A-330"},
		{"name", unsigned("bad name!"),
			invalid(`Value at 'authorizerName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w=,@-]+`),
			"A-58, A-326"},
		{"no ARN", with(unsigned("a"), func(in *iot.CreateAuthorizerInput) { in.AuthorizerFunctionArn = aws.String("nope") }),
			invalid("Lambda function arn for authorizer a is not in proper ARN syntax"), "A-330"},
		{"another service's ARN", with(unsigned("a"), func(in *iot.CreateAuthorizerInput) {
			in.AuthorizerFunctionArn = aws.String("arn:aws:sqs:us-east-1:000000000000:queue")
		}), invalid("not in proper ARN syntax"), "A-330"},
		{"status", with(unsigned("a"), func(in *iot.CreateAuthorizerInput) { in.Status = "BOGUS" }),
			invalid("enum value set: [ACTIVE, INACTIVE]"), "A-59, A-326"},
		{"signed without token key name",
			with(signed("a", map[string]string{"k": key}), func(in *iot.CreateAuthorizerInput) { in.TokenKeyName = nil }),
			invalid("Token key name for authorizer a cannot be null"), "A-61, A-330"},
		{"signed without keys", signed("a", nil), invalid("There must be at least one and at most two token signing public keys in the map"),
			"A-61, A-330"},
		{"three keys", signed("a", map[string]string{"1": key, "2": key, "3": key}), invalid("cannot contain more than 2 keys"), "A-63, A-330"},
		{"empty key", signed("a", map[string]string{"1": ""}), invalid("Token signing public keys for authorizer a cannot be null or empty"),
			"A-330"},
		{"unsigned with keys", with(unsigned("a"),
			func(in *iot.CreateAuthorizerInput) { in.TokenSigningPublicKeys = map[string]string{"k": key} }),
			invalid("Token signing keys map must be null for authorizer a if using optional signature header"), "A-330"},
		{"no PEM", signed("a", map[string]string{"k1": "not-a-pem"}), invalid("Authorizer a public key for key name k1 not a valid RSA key"),
			"A-62, A-330"},
		{"elliptic key", signed("a", map[string]string{"k1": elliptic}), invalid("Authorizer a public key for key name k1 not a valid RSA key"),
			"A-62, A-330"},
		{"tag of AWS", with(unsigned("tagged"), func(in *iot.CreateAuthorizerInput) {
			in.Tags, in.Status = []types.Tag{{Key: aws.String("aws:x"), Value: aws.String("")}}, types.AuthorizerStatusActive
		}), invalid("aws:"), "A-71"},
	}
	b := newBench(t)
	must[*iot.CreateAuthorizerOutput](t)(b.CreateAuthorizer(ctx, unsigned("there")))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out, err := b.CreateAuthorizer(ctx, tt.in)
			wants(t, "CreateAuthorizer", err, tt.want, tt.source)
			_, stored := b.registry.Authorizer(*tt.in.AuthorizerName)
			is(t, "stored", stored, tt.want == good || tt.want.status == 409, tt.source)
			if err == nil {
				is(t, "ARN", *out.AuthorizerArn, "arn:aws:iot:us-east-1:000000000000:authorizer/"+*tt.in.AuthorizerName, "A-56")
			}
		})
	}
}

func TestConflictSaysWhatExists(t *testing.T) {
	b := newBench(t)
	must[*iot.CreateAuthorizerOutput](t)(b.CreateAuthorizer(ctx, unsigned("dup")))
	_, _, body := b.raw("POST", "/authorizer/dup", `{"authorizerFunctionArn":"`+functionARN+`","signingDisabled":true}`)
	want := `{"message":"Authorizer dup already exist for this account","resourceArn":"arn:aws:iot:us-east-1:000000000000:authorizer/dup","resourceId":"dup"}`
	is(t, "body", body, want, "A-68")
}

func TestDescribeAuthorizer(t *testing.T) {
	b := newBench(t)
	must[*iot.CreateAuthorizerOutput](t)(b.CreateAuthorizer(ctx, unsigned("a")))
	out := must[*iot.DescribeAuthorizerOutput](t)(b.DescribeAuthorizer(ctx, &iot.DescribeAuthorizerInput{AuthorizerName: aws.String("a")}))
	d := out.AuthorizerDescription
	is(t, "status", d.Status, types.AuthorizerStatusInactive, "A-59")
	is(t, "function", *d.AuthorizerFunctionArn, functionARN, "A-55")
	is(t, "signing disabled", *d.SigningDisabled, true, "A-55")
	is(t, "caching", *d.EnableCachingForHttp, false, "A-55")
	is(t, "dates", d.CreationDate.Equal(*d.LastModifiedDate) && !d.CreationDate.IsZero(), true, "A-55")

	_, err := b.DescribeAuthorizer(ctx, &iot.DescribeAuthorizerInput{AuthorizerName: aws.String("b")})
	wants(t, "missing", err, refusal{404, "ResourceNotFoundException", "Authorizer b not found"}, "A-330")
	_, err = b.DescribeAuthorizer(ctx, &iot.DescribeAuthorizerInput{AuthorizerName: aws.String("b!")})
	wants(t, "invalid", err, refusal{400, "InvalidRequestException", "'authorizerName'"}, "A-326")
}

// What has no value is null; dates are numbers.
func TestDescribeAuthorizerOnTheWire(t *testing.T) {
	b := newBench(t)
	must[*iot.CreateAuthorizerOutput](t)(b.CreateAuthorizer(ctx, unsigned("a")))
	_, _, body := b.raw("GET", "/authorizer/a", "")
	var got struct {
		AuthorizerDescription map[string]json.RawMessage `json:"authorizerDescription"`
	}
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	is(t, "tokenKeyName", string(got.AuthorizerDescription["tokenKeyName"]), "null", "A-327")
	is(t, "tokenSigningPublicKeys", string(got.AuthorizerDescription["tokenSigningPublicKeys"]), "null", "A-327")
	seconds, err := strconv.ParseFloat(string(got.AuthorizerDescription["creationDate"]), 64)
	if err != nil || seconds < 1e9 || seconds > 1e10 {
		t.Errorf("creationDate: got %s, want seconds (A-327)", got.AuthorizerDescription["creationDate"])
	}
	_, _, list := b.raw("GET", "/authorizers/", "")
	is(t, "nextMarker", strings.Contains(list, `"nextMarker":null`), true, "A-327")
	_, _, empty := b.raw("DELETE", "/authorizer/a", "")
	is(t, "DeleteAuthorizer", empty, "{}", "API")
}

func TestUpdateAuthorizer(t *testing.T) {
	b := newBench(t)
	key1, key2 := rsaPEM(t), rsaPEM(t)
	must[*iot.CreateAuthorizerOutput](t)(b.CreateAuthorizer(ctx, signed("s", map[string]string{"k1": key1})))
	must[*iot.CreateAuthorizerOutput](t)(b.CreateAuthorizer(ctx, unsigned("u")))
	b.later()
	invalid := func(text string) refusal { return refusal{400, "InvalidRequestException", text} }
	tests := []struct {
		name   string
		in     iot.UpdateAuthorizerInput
		want   refusal
		source string
	}{
		{"status", iot.UpdateAuthorizerInput{AuthorizerName: aws.String("s"), Status: types.AuthorizerStatusActive}, good, "A-65"},
		{"second key", iot.UpdateAuthorizerInput{AuthorizerName: aws.String("s"), TokenSigningPublicKeys: map[string]string{"k2": key2}}, good,
			"A-65"},
		{"third key", iot.UpdateAuthorizerInput{AuthorizerName: aws.String("s"), TokenSigningPublicKeys: map[string]string{"k3": key2}},
			invalid("Number of signing keys for authorizer s must neither be zero nor greater than 2"), "A-65, A-330"},
		{"no key at all", iot.UpdateAuthorizerInput{AuthorizerName: aws.String("s"), TokenSigningPublicKeys: map[string]string{"k1": "x"}},
			invalid("public key for key name k1 not a valid RSA key"), "A-62"},
		{"keys without signing", iot.UpdateAuthorizerInput{AuthorizerName: aws.String("u"),
			TokenSigningPublicKeys: map[string]string{"k1": key1}},
			invalid("must be null for authorizer u"), "A-330"},
		{"function", iot.UpdateAuthorizerInput{AuthorizerName: aws.String("u"), AuthorizerFunctionArn: aws.String("nope")},
			invalid("proper ARN syntax"), "A-330"},
		{"enum", iot.UpdateAuthorizerInput{AuthorizerName: aws.String("u"), Status: "X"}, invalid("enum"), "A-326"},
		{"missing", iot.UpdateAuthorizerInput{AuthorizerName: aws.String("x")},
			refusal{404, "ResourceNotFoundException", "Authorizer x not found"}, "A-330"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := b.UpdateAuthorizer(ctx, &tt.in)
			wants(t, "UpdateAuthorizer", err, tt.want, tt.source)
		})
	}
	a, _ := b.registry.Authorizer("s")
	is(t, "keys", len(a.TokenSigningPublicKeys), 2, "A-65")
	is(t, "status", a.Status, "ACTIVE", "A-65")
	is(t, "modified", a.LastModifiedDate.After(a.CreationDate), true, "A-65")
	is(t, "still signed", a.SigningDisabled, false, "A-60")
}

func TestDeleteAuthorizer(t *testing.T) {
	b := newBench(t)
	name := &iot.DeleteAuthorizerInput{AuthorizerName: aws.String("a")}
	active := unsigned("a")
	active.Status = types.AuthorizerStatusActive
	must[*iot.CreateAuthorizerOutput](t)(b.CreateAuthorizer(ctx, active))
	must[*iot.SetDefaultAuthorizerOutput](t)(b.SetDefaultAuthorizer(ctx, &iot.SetDefaultAuthorizerInput{AuthorizerName: aws.String("a")}))

	_, err := b.DeleteAuthorizer(ctx, name)
	wants(t, "active", err, refusal{400, "InvalidRequestException",
		"Cannot delete authorizer a in ACTIVE status. Update status to INACTIVE and delete."}, "A-66, A-330")
	must[*iot.UpdateAuthorizerOutput](t)(b.UpdateAuthorizer(ctx,
		&iot.UpdateAuthorizerInput{AuthorizerName: aws.String("a"), Status: types.AuthorizerStatusInactive}))
	_, err = b.DeleteAuthorizer(ctx, name)
	wants(t, "default", err, refusal{409, "DeleteConflictException", "Cannot delete default authorizer a. Change default and retry delete."},
		"A-66, A-330")
	must[*iot.ClearDefaultAuthorizerOutput](t)(b.ClearDefaultAuthorizer(ctx, &iot.ClearDefaultAuthorizerInput{}))
	_, err = b.DeleteAuthorizer(ctx, name)
	wants(t, "inactive", err, good, "A-66")
	_, err = b.DeleteAuthorizer(ctx, name)
	wants(t, "again", err, refusal{404, "ResourceNotFoundException", "Authorizer a not found"}, "A-330")
	_, err = b.DeleteAuthorizer(ctx, &iot.DeleteAuthorizerInput{AuthorizerName: aws.String("!")})
	wants(t, "invalid", err, refusal{400, "InvalidRequestException", "authorizerName"}, "A-326")
}

func TestListAuthorizers(t *testing.T) {
	b := newBench(t)
	for _, name := range []string{"l2", "l3", "l1"} {
		must[*iot.CreateAuthorizerOutput](t)(b.CreateAuthorizer(ctx, unsigned(name)))
		b.later()
	}
	must[*iot.UpdateAuthorizerOutput](t)(b.UpdateAuthorizer(ctx,
		&iot.UpdateAuthorizerInput{AuthorizerName: aws.String("l3"), Status: types.AuthorizerStatusActive}))
	tests := []struct {
		name   string
		in     iot.ListAuthorizersInput
		want   string
		source string
	}{
		{"newest first", iot.ListAuthorizersInput{}, "l1 l3 l2", "A-328"},
		{"ascending", iot.ListAuthorizersInput{AscendingOrder: true}, "l2 l3 l1", "A-328"},
		{"active", iot.ListAuthorizersInput{Status: types.AuthorizerStatusActive}, "l3", "A-57"},
		{"inactive", iot.ListAuthorizersInput{Status: types.AuthorizerStatusInactive}, "l1 l2", "A-57"},
		{"pages", iot.ListAuthorizersInput{PageSize: aws.Int32(1)}, "l1 l3 l2", "A-328"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for p := iot.NewListAuthorizersPaginator(b.Client, &tt.in); p.HasMorePages(); {
				out := must[*iot.ListAuthorizersOutput](t)(p.NextPage(ctx))
				for _, a := range out.Authorizers {
					got = append(got, *a.AuthorizerName)
				}
			}
			is(t, "names", strings.Join(got, " "), tt.want, tt.source)
		})
	}
	_, err := b.ListAuthorizers(ctx, &iot.ListAuthorizersInput{Marker: aws.String("garbage")})
	wants(t, "marker", err, refusal{400, "InvalidRequestException", "Invalid/Malformed marker passed for listAuthorizers"}, "A-328")
	_, err = b.ListAuthorizers(ctx, &iot.ListAuthorizersInput{PageSize: aws.Int32(251)})
	wants(t, "page size", err, refusal{400, "InvalidRequestException", "less than or equal to 250"}, "A-326")
}
