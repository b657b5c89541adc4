package authn

import (
	"crypto"
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"github.com/suback/suback/emulator/registry"
)

// The token
//
//   - its parameter's name is the authorizer's TokenKeyName; without one there
//     is no token
//   - with signing, token and signature must be there and fit one of the keys,
//     or the function is not called
//   - signature: RSA PKCS#1 v1.5 over SHA-256 of the decoded token, in
//     standard base64, padded or not, no base64url, no line
//     breaks [A-96, guess]
//   - without signing the token is passed on and a signature is not looked at
//

const (
	maxToken     = 6144 // characters
	maxSignature = 2560 // characters
)

// A token is what a device presents to an authorizer.
type token struct {
	text     string // "" if there is none
	verified bool   // its signature was, which stood beside it
}

// readToken returns the token of a request, verified where the authorizer wants
// that. The error is an *Error.
func readToken(r Request, a registry.Authorizer, p parameters) (t token, err error) {
	if a.TokenKeyName != "" {
		t.text = p.get(a.TokenKeyName)
	}
	if n := utf8.RuneCountInString(t.text); n > maxToken {
		return token{}, refuse(parameterInvalid, "the token has %d characters, allowed are %d", n, maxToken).
			because("A-100").
			try("make the token shorter: claims that the function does not read can be left out")
	}
	if a.SigningDisabled {
		return t, nil
	}
	if t.text == "" {
		return token{}, refuse(parameterInvalid, "the authorizer verifies tokens, and parameter %q is missing",
			a.TokenKeyName).
			because("A-97", "D-8").try(hintNoToken(r, a, p))
	}
	text := p.get(signatureParameter)
	signature, err := decodeSignature(text)
	switch {
	case text == "":
		return token{}, err.(*Error).try(hintNoSignature(r, a, p, t.text))
	case err != nil:
		return token{}, err.(*Error).orTry(hintSignatureForm)
	case fits(a.PublicKeys(), crypto.SHA256, t.text, signature):
		return token{t.text, true}, nil
	}
	return token{}, refuse(notAuthenticated, "the signature fits none of the authorizer's %d public keys",
		len(a.PublicKeys())).
		because("A-92").try(hintUnfit(a, t.text, signature))
}

func decodeSignature(s string) ([]byte, error) {
	invalid := func(format string, args ...any) ([]byte, error) {
		return nil, refuse(parameterInvalid, "parameter "+signatureParameter+" "+format, args...).
			because("A-93", "D-8")
	}
	odd, at := stranger(s)
	switch n := utf8.RuneCountInString(s); {
	case n == 0:
		return invalid("is missing, and the authorizer verifies tokens")
	case n > maxSignature:
		return invalid("has %d characters, allowed are %d", n, maxSignature)
	case at > 0:
		return invalid("has %q at character %d, want standard base64: letters, digits, + and /", odd, at)
	case strings.ContainsAny(s, "-_"):
		return invalid("is base64url, want standard base64: + for -, / for _")
	case strings.ContainsAny(s, "\r\n"):
		return invalid("has a line break, want base64 on one line")
	case strings.Contains(s, "%"):
		return invalid("has a percent sign, want base64; it was percent-encoded twice")
	case strings.Contains(s, " "):
		return invalid("has a space, want base64; a + must be sent as %%2B by clients that turn it into one")
	}
	body := strings.TrimSuffix(strings.TrimSuffix(s, "="), "=")
	signature, err := base64.RawStdEncoding.DecodeString(body)
	if i := strings.IndexByte(body, '='); i >= 0 {
		return invalid("has a = at character %d, want it at the end alone", i+1)
	}
	if err != nil {
		return invalid("has %d characters beside = at its end, and base64 has no such number: is it cut off?",
			len(body))
	}
	return signature, nil
}

const base64Characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="

// stranger returns the first character that is in no kind of base64, and its place
// from 1.
func stranger(s string) (c rune, at int) {
	for _, c := range s {
		at++
		if !strings.ContainsRune(base64Characters+"-_\r\n% ", c) {
			return c, at
		}
	}
	return 0, 0
}
