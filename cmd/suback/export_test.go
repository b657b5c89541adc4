package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestExport(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	state, config := filepath.Join(dir, "state"), filepath.Join(dir, "suback.yaml")
	write(t, dir, "suback.yaml", "things: [{thingName: filed}]\ncredentials: [{accessKeyId: AKIAX, secretAccessKey: secret-of-x}]\n")
	g := serve(t, free, "--state", state, "--config", config)
	addr := g.addresses()["http"]
	resp, err := callAPI(t, addr, "POST", "/things/made", "{}")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	url := "http://" + addr
	running := map[string]string{"SUBACK_STATE": state, "SUBACK_HTTP": addr}
	stopped := map[string]string{"SUBACK_STATE": state, "SUBACK_CONFIG": config, "SUBACK_HTTP": "127.0.0.1:1"}
	type row struct {
		name      string
		env       map[string]string
		args      []string
		code      int
		want, not string // in what is printed
	}
	check := func(rows []row) {
		t.Helper()
		for _, tt := range rows {
			got := call(t, tt.env, append([]string{"export"}, tt.args...)...)
			text := got.stdout + got.stderr
			if got.code != tt.code || !strings.Contains(text, tt.want) || tt.not != "" && strings.Contains(text, tt.not) {
				t.Errorf("%s: got %d, %.2000s, want %d, …%s…, without %q (issue 6)", tt.name, got.code, text, tt.code, tt.want, tt.not)
			}
		}
	}
	check([]row{
		{"a running gateway", nil, []string{"--url", url}, exitYes, "thingName: made", "secret-of-x"},
		{"what is left out", nil, []string{"--url", url}, exitYes, "suback: left out: credentials AKIAX, whose", ""},
		{"with secrets", nil, []string{"--url", url, "--secrets"}, exitYes, "secretAccessKey: secret-of-x", "eft out"},
		{"a template", nil, []string{"--url", url, "--format", "cloudformation"}, exitYes, "ThingName: made", "secret"},
		{"in the gateway's container", running, nil, exitYes, "thingName: made", ""},
		{"a state in use", nil, []string{"--config", config, "--state", state}, exitNo, "hint: suback export --url", ""},
		{"nobody", nil, []string{"--url", "http://127.0.0.1:1"}, exitNo, "no gateway at http://127.0.0.1:1", ""},
		{"nobody, with a password", nil, []string{"--url", "http://me:s3cr3t@127.0.0.1:1"}, exitNo, "at http://…@127.0.0.1:1", "s3cr3t"},
		{"no address", nil, []string{"--url", "localhost"}, exitUsage, `--url is "localhost", want http://host:port`, ""},
		{"another format", nil, []string{"--format", "json"}, exitUsage, `--format is "json", want yaml or cloudformation`, ""},
		{"no folder", nil, []string{"--state", filepath.Join(dir, "none")}, exitNo, "--state: stat ", ""},
	})
	g.stop(t)
	check([]row{
		{"what it left", nil, []string{"--config", config, "--state", state}, exitYes, "thingName: made", "secret-of-x"},
		{"what it left, as the environment says", stopped, nil, exitYes, "thingName: filed", ""},
		{"the configuration alone", nil, []string{"--config", config}, exitYes, "thingName: filed", "made"},
	})
	if _, err := os.Stat(filepath.Join(dir, "none")); err == nil {
		t.Error("got a folder made, want none (issue 6)")
	}
}
