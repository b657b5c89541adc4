package stack

import (
	"strings"

	"github.com/suback/suback/emulator/tree"
)

// Certificates, and what is attached to them.

func certificateKind() kind {
	return kind{attribute: byPEM("CertificatePem", "cert/"), take: func(r *resource) {
		if r.body.Path("Properties", "CertificateSigningRequest") != nil {
			r.leave("CertificateSigningRequest: AWS signs it; aws iot create-certificate-from-csr has the gateway do so")
			return
		}
		e := r.add("certificates", r.certificate("CertificatePem"))
		if !r.fill(e, "CertificatePem!:pem Status! CertificateMode!") {
			r.t.out.remove("certificates", e)
			return
		}
		if ca := r.text("CACertificatePem"); ca != "" {
			e.set("caCertificateId", textNode(certificateID(ca)))
		}
	}}
}

// certificate is the id of a certificate, its logical id if that is not known.
func (r *resource) certificate(property string) string {
	v := r.property(property)
	text, _ := scalar(v)
	if id := certificateID(text); id != "" {
		return id
	}
	return r.id
}

func caCertificateKind() kind {
	return kind{attribute: byPEM("CACertificatePem", "cacert/"),
		silent: []string{"VerificationCertificatePem", "RemoveAutoRegistration"}, take: func(r *resource) {
			e := r.add("caCertificates", r.certificate("CACertificatePem"))
			if !r.fill(e, "CACertificatePem!:pem>caCertificatePem Status! CertificateMode! AutoRegistrationStatus!") {
				r.t.out.remove("caCertificates", e)
				return
			}
			const property = "RegistrationConfig"
			if n := r.members(r.property(property), property, "TemplateBody TemplateName RoleArn"); n != nil {
				e.set("registrationConfig", n)
			}
			r.tag("cacert/" + e.name)
		}}
}

func policyAttachmentKind() kind {
	return kind{phase: attaches, take: func(r *resource) {
		policy, principal, ok := r.attachment("PolicyName")
		if !ok {
			return
		}
		if r.t.out.find("policies", policy) == nil {
			r.leave("PolicyName: policy %s is not in the result", tree.Clip(policy))
			return
		}
		e := r.principal(principal)
		if group, is := strings.CutPrefix(principal, r.t.out.arn("iot", "thinggroup/")); is {
			e = r.t.out.find("thingGroups", group)
		}
		if e == nil {
			r.leave("Principal: %s is not in the templates", tree.Clip(principal))
			return
		}
		e.append("policies", textNode(policy))
	}}
}

func thingAttachmentKind() kind {
	return kind{phase: attaches, take: func(r *resource) {
		thing, principal, ok := r.attachment("ThingName")
		if !ok {
			return
		}
		if r.t.out.find("things", thing) == nil {
			r.leave("ThingName: thing %s is not in the result", tree.Clip(thing))
			return
		}
		e := r.principal(principal)
		if e == nil {
			r.leave("Principal: %s is not in the templates", tree.Clip(principal))
			return
		}
		e.append("things", textNode(thing))
		of := r.text("ThingPrincipalType")
		had := get(e.node, "thingPrincipalType")
		if of != "" && had != nil && had.Value != of {
			r.drop(r.place("ThingPrincipalType"), "ThingPrincipalType", "another attachment has %s", had.Value)
		} else if of != "" {
			e.set("thingPrincipalType", textNode(of))
		}
	}}
}

// attachment is what is attached, and to whom.
func (r *resource) attachment(property string) (what, principal string, ok bool) {
	for _, p := range []struct {
		name string
		to   *string
	}{{property, &what}, {"Principal", &principal}} {
		v := r.property(p.name)
		text, known := scalar(v)
		if !known {
			r.leave("%s: %s", p.name, orElse(opaqueIn(v), v, "want a text").Text)
			return "", "", false
		}
		*p.to = text
	}
	return what, principal, true
}

// principal is the entry of a certificate, or of a Cognito identity, which is made; nil if there
// is none.
func (r *resource) principal(name string) *entry {
	if id, is := strings.CutPrefix(name, r.t.out.arn("iot", "cert/")); is {
		return r.t.out.find("certificates", id)
	}
	if strings.HasPrefix(name, "arn:") {
		return nil
	}
	if e := r.t.out.find("identities", name); e != nil {
		return e
	}
	e := r.add("identities", name)
	e.set("identityId", textNode(name))
	return e
}
