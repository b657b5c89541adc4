package transport

import "testing"

func TestWithoutPort(t *testing.T) {
	tests := []struct{ host, want string }{
		{"localhost:8443", "localhost"},
		{"LocalHost", "LocalHost"},
		{"iot.example.test.:443", "iot.example.test."},
		{"[::1]:80", "::1"},
		{"[::1]", "[::1]"},
		{"::1", "::1"},
		{":80", ""},
		{"", ""},
	}
	for _, tt := range tests {
		if got := WithoutPort(tt.host); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.host, got, tt.want)
		}
	}
}
