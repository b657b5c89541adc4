package printed

import "testing"

// Of a URL neither who signs in nor a key in the query is shown, whatever else is wrong with it.
func TestURL(t *testing.T) {
	for _, tt := range []struct{ url, want string }{
		{"", ""},
		{"https://h/a/b", "https://h/a/b"},
		{"https://h/@me?", "https://h/@me?"},
		{"https://h:8443/a?code=abc&b=c@d", "https://h:8443/a?(not shown)"},
		{"https://bob:pw@h/a?code=abc", "https://…@h/a?(not shown)"},
		{"https://bob@x:p@w@h/a", "https://…@h/a"},
		{"https://bob:p/w@h/a", "https://…@h/a"},
		{"https://bob:p?w@h/a", "https://…@h/a"},
		{"https://bob:p#w@h/a", "https://…@h/a"},
		{"https://bob:p%w@h/a?b", "https://…@h/a?(not shown)"},
		{"https://bob:pw@h/${topic()}", "https://…@h/${topic()}"},
		{"bob:pw@h/a", "…@h/a"},
		{"h?code=abc", "h?(not shown)"},
	} {
		if got := URL(tt.url); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.url, got, tt.want)
		}
	}
}
