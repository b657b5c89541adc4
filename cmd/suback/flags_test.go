package main

import (
	"bytes"
	"context"
	"net"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator"
)

// TestFlagsAndEnvironment: every flag is SUBACK_<FLAG>, and the command line wins.
func TestFlagsAndEnvironment(t *testing.T) {
	tests := []struct {
		name        string
		environment map[string]string
		args        []string
		want        serveFlags
	}{
		{name: "nothing"},
		{name: "flags", args: []string{"--config", "a.yaml", "--state", "s", "--mqtt", ":1", "--https", "off", "--log-format", "json",
			"--log-level", "debug"},
			want: serveFlags{config: "a.yaml", state: "s", logFormat: "json", logLevel: "debug",
				listeners: emulator.Listeners{MQTT: ":1", HTTPS: "off"}}},
		{name: "one dash", args: []string{"-config=a.yaml"}, want: serveFlags{config: "a.yaml"}},
		{name: "environment", environment: map[string]string{"SUBACK_CONFIG": "a.yaml", "SUBACK_STATE": "s", "SUBACK_MQTT": ":1",
			"SUBACK_HTTPS": "off", "SUBACK_LOG_FORMAT": "json", "SUBACK_LOG_LEVEL": "debug"},
			want: serveFlags{config: "a.yaml", state: "s", logFormat: "json", logLevel: "debug",
				listeners: emulator.Listeners{MQTT: ":1", HTTPS: "off"}}},
		{name: "the command line wins", environment: map[string]string{"SUBACK_CONFIG": "a.yaml", "SUBACK_LOG_LEVEL": "error"},
			args: []string{"--config", "b.yaml"},
			want: serveFlags{config: "b.yaml", logLevel: "error"}},
		{name: "enforce", args: []string{"--enforce", "log"}, want: serveFlags{enforce: "log"}},
		{name: "doors", args: []string{"--bind", "all", "--host", "a.test,*.b.test", "--allow-origin=http://localhost:3000", "--functions-from",
			"gateway, app", "--rules-to", "a.example,*.c.test"},
			want: serveFlags{doors: doors{"all", []string{"a.test", "*.b.test"}, []string{"http://localhost:3000"}, []string{"gateway", "app"},
				[]string{"a.example", "*.c.test"}}}},
		{name: "doors by the environment",
			environment: map[string]string{"SUBACK_BIND": "loopback", "SUBACK_HOST": "a.test", "SUBACK_FUNCTIONS_FROM": "10.0.0.0/8"},
			args:        []string{"--host", "b.test"},
			want:        serveFlags{doors: doors{bind: "loopback", hosts: []string{"b.test"}, functionsFrom: []string{"10.0.0.0/8"}}}},
		{name: "bounds", args: []string{"--max-connections", "7", "--request-time", "2s"}, environment: map[string]string{"SUBACK_MAX_LOG": "3"},
			want: serveFlags{bounds: emulator.Bounds{Connections: 7, RequestTime: 2 * time.Second, LogPerSecond: 3}}},
		{name: "stories", args: []string{"--stories", "7"}, environment: map[string]string{"SUBACK_STORIES": "off"},
			want: serveFlags{stories: 7}},
		{name: "no stories", environment: map[string]string{"SUBACK_STORIES": "off"}, want: serveFlags{stories: -1}},
		{name: "empty is not given", environment: map[string]string{"SUBACK_LOG_LEVEL": ""}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := &program{args: tt.args, stdout: new(bytes.Buffer), getenv: func(name string) string { return tt.environment[name] }}
			var got serveFlags
			fs := p.flags("serve")
			got.register(fs)
			if err := p.parse(fs); err != nil {
				t.Fatal(err)
			}
			if tt.want.logFormat == "" {
				tt.want.logFormat = "text"
			}
			if tt.want.logLevel == "" {
				tt.want.logLevel = "info"
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

// TestWrongFlags: the error names the flag and what it wants.
func TestWrongFlags(t *testing.T) {
	tests := []struct {
		args        []string
		environment map[string]string
		want        string
	}{
		{[]string{"--bind", "everywhere"}, nil, `invalid value "everywhere" for flag -bind: want loopback or all`},
		{nil, map[string]string{"SUBACK_BIND": "0.0.0.0"}, `SUBACK_BIND is "0.0.0.0": want loopback or all`},
		{[]string{"--max-connections", "0"}, nil, "for flag -max-connections: want a whole number above 0"},
		{[]string{"--max-buffered", "16MB"}, nil, "for flag -max-buffered: want a whole number above 0"},
		{[]string{"--request-time", "30"}, nil, "for flag -request-time: want a duration above 0 with its unit"},
		{[]string{"--durability", "disk"}, nil, `durability is "disk", but nothing is kept: want a state directory`},
		{[]string{"--functions-from", "10.0.0.1/33"}, nil, `functions from "10.0.0.1/33": want an address`},
		{[]string{"--host", "http://gateway.test"}, nil, `host "http://gateway.test": want a name alone, as gateway.test`},
		{[]string{"--allow-origin", "localhost:3000"}, nil, `origin "localhost:3000": want one as https://example.test:8080`},
	}
	for _, tt := range tests {
		var out, errs bytes.Buffer
		p := &program{stdout: &out, stderr: &errs, getenv: func(name string) string { return tt.environment[name] }}
		if code := p.run(t.Context(), append([]string{"serve"}, tt.args...)); code == exitYes || !strings.Contains(errs.String(), tt.want) {
			t.Errorf("%v %v: got exit code %d and %q, want an error with %q", tt.environment, tt.args, code, errs.String(), tt.want)
		}
	}
}

// TestWrongValues: of every verb a value that it cannot mean is told before anything is done.
func TestWrongValues(t *testing.T) {
	const address = "for flag -http: want host:port, as localhost:4566"
	tests := []struct {
		args []string
		want string
	}{
		{[]string{"lint", "--partition", "x", "a.json"}, `--partition is "x", want one of aws, aws-cn, aws-us-gov`},
		{[]string{"lint", "--region", "x", "a.json"}, `--region: account "000000000000": region is "x"`},
		{[]string{"lint", "--config", "", "a.json"}, "--config is empty, want a value, or leave the flag out"},
		{[]string{"serve", "--mqtt", ":0", "--state="}, "--state is empty"},
		{[]string{"serve", "--host", ""}, "--host is empty"},
		{[]string{"run", "--config", "", "--", "true"}, "--config is empty"},
		{[]string{"test", "--transport", "ws", "--target", "127.0.0.1:1", "a.yaml"}, "--transport is for --target emulator; 127.0.0.1:1 is"},
		{[]string{"test", "a.yaml", "--junit", ""}, "--junit is empty"},
		{[]string{"env", "--http", "a b"}, address},
		{[]string{"env", "--http", ":99999"}, address},
		{[]string{"env", "--account", "a b"}, `--account: account name is "a b", want 1 to 32 letters`},
		{[]string{"watch", "--http", "localhost:4566/x"}, address},
		{[]string{"healthcheck", "--http", ":x"}, address},
		{[]string{"why", "--client", "a", "--http", "https://localhost:4566"}, address},
		{[]string{"why", "--client", "a", "--policy", "../../fixtures/policies/partition-other.json", "--connect", "--region", "x"},
			`--region, --account: account "123456789012": region is "x"`},
		{[]string{"advise", "--client", "a", "--timeout", "0s"}, "for flag -timeout: want a duration above 0"},
		{[]string{"learn", "--region", "x", "a.log"}, `--region: account "000000000000": region is "x"`},
		{[]string{"learn", "--size", "0", "a.log"}, "--size is 0, want 1 to 2048"},
		{[]string{"learn", "--documents", "0", "a.log"}, "--documents is 0, want 1 to 10"},
	}
	for _, tt := range tests {
		if got := call(t, nil, tt.args...); got.code != exitUsage || !strings.Contains(got.stderr, tt.want) || got.stdout != "" {
			t.Errorf("%q: got exit code %d, %q, %q, want %d, %q", tt.args, got.code, got.stderr, got.stdout, exitUsage, tt.want)
		}
	}
	for _, args := range [][]string{{"env", "--http", "http://localhost:4566/"}, {"env", "--http", "::1"}, {"env", "--served=false"},
		{"invoke", "--password", "", "--client-id", "a"}} {
		if got := call(t, nil, args...); got.code == exitUsage || got.stdout == "" {
			t.Errorf("%q: got exit code %d, %q, want it taken", args, got.code, got.stderr)
		}
	}
}

// TestNobodyReachesIt: a gateway without a listener does not claim to have some on this machine.
func TestNobodyReachesIt(t *testing.T) {
	e, err := emulator.New(emulator.Options{Listeners: emulator.Listeners{MQTT: "off", MQTTS: "off", HTTPS: "off", HTTP: "off"}})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.TrimSpace(reach(e)), "nobody reaches it: every listener is off"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCADir(t *testing.T) {
	home := t.TempDir()
	tests := []struct {
		name, state string
		environment map[string]string
		want        string
	}{
		{"state", "/s", map[string]string{"HOME": home}, "/s"},
		{"home", "", map[string]string{"HOME": home}, home + "/.config/suback"},
		{"XDG", "", map[string]string{"HOME": home, "XDG_CONFIG_HOME": home + "/x"}, home + "/x/suback"},
		{"no home, as in a container", "", nil, ""},
		{"no place to write to", "", map[string]string{"HOME": "/dev/null"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := &program{getenv: func(name string) string { return tt.environment[name] }}
			if got := p.caDir(tt.state); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestPortInUse: the commonest failure of a first start comes with what to do.
func TestPortInUse(t *testing.T) {
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	var out, errs bytes.Buffer
	p := &program{stdout: &out, stderr: &errs, getenv: func(string) string { return "" }}
	code := p.run(t.Context(), []string{"serve", "--mqtt", other.Addr().String(), "--mqtts", ":0", "--https", ":0", "--http", ":0"})
	if want := "suback: hint: another program listens there"; code != exitNo || !strings.Contains(errs.String(), want) {
		t.Errorf("got exit code %d and %q, want %q", code, &errs, want)
	}
}

// TestEndedBeforeItBegan: a signal at the start is no error of a gateway, and one of a command that never ran.
func TestEndedBeforeItBegan(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tt := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"serve", "--mqtt", ":0", "--mqtts", "off", "--https", "off", "--http", "off"}, exitYes, ""},
		{[]string{"run", "--", "true"}, exitNo, "suback: error: interrupted before the command began\n"},
	} {
		var out, errs bytes.Buffer
		p := &program{args: tt.args, stdout: &out, stderr: &errs, getenv: func(string) string { return "" }}
		if code := p.run(ctx, tt.args); code != tt.code || errs.String() != tt.want {
			t.Errorf("%s: got %d and %q, want %d and %q", tt.args[0], code, &errs, tt.code, tt.want)
		}
	}
}

func TestMisspeltVariables(t *testing.T) {
	fs := new(program).flags("serve")
	new(serveFlags).register(fs)
	got := misspelt(fs, []string{"SUBACK_LOGLEVEL=debug", "SUBACK_CONFIGS=a", "SUBACK_CONFIG=a", "SUBACK_MQTT_URL=mqtt://localhost:1",
		"SUBACK_CA_FILE=ca.pem", "SUBACK=/bin/suback",
		"SUBACK_PORT=1", "SUBACK_IMAGE=a", "SUBACK_VERSION=1", "SUBACK_TEST_IMAGE=a", "LOG_LEVEL=x"})
	want := []string{"SUBACK_LOGLEVEL is no variable of a flag, is SUBACK_LOG_LEVEL meant?",
		"SUBACK_CONFIGS is no variable of a flag, is SUBACK_CONFIG meant?"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
