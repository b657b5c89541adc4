package authn

import (
	"errors"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/sigv4"
	"github.com/suback/suback/emulator/sigv4/sigv4test"
	"github.com/suback/suback/emulator/transport"
)

// AWS's texts for a signature that cannot be read; those for a query are in
// TestRefusedSignatures.
func TestUnreadableSignatures(t *testing.T) {
	const credential = "AKIALOCAL/20260102/us-east-1/iotdata/aws4_request"
	date := transport.Field{Name: "x-amz-date", Value: sigv4test.At}
	authorization := func(value string) transport.Field { return transport.Field{Name: "Authorization", Value: value} }
	full := authorization("AWS4-HMAC-SHA256 Credential=" + credential + ", SignedHeaders=host;x-amz-date, Signature=abc")
	tests := []struct {
		name    string
		header  []transport.Field
		message string // "" if it is read
		source  string
	}{
		{"header", []transport.Field{full, date}, "", "A-210"},
		{"no date", []transport.Field{full},
			"Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=" + full.Value, "A-167"},
		{"no names", []transport.Field{authorization("AWS4-HMAC-SHA256 Credential=" + credential + ", Signature=abc"), date},
			"Authorization header requires 'SignedHeaders' parameter. Authorization=AWS4-HMAC-SHA256 Credential=" + credential + ", Signature=abc",
			"A-167"},
		{"nothing", nil, "Missing Authentication Token", "A-206"},
	}
	for _, tt := range tests {
		_, err := readSignature(&transport.HTTP{Header: tt.header})
		var refused *Error
		if errors.As(err, &refused) != (tt.message != "") || refused != nil && refused.Message != tt.message {
			t.Errorf("%s: got %v, want %q (%s)", tt.name, err, tt.message, tt.source)
		}
	}
}

// The client is told the same whatever the cause, the trace each of them.
func TestMismatchRefusal(t *testing.T) {
	token := sigv4.Mistake{Hint: "append it", Rules: []string{"D-38", "A-198"}}
	body := sigv4.Mistake{Hint: "sign the body", Rules: []string{"A-197", "A-198"}}
	tests := []struct {
		name     string
		mistakes []sigv4.Mistake
		hint     string
		rules    string
		source   string
	}{
		{"unknown", nil, hintCompare, "A-206", "A-206"},
		{"one", []sigv4.Mistake{token}, "append it", "A-206 D-38 A-198", "A-206"},
		{"two", []sigv4.Mistake{token, body}, "append it; sign the body", "A-206 D-38 A-198 A-197", "A-206, A-215"},
	}
	for _, tt := range tests {
		e := mismatch(sigv4.Mismatch{Mistakes: tt.mistakes, Detail: "100%d"})
		if e.Reason != signatureMismatch || e.Message != mismatchMessage || e.Detail != "100%d" ||
			e.Hint != tt.hint || strings.Join(e.Rules, " ") != tt.rules {
			t.Errorf("%s: got %+v, want hint %q, rules %s (%s)", tt.name, e, tt.hint, tt.rules, tt.source)
		}
	}
}

// Whatever is sent is read or refused, and a refusal shows none of it.
func FuzzSigning(f *testing.F) {
	const mark = "SECRET"
	f.Add("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=SECRET%2F20260102%2Fus-east-1%2Fiotdata%2Faws4_request&X-Amz-Date=20260102T030405Z&X-Amz-SignedHeaders=host&X-Amz-Signature=SECRET", "", "")
	f.Add("", "AWS4-HMAC-SHA256 Credential=AKIALOCAL/20260102/us-east-1/iotdata/aws4_request, SignedHeaders=host;x-amz-date, Signature=SECRET",
		sigv4test.At)
	f.Add("X-Amz-Signature=&&=%", "Bearer SECRET", "Fri, 02 Jan 2026 03:04:05 GMT")
	f.Fuzz(func(t *testing.T, query, authorization, date string) {
		a := newSigners(t)
		facts := factsFor(t, "GET", "https://localhost/mqtt", transport.Field{Name: "X-Amz-Date", Value: date})
		facts.HTTP.RawQuery = query
		if authorization != "" {
			facts.HTTP.Header = append(facts.HTTP.Header, transport.Field{Name: "Authorization", Value: authorization})
		}
		_, _, err := a.verify(facts, nil, gatewayServices)
		var refused *Error
		if !errors.As(err, &refused) {
			t.Fatalf("got %v, want it refused: no key signed it", err)
		}
		s, _ := readSignature(facts.HTTP)
		if s.Hex == mark && strings.Contains(refused.Detail+refused.Hint, mark) &&
			!strings.Contains(s.Scope.String()+s.AccessKeyID+strings.Join(s.SignedHeaders, ""), mark) {
			t.Errorf("got %q, hint %q, want no signature in it (design)", refused.Detail, refused.Hint)
		}
	})
}
