package authn

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/transport"
)

func TestTokenHints(t *testing.T) {
	key := newKey(t)
	const token = "to k+en"
	good := sign(t, key, token)
	sha1Sum, sha256Sum := sha1.Sum([]byte(token)), sha256.Sum256([]byte(token))
	old, _ := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA1, sha1Sum[:])
	pss, _ := rsa.SignPSS(rand.Reader, key, crypto.SHA256, sha256Sum[:], nil)
	encode := base64.StdEncoding.EncodeToString
	const signature = "x-amz-customauthorizer-signature"
	tests := []struct {
		name       string
		parameters []string // name, value, …
		want       string   // hint, or else detail
		source     string
	}{
		{"echo", []string{"tok", token, signature, sign(t, key, token+"\n")}, "a line break, as echo without -n", "D-8"},
		{"echo on Windows", []string{"tok", token, signature, sign(t, key, token+"\r\n")}, "echo gives it on Windows", "D-8"},
		{"line break sent", []string{"tok", token + "\n", signature, good}, "without the space or line break that was sent with it", "D-8"},
		{"plus in the token", []string{"tok", "to k en", signature, sign(t, key, "to+k+en")}, "before a + in it became a space", "D-8"},
		{"percent-encoded before", []string{"tok", token, signature, sign(t, key, url.QueryEscape(token))}, "the percent-encoded token", "D-8"},
		{"base64 before", []string{"tok", token, signature, sign(t, key, encode([]byte(token)))}, "the token in base64", "D-8"},
		{"with its name", []string{"tok", token, signature, sign(t, key, "tok="+token)}, "the parameter with its name", "D-8"},
		{"SHA-1", []string{"tok", token, signature, encode(old)}, "SHA-1, want SHA-256", "D-8, A-92"},
		{"PSS", []string{"tok", token, signature, encode(pss)}, "RSA-PSS, want PKCS #1 v1.5", "D-8, A-92"},
		{"a stranger's", []string{"tok", token, signature, sign(t, newKey(t), token)}, "sign the bare token", "D-8"},
		{"encoded twice", []string{"tok", token, signature, url.QueryEscape(good)}, "percent-encoded twice", "D-8"},
		{"base64url", []string{"tok", token, signature, "-" + good}, "is base64url", "D-8, A-94"},
		{"token under another name", []string{"jwt", token, signature, good}, `it is in parameter "jwt", want the name "tok"`, "D-8"},
		{"signature under another name", []string{"tok", token, "sig", good}, `it is in parameter "sig", want the name "` + signature + `"`,
			"D-8"},
		{"name of the token misspelled", []string{"tokk", "x"}, `"tokk" is in the user name, but its name must be tok`, "D-8"},
		{"name of the signature misspelled", []string{"tok", token, "x-amz-customauthorizer-signatur", "x"},
			`"x-amz-customauthorizer-signatur" is in the user name, but its name must be ` + signature, "D-8"},
		{"empty token", []string{"tok", "", signature, good}, "and empty", "D-8, A-88"},
		{"no token", []string{"SDK", "Python", signature, good}, "behind a ? in the MQTT user name", "D-8"},
		{"a name that is a secret", []string{"eyJhbGciOiJIUzI1NiJ9", ""}, "behind a ? in the MQTT user name", "design: no token is shown"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := newGateway(t, yesAnswer)
			g.put(t, registry.Authorizer{AuthorizerName: "signed", AuthorizerFunctionArn: "pumps", Status: registry.Active,
				TokenKeyName: "tok", TokenSigningPublicKeys: map[string]string{"k1": publicPEM(t, key)}})
			query := "x-amz-customauthorizer-name=signed"
			for pair := range slices.Chunk(tt.parameters, 2) {
				query += "&" + pair[0] + "=" + strings.ReplaceAll(url.QueryEscape(pair[1]), "+", "%20")
			}
			_, refused := g.authenticate(mqttTLS("?"+query, ""))
			if refused == nil || len(g.called) > 0 {
				t.Fatalf("got %v, function called %d times, want a refusal before the function (%s)", refused, len(g.called), tt.source)
			}
			text := refused.Detail + ": " + refused.Hint
			if !strings.Contains(text, tt.want) || !slices.Contains(refused.Rules, "D-8") {
				t.Errorf("got %q, rules %v, want %q and D-8 (%s)", text, refused.Rules, tt.want, tt.source)
			}
			for _, secret := range []string{token, good[:20], "eyJ"} {
				if strings.Contains(text, secret) {
					t.Errorf("got %q, which shows a token or its signature (design)", text)
				}
			}
			// The same by HTTPS publish.
			if _, refused := g.authenticate(overHTTP("POST", query)); refused == nil || !slices.Contains(refused.Rules, "D-26") {
				t.Errorf("HTTPS: got %+v, want D-26 among the rules", refused)
			}
		})
	}
}

func TestBrowserHints(t *testing.T) {
	origin := transport.Field{Name: "Origin", Value: "https://example.test"}
	tests := []struct {
		name   string
		r      Request
		want   bool
		source string
	}{
		{"page without parameters", overHTTP("GET", "", origin), true, "D-24"},
		{"page that names an authorizer", overHTTP("GET", "X-Amz-CustomAuthorizer-Name=nobody", origin), false, "D-24"},
		{"no page", overHTTP("GET", ""), false, "D-24"},
		{"fetch", overHTTP("POST", "", origin), false, "D-24: of a request a page can set headers"},
		{"MQTT", mqttTLS("", ""), false, "D-24"},
	}
	for _, tt := range tests {
		g := newGateway(t, `{"isAuthenticated":false}`)
		_, noDefault := g.authenticate(tt.r)
		if err := g.Registry.SetDefaultAuthorizer("pumps"); err != nil {
			t.Fatal(err)
		}
		_, denied := g.authenticate(tt.r)
		for _, refused := range []*Error{noDefault, denied} {
			if refused == nil || slices.Contains(refused.Rules, "D-24") != tt.want {
				t.Errorf("%s: got %+v, want D-24 %v (%s)", tt.name, refused, tt.want, tt.source)
			}
		}
	}
}

// Who is refused by another authorizer than expected is told which one it was.
func TestChoiceHints(t *testing.T) {
	yes, no := true, false
	tests := []struct {
		name, sni, named string
		domain           *registry.AuthorizerConfig
		want             string // part of the hint, or empty
		source           string
	}{
		{"the domain's default", "a.example.test", "", &registry.AuthorizerConfig{DefaultAuthorizerName: "gates", AllowAuthorizerOverride: &yes},
			`"gates" is the default of domain configuration "d"; the account's default, "pumps", counts elsewhere`, "D-25"},
		{"no override", "a.example.test", "pumps", &registry.AuthorizerConfig{DefaultAuthorizerName: "gates", AllowAuthorizerOverride: &no},
			`does not allow: "gates" was asked`, "D-25"},
		{"the same default", "a.example.test", "", &registry.AuthorizerConfig{DefaultAuthorizerName: "pumps", AllowAuthorizerOverride: &yes}, "",
			"D-25"},
		{"the account's default", "localhost", "", &registry.AuthorizerConfig{DefaultAuthorizerName: "gates", AllowAuthorizerOverride: &yes}, "",
			"D-25"},
		{"the domain has none", "a.example.test", "", nil, "", "D-25"},
	}
	for _, tt := range tests {
		g := newGateway(t, `{"isAuthenticated":false}`)
		if _, err := g.Registry.CreateDomainConfiguration(registry.DomainConfiguration{
			DomainConfigurationName: "d", DomainName: "a.example.test", AuthorizerConfig: tt.domain}); err != nil {
			t.Fatal(err)
		}
		if err := g.Registry.SetDefaultAuthorizer("pumps"); err != nil {
			t.Fatal(err)
		}
		r := mqttTLS("", "")
		r.Facts.ServerName = tt.sni
		if tt.named != "" {
			username := "?x-amz-customauthorizer-name=" + tt.named
			r.Username = &username
		}
		_, refused := g.authenticate(r)
		if refused == nil || !strings.Contains(refused.Hint, tt.want) || slices.Contains(refused.Rules, "D-25") != (tt.want != "") {
			t.Errorf("%s: got %+v, want hint %q (%s)", tt.name, refused, tt.want, tt.source)
		}
	}
}
