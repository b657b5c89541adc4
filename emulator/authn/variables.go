package authn

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"net"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/policy"
)

// The policy variables of a certificate
//
//   - iot:CertificateId; iot:Certificate.Subject and .Issuer with the attributes
//     below; each with AlternativeName and the five kinds of names; SerialNumber
//     as a decimal number [A-234, B-330]
//   - all values of an attribute, in the order of the certificate; package policy
//     knows ".1", ".List", AvailableKeys and the limits [B-331, B-333, B-334]
//   - the special characters of a distinguished name get a backslash [B-332]; a
//     DirectoryName is written from its end, as in cn=pump-7,o=IoT,c=US, and in it
//     only the values get them (DG:cert-policy-examples)
//   - what cannot be read is left out: its variable is undefined

// attributes are those of a distinguished name that have a variable: by the last
// number of the identifier 2.5.4.n. Short is the name in a DirectoryName, where
// AWS shows c, o, ou and cn [the others: guess].
var attributes = map[int]struct{ name, short string }{
	3:  {"CommonName", "cn"},
	4:  {"Surname", "sn"},
	5:  {"SerialNumber", "serialnumber"},
	6:  {"Country", "c"},
	8:  {"State", "st"},
	10: {"Organization", "o"},
	11: {"OrganizationalUnit", "ou"},
	12: {"Title", "title"},
	42: {"GivenName", "gn"},
	43: {"Initials", "initials"},
	44: {"GenerationQualifier", "generationqualifier"},
	46: {"DistinguishedNameQualifier", "dnqualifier"},
	65: {"Pseudonym", "pseudonym"},
	// without a variable
	7: {"", "l"},
	9: {"", "street"},
}

// certificateValues returns the variables of a certificate.
func certificateValues(id string, c *x509.Certificate) policy.Values {
	v := policy.Values{
		"iot:CertificateId":            {id},
		"iot:Certificate.SerialNumber": {c.SerialNumber.String()},
	}
	addName(v, "iot:Certificate.Subject.", c.Subject.Names)
	addName(v, "iot:Certificate.Issuer.", c.Issuer.Names)
	for _, extension := range c.Extensions {
		switch {
		case extension.Id.Equal(asn1.ObjectIdentifier{2, 5, 29, 17}):
			addAlternativeNames(v, "iot:Certificate.Subject.AlternativeName.", extension.Value)
		case extension.Id.Equal(asn1.ObjectIdentifier{2, 5, 29, 18}):
			addAlternativeNames(v, "iot:Certificate.Issuer.AlternativeName.", extension.Value)
		}
	}
	return v
}

func addName(v policy.Values, prefix string, names []pkix.AttributeTypeAndValue) {
	for _, n := range names {
		text, ok := n.Value.(string)
		if a := attributes[lastNumber(n.Type)]; ok && a.name != "" {
			v[prefix+a.name] = append(v[prefix+a.name], escapeName(text))
		}
	}
}

// lastNumber is n of the identifier 2.5.4.n, 0 of any other.
func lastNumber(id asn1.ObjectIdentifier) int {
	if len(id) == 4 && id[:3].Equal(asn1.ObjectIdentifier{2, 5, 4}) {
		return id[3]
	}
	return 0
}

// The tags of GeneralName (RFC 5280, 4.2.1.6).
const (
	tagEmail     = 1
	tagDNS       = 2
	tagDirectory = 4
	tagURI       = 6
	tagIP        = 7
)

// addAlternativeNames reads the value of the extensions subjectAltName and
// issuerAltName: a sequence of GeneralName.
func addAlternativeNames(v policy.Values, prefix string, der []byte) {
	add := func(name, text string) { v[prefix+name] = append(v[prefix+name], text) }
	var sequence asn1.RawValue
	if _, err := asn1.Unmarshal(der, &sequence); err != nil || !sequence.IsCompound ||
		sequence.Tag != asn1.TagSequence {
		return
	}
	for rest := sequence.Bytes; len(rest) > 0; {
		var name asn1.RawValue
		var err error
		if rest, err = asn1.Unmarshal(rest, &name); err != nil {
			return
		}
		if name.Class != asn1.ClassContextSpecific {
			continue
		}
		switch name.Tag {
		case tagEmail:
			add("RFC822Name", string(name.Bytes))
		case tagDNS:
			add("DNSName", string(name.Bytes))
		case tagURI:
			add("UniformResourceIdentifier", string(name.Bytes))
		case tagIP:
			if n := len(name.Bytes); n == net.IPv4len || n == net.IPv6len {
				add("IPAddress", net.IP(name.Bytes).String())
			}
		case tagDirectory:
			if text, ok := directoryName(name.Bytes); ok {
				add("DirectoryName", text)
			}
		}
	}
}

// directoryName writes a distinguished name as AWS does: its last part first.
func directoryName(der []byte) (string, bool) {
	var name pkix.RDNSequence
	if rest, err := asn1.Unmarshal(der, &name); err != nil || len(rest) > 0 {
		return "", false
	}
	var parts []string
	for _, set := range slices.Backward(name) {
		var together []string // separated by +, which no variable may contain [B-334]
		for _, n := range set {
			text, ok := n.Value.(string)
			if !ok {
				return "", false
			}
			short := attributes[lastNumber(n.Type)].short
			if short == "" {
				short = n.Type.String()
			}
			together = append(together, short+"="+escapeName(text))
		}
		parts = append(parts, strings.Join(together, "+"))
	}
	return strings.Join(parts, ","), true
}

// specials get a backslash in a distinguished name [B-332].
var specials = strings.NewReplacer(`,`, `\,`, `"`, `\"`, `\`, `\\`, `+`, `\+`, `=`, `\=`, `<`, `\<`, `>`,
	`\>`, `;`, `\;`)

func escapeName(text string) string { return specials.Replace(text) }
