package authn

import (
	"cmp"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/transport"
)

// Just-in-time registration
//
//   - an unknown certificate that an ACTIVE CA of the account signed, with
//     automatic registration enabled, is registered by its first CONNECT as
//     PENDING_ACTIVATION; an event announces it; the client is refused.
//     So it is with an HTTPS request [guess: the gateway authenticates both]
//   - the CA is the one that signed the certificate, no other of its chain
//     (D:device-certs-your-own); the client need not send it, but SNI
//   - a client that comes again before its certificate is ACTIVE is announced
//     again and refused; once it is ACTIVE, it gets in
//   - provisioning templates are not run

// A registration is the event. AWS's page has the members in this order; that
// certificateRegistrationTimestamp is null at first was measured, that it is a
// text later was seen.
type registration struct {
	CertificateID     string  `json:"certificateId"`
	CACertificateID   string  `json:"caCertificateId"`
	Timestamp         int64   `json:"timestamp"` // milliseconds
	CertificateStatus string  `json:"certificateStatus"`
	AccountID         string  `json:"awsAccountId"`
	RegisteredAt      *string `json:"certificateRegistrationTimestamp"` // milliseconds, of an earlier CONNECT
}

// registerAutomatically registers a certificate and refuses it.
func (a *Authenticator) registerAutomatically(
	f *transport.Facts, leaf *x509.Certificate, ca registry.CACertificate,
) error {
	if f.ServerName == "" {
		return refuse(certificateNotRegistered,
			"%s is not registered, and not registered automatically: the client sent no server name (SNI)",
			describe(leaf)).
			because("A-242").try(hintSNI, "D-30")
	}
	c, err := a.Registry.AutoRegister(leaf)
	if err != nil {
		return refuse(certificateNotRegistered, "%s cannot be registered automatically: %v", describe(leaf), err).
			because("A-239").try(hintNotRegisterable)
	}
	a.announce(c, nil)
	return pending(c, "has been registered just now, by CA certificate "+short(ca.CertificateID), ca).
		because("A-239")
}

// announceAgain refuses a certificate that waits for its activation.
func (a *Authenticator) announceAgain(f *transport.Facts, c registry.Certificate) error {
	ca, ok := a.Registry.CACertificate(c.CACertificateID)
	if why, rule := unannounced(f, ca, ok); why != "" {
		return refuse(certificateInactive, "certificate %s waits for its activation: it is %s, and no event says so "+
			"this time", short(c.CertificateID), c.Status).because("A-241", rule).try(why, "D-36")
	}
	then := strconv.FormatInt(c.CreationDate.UnixMilli(), 10)
	a.announce(c, &then)
	return pending(c, "waits for its activation", ca).because("A-241")
}

// unannounced says why a certificate that waits for its activation has no event, so that
// nobody who waits for one hears of it; "" if it has.
func unannounced(f *transport.Facts, ca registry.CACertificate, known bool) (why, rule string) {
	switch {
	case f.ServerName == "":
		return hintSNI + ": without one there is no event that whoever activates the certificate could get", "A-242"
	case !known:
		return "its CA certificate is not registered any more: set the certificate ACTIVE and attach a policy yourself",
			"A-239"
	case ca.Status != registry.Active || ca.AutoRegistrationStatus != registry.Enable:
		return fmt.Sprintf("its CA certificate %s is %s with autoRegistrationStatus %s, and announces when it is "+
			"ACTIVE with ENABLE: set it so, or set the certificate ACTIVE and attach a policy yourself",
			short(ca.CertificateID), ca.Status, cmp.Or(ca.AutoRegistrationStatus, registry.Disable)), "A-239"
	}
	return "", ""
}

func pending(c registry.Certificate, what string, ca registry.CACertificate) *Error {
	e := refuse(certificateInactive, "certificate %s %s: it is %s", short(c.CertificateID), what, c.Status).
		try(hintPending, "D-36")
	if ca.RegistrationConfig != nil {
		e.also("the provisioning template of its CA is not run here", "A-243")
	}
	return e
}

// announce publishes the event.
func (a *Authenticator) announce(c registry.Certificate, registeredAt *string) {
	if a.Announce == nil {
		return
	}
	event, err := json.Marshal(registration{c.CertificateID, c.CACertificateID, a.Registry.Now().UnixMilli(),
		c.Status, a.Registry.Account(), registeredAt})
	if err != nil {
		panic(err) // no texts and numbers fail to encode
	}
	a.Announce("$aws/events/certificates/registered/"+c.CACertificateID, event)
}
