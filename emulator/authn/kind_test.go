package authn

import (
	"net/url"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/transport"
)

func TestAuthenticationType(t *testing.T) {
	tests := []struct {
		name   string
		facts  transport.Facts
		domain string // its authenticationType
		want   string
		source string
	}{
		{"8883", transport.Facts{Listener: "mqtts"}, "", "AWS_X509", "A-11, A-178"},
		{"443 with the ALPN of certificates", transport.Facts{Listener: "https", ALPN: "x-amzn-mqtt-ca"}, "", "AWS_X509", "A-10, A-178"},
		{"443 with the ALPN of authorizers", transport.Facts{Listener: "https", ALPN: "mqtt"}, "", "CUSTOM_AUTH", "A-9, A-178"},
		{"signed", transport.Facts{Listener: "https",
			HTTP: &transport.HTTP{Header: []transport.Field{{Name: "authorization", Value: "AWS4-HMAC-SHA256 x"}}}}, "", "AWS_SIGV4", "A-52, A-178"},
		{"WebSocket", transport.Facts{Listener: "http", HTTP: &transport.HTTP{}}, "", "CUSTOM_AUTH", "A-178"},
		{"a domain's own", transport.Facts{Listener: "mqtts"}, "CUSTOM_AUTH", "CUSTOM_AUTH", "A-49, A-51"},
		{"a domain's DEFAULT", transport.Facts{Listener: "mqtts"}, "DEFAULT", "AWS_X509", "A-9, A-49"},
	}
	for _, tt := range tests {
		if got := authenticationType(&tt.facts, registry.DomainConfiguration{AuthenticationType: tt.domain}); got != tt.want {
			t.Errorf("%s: got %s, want %s (%s)", tt.name, got, tt.want, tt.source)
		}
	}
}

// A query that is percent-encoded as a whole once more has no parameters.
func TestQueryEncodedOnceMore(t *testing.T) {
	signed := "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=00"
	named := nameParameter + "=pumps&user=me"
	tests := []struct {
		name, query string
		want        bool
		source      string
	}{
		{"signature", url.QueryEscape(signed), true, "E-11"},
		{"authorizer", url.QueryEscape(named), true, "E-11"},
		{"lower case hexadecimal", strings.ToLower(url.QueryEscape(named)), true, "E-11"},
		{"anything", url.QueryEscape("a=b&c=d"), false, "E-11"},
		{"beside another", url.QueryEscape(named) + "&a=b", false, "E-11: a value may be a query"},
		{"nothing", "", false, "A-160"},
	}
	for _, tt := range tests {
		g := newGateway(t, yesAnswer)
		_, refused := g.authenticate(overHTTP("GET", tt.query))
		if refused == nil || refused.Reason != authorizerNotFound {
			t.Errorf("%s: got %v, want %s (%s)", tt.name, refused, authorizerNotFound, tt.source)
			continue
		}
		if got := strings.HasPrefix(refused.Detail, "the whole query is percent-encoded once more"); got != tt.want ||
			got != (refused.Hint == hintEncodedQuery) {
			t.Errorf("%s: got %q, %q, want it said: %v (%s)", tt.name, refused.Detail, refused.Hint, tt.want, tt.source)
		}
	}
}
