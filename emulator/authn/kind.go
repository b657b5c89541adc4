package authn

import "github.com/suback/suback/emulator/transport"

// Kind returns how a connection or request would authenticate, in the words of
// AWS's logs: AWS_X509, AWS_SIGV4 or CUSTOM_AUTH.
func Kind(f *transport.Facts) string {
	switch {
	case wantsCertificate(f):
		return "AWS_X509"
	case signed(f.HTTP):
		return "AWS_SIGV4"
	}
	return "CUSTOM_AUTH"
}
