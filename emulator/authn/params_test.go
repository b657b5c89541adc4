package authn

import (
	"errors"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/transport"
)

func TestParameters(t *testing.T) {
	const name = "x-amz-customauthorizer-name"
	header := func(name, value string) transport.Field { return transport.Field{Name: name, Value: value} }
	tests := []struct {
		name     string
		username string // "-" for none
		query    string
		headers  []transport.Field
		get      string
		want     string
		source   string
	}{
		{"user name", "u?x-amz-customauthorizer-name=pumps", "", nil, name, "pumps", "A-79"},
		{"nothing before the ?", "?x-amz-customauthorizer-name=pumps", "", nil, name, "pumps", "A-80"},
		{"no ?", "x-amz-customauthorizer-name=pumps", "", nil, name, "", "A-80"},
		{"no user name", "-", "", nil, name, "", "A-89"},
		{"query", "-", "x-amz-customauthorizer-name=pumps", nil, name, "pumps", "A-79"},
		{"header", "-", "", []transport.Field{header("x-amz-customauthorizer-name", "pumps")}, name, "pumps", "A-79"},
		{"any order", "?tok=1&x-amz-customauthorizer-signature=s&x-amz-customauthorizer-name=pumps", "", nil, name, "pumps", "A-81"},
		{"case of JS v1, header", "-", "", []transport.Field{header("X-Amz-CustomAuthorizer-Name", "pumps")}, name, "pumps", "A-84"},
		{"case of JS v1, query", "-", "X-Amz-CustomAuthorizer-Name=pumps", nil, name, "pumps", "A-84"},
		{"case in the user name", "?X-Amz-CustomAuthorizer-Name=pumps", "", nil, name, "pumps", "A-84, guess"},
		{"percent-decoded", "?tok=a%2Fb%3D%2bc", "", nil, "tok", "a/b=+c", "A-82"},
		{"name percent-decoded", "?x%2Damz-customauthorizer-name=pumps", "", nil, name, "pumps", "A-82"},
		{"plus stays plus", "-", "tok=a+b", nil, "tok", "a+b", "A-82, guess"},
		{"slash and equals sign as they are", "?tok=ab/c==", "", nil, "tok", "ab/c==", "A-83"},
		{"header not decoded", "-", "", []transport.Field{header("tok", "a%2Fb")}, "tok", "a%2Fb", "guess"},
		{"query before user name", "?tok=user", "tok=http", nil, "tok", "http", "A-87, guess"},
		{"header before query", "-", "tok=query", []transport.Field{header("tok", "header")}, "tok", "header", "guess"},
		{"first of two", "?tok=1&tok=2", "", nil, "tok", "1", "guess"},
		{"empty is absent", "?tok=user", "tok=", nil, "tok", "user", "A-88, guess"},
		{"no equals sign", "?tok", "", nil, "tok", "", "A-88, guess"},
		{"SDK metrics behind a second ?", "u?tok=1?SDK=Python&Version=1.4.9", "", nil, "tok", "", "A-86: java-v2#154"},
		{"metrics behind a second ?, themselves", "u?tok=1?SDK=Python&Version=1.4.9", "", nil, "SDK", "Python", "A-86"},
		{"metrics first", "u?SDK=Python?tok=1", "", nil, "tok", "1", "A-86"},
		{"three", "u?tok=1?tok=2?tok=3", "", nil, "tok", "3", "A-86"},
		{"metadata of the C client", "?SDK=IoTDeviceSDK/C&Metadata=(a;b)&tok=1", "", nil, "tok", "1", "A-85"},
		{"empty pairs", "?&&tok=1&", "", nil, "tok", "1", "A-81"},
		{"only a ?", "u?", "", nil, "tok", "", "A-80"},
		{"question mark in a URL's query", "-", "tok=a?b", nil, "tok", "a?b", "A-86, guess"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := overHTTP("GET", tt.query, tt.headers...)
			if tt.username != "-" {
				r.Username = &tt.username
			}
			p, err := readParameters(r)
			if err != nil {
				t.Fatalf("got error %v, want none (%s)", err, tt.source)
			}
			if got := p.get(tt.get); got != tt.want {
				t.Errorf("%s: got %q, want %q (%s)", tt.get, got, tt.want, tt.source)
			}
		})
	}
}

func TestInvalidParameters(t *testing.T) {
	tests := []struct {
		name     string
		username string
		query    string
		want     string
		source   string
	}{
		{"percent sign alone", "?tok=100%", "", "part of the user name behind the ?: character 8 is %", "A-91, guess"},
		{"no hexadecimal", "", "a=1&tok=%zz", "query: character 9 is %", "A-91, guess"},
		{"not UTF-8", "?tok=%FF", "", "part of the user name behind the ?: a parameter is not UTF-8", "A-91, guess"},
		{"unknown parameter", "?other=%", "", "character 7 is %", "A-91, guess"},
		{"over 8 KB", "", "tok=" + strings.Repeat("a", 8189), "headers and query have 8193 bytes, allowed are 8192", "A-90"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := overHTTP("GET", tt.query)
			r.Username = &tt.username
			_, err := readParameters(r)
			var refused *Error
			if !errors.As(err, &refused) || refused.Reason != parameterInvalid || !strings.Contains(refused.Detail, tt.want) {
				t.Errorf("got %v, want %s with %q (%s)", err, parameterInvalid, tt.want, tt.source)
			}
		})
	}
	r := overHTTP("GET", "tok="+strings.Repeat("a", 8188))
	if _, err := readParameters(r); err != nil {
		t.Errorf("8192 bytes: got %v, want no error (A-90)", err)
	}
}

// A name or an error, never a panic; and an error keeps the text to itself.
func FuzzParameters(f *testing.F) {
	f.Add("u?x-amz-customauthorizer-name=pumps&tok=a%2Fb?SDK=x", "tok=1&x=%41")
	f.Add("?tok=s3cret%zz", "s3cret%")
	f.Fuzz(func(t *testing.T, username, query string) {
		r := overHTTP("GET", query)
		r.Username = &username
		p, err := readParameters(r)
		if err == nil {
			p.get("tok")
			return
		}
		var refused *Error
		if !errors.As(err, &refused) || refused.Reason != parameterInvalid || len(refused.Detail) > 200 {
			t.Errorf("got %v, want a short %s (A-91)", err, parameterInvalid)
		}
	})
}
