package authn

import (
	"crypto"
	"crypto/rsa"
	_ "crypto/sha1"   // what may have been used by mistake
	_ "crypto/sha512" // the same
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"

	"github.com/suback/suback/emulator/registry"
)

// What people do wrong with tokens and signatures [D-8]. Guesses are tried out:
// a hint is given as a fact only if the signature then fits.
//
// Parameters may be secret, names too where a client forgot the "=". A name is
// repeated if its value has proved to be what was missing, or if it is nearly the
// name that is wanted.

// fits says whether signature is one of text by one of the keys.
func fits(keys []*rsa.PublicKey, hash crypto.Hash, text string, signature []byte) bool {
	h := hash.New()
	h.Write([]byte(text))
	sum := h.Sum(nil)
	for _, key := range keys {
		if rsa.VerifyPKCS1v15(key, hash, sum, signature) == nil {
			return true
		}
	}
	return false
}

func fitsPSS(keys []*rsa.PublicKey, text string, signature []byte) bool {
	h := crypto.SHA256.New()
	h.Write([]byte(text))
	sum := h.Sum(nil)
	for _, key := range keys {
		if rsa.VerifyPSS(key, crypto.SHA256, sum, signature, nil) == nil {
			return true
		}
	}
	return false
}

// hintUnfit finds out what a signature is of, if not of the token.
func hintUnfit(a registry.Authorizer, token string, signature []byte) (text, rule string) {
	keys := a.PublicKeys()
	signed := []struct{ what, text string }{
		{"the token with a line break, as echo without -n gives it", token + "\n"},
		{"the token with a line break, as echo gives it on Windows", token + "\r\n"},
		{"the token without the space or line break that was sent with it", strings.TrimSpace(token)},
		{"the token as it was before a + in it became a space: send it as %2B",
			strings.ReplaceAll(token, " ", "+")},
		{"the percent-encoded token", url.QueryEscape(token)},
		{"the percent-encoded token", url.PathEscape(token)},
		{"the token in base64", base64.StdEncoding.EncodeToString([]byte(token))},
		{"the parameter with its name", a.TokenKeyName + "=" + token},
	}
	for _, s := range signed {
		if s.text != token && fits(keys, crypto.SHA256, s.text, signature) {
			return "the signature is one of " + s.what + "; sign the bare token", "D-8"
		}
	}
	for _, hash := range []crypto.Hash{crypto.SHA1, crypto.SHA384, crypto.SHA512} {
		if fits(keys, hash, token, signature) {
			return fmt.Sprintf("the signature uses %v, want SHA-256", hash), "D-8"
		}
	}
	if fitsPSS(keys, token, signature) {
		return "the signature is RSA-PSS, want PKCS #1 v1.5", "D-8"
	}
	return hintSignature, "D-8"
}

// hintNoToken looks for the token under another name.
func hintNoToken(r Request, a registry.Authorizer, p parameters) (text, rule string) {
	signature, err := decodeSignature(p.get(signatureParameter))
	return hintMissing(r, p, lookoutForProof(a, a.TokenKeyName), func(value string) bool {
		return err == nil && fits(a.PublicKeys(), crypto.SHA256, value, signature)
	})
}

// hintNoSignature looks for the signature under another name.
func hintNoSignature(r Request, a registry.Authorizer, p parameters, token string) (text, rule string) {
	return hintMissing(r, p, lookoutForProof(a, signatureParameter), func(value string) bool {
		signature, err := decodeSignature(value)
		return err == nil && fits(a.PublicKeys(), crypto.SHA256, token, signature)
	})
}

func hintMissing(r Request, p parameters, l lookout, is func(value string) bool) (text, rule string) {
	for _, q := range p.list {
		switch {
		case strings.EqualFold(q.name, l.want):
			return "the parameter is there, and empty", "D-8"
		case is(q.value):
			return fmt.Sprintf("it is in parameter %q, want the name %q", shorten(q.name), l.want), "D-8"
		}
	}
	if slip := l.hint(r); slip != "" {
		return slip, "D-8"
	}
	if inBrowser(r) {
		return hintBrowser, "D-24"
	}
	return "send it as a header, in the query, or behind a ? in the MQTT user name", "D-8"
}

// inBrowser says whether a WebSocket came from a page that told nothing about
// authorizers: a page cannot set headers [D-24].
func inBrowser(r Request) bool {
	h := r.Facts.HTTP
	if h == nil || !hasMQTT(r.Facts) {
		return false
	}
	for _, name := range []string{nameParameter, signatureParameter} {
		if _, found := (lookout{want: name}).find(r); found {
			return false
		}
	}
	if query, _ := usernameQuery(r.Username); query != "" {
		return false
	}
	for _, field := range h.Header {
		if strings.EqualFold(field.Name, "Origin") {
			return true
		}
	}
	return false
}
