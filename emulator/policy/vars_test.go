package policy

import (
	"slices"
	"strings"
	"testing"
)

func TestValues(t *testing.T) {
	v := newValues(Values{
		"iot:ClientId":                           {"base"},
		"aws:SourceIp":                           {"192.0.2.7"},
		"iot:Connection.Thing.Attributes[site]":  {"osaka"},
		"iot:Connection.Thing.Attributes[Site]":  {"Osaka"},
		"iot:Certificate.Subject.Country":        {"0", "1", "2", "3", "4", "5"},
		"iot:Certificate.Subject.CommonName":     {"a"},
		"iot:Certificate.Issuer.CommonName.List": {"x", "y"},
		"gone":                                   {"base"},
	}, Values{"IOT:clientId": {"extra"}, "gone": nil})
	tests := []struct {
		key    string
		want   []string
		source string
	}{
		{"iot:ClientId", []string{"extra"}, "B-304"},
		{"gone", nil, "B-310"},
		{"iot:SourceIp", []string{"192.0.2.7"}, "section 3.2, guess"},
		{"aws:sourceip", []string{"192.0.2.7"}, "B-304"},
		{"iot:Connection.Thing.Attributes[site]", []string{"osaka"}, "B-324"},
		{"iot:Connection.Thing.Attributes[Site]", []string{"Osaka"}, "B-324"},
		{"iot:Thing.ThingName", nil, "B-324"},
		{"iot:Certificate.Subject.Country", []string{"0"}, "B-331"},
		{"iot:certificate.subject.country.1", []string{"1"}, "B-331"},
		{"iot:Certificate.Subject.Country.4", []string{"4"}, "B-331"},
		{"iot:Certificate.Subject.Country.5", nil, "B-331: five are seen"},
		{"iot:Certificate.Subject.Country.0", nil, "B-331"},
		{"iot:Certificate.Subject.Country.-1", nil, "B-331"},
		{"iot:Certificate.Subject.Country.List", []string{"0", "1", "2", "3", "4"}, "B-331"},
		{"iot:Certificate.Subject.CommonName.1", nil, "B-331"},
		{"iot:Certificate.Subject.Surname", nil, "B-331"},
		{"iot:Certificate.AvailableKeys",
			[]string{"iot:Certificate.Issuer.CommonName.List", "iot:Certificate.Subject.CommonName", "iot:Certificate.Subject.Country"}, "B-330"},
		{"iot:Certificate.", nil, "-"},
	}
	for _, tt := range tests {
		if got := v.get(tt.key); !slices.Equal(got, tt.want) {
			t.Errorf("get(%s) = %q, want %q (%s)", tt.key, got, tt.want, tt.source)
		}
	}
}

func TestCertificateValuesThatAreNotSubstituted(t *testing.T) {
	tests := []struct {
		value  string
		want   bool
		source string
	}{
		{"pump-7", true, "B-330"},
		{`a\,b`, true, "B-332"},
		{strings.Repeat("あ", 1024), true, "B-333"},
		{strings.Repeat("a", 1025), false, "B-333"},
		{"a*", false, "B-334"}, {"a$", false, "B-334"}, {"a+", false, "B-334"}, {"a?", false, "B-334"}, {"a#", false, "B-334"},
	}
	for _, tt := range tests {
		v := newValues(Values{"iot:Certificate.Subject.CommonName": {tt.value}}, nil)
		if _, got := v.substitute("iot:Certificate.Subject.CommonName"); got != tt.want {
			t.Errorf("%.10q: substituted %v, want %v (%s)", tt.value, got, tt.want, tt.source)
		}
	}
	v := newValues(Values{"iot:ClientId": {"a*"}}, nil)
	if _, ok := v.substitute("iot:ClientId"); !ok {
		t.Error("client id a* was not substituted, want it (B-320, B-334 is about certificates)")
	}
}
