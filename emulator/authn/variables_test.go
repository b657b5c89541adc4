package authn

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/policy"
)

// attribute is one of a distinguished name.
func attribute(n int, value string) pkix.AttributeTypeAndValue {
	return pkix.AttributeTypeAndValue{Type: asn1.ObjectIdentifier{2, 5, 4, n}, Value: value}
}

// exampleIssuer and exampleSubject are those of the certificate on AWS's page
// about these variables.
var (
	exampleIssuer = pkix.Name{ExtraNames: []pkix.AttributeTypeAndValue{
		attribute(6, "US"), attribute(10, "IoT Devices"), attribute(11, "SmartHome"), attribute(8, "WA"), attribute(3, "IoT Devices Primary CA"),
		attribute(42, "Primary CA1"), attribute(43, "XY"), attribute(46, "Example corp"), attribute(4, "SmartHome"), attribute(12, "CA1"),
		attribute(65, "Primary_CA"), attribute(44, "2"), attribute(5, "987"),
	}}
	exampleSubject = pkix.Name{ExtraNames: []pkix.AttributeTypeAndValue{
		attribute(6, "US"), attribute(10, "IoT Devices"), attribute(11, "LightBulb"), attribute(8, "NY"), attribute(3, "LightBulb Device Cert"),
		attribute(42, "Bulb"), attribute(43, "ZZ"), attribute(46, "Bulb001"), attribute(4, "Multi Color"), attribute(12, "RGB"),
		attribute(65, "RGB Device"), attribute(44, "4"), attribute(5, "123"),
	}}
)

// generalNames is the value of an alternative name extension.
func generalNames(t *testing.T, names ...asn1.RawValue) []byte {
	t.Helper()
	der, err := asn1.Marshal(names)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func generalName(tag int, value string) asn1.RawValue {
	return asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: tag, Bytes: []byte(value)}
}

func directory(t *testing.T, names ...pkix.AttributeTypeAndValue) asn1.RawValue {
	t.Helper()
	der, err := asn1.Marshal(pkix.Name{ExtraNames: names}.ToRDNSequence())
	if err != nil {
		t.Fatal(err)
	}
	return asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: tagDirectory, IsCompound: true, Bytes: der}
}

func exampleCertificate(t *testing.T) *x509.Certificate {
	t.Helper()
	serial, _ := new(big.Int).SetString("921285cbb7a5e086", 16)
	ca := newCA(t, exampleIssuer)
	return ca.leaf(t, func(c *x509.Certificate) {
		c.SerialNumber, c.Subject = serial, exampleSubject
		c.ExtraExtensions = []pkix.Extension{
			{Id: asn1.ObjectIdentifier{2, 5, 29, 17}, Value: generalNames(t,
				generalName(tagDNS, "example.com"), generalName(tagIP, "\x01\x02\x03\x04"), generalName(tagURI, "ResourceIdentifier001"),
				generalName(tagEmail, "device1@example.com"),
				directory(t, attribute(6, "US"), attribute(10, "IoT"), attribute(11, "SmartHome"), attribute(3, "LightBulbCert")))},
			{Id: asn1.ObjectIdentifier{2, 5, 29, 18}, Value: generalNames(t,
				generalName(tagDNS, "issuer.com"), generalName(tagIP, "\x05\x06\x07\x08"), generalName(tagURI, "PrimarySignerCA"),
				generalName(tagEmail, "primary@issuer.com"),
				directory(t, attribute(6, "US"), attribute(10, "Issuer"), attribute(11, "IoT Devices"), attribute(3, "Primary Issuer CA")))},
		}
	}).Leaf
}

func TestCertificateValues(t *testing.T) {
	got := certificateValues("abc", exampleCertificate(t))
	want := map[string]string{
		"iot:CertificateId":                                                 "abc",
		"iot:Certificate.SerialNumber":                                      "10525622389124227206",
		"iot:Certificate.Issuer.Country":                                    "US",
		"iot:Certificate.Issuer.Organization":                               "IoT Devices",
		"iot:Certificate.Issuer.OrganizationalUnit":                         "SmartHome",
		"iot:Certificate.Issuer.State":                                      "WA",
		"iot:Certificate.Issuer.CommonName":                                 "IoT Devices Primary CA",
		"iot:Certificate.Issuer.GivenName":                                  "Primary CA1",
		"iot:Certificate.Issuer.Initials":                                   "XY",
		"iot:Certificate.Issuer.DistinguishedNameQualifier":                 "Example corp",
		"iot:Certificate.Issuer.Surname":                                    "SmartHome",
		"iot:Certificate.Issuer.Title":                                      "CA1",
		"iot:Certificate.Issuer.Pseudonym":                                  "Primary_CA",
		"iot:Certificate.Issuer.GenerationQualifier":                        "2",
		"iot:Certificate.Issuer.SerialNumber":                               "987",
		"iot:Certificate.Subject.Country":                                   "US",
		"iot:Certificate.Subject.Organization":                              "IoT Devices",
		"iot:Certificate.Subject.OrganizationalUnit":                        "LightBulb",
		"iot:Certificate.Subject.State":                                     "NY",
		"iot:Certificate.Subject.CommonName":                                "LightBulb Device Cert",
		"iot:Certificate.Subject.GivenName":                                 "Bulb",
		"iot:Certificate.Subject.Initials":                                  "ZZ",
		"iot:Certificate.Subject.DistinguishedNameQualifier":                "Bulb001",
		"iot:Certificate.Subject.Surname":                                   "Multi Color",
		"iot:Certificate.Subject.Title":                                     "RGB",
		"iot:Certificate.Subject.Pseudonym":                                 "RGB Device",
		"iot:Certificate.Subject.GenerationQualifier":                       "4",
		"iot:Certificate.Subject.SerialNumber":                              "123",
		"iot:Certificate.Issuer.AlternativeName.DNSName":                    "issuer.com",
		"iot:Certificate.Issuer.AlternativeName.IPAddress":                  "5.6.7.8",
		"iot:Certificate.Issuer.AlternativeName.UniformResourceIdentifier":  "PrimarySignerCA",
		"iot:Certificate.Issuer.AlternativeName.RFC822Name":                 "primary@issuer.com",
		"iot:Certificate.Issuer.AlternativeName.DirectoryName":              "cn=Primary Issuer CA,ou=IoT Devices,o=Issuer,c=US",
		"iot:Certificate.Subject.AlternativeName.DNSName":                   "example.com",
		"iot:Certificate.Subject.AlternativeName.IPAddress":                 "1.2.3.4",
		"iot:Certificate.Subject.AlternativeName.UniformResourceIdentifier": "ResourceIdentifier001",
		"iot:Certificate.Subject.AlternativeName.RFC822Name":                "device1@example.com",
		"iot:Certificate.Subject.AlternativeName.DirectoryName":             "cn=LightBulbCert,ou=SmartHome,o=IoT,c=US",
	}
	for key, value := range want {
		if !slices.Equal(got[key], []string{value}) {
			t.Errorf("%s: got %q, want %q (A-234, B-330)", key, got[key], value)
		}
	}
	if len(got) != len(want) {
		t.Errorf("got %d variables, want %d: %v (B-330)", len(got), len(want), got)
	}
}

// TestCertificateVariables: what a policy makes of the values.
func TestCertificateVariables(t *testing.T) {
	tests := []struct {
		name     string
		subject  []pkix.AttributeTypeAndValue
		variable string
		want     string // "" if the variable is not replaced
		source   string
	}{
		{"the first", []pkix.AttributeTypeAndValue{attribute(11, "a"), attribute(11, "b")}, "Subject.OrganizationalUnit", "a", "A-234, B-331"},
		{"the second", []pkix.AttributeTypeAndValue{attribute(11, "a"), attribute(11, "b")}, "Subject.OrganizationalUnit.1", "b", "A-234, B-331"},
		{"a third that is not there", []pkix.AttributeTypeAndValue{attribute(11, "a"), attribute(11, "b")}, "Subject.OrganizationalUnit.2", "",
			"B-331"},
		{"the fifth", []pkix.AttributeTypeAndValue{attribute(11, "a"), attribute(11, "b"), attribute(11, "c"), attribute(11, "d"),
			attribute(11, "e")}, "Subject.OrganizationalUnit.4", "e", "B-331"},
		{"a sixth", []pkix.AttributeTypeAndValue{attribute(11, "a"), attribute(11, "b"), attribute(11, "c"), attribute(11, "d"),
			attribute(11, "e"), attribute(11, "f")}, "Subject.OrganizationalUnit.5", "", "B-331"},
		{"absent", []pkix.AttributeTypeAndValue{attribute(3, "a")}, "Subject.State", "", "B-318"},
		{"special characters", []pkix.AttributeTypeAndValue{attribute(3, `Inc. L=a, "b" <c>;\`)}, "Subject.CommonName",
			`Inc. L\=a\, \"b\" \<c\>\;\\`, "B-332"},
		{"a plus sign", []pkix.AttributeTypeAndValue{attribute(3, "a+b")}, "Subject.CommonName", "", "B-334"},
		{"a wildcard", []pkix.AttributeTypeAndValue{attribute(3, "a*")}, "Subject.CommonName", "", "B-334"},
		{"1024 characters", []pkix.AttributeTypeAndValue{attribute(3, strings.Repeat("ä", 1024))}, "Subject.CommonName",
			strings.Repeat("ä", 1024), "B-333"},
		{"1025 characters", []pkix.AttributeTypeAndValue{attribute(3, strings.Repeat("a", 1025))}, "Subject.CommonName", "", "B-333"},
		{"an attribute without a variable", []pkix.AttributeTypeAndValue{attribute(7, "Seattle")}, "Subject.Locality", "", "B-330"},
		{"the issuer is another", []pkix.AttributeTypeAndValue{attribute(3, "a")}, "Issuer.CommonName", "test CA", "B-330"},
	}
	ca := newCA(t, pkix.Name{CommonName: "test CA"})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			leaf := ca.leaf(t, func(c *x509.Certificate) { c.Subject = pkix.Name{ExtraNames: tt.subject} }).Leaf
			document, err := policy.Parse("p", []byte(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iot:Publish",
				"Resource":"arn:aws:iot:us-east-1:000000000000:topic/${iot:Certificate.`+tt.variable+`}"}}`))
			if err != nil {
				t.Fatal(err)
			}
			p := policy.Compile([]*policy.Document{document}, policy.Context{Partition: "aws", Region: "us-east-1", Account: "000000000000",
				Values: certificateValues("abc", leaf)})
			d := p.Explain(policy.Publish, tt.want, nil)
			if tt.want == "" {
				d = p.Explain(policy.Publish, "${iot:Certificate."+tt.variable+"}", nil)
			}
			if d.Allowed != (tt.want != "") {
				t.Errorf("got %v, undefined %v, want allowed %v (%s)", d, d.Missing, tt.want != "", tt.source)
			}
		})
	}
}

func TestDirectoryName(t *testing.T) {
	tests := []struct {
		name   string
		value  asn1.RawValue
		want   []string
		source string
	}{
		{"special characters in a value", directory(t, attribute(10, "A, B"), attribute(3, "x=y")), []string{`cn=x\=y,o=A\, B`}, "B-332"},
		{"an attribute that AWS does not name", directory(t, attribute(13, "d"), attribute(7, "Seattle")), []string{"l=Seattle,2.5.4.13=d"},
			"guess"},
		{"empty", directory(t), []string{""}, "guess"},
		{"no name", generalName(tagDirectory, "\x02\x01\x01"), nil, "guess"},
		{"an address of five bytes", generalName(tagIP, "12345"), nil, "guess"},
	}
	for _, tt := range tests {
		v := policy.Values{}
		addAlternativeNames(v, "", generalNames(t, tt.value))
		if got := slices.Concat(v["DirectoryName"], v["IPAddress"]); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, want %q (%s)", tt.name, got, tt.want, tt.source)
		}
	}
}

// FuzzAlternativeNames reads what a client may put into its certificate.
func FuzzAlternativeNames(f *testing.F) {
	t := new(testing.T)
	f.Add(generalNames(t, generalName(tagDNS, "a"), generalName(tagIP, "1234"), directory(t, attribute(3, "x"))))
	f.Add([]byte{0x30, 0x80})
	f.Fuzz(func(t *testing.T, der []byte) {
		v := policy.Values{}
		addAlternativeNames(v, "", der)
		total := 0
		for _, values := range v {
			for _, text := range values {
				total += len(text)
			}
		}
		if limit := 64 * (len(der) + 1); total > limit { // an identifier of few bytes has at most so many digits
			t.Errorf("got %d bytes of %d, want at most %d", total, len(der), limit)
		}
	})
}
