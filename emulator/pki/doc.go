// Package pki is a certificate authority and what it signs.
//
// Devices of the emulator trust this one CA, as devices of AWS trust the Amazon
// roots. It keeps itself in a directory, so that a restart does not hurt
// those who trust it, and issues a server certificate for whatever name a
// client asks for. It does not decide which names are served, and it does not
// judge client certificates: any well-formed one passes the handshake.
//
//	ca, err := pki.Open(".suback")
//	...
//	cert, err := ca.ServerCertificate("iot.example.test")
//
// # What is issued
//
//   - ECDSA P-256, but for RSA 2048 where AWS makes the key: device keys, and
//     server certificates as of ACM; and for clients that know no ECDSA
//   - server certificates name the host asked for, localhost, *.localhost,
//     127.0.0.1 and ::1, and live 397 days: Apple's clients refuse more than 825
//   - device certificates look like AWS IoT's, see device.go, and live until 2049
//   - the CA lives 2 years and is renewed at a start in the last 90 days of them, with
//     its key; a damaged one, or one that its owner brought and that has expired, is
//     an error, not a silent new one
//   - the CA is for TLS alone, not for mail or programs. It has no name constraints:
//     a domain configuration may have any name, at any time, and a list of what is
//     forbidden would never be whole. So it must not live long
//
// Nothing here must enter the trust store of a system: the key lies in a file.
package pki
