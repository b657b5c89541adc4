package sigv4

import (
	"errors"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/sigv4/sigv4test"
	"github.com/suback/suback/emulator/transport"
)

func TestRead(t *testing.T) {
	const (
		credential = "AKIALOCAL/20260102/us-east-1/iotdata/aws4_request"
		names      = "SignedHeaders=host;x-amz-date"
	)
	date := transport.Field{Name: "x-amz-date", Value: sigv4test.At}
	authorization := func(value string) transport.Field { return transport.Field{Name: "Authorization", Value: value} }
	full := authorization("AWS4-HMAC-SHA256 Credential=" + credential + ", " + names + ", Signature=abc")
	tests := []struct {
		name   string
		query  string
		header []transport.Field
		want   string // the error, "" if it is read
		source string
	}{
		{"header", "", []transport.Field{full, date}, "", "A-210"},
		{"without spaces", "", []transport.Field{authorization("AWS4-HMAC-SHA256 Signature=abc,Credential=" + credential + "," + names), date},
			"", "A-210"},
		{"Date of HTTP", "", []transport.Field{full, {Name: "Date", Value: "Fri, 02 Jan 2026 03:04:05 GMT"}}, "", "A-210"},
		{"no date", "", []transport.Field{full}, "the signature in the header lacks the time in X-Amz-Date", "A-167"},
		{"no names", "", []transport.Field{authorization("AWS4-HMAC-SHA256 Credential=" + credential + ", Signature=abc"), date},
			"the signature in the header lacks SignedHeaders", "A-167"},
		{"header before query", "X-Amz-Algorithm=x", []transport.Field{full, date}, "", "A-210, guess"},
		{"another header beside a query", "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + credential + "&X-Amz-Date=" + sigv4test.At +
			"&X-Amz-SignedHeaders=host&X-Amz-Signature=abc",
			[]transport.Field{authorization("Basic eDp5")}, "", "A-52"},
		{"lower-case names", "x-amz-algorithm=AWS4-HMAC-SHA256&x-amz-credential=" + credential + "&x-amz-date=" + sigv4test.At +
			"&x-amz-signedheaders=host&x-amz-signature=abc", nil, "", "A-196, guess"},
		{"nothing", "", nil, "the request is not signed", "A-206"},
	}
	for _, tt := range tests {
		s, err := Read(&transport.HTTP{RawQuery: tt.query, Header: tt.header})
		if (err == nil) != (tt.want == "") || err != nil && err.Error() != tt.want {
			t.Errorf("%s: got %v, want %q (%s)", tt.name, err, tt.want, tt.source)
		}
		if want := (Credential{"AKIALOCAL", Scope{"20260102", "us-east-1", "iotdata", "aws4_request"}}); err == nil &&
			(s.Credential != want || s.Date != sigv4test.At || s.Hex != "abc" || s.SignedHeaders[0] != "host") {
			t.Errorf("%s: got %+v (%s)", tt.name, s, tt.source)
		}
	}
}

// Whatever is sent is read or refused, and nothing that is said of it shows any of it
// that may be secret.
func FuzzRead(f *testing.F) {
	const mark = "SECRET"
	f.Add("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A%2F20260102%2Fus-east-1%2Fiotdata%2Faws4_request&X-Amz-Date=20260102T030405Z&X-Amz-SignedHeaders=host&X-Amz-Signature=SECRET&a=SECRET", "", "")
	f.Add("X-Amz-Security-Token=SECRET",
		"AWS4-HMAC-SHA256 Credential=AKIALOCAL/20260102/us-east-1/iotdata/aws4_request, SignedHeaders=host, Signature=SECRET", sigv4test.At)
	f.Add("X-Amz-Signature=&&=%", "Bearer SECRET", "Fri, 02 Jan 2026 03:04:05 GMT")
	f.Fuzz(func(t *testing.T, query, authorization, date string) {
		r := requestFor(t, "GET", "https://localhost/mqtt", transport.Field{Name: "X-Amz-Date", Value: date})
		r.RawQuery = query
		if authorization != "" {
			r.Header = append(r.Header, transport.Field{Name: "Authorization", Value: authorization})
		}
		s, err := Read(r.HTTP)
		if err != nil {
			if !errors.As(err, new(*FormError)) || strings.Contains(err.Error(), mark) {
				t.Fatalf("got %v, want a FormError that shows nothing (design)", err)
			}
			return
		}
		if len(s.SignedHeaders) > 100 || len(query) > 1000 {
			return // it would take too long
		}
		r.Signature = s
		if host, ok := r.SignedHost("secret"); ok {
			t.Fatalf("got it signed for %q, want a mismatch: no key signed it", host)
		}
		shown := date
		for _, p := range parseQuery(query) {
			shown += p.name
			if p.value != s.Hex && p.value != s.Token && strings.HasPrefix(p.name, "X-Amz-") {
				shown += p.value
			}
		}
		shown += s.AccessKeyID + strings.Join(s.SignedHeaders, "")
		detail := r.Explain("secret").Detail
		if s.Hex == mark && strings.Contains(detail, mark) && !strings.Contains(shown, mark) {
			t.Errorf("got %q, want no signature in it (design)", detail)
		}
	})
}
