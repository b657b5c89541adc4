package lambda

import (
	"slices"
	"strings"
	"testing"
)

func TestCredentials(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "REAL")
	tests := []struct {
		name       string
		configured map[string]string
		want       []string
	}{
		{"nothing configured", nil, []string{"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test"}},
		{"keys configured", map[string]string{"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "B"}, []string{"AWS_ACCESS_KEY_ID=A", "AWS_SECRET_ACCESS_KEY=B"}},
		{"profile configured", map[string]string{"AWS_PROFILE": "dev"}, []string{"AWS_PROFILE=dev"}},
	}
	for _, tt := range tests {
		o := ProcessOptions{Environment: tt.configured}
		got := slices.DeleteFunc(environment(&o, "", ""), func(v string) bool {
			return !strings.HasPrefix(v, "AWS_ACCESS") && !strings.HasPrefix(v, "AWS_SECRET") && !strings.HasPrefix(v, "AWS_PROFILE")
		})
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestCheck(t *testing.T) {
	tests := []struct {
		o    ProcessOptions
		want string
	}{
		{ProcessOptions{Runtime: "python3.13"}, ""},
		{ProcessOptions{Runtime: "nodejs22.x"}, ""},
		{ProcessOptions{Runtime: "node"}, `runtime "node", want nodejs, python or provided`},
		{ProcessOptions{Runtime: "nodejs", MemorySize: -1}, "memory size -1, want more than 0"},
		{ProcessOptions{Runtime: "nodejs", MaxProcesses: -1}, "most processes -1, want more than 0"},
		{ProcessOptions{Runtime: "nodejs", Environment: map[string]string{"A=B": ""}}, `environment: "A=B" is no name, or its value has a zero byte`},
		{ProcessOptions{Runtime: "nodejs", Environment: map[string]string{"A": "secret\x00"}}, `environment: "A" is no name, or its value has a zero byte`},
	}
	for _, tt := range tests {
		tt.o.Name = "fn"
		err := tt.o.check()
		if (err == nil) != (tt.want == "") || err != nil && err.Error() != tt.want {
			t.Errorf("got %v, want %q", err, tt.want)
		}
	}
}
