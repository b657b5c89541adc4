package authn

import (
	"errors"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/transport"
)

func TestReadSigning(t *testing.T) {
	const (
		credential = "AKIALOCAL/20260102/us-east-1/iotdata/aws4_request"
		names      = "SignedHeaders=host;x-amz-date"
	)
	date := transport.Field{Name: "x-amz-date", Value: signedAt}
	authorization := func(value string) transport.Field { return transport.Field{Name: "Authorization", Value: value} }
	full := authorization("AWS4-HMAC-SHA256 Credential=" + credential + ", " + names + ", Signature=abc")
	tests := []struct {
		name    string
		query   string
		header  []transport.Field
		message string // "" if it is read
		source  string
	}{
		{"header", "", []transport.Field{full, date}, "", "A-210"},
		{"without spaces", "", []transport.Field{authorization("AWS4-HMAC-SHA256 Signature=abc,Credential=" + credential + "," + names), date}, "", "A-210"},
		{"Date of HTTP", "", []transport.Field{full, {Name: "Date", Value: "Fri, 02 Jan 2026 03:04:05 GMT"}}, "", "A-210"},
		{"no date", "", []transport.Field{full}, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=" + full.Value, "A-167"},
		{"no names", "", []transport.Field{authorization("AWS4-HMAC-SHA256 Credential=" + credential + ", Signature=abc"), date},
			"Authorization header requires 'SignedHeaders' parameter. Authorization=AWS4-HMAC-SHA256 Credential=" + credential + ", Signature=abc", "A-167"},
		{"header before query", "X-Amz-Algorithm=x", []transport.Field{full, date}, "", "A-210, guess"},
		{"another header beside a query", "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + credential + "&X-Amz-Date=" + signedAt + "&X-Amz-SignedHeaders=host&X-Amz-Signature=abc",
			[]transport.Field{authorization("Basic eDp5")}, "", "A-52"},
		{"lower-case names", "x-amz-algorithm=AWS4-HMAC-SHA256&x-amz-credential=" + credential + "&x-amz-date=" + signedAt + "&x-amz-signedheaders=host&x-amz-signature=abc", nil, "", "A-196, guess"},
		{"nothing", "", nil, "Missing Authentication Token", "A-206"},
	}
	for _, tt := range tests {
		s, err := readSigning(&transport.HTTP{RawQuery: tt.query, Header: tt.header})
		var refused *Error
		if errors.As(err, &refused) != (tt.message != "") || refused != nil && refused.Message != tt.message {
			t.Errorf("%s: got %v, want %q (%s)", tt.name, err, tt.message, tt.source)
		}
		if want := (scope{"20260102", "us-east-1", "iotdata", "aws4_request"}); err == nil &&
			(s.accessKeyID != "AKIALOCAL" || s.scope != want || s.amzDate != signedAt || s.signature != "abc" || s.signedHeaders[0] != "host") {
			t.Errorf("%s: got %+v (%s)", tt.name, s, tt.source)
		}
	}
}

// Whatever is sent is read or refused, and a refusal shows none of it.
func FuzzSigning(f *testing.F) {
	const mark = "SECRET"
	f.Add("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=SECRET%2F20260102%2Fus-east-1%2Fiotdata%2Faws4_request&X-Amz-Date=20260102T030405Z&X-Amz-SignedHeaders=host&X-Amz-Signature=SECRET", "", "")
	f.Add("", "AWS4-HMAC-SHA256 Credential=AKIALOCAL/20260102/us-east-1/iotdata/aws4_request, SignedHeaders=host;x-amz-date, Signature=SECRET", signedAt)
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
		s, _ := readSigning(facts.HTTP)
		if s.signature == mark && strings.Contains(refused.Detail+refused.Hint, mark) && !strings.Contains(s.scope.String()+s.accessKeyID+strings.Join(s.signedHeaders, ""), mark) {
			t.Errorf("got %q, hint %q, want no signature in it (design)", refused.Detail, refused.Hint)
		}
	})
}
