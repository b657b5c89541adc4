// Package sigv4test signs requests for tests, by hand as the standard says and not as
// package sigv4 does.
package sigv4test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"strings"
)

const (
	// At is when everything here is signed, as X-Amz-Date has it.
	At = "20260102T030405Z"
	// EmptyHash is Hash of an empty body.
	EmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
)

// Hash is the last line of the canonical request of a body.
func Hash(body string) string {
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:])
}

// Sign returns the signature of a canonical request.
func Sign(secret, scope, canonicalRequest string) string {
	return SignIn(secret, scope, scope, canonicalRequest)
}

// SignIn is Sign with a key made for another scope than it signs.
func SignIn(secret, keyScope, scope, canonicalRequest string) string {
	mac := func(key []byte, text string) []byte {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(text))
		return h.Sum(nil)
	}
	key := []byte("AWS4" + secret)
	for part := range strings.SplitSeq(keyScope, "/") {
		key = mac(key, part)
	}
	return hex.EncodeToString(mac(key, "AWS4-HMAC-SHA256\n"+At+"\n"+scope+"\n"+Hash(canonicalRequest)))
}

// URL is what the signers of blogs return for a WebSocket. A token is appended, not
// signed; "" is none.
func URL(key, secret, token, region, service, host, path string) string {
	scope := At[:8] + "/" + region + "/" + service + "/aws4_request"
	query := "X-Amz-Algorithm=AWS4-HMAC-SHA256"
	query += "&X-Amz-Credential=" + url.QueryEscape(key+"/"+scope)
	query += "&X-Amz-Date=" + At
	query += "&X-Amz-SignedHeaders=host"
	canonicalRequest := "GET\n" + path + "\n" + query + "\n" + "host:" + host + "\n" + "\nhost\n" + EmptyHash
	query += "&X-Amz-Signature=" + Sign(secret, scope, canonicalRequest)
	if token != "" {
		query += "&X-Amz-Security-Token=" + url.QueryEscape(token)
	}
	return "wss://" + host + path + "?" + query
}

// PythonURL is what AWSIoTPythonSDK asks for: it signs for iotdata, with
// X-Amz-Expires.
func PythonURL(key, secret, token, host string) string {
	scope := At[:8] + "/us-east-1/iotdata/aws4_request"
	query := "X-Amz-Algorithm=AWS4-HMAC-SHA256" +
		"&X-Amz-Credential=" + strings.ReplaceAll(key+"/"+scope, "/", "%2F") +
		"&X-Amz-Date=" + At + "&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
	signature := Sign(secret, scope, "GET\n/mqtt\n"+query+"\nhost:"+host+"\n\nhost\n"+EmptyHash)
	query += "&X-Amz-Signature=" + signature + "&X-Amz-Security-Token=" + url.QueryEscape(token)
	return "wss://" + host + "/mqtt?" + query
}
