package registry

import "testing"

func FuzzCertificate(f *testing.F) {
	f.Add("")
	f.Add("-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n")
	f.Add(pemOf("RSA PRIVATE KEY", []byte("x")))
	f.Fuzz(func(t *testing.T, text string) {
		c, err := certificate.parse("certificatePem", text)
		if (c == nil) == (err == nil) {
			t.Fatalf("got %v and %v, want a certificate or an error", c, err)
		}
		if c != nil {
			certificate.wantStrongKey("x", c) // must not panic, whatever the key
			hostNames(c)
		}
	})
}
