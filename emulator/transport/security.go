package transport

import (
	"crypto/tls"
	"slices"
)

// TLS security policies
//
// AWS's table, in the columns of port 443. Port 8883 differs in one suite
// of TLS12_1_0_2016_01. crypto/tls cannot do everything in it:
//
//   - no ECDHE-*-AES256-SHA384, AES256-SHA256 and DHE-RSA-AES256-SHA
//   - the suites of TLS 1.3 cannot be chosen; GovCloud's policy has no
//     CHACHA20_POLY1305, here it has
//   - the order is crypto/tls's own
//
// Suites with RSA need a domain's own certificate with an RSA key: those issued
// here are ECDSA.

const (
	policyTLS13     = "IoTSecurityPolicy_TLS13_1_3_2022_10"
	policyGovCloud  = "IoTSecurityPolicy_TLS13_1_2_2022_01"
	policyTLS12     = "IoTSecurityPolicy_TLS12_1_2_2022_10"
	policyTLS122016 = "IoTSecurityPolicy_TLS12_1_0_2016_01"
	policyTLS122015 = "IoTSecurityPolicy_TLS12_1_0_2015_01"
)

// ephemeral are the suites of TLS 1.2 that every policy but the first has.
var ephemeral = []uint16{
	tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256,
	tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
	tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	tls.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
	tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
	tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256,
	tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
	tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
	tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA,
}

// static are those without forward secrecy; govCloud has the last two alone.
var static = []uint16{
	tls.TLS_RSA_WITH_AES_128_CBC_SHA256,
	tls.TLS_RSA_WITH_AES_128_GCM_SHA256,
	tls.TLS_RSA_WITH_AES_256_GCM_SHA384,
	tls.TLS_RSA_WITH_AES_128_CBC_SHA,
	tls.TLS_RSA_WITH_AES_256_CBC_SHA,
}

// secure sets what the policy of that name says, on the listener of that name.
func secure(c *tls.Config, policy, listener string) {
	c.MinVersion, c.MaxVersion = tls.VersionTLS12, tls.VersionTLS13
	c.SessionTicketsDisabled = true
	c.CipherSuites = slices.Concat(ephemeral, static)
	switch policy {
	case policyTLS13:
		c.MinVersion = tls.VersionTLS13
	case policyGovCloud:
		c.CipherSuites = slices.Concat(ephemeral, static[3:])
	case policyTLS12, policyTLS122015:
		c.MaxVersion = tls.VersionTLS12
	case policyTLS122016:
		c.MaxVersion = tls.VersionTLS12
		if listener == "mqtts" {
			c.CipherSuites = slices.Concat(ephemeral, static[1:])
		}
	}
}

// versions says what a policy lets in, for people.
func versions(policy string) string {
	switch policy {
	case policyTLS13:
		return "TLS 1.3"
	case policyTLS12, policyTLS122015, policyTLS122016:
		return "TLS 1.2"
	}
	return "TLS 1.2 or 1.3"
}
