package lambda

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// A handler gets Lambda's environment, what finds programs, certificates and
// the way out, and nothing else of this program's.
func TestEnvironmentIsLambdas(t *testing.T) {
	for _, name := range []string{
		"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_CA_BUNDLE",
		"AWS_ENDPOINT_URL", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN",
		"SUBACK_STATE", "SUBACK_CONFIG", "GITHUB_TOKEN", "SSH_AUTH_SOCK", "NODE_OPTIONS", "TMPDIR", "PWD", "USER",
	} {
		t.Setenv(name, "the user's own")
	}
	for _, name := range inherited {
		t.Setenv(name, "passed on")
	}
	t.Setenv("HOME", "/home/me")
	for _, o := range []ProcessOptions{{Runtime: "nodejs"}, {Runtime: "python"}, {Runtime: "provided"}} {
		o.Handler = "h"
		got := map[string]string{}
		for _, v := range environment(&o, place{code: "/code", own: "/own", api: "api", stream: "stream"}) {
			name, value, _ := strings.Cut(v, "=")
			got[name] = value
			if value == "the user's own" {
				t.Errorf("%s: got %s, want none of the user's", o.Runtime, v)
			}
		}
		want := slices.Concat(inherited, []string{
			"HOME", "TMPDIR", "LANG", "TZ", "PYTHONDONTWRITEBYTECODE", "_HANDLER", "LAMBDA_TASK_ROOT", "AWS_LAMBDA_RUNTIME_API",
			"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
			"AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME",
			"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE",
		})
		if o.Runtime != "provided" {
			want = append(want, laterHome)
		}
		slices.Sort(want)
		if names := slices.Sorted(maps.Keys(got)); !slices.Equal(names, want) {
			t.Errorf("%s: got %v, want %v", o.Runtime, names, want)
		}
	}
}

func TestUsersFilesAndKeys(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "REAL")
	t.Setenv("HOME", "/home/me")
	null := "AWS_CONFIG_FILE=" + os.DevNull + " AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull
	const keys = "AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test"
	type env = map[string]string
	tests := []struct {
		name, runtime string
		shims         bool
		configured    env
		want          string
	}{
		{"nothing configured", "nodejs", true, nil, keys + " " + null + " HOME=/home/me _HOME=/own"},
		{"an executable", "provided", false, nil, keys + " " + null + " HOME=/own"},
		{"a script", "provided", true, nil, keys + " " + null + " HOME=/home/me"},
		{"keys", "python", true, env{"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "B"},
			"AWS_ACCESS_KEY_ID=A AWS_SECRET_ACCESS_KEY=B " + null + " HOME=/home/me _HOME=/own"},
		{"profile", "python", true, env{"AWS_PROFILE": "dev"}, "AWS_PROFILE=dev HOME=/home/me"},
		{"profile, an executable", "provided", false, env{"AWS_PROFILE": "dev"}, "AWS_PROFILE=dev HOME=/home/me"},
		{"home", "nodejs", true, env{"HOME": "/srv"}, keys + " " + null + " HOME=/srv"},
		{"files", "provided", false, env{"AWS_CONFIG_FILE": "/c", "AWS_SHARED_CREDENTIALS_FILE": "/s"},
			keys + " AWS_CONFIG_FILE=/c AWS_SHARED_CREDENTIALS_FILE=/s HOME=/own"},
	}
	about := regexp.MustCompile(`^(AWS_(ACCESS|SECRET|PROFILE|CONFIG|SHARED)|_?HOME=)`)
	for _, tt := range tests {
		o := ProcessOptions{Runtime: tt.runtime, Environment: tt.configured}
		got := slices.DeleteFunc(environment(&o, place{own: "/own", shims: tt.shims}), func(v string) bool { return !about.MatchString(v) })
		want := strings.Fields(tt.want)
		if slices.Sort(want); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", tt.name, got, want)
		}
	}
}

// Shims of version managers look below the user's HOME for the interpreter; the
// handler that it runs has another, where no keys are.
func TestShimsNeedHome(t *testing.T) {
	home, bin := t.TempDir(), t.TempDir()
	write := func(file, text string) {
		t.Helper()
		err := os.MkdirAll(filepath.Dir(file), 0o700)
		if err == nil {
			err = os.WriteFile(file, []byte(text), 0o700)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	write(home+"/.aws/credentials", "[default]\naws_access_key_id = AKIAREAL\n")
	for name, where := range map[string][]string{"node": {"-p", "process.execPath"}, "python3": {"-c", "import sys; print(sys.executable)"}} {
		real, err := exec.Command(name, where...).Output()
		if err != nil {
			continue // newProcess says what is missing
		}
		if err := os.MkdirAll(home+"/.shims", 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(strings.TrimSpace(string(real)), home+"/.shims/"+name); err != nil {
			t.Fatal(err)
		}
		write(bin+"/"+name, "#!/bin/sh\nexec \"$HOME/.shims/"+name+"\" \"$@\"\n")
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	t.Setenv("HOME", home)
	for _, tt := range []struct {
		runtime string
		profile bool
	}{{"nodejs", false}, {"python", false}, {"nodejs", true}, {"python", true}} {
		o := ProcessOptions{Runtime: tt.runtime, Code: "testdata/" + tt.runtime, Handler: "index.environment", Timeout: 20 * time.Second}
		if tt.profile {
			o.Environment = map[string]string{"AWS_PROFILE": "default"}
		}
		p := newProcess(t, o)
		got := map[string]string{}
		invoke(t, p, `{}`, &got)
		_, err := os.Stat(got["HOME"] + "/.aws/credentials")
		if found := err == nil; found != tt.profile || got["_HOME"] != "" {
			t.Errorf("%s, profile %v: got HOME=%s with credentials %v, _HOME=%q", tt.runtime, tt.profile, got["HOME"], found, got["_HOME"])
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
		{ProcessOptions{Runtime: "nodejs", Environment: map[string]string{"A=B": ""}},
			`environment: "A=B" is no name, or its value has a zero byte`},
		{ProcessOptions{Runtime: "nodejs", Environment: map[string]string{"A": "secret\x00"}},
			`environment: "A" is no name, or its value has a zero byte`},
	}
	for _, tt := range tests {
		tt.o.Name = "fn"
		err := tt.o.check()
		if (err == nil) != (tt.want == "") || err != nil && err.Error() != tt.want {
			t.Errorf("got %v, want %q", err, tt.want)
		}
	}
}
