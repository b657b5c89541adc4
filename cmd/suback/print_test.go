package main

import (
	"bytes"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestEnv: what a shell makes of the output.
func TestEnv(t *testing.T) {
	config := filepath.Join(t.TempDir(), "suback.yaml")
	if err := os.WriteFile(config, []byte("region: eu-west-1\nlisteners: {http: \"0.0.0.0:4000\"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	evil := filepath.Join(t.TempDir(), "evil.yaml")
	if err := os.WriteFile(evil, []byte(`region: "us-east-1'; echo $(id)"`), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name        string
		environment map[string]string
		args        []string
		want        string
	}{
		{"default", nil, nil, "http://localhost:4566 us-east-1"},
		{"address", nil, []string{"--http", "10.0.0.1:4567"}, "http://10.0.0.1:4567 us-east-1"},
		{"file", nil, []string{"--config", config}, "http://localhost:4000 eu-west-1"},
		{"both", nil, []string{"--config", config, "--http", ":4567"}, "http://localhost:4567 eu-west-1"},
		{"environment", map[string]string{"SUBACK_HTTP": ":4567"}, nil, "http://localhost:4567 us-east-1"},
		{"what a shell would run", nil, []string{"--config", evil, "--account", "x-y"},
			"http://localhost:4566/_suback/accounts/x-y us-east-1'; echo $(id)"},
		{"nothing for other services", nil, []string{"--served"}, "us-east-1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			environment := map[string]string{"AWS_PROFILE": "real", "AWS_SESSION_TOKEN": "of other keys"}
			maps.Copy(environment, tt.environment)
			got := call(t, environment, append([]string{"env"}, tt.args...)...)
			if got.code != exitYes {
				t.Fatalf("got exit code %d: %s", got.code, got.stderr)
			}
			shell := exec.Command("sh", "-euc", got.stdout+`echo "$AWS_ENDPOINT_URL $AWS_REGION${AWS_PROFILE+ theirs}${AWS_SESSION_TOKEN+ theirs}"`)
			shell.Env = append(os.Environ(), "AWS_PROFILE=real", "AWS_SESSION_TOKEN=of other keys")
			if slices.Contains(tt.args, "--served") {
				shell.Env = append(shell.Env, "AWS_ENDPOINT_URL=")
			}
			out, err := shell.Output()
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.TrimSpace(string(out)); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestEnvNames: what people's scripts rely on, and an endpoint for each service
// that is here and for no other.
func TestEnvNames(t *testing.T) {
	const served = "AWS_ENDPOINT_URL_IOT AWS_ENDPOINT_URL_IOT_DATA_PLANE AWS_ENDPOINT_URL_STS AWS_ENDPOINT_URL_COGNITO_IDENTITY " +
		"AWS_ENDPOINT_URL_LAMBDA AWS_ENDPOINT_URL_ACM AWS_IGNORE_CONFIGURED_ENDPOINT_URLS " +
		"AWS_REGION AWS_DEFAULT_REGION AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY"
	tests := []struct{ args, want string }{
		{"", "AWS_ENDPOINT_URL " + served},
		{"--served", served},
	}
	for _, tt := range tests {
		got := call(t, nil, append([]string{"env"}, strings.Fields(tt.args)...)...)
		var names []string
		for line := range strings.Lines(got.stdout) {
			name, _, _ := strings.Cut(strings.TrimPrefix(line, "export "), "=")
			names = append(names, name)
		}
		if is := strings.Join(names, " "); is != tt.want {
			t.Errorf("env %s: got %s, want %s", tt.args, is, tt.want)
		}
	}
}

func TestBaseURL(t *testing.T) {
	tests := []struct{ addr, want string }{
		{":4566", "http://localhost:4566"},
		{"0.0.0.0:4566", "http://localhost:4566"},
		{"[::]:4566", "http://localhost:4566"},
		{"[::1]:4566", "http://[::1]:4566"},
		{"gateway:80", "http://gateway:80"},
		{"gateway", "http://gateway:4566"},
	}
	for _, tt := range tests {
		if got := baseURL(tt.addr); got != tt.want {
			t.Errorf("baseURL(%q) = %q, want %q", tt.addr, got, tt.want)
		}
	}
}

// TestFullDisk: what could not be written is no success: suback learn >policy.json, for one; nor is it help,
// or a no that nobody can read.
func TestFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	wrong := filepath.Join(t.TempDir(), "policy.json")
	if err := os.WriteFile(wrong, []byte(`{"Version": "2012-10-17"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range []string{"env", "version", "coverage", "rule B-660", "ca --state " + t.TempDir(), "test --schema", "advise --list",
		"export --config " + os.DevNull, "help", "help lint", "--help", "serve -h", "run -h", "watch -h", "why -h",
		"lint " + wrong} {
		var errs bytes.Buffer
		p := &program{stdout: full, stderr: &errs, getenv: func(string) string { return "" }}
		if code := p.run(t.Context(), strings.Fields(args)); code != exitNo || !strings.Contains(errs.String(), "no space left on device") {
			t.Errorf("%s: got exit code %d, %q, want an error", args, code, &errs)
		}
	}
}
