package policy

import (
	"slices"
	"strings"

	"github.com/suback/suback/emulator/near"
)

// How policy variables are spelt [B-338]
//
//   - names of AWS IoT's count as written: ${iot:clientId} is not ${iot:ClientId},
//     and has no value
//   - CreatePolicy and CreatePolicyVersion refuse such names; whoever parses a
//     document of another origin has a warning
//   - names of other services are IAM's, which knows them in any case; they are not
//     listed here

// variableNames are those that a policy of AWS IoT knows, beside the attributes of
// things [B-324, B-330], and one that older examples have.
func variableNames() []string {
	names := []string{
		"iot:ClientId", "iot:DomainName", "iot:SourceIp", "iot:Topic", "iot:LastWillTopic", "iot:ConnectAttributes",
		"iot:IncludeSocketInformation", "iot:Connection.Thing.ThingName", "iot:Connection.Thing.ThingTypeName",
		"iot:Connection.Thing.IsAttached", "iot:Thing.ThingName",
		"iot:CertificateId", "iot:Certificate.SerialNumber", "iot:Certificate.AvailableKeys",
	}
	for _, of := range []string{"Subject", "Issuer"} {
		for _, attribute := range []string{
			"DistinguishedNameQualifier", "Country", "Organization", "OrganizationalUnit", "State", "CommonName",
			"SerialNumber", "Title", "Surname", "GivenName", "Initials", "Pseudonym", "GenerationQualifier",
			"AlternativeName.RFC822Name", "AlternativeName.DNSName", "AlternativeName.DirectoryName",
			"AlternativeName.UniformResourceIdentifier", "AlternativeName.IPAddress",
		} {
			names = append(names, "iot:Certificate."+of+"."+attribute)
		}
	}
	return names
}

const thingAttribute = "iot:Connection.Thing.Attributes["

// respell returns the name that a variable may have been meant to have; "" if it is
// right, or of another service.
func respell(key string) string {
	if vendor, _, found := strings.Cut(key, ":"); found && !strings.EqualFold(vendor, "iot") {
		return ""
	}
	plain := key
	i := strings.LastIndexByte(key, '.')
	if i > 0 && isRepetition(key[i+1:]) && strings.HasPrefix(key, "iot:Certificate.") {
		plain = key[:i]
	}
	names := variableNames()
	if slices.Contains(names, plain) || strings.HasPrefix(key, thingAttribute) && strings.HasSuffix(key, "]") {
		return ""
	}
	if len(key) >= len(thingAttribute) && strings.EqualFold(key[:len(thingAttribute)], thingAttribute) {
		return thingAttribute + key[len(thingAttribute):]
	}
	for _, name := range names {
		if strings.EqualFold(name, plain) {
			return name + key[len(plain):]
		}
	}
	if name := near.Name(plain, names); name != "" {
		return name
	}
	return "iot:ClientId" // the most common one
}

// isRepetition: ".1" to ".4", ".List" [B-331].
func isRepetition(suffix string) bool {
	return suffix == "List" || len(suffix) == 1 && suffix[0] >= '0' && suffix[0] <= '9'
}

// A Misspelling is a policy variable that AWS IoT does not know.
type Misspelling struct{ Path, Name, Want string }

// Misspelt returns the variables of d that have no value for their names alone.
func (d *Document) Misspelt() []Misspelling { return slices.Clone(d.misspelt) }

// misspelling returns the first misspelt variable of a statement, and what may have
// been meant.
func (s *statement) misspelling() (name, want string) {
	templates := slices.Clone(s.resources)
	for _, c := range s.conditions {
		templates = append(templates, c.wants...)
	}
	for _, t := range templates {
		for _, tok := range t.tokens {
			if tok.kind == variable && respell(tok.text) != "" {
				return tok.text, respell(tok.text)
			}
		}
	}
	return "", ""
}

// spelling warns of the variables of a template.
func (r *reader) spelling(path string, t template) {
	for _, tok := range t.tokens {
		if tok.kind != variable {
			continue
		}
		if want := respell(tok.text); want != "" {
			r.doc.misspelt = append(r.doc.misspelt, Misspelling{path, tok.text, want})
			r.warn("B-338", path, "has ${%s}, which is no policy variable: names count as written, want such as ${%s}",
				clip(tok.text), want)
		}
	}
}
