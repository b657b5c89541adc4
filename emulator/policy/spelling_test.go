package policy

import (
	"strings"
	"testing"
)

func TestRespell(t *testing.T) {
	tests := []struct{ key, want, source string }{
		{"iot:ClientId", "", "B-320"},
		{"iot:clientId", "iot:ClientId", "B-338, awsdocs/aws-iot-docs pull 9"},
		{"iot:clientid", "iot:ClientId", "B-338"},
		{"IOT:ClientId", "iot:ClientId", "B-338"},
		{"iot:ClientID", "iot:ClientId", "B-338"},
		{"ClientId", "iot:ClientId", "B-338"},
		{"iot:Connection.Thing.ThingName", "", "B-324"},
		{"iot:Connection.Thing.Thingname", "iot:Connection.Thing.ThingName", "B-338"},
		{"iot:Connection.Thing.ThingNam", "iot:Connection.Thing.ThingName", "B-338"},
		{"iot:Thing.ThingName", "", "B-324: old examples"},
		{"iot:Connection.Thing.Attributes[Site]", "", "B-324"},
		{"iot:Connection.thing.Attributes[Site]", "iot:Connection.Thing.Attributes[Site]", "B-338"},
		{"iot:Certificate.Subject.CommonName", "", "B-330"},
		{"iot:Certificate.Subject.CommonName.1", "", "B-331"},
		{"iot:Certificate.Subject.OrganizationalUnit.List", "", "B-331"},
		{"iot:Certificate.subject.CommonName.1", "iot:Certificate.Subject.CommonName.1", "B-338"},
		{"iot:Certificate.Subject.Commonname", "iot:Certificate.Subject.CommonName", "B-338"},
		{"iot:Certificate.Issuer.AlternativeName.DNSName", "", "B-330"},
		{"iot:CertificateId", "", "B-330"},
		{"iot:Nonsense", "iot:ClientId", "B-338, guess"},
		{strings.Repeat("x", 10_000), "iot:ClientId", "bounded"},
		{"aws:sourceIP", "", "IAM knows its own in any case"},
		{"cognito-identity.amazonaws.com:sub", "", "B-335"},
		{"credentials-iot:ThingName", "", "IAM's"},
	}
	for _, tt := range tests {
		if got := respell(tt.key); got != tt.want {
			t.Errorf("%.40s: got %q, want %q (%s)", tt.key, got, tt.want, tt.source)
		}
	}
}

// What a document with a misspelt variable says of itself; it allows nothing by it.
func TestMisspelt(t *testing.T) {
	statement := func(version, rest string) string {
		return `{` + version + `"Statement":[{"Effect":"Allow","Action":"iot:Publish",` + rest + `}]}`
	}
	const version, topic = `"Version":"2012-10-17",`, `"Resource":"arn:aws:iot:us-east-1:000000000000:topic/`
	tests := []struct {
		name, text string
		want       string // where, and what is meant
		allowed    bool
		source     string
	}{
		{"right", statement(version, topic+`${iot:ClientId}"`), "", true, "B-320"},
		{"another case", statement(version, topic+`${iot:clientId}"`), "Statement[0].Resource iot:ClientId", false, "B-338"},
		{"in a condition", statement(version, `"Resource":"*","Condition":{"StringEquals":{"iot:ClientId":"${iot:ClientID}"}}`),
			"Statement[0].Condition.StringEquals.iot:ClientId iot:ClientId", false, "B-338"},
		{"a condition key in another case", statement(version, `"Resource":"*","Condition":{"StringEquals":{"iot:clientid":"pump"}}`), "", true,
			"B-304"},
		{"plain text", statement("", topic+`${iot:clientId}"`), "", false, "B-109"},
		{"escapes", statement(version, topic+`${*}${$}"`), "", false, "B-319"},
	}
	for _, tt := range tests {
		d, err := Parse("p", []byte(tt.text))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, m := range d.Misspelt() {
			got += m.Path + " " + m.Want
		}
		if got != tt.want {
			t.Errorf("%s: got %q, want %q (%s)", tt.name, got, tt.want, tt.source)
		}
		p := Compile([]*Document{d}, Context{Partition: "aws", Region: "us-east-1", Account: "000000000000",
			Values: Values{"iot:ClientId": {"pump"}}})
		if got := p.Allows(Publish, "pump"); got != tt.allowed {
			t.Errorf("%s: got allowed %v, want %v (%s)", tt.name, got, tt.allowed, tt.source)
		}
	}
}
