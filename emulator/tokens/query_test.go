package tokens

import (
	"net/url"
	"slices"
	"testing"
)

func TestReadQuery(t *testing.T) {
	tests := []struct {
		query, body string
		want        url.Values
		source      string
	}{
		{"", "Action=A&B=c+d", url.Values{"Action": {"A"}, "B": {"c d"}}, "A-258"},
		{"Action=A", "", url.Values{"Action": {"A"}}, "A-258"},
		{"Action=A", "B=%2F", url.Values{"Action": {"A"}, "B": {"/"}}, "query protocol"},
		{"", "", url.Values{}, "query protocol"},
		{"", "a=%", nil, "query protocol"},
		{"", "a;b", nil, "query protocol"},
	}
	for _, tt := range tests {
		got, err := readQuery(tt.query, []byte(tt.body))
		if got.Encode() != tt.want.Encode() || (err == nil) != (tt.want != nil) {
			t.Errorf("%q, %q: got %v, %v, want %v (%s)", tt.query, tt.body, got, err, tt.want, tt.source)
		}
	}
}

func TestMembers(t *testing.T) {
	form := url.Values{"L.member.1.arn": {"a"}, "L.member.2.arn": {"b"}, "L.member.4.arn": {"d"}, "M.member.1": {"m"}}
	if got := members(form, "L", ".arn"); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("got %q, want a and b: a list ends at its first gap (query protocol)", got)
	}
	if got := members(form, "M", ""); !slices.Equal(got, []string{"m"}) {
		t.Errorf("got %q, want m (query protocol)", got)
	}
}

func FuzzQuery(f *testing.F) {
	f.Add("", "Action=AssumeRole&PolicyArns.member.1.arn=a&PolicyArns.member.2.arn=b")
	f.Add("Action=A", "%zz")
	f.Fuzz(func(t *testing.T, query, body string) {
		form, err := readQuery(query, []byte(body))
		if err != nil && form != nil {
			t.Errorf("got %v and an error", form)
		}
		if n := len(members(form, "PolicyArns", ".arn")); n > len(query)+len(body) {
			t.Errorf("got %d members of %d bytes", n, len(query)+len(body))
		}
	})
}
