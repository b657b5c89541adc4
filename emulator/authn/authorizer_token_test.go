package authn

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/registry"
)

func TestToken(t *testing.T) {
	first, second, other := newKey(t), newKey(t), newKey(t)
	good := sign(t, first, "tok/en=")
	query := func(token, signature string) string {
		return "?x-amz-customauthorizer-name=signed&tok=" + url.QueryEscape(token) +
			"&x-amz-customauthorizer-signature=" + url.QueryEscape(signature)
	}
	urlSafe := strings.NewReplacer("+", "-", "/", "_").Replace(good)
	if urlSafe == good { // one in a quadrillion
		urlSafe = "-" + good
	}
	tests := []struct {
		name     string
		username string
		want     string // code, "" for a grant
		detail   string
		source   string
	}{
		{"signed", query("tok/en=", good), "", "", "A-92"},
		{"signed with the second key", query("tok/en=", sign(t, second, "tok/en=")), "", "", "A-63"},
		{"no padding", query("tok/en=", strings.TrimRight(good, "=")), "", "", "A-93"},
		{"signature not percent-encoded", "?x-amz-customauthorizer-name=signed&tok=tok/en=&x-amz-customauthorizer-signature=" + good, "", "",
			"A-82, guess"},
		{"another token", query("token", good), notAuthenticated, "fits none of the authorizer's 2 public keys", "A-97"},
		{"line break signed with it", query("tok/en=", sign(t, first, "tok/en=\n")), notAuthenticated, "fits none", "D-8"},
		{"a stranger's key", query("tok/en=", sign(t, other, "tok/en=")), notAuthenticated, "fits none", "A-97"},
		{"no token", "?x-amz-customauthorizer-name=signed&x-amz-customauthorizer-signature=" + url.QueryEscape(good), parameterInvalid,
			`parameter "tok" is missing`, "A-97, guess"},
		{"no signature", "?x-amz-customauthorizer-name=signed&tok=a", parameterInvalid, "signature is missing", "A-97, guess"},
		{"nothing", "?x-amz-customauthorizer-name=signed", parameterInvalid, `parameter "tok" is missing`, "spec/README Q-20"},
		{"base64url", query("tok/en=", urlSafe), parameterInvalid, "is base64url", "A-94"},
		{"line break", query("tok/en=", good[:64]+"\n"+good[64:]), parameterInvalid, "has a line break", "A-96, guess"},
		{"plus made a space", query("tok/en=", good) + "%20", parameterInvalid, "has a space", "D-8"},
		{"no base64", query("tok/en=", "a*b"), parameterInvalid, `has '*' at character 2, want standard base64`, "A-93, E-8"},
		{"a JWT in its place", query("tok/en=", "eyJh-_.eyJz"), parameterInvalid, `has '.' at character 7, want standard base64`, "A-93, E-8"},
		{"a word", query("tok/en=", "my-signature!"), parameterInvalid, `has '!' at character 13, want standard base64`, "A-93, E-8"},
		{"letters that are none of base64", query("tok/en=", "äbc"), parameterInvalid, `has 'ä' at character 1, want standard base64`,
			"A-93, E-8"},
		{"cut off", query("tok/en=", "AAAAA"), parameterInvalid, "has 5 characters beside = at its end, and base64 has no such number",
			"A-93, E-8"},
		{"= within", query("tok/en=", "AA==AA=="), parameterInvalid, "has a = at character 3, want it at the end alone", "A-93, E-8"},
		{"long signature", query("tok/en=", strings.Repeat("A", 2561)), parameterInvalid, "has 2561 characters, allowed are 2560", "A-100"},
		{"longest token", query(strings.Repeat("t", 6144), sign(t, first, strings.Repeat("t", 6144))), "", "", "A-100"},
		{"long token", query(strings.Repeat("t", 6145), sign(t, first, strings.Repeat("t", 6145))), parameterInvalid,
			"has 6145 characters, allowed are 6144", "A-100"},
	}
	keys := map[string]string{"k1": publicPEM(t, first), "k2": publicPEM(t, second)}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := newGateway(t, yesAnswer)
			g.put(t, registry.Authorizer{AuthorizerName: "signed", AuthorizerFunctionArn: "pumps", Status: registry.Active,
				TokenKeyName: "tok", TokenSigningPublicKeys: keys})
			_, refused := g.authenticate(mqttTLS(tt.username, ""))
			if code(refused) != tt.want || refused != nil && !strings.Contains(refused.Detail, tt.detail) {
				t.Fatalf("got %v, want %q %q (%s)", refused, tt.want, tt.detail, tt.source)
			}
			if called := len(g.called) > 0; called != (tt.want == "") {
				t.Errorf("function called: got %v, want %v (A-97)", called, tt.want == "")
			}
			if refused == nil && !strings.Contains(g.event, `"signatureVerified":true`) {
				t.Errorf("got event %s, want signatureVerified true (A-106)", g.event)
			}
			if refused != nil && (strings.Contains(refused.Error(), good[:20]) || strings.Contains(refused.Error(), "tok/en")) {
				t.Errorf("the error shows the token or its signature: %v (design)", refused)
			}
		})
	}
}

func TestTokenWithoutSigning(t *testing.T) {
	tests := []struct {
		name, keyName, want, source string
	}{
		{"token key name", "tok", `{"token":"abc","signatureVerified":false,`, "A-64, A-98"},
		{"key name in another case", "TOK", `{"token":"abc","signatureVerified":false,`, "A-84"},
		{"another key name", "other", `{"signatureVerified":false,`, "A-105"},
		{"no token key name", "", `{"signatureVerified":false,`, "A-105"},
	}
	for _, tt := range tests {
		g := newGateway(t, yesAnswer)
		g.put(t, registry.Authorizer{AuthorizerName: "unsigned", AuthorizerFunctionArn: "pumps", Status: registry.Active,
			TokenKeyName: tt.keyName, SigningDisabled: true})
		_, refused := g.authenticate(mqttTLS("?x-amz-customauthorizer-name=unsigned&tok=abc&x-amz-customauthorizer-signature=rubbish", ""))
		if refused != nil || !strings.HasPrefix(g.event, tt.want) {
			t.Errorf("%s: got %v, event %s, want %s… (%s)", tt.name, refused, g.event, tt.want, tt.source)
		}
	}
}

func newKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func publicPEM(t *testing.T, key *rsa.PrivateKey) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

func sign(t *testing.T, key *rsa.PrivateKey, token string) string {
	t.Helper()
	sum := sha256.Sum256([]byte(token))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(signature)
}

// A signature in base64 is decoded; of what is none, nothing is shown.
func FuzzSignature(f *testing.F) {
	f.Add("c2lnbmF0dXJl")
	f.Add("-_==")
	f.Add("a\r\nb")
	f.Fuzz(func(t *testing.T, text string) {
		_, err := decodeSignature(text)
		var refused *Error
		if err != nil && (!errors.As(err, &refused) || refused.Reason != parameterInvalid || len(text) > 20 &&
			strings.Contains(refused.Detail, text)) {
			t.Errorf("%q: got %v, want %s", text, err, parameterInvalid)
		}
		for _, encoded := range []string{base64.StdEncoding.EncodeToString([]byte(text)), base64.RawStdEncoding.EncodeToString([]byte(text))} {
			if encoded == "" || len(encoded) > maxSignature {
				continue
			}
			if got, err := decodeSignature(encoded); err != nil || string(got) != text {
				t.Errorf("%q: got %q, %v, want %q (A-93)", encoded, got, err, text)
			}
		}
	})
}
