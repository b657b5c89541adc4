package control

import (
	"slices"
	"strings"
	"testing"
)

func TestModel(t *testing.T) {
	m := readModel(iotService)
	for name, op := range m.Operations {
		if op.Method == "" || !strings.HasPrefix(op.URI, "/") {
			t.Errorf("%s: got %s %s, want a method and a path (model)", name, op.Method, op.URI)
		}
		for _, e := range op.Errors {
			if m.Shapes[e] == nil || m.Shapes[e].Status < 400 {
				t.Errorf("%s: error %s has no status (model)", name, e)
			}
		}
		for label, member := range m.input(op).Members {
			if member.In == "uri" && !strings.Contains(op.URI, "{"+member.As+"}") && !strings.Contains(op.URI, "{"+member.As+"+}") {
				t.Errorf("%s: %s is not in %s (model)", name, label, op.URI)
			}
		}
	}
	for name, s := range m.Shapes {
		for _, of := range append(slices.Collect(shapesOf(s)), s.Member, s.Key, s.Value) {
			if of != "" && m.Shapes[of] == nil {
				t.Errorf("shape %s names %s, which is none (model)", name, of)
			}
		}
	}
}

func shapesOf(s *shape) func(func(string) bool) {
	return func(yield func(string) bool) {
		for _, m := range s.Members {
			if !yield(m.Shape) {
				return
			}
		}
	}
}

// What came after the older source is there too.
func TestModelIsNew(t *testing.T) {
	m := readModel(iotService)
	for _, tt := range []struct{ shape, member string }{
		{"CreateDomainConfigurationRequest", "authenticationType"},
		{"CreateDomainConfigurationRequest", "applicationProtocol"},
		{"UpdateDomainConfigurationRequest", "clientCertificateConfig"},
		{"DescribeDomainConfigurationResponse", "tlsConfig"},
		{"ServerCertificateConfig", "ocspLambdaArn"},
		{"AttachThingPrincipalRequest", "thingPrincipalType"},
		{"ListThingPrincipalsV2Response", "thingPrincipalObjects"},
		{"UpdateThingTypeRequest", "thingTypeProperties"},
	} {
		if s := m.Shapes[tt.shape]; s == nil || s.Members[tt.member].Shape == "" {
			t.Errorf("%s: got no member %s, want one (API)", tt.shape, tt.member)
		}
	}
}
