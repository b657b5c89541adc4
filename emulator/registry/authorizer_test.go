package registry

import (
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestCreateAuthorizer(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	good := publicPEM(t, &key.PublicKey)
	with := func(change func(*Authorizer)) Authorizer {
		a := Authorizer{AuthorizerName: "a", AuthorizerFunctionArn: "password", TokenKeyName: "token",
			TokenSigningPublicKeys: map[string]string{"k1": good}}
		change(&a)
		return a
	}
	keys := func(pems ...string) func(*Authorizer) {
		return func(a *Authorizer) {
			a.TokenSigningPublicKeys = map[string]string{}
			for i, p := range pems {
				a.TokenSigningPublicKeys["k"+string(rune('1'+i))] = p
			}
		}
	}
	tests := []struct {
		name       string
		authorizer Authorizer
		want       string // part of the error, "" for none
		source     string
	}{
		{"signing", with(func(*Authorizer) {}), "", "A-61"},
		{"two keys", with(keys(good, good)), "", "A-63"},
		{"three keys", with(keys(good, good, good)), "tokenSigningPublicKeys has 3 keys, want 1 or 2", "spec/README"},
		{"signing without keys", with(keys()), "tokenSigningPublicKeys has 0 keys, want 1 or 2", "A-61"},
		{"signing without token key name", with(func(a *Authorizer) { a.TokenKeyName = "" }),
			"tokenKeyName is missing, want one, or signingDisabled: true", "A-61"},
		{"token key name without signing", with(func(a *Authorizer) { a.SigningDisabled, a.TokenSigningPublicKeys = true, nil }), "", "A-64"},
		{"no signing at all", unsigned("a"), "", "A-60"},
		{"all characters of a name", with(func(a *Authorizer) { a.AuthorizerName = "Az09_=,@-" }), "", "A-58"},
		{"space in the name", with(func(a *Authorizer) { a.AuthorizerName = "my auth" }),
			`authorizer "my auth": authorizerName has ' ' at character 3, want 1 to 128 letters, digits or _=,@-`, "A-58"},
		{"129 characters", with(func(a *Authorizer) { a.AuthorizerName = strings.Repeat("a", 129) }),
			"authorizerName has 129 characters, want 1 to 128", "A-58"},
		{"dot in the token key name", with(func(a *Authorizer) { a.TokenKeyName = "x.y" }),
			"tokenKeyName has '.' at character 2, want 1 to 128 letters, digits or _-", "A-58"},
		{"lower case status", with(func(a *Authorizer) { a.Status = "active" }),
			`status is "active", want ACTIVE or INACTIVE`, "A-59"},
		{"no function", with(func(a *Authorizer) { a.AuthorizerFunctionArn = "" }),
			`authorizerFunctionArn is "", want a function's name or arn:aws:lambda:`, "A-55"},
		{"function that does not exist", with(func(a *Authorizer) { a.AuthorizerFunctionArn = "nobody" }), "", "A-72, guess"},
		{"key that is no PEM", with(keys("abc")), "tokenSigningPublicKeys[k1] is no PEM, want -----BEGIN PUBLIC KEY-----", "A-62"},
		{"private key", with(keys(pemOf("PRIVATE KEY", []byte("x")))), "tokenSigningPublicKeys[k1] is a PRIVATE KEY, want a PUBLIC KEY", "A-62"},
		{"broken key", with(keys(pemOf("PUBLIC KEY", []byte("x")))), "tokenSigningPublicKeys[k1] cannot be read", "A-62"},
		{"elliptic key", with(keys(ellipticPEM(t))), "tokenSigningPublicKeys[k1] is no RSA key, want one", "A-62, guess"},
		{"long key", with(keys(good + strings.Repeat(" ", 5120))), "characters, want at most 5120", "A-58"},
		{"key id with a slash", with(func(a *Authorizer) { a.TokenSigningPublicKeys = map[string]string{"a/b": good} }),
			"tokenSigningPublicKeys[a/b] has '/' at character 2", "A-58"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRegistry(t, Options{})
			a, err := r.CreateAuthorizer(tt.authorizer)
			if got := text(err); tt.want == "" && err != nil || !strings.Contains(got, tt.want) {
				t.Fatalf("got error %q, want %q (%s)", got, tt.want, tt.source)
			}
			stored, ok := r.Authorizer(tt.authorizer.AuthorizerName)
			if ok != (err == nil) {
				t.Fatalf("stored: got %v with error %v (%s)", ok, err, tt.source)
			}
			if err == nil && (len(stored.PublicKeys()) != len(tt.authorizer.TokenSigningPublicKeys) || a.CreationDate.IsZero()) {
				t.Errorf("got %d keys and date %v, want %d keys and a date (A-55)",
					len(stored.PublicKeys()), a.CreationDate, len(tt.authorizer.TokenSigningPublicKeys))
			}
		})
	}
}

func TestAuthorizerAsStored(t *testing.T) {
	r := newRegistry(t, Options{Region: "eu-west-1", Account: "123456789012"})
	a, err := r.CreateAuthorizer(Authorizer{AuthorizerName: "new", AuthorizerFunctionArn: "password", SigningDisabled: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ got, want, source string }{
		{a.AuthorizerArn, "arn:aws:iot:eu-west-1:123456789012:authorizer/new", "A-56"},
		{a.AuthorizerFunctionArn, "arn:aws:lambda:eu-west-1:123456789012:function:password", "design"},
		{a.Status, Inactive, "A-59, guess"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %s, want %s (%s)", tt.got, tt.want, tt.source)
		}
	}
	_, err = r.CreateAuthorizer(unsigned("new"))
	if e := new(Error); !errors.As(err, &e) || e.Code != AlreadyExists || e.ResourceID != "new" || e.ResourceARN != a.AuthorizerArn {
		t.Errorf("created twice: got %#v, want %s with id and ARN (A-68)", err, AlreadyExists)
	}
	if names := r.Authorizers(); len(names) != 2 || names[0].AuthorizerName != "new" {
		t.Errorf("Authorizers: got %v, want new and pumps (design: stable order)", names)
	}
}

func TestUpdateAuthorizer(t *testing.T) {
	good := publicPEM(t, &must(rsa.GenerateKey(rand.Reader, 2048))(t).PublicKey)
	yes, active, odd, name, fn := true, Active, "on", "tok", "gates"
	tests := []struct {
		name       string
		update     AuthorizerUpdate
		want       string // of what may change
		code, part string
		source     string
	}{
		{"nothing", AuthorizerUpdate{}, "password INACTIVE token false [k1]", "", "", "A-65"},
		{"status", AuthorizerUpdate{Status: &active}, "password ACTIVE token false [k1]", "", "", "A-65"},
		{"function", AuthorizerUpdate{AuthorizerFunctionArn: &fn}, "gates INACTIVE token false [k1]", "", "", "A-65"},
		{"token key name and caching", AuthorizerUpdate{TokenKeyName: &name, EnableCachingForHttp: &yes}, "password INACTIVE tok true [k1]", "",
			"", "A-65"},
		{"another key", AuthorizerUpdate{TokenSigningPublicKeys: map[string]string{"k2": good}}, "password INACTIVE token false [k1 k2]", "", "",
			"A-65"},
		{"the same key", AuthorizerUpdate{TokenSigningPublicKeys: map[string]string{"k1": good}}, "password INACTIVE token false [k1]", "", "",
			"A-65"},
		{"two more keys", AuthorizerUpdate{TokenSigningPublicKeys: map[string]string{"k2": good, "k3": good}}, "", InvalidRequest,
			"tokenSigningPublicKeys has 3 keys, want 1 or 2", "A-63, A-65"},
		{"unknown status", AuthorizerUpdate{Status: &odd}, "", InvalidRequest, "status is \"on\"", "A-59"},
		{"broken key", AuthorizerUpdate{TokenSigningPublicKeys: map[string]string{"k2": "x"}}, "", InvalidRequest,
			"tokenSigningPublicKeys[k2] is no PEM", "A-62"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRegistry(t, Options{})
			must(r.CreateAuthorizer(Authorizer{AuthorizerName: "a", AuthorizerFunctionArn: "password", TokenKeyName: "token",
				TokenSigningPublicKeys: map[string]string{"k1": good}}))(t)
			_, err := r.UpdateAuthorizer("a", tt.update)
			expect(t, tt.name, err, tt.code, tt.part, tt.source)
			a, _ := r.Authorizer("a")
			got := fmt.Sprint(a.AuthorizerFunctionArn[strings.LastIndex(a.AuthorizerFunctionArn, ":")+1:], " ", a.Status, " ", a.TokenKeyName, " ",
				a.EnableCachingForHttp, " ", slices.Sorted(maps.Keys(a.TokenSigningPublicKeys)))
			if err == nil && (got != tt.want || len(a.PublicKeys()) != len(a.TokenSigningPublicKeys) || a.SigningDisabled) {
				t.Errorf("got %s with %d keys, want %s (%s)", got, len(a.PublicKeys()), tt.want, tt.source)
			}
		})
	}
	_, err := newRegistry(t, Options{}).UpdateAuthorizer("a", AuthorizerUpdate{})
	expect(t, "unknown", err, NotFound, `authorizer "a" does not exist`, "API:UpdateAuthorizer")
}

func TestDeleteAuthorizer(t *testing.T) {
	r := newRegistry(t, Options{})
	inactive := Inactive
	expect(t, "ACTIVE", r.DeleteAuthorizer("pumps"), InvalidRequest, "is ACTIVE", "A-66")
	expect(t, "default", r.SetDefaultAuthorizer("pumps"), "", "", "A-67")
	must(r.UpdateAuthorizer("pumps", AuthorizerUpdate{Status: &inactive}))(t)
	expect(t, "the default", r.DeleteAuthorizer("pumps"), DeleteConflict, "is the default authorizer", "A-66")
	expect(t, "clear", r.ClearDefaultAuthorizer(), "", "", "A-67")
	expect(t, "INACTIVE", r.DeleteAuthorizer("pumps"), "", "", "A-66")
	expect(t, "gone", r.DeleteAuthorizer("pumps"), NotFound, "", "API:DeleteAuthorizer")
}

func TestNumberOfAuthorizers(t *testing.T) {
	r := newRegistry(t, Options{}) // with one that is ACTIVE
	active := Active
	for i := range 31 {
		must(r.CreateAuthorizer(unsigned(fmt.Sprint("a", i))))(t)
	}
	_, err := r.CreateAuthorizer(unsigned("b"))
	expect(t, "33rd ACTIVE one", err, LimitExceeded, "there are 32, want at most 32", "A-70")
	for i := range 68 {
		a := unsigned(fmt.Sprint("i", i))
		a.Status = Inactive
		must(r.CreateAuthorizer(a))(t)
	}
	_, err = r.UpdateAuthorizer("i0", AuthorizerUpdate{Status: &active})
	expect(t, "made ACTIVE", err, LimitExceeded, "there are 32, want at most 32", "A-70")
	_, err = r.UpdateAuthorizer("a0", AuthorizerUpdate{Status: &active})
	expect(t, "ACTIVE already", err, "", "", "A-70")
	a := unsigned("b")
	a.Status = Inactive
	_, err = r.CreateAuthorizer(a)
	expect(t, "101st", err, LimitExceeded, "there are 100, want at most 100", "A-70")
}
