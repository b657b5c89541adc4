package cloudformation

import (
	"maps"
	"slices"

	"github.com/suback/suback/emulator/registry"
)

const certType = "AWS::IoT::Certificate"

// shortID is enough of a certificate's id.
func shortID(id string) string { return id[:min(len(id), 12)] }

// addCertificates registers those that no CA of the account issued without one,
// since AWS does not know who issued them.
func (t *template) addCertificates() {
	for _, c := range t.Certificates() {
		properties := map[string]any{"CertificatePem": c.CertificatePem, "Status": c.Status,
			"CertificateMode": registry.ModeSNIOnly}
		var dependsOn []string
		if ca, ok := t.CACertificate(c.CACertificateID); ok && ca.CertificateMode == registry.ModeDefault {
			properties["CertificateMode"], properties["CACertificatePem"] = registry.ModeDefault, ca.CertificatePem
			dependsOn = t.ifThere(caType, shortID(ca.CertificateID))
		} else if c.CertificateMode == registry.ModeDefault {
			t.note("certificateMode DEFAULT of certificate %s: AWS registers it without its CA, so clients must "+
				"send SNI", c.CertificateID)
		}
		if !slices.Contains([]string{registry.Active, registry.Inactive, registry.Revoked}, c.Status) {
			properties["Status"] = registry.Inactive
			t.note("status %s of certificate %s: it is made INACTIVE", c.Status, c.CertificateID)
		}
		t.add(certType, shortID(c.CertificateID), properties, dependsOn...)
	}
}

// addAttachments attaches policies and things to certificates.
func (t *template) addAttachments() {
	for _, c := range t.Certificates() {
		id := shortID(c.CertificateID)
		principal := attribute(t.id(certType, id), "Arn")
		for _, name := range t.attached(c.CertificateArn) {
			t.add("AWS::IoT::PolicyPrincipalAttachment", name+" "+id,
				map[string]any{"PolicyName": name, "Principal": principal}, t.id(policyType, name))
		}
		things := t.ThingsOf(c.CertificateArn)
		for _, name := range slices.Sorted(maps.Keys(things)) {
			t.add("AWS::IoT::ThingPrincipalAttachment", name+" "+id,
				map[string]any{"ThingName": name, "Principal": principal,
					"ThingPrincipalType": things[name]}, t.id(thingResource, name))
		}
	}
}
