package authn

import (
	"cmp"
	"strings"

	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/sigv4"
	"github.com/suback/suback/emulator/transport"
)

// Which kind of authentication a connection or request asks for
//
//   - a domain configuration with an authenticationType decides, on every port
//
//   - else AWS's port 8883 and ALPN x-amzn-*-ca want a certificate
//   - else SigV4 material in a request or upgrade goes before any authorizer
//
//   - else custom authorizers

// The kinds, in the words of AWS's logs and API.
const (
	X509       = "AWS_X509"
	SigV4      = "AWS_SIGV4"
	Custom     = "CUSTOM_AUTH"
	CustomX509 = "CUSTOM_AUTH_X509"
)

// authenticationType names it.
func authenticationType(f *transport.Facts, d registry.DomainConfiguration) string {
	switch {
	case cmp.Or(d.AuthenticationType, "DEFAULT") != "DEFAULT":
		return d.AuthenticationType
	case wantsCertificate(f):
		return X509
	case sigv4.Signed(f.HTTP):
		return SigV4
	}
	return Custom
}

// Asks is what of an HTTPS request chooses who is to let it in: that it is signed, or else
// the authorizer that it names, or names none. Requests that ask differently have
// no answer in common, though they come over one connection.
func Asks(f *transport.Facts) string {
	if sigv4.Signed(f.HTTP) {
		return SigV4
	}
	params, err := readParameters(Request{Facts: f})
	if err != nil { // it will be refused for that
		return "unreadable"
	}
	return nameParameter + "=" + params.get(nameParameter)
}

// wantsCertificate says whether only X.509 is possible: on AWS's port 8883
// and on 443 with an ALPN name that asks for it.
func wantsCertificate(f *transport.Facts) bool {
	return f.Listener == "mqtts" || f.ALPN == "x-amzn-mqtt-ca" || f.ALPN == "x-amzn-http-ca"
}

// isEncodedOnceMore tells a query that would say who asks, were it not
// percent-encoded as a whole once more.
func isEncodedOnceMore(h *transport.HTTP) bool {
	if h == nil || strings.ContainsAny(h.RawQuery, "=&") {
		return false
	}
	query := strings.ToLower(sigv4.Decode(h.RawQuery))
	return strings.Contains(query, "x-amz-signature=") || strings.Contains(query, nameParameter+"=")
}
