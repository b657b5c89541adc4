package main

import (
	"bytes"
	"testing"

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
		{name: "flags", args: []string{"--config", "a.yaml", "--state", "s", "--mqtt", ":1", "--https", "off", "--log-format", "json", "--log-level", "debug"},
			want: serveFlags{config: "a.yaml", state: "s", logFormat: "json", logLevel: "debug", listeners: emulator.Listeners{MQTT: ":1", HTTPS: "off"}}},
		{name: "one dash", args: []string{"-config=a.yaml"}, want: serveFlags{config: "a.yaml"}},
		{name: "environment", environment: map[string]string{"SUBACK_CONFIG": "a.yaml", "SUBACK_STATE": "s", "SUBACK_MQTT": ":1", "SUBACK_HTTPS": "off", "SUBACK_LOG_FORMAT": "json", "SUBACK_LOG_LEVEL": "debug"},
			want: serveFlags{config: "a.yaml", state: "s", logFormat: "json", logLevel: "debug", listeners: emulator.Listeners{MQTT: ":1", HTTPS: "off"}}},
		{name: "the command line wins", environment: map[string]string{"SUBACK_CONFIG": "a.yaml", "SUBACK_LOG_LEVEL": "error"}, args: []string{"--config", "b.yaml"},
			want: serveFlags{config: "b.yaml", logLevel: "error"}},
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
			if got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
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
