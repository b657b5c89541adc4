package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
)

// The files of fixtures/compose: what can be read there. .ci/container runs them.

// A composed file is one of them: every key that it uses, and no other.
type composed struct {
	folder   string
	Services map[string]service  `yaml:"services"`
	Volumes  map[string]struct{} `yaml:"volumes"`
}

func readStacks(t *testing.T) (all []composed) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(repository, "fixtures/compose"))
	if err != nil || len(entries) == 0 {
		t.Fatalf("fixtures/compose: got %d folders, %v", len(entries), err)
	}
	for _, e := range entries {
		s := composed{folder: filepath.Join("fixtures/compose", e.Name())}
		decodeCompose(t, filepath.Join(s.folder, "compose.yaml"), &s)
		all = append(all, s)
	}
	return all
}

// ofTheirs are the services whose images others make for root alone, or might.
var ofTheirs = map[string]bool{"fixtures/compose/aws aws": true}

func TestStacks(t *testing.T) {
	for _, s := range readStacks(t) {
		t.Run(filepath.Base(s.folder), func(t *testing.T) {
			s.checkGateway(t)
			for name, service := range s.Services {
				if !ofTheirs[s.folder+" "+name] {
					service.checkHardening(t, name)
				}
				if name != "suback" && service.Build.Context != "" {
					s.checkApp(t, name)
				}
				s.checkAround(t, name)
			}
		})
	}
}

// checkGateway checks the service suback, the configuration that it is given, and that the
// endpoints there are names that others find it by.
func (s composed) checkGateway(t *testing.T) {
	t.Helper()
	gateway := s.Services["suback"]
	_, functions, _ := dockerfile(t)
	if got := filepath.Join(s.folder, gateway.Build.Context); got != "." || gateway.Build.Target != functions.name {
		t.Errorf("suback: got build %s %s, want the Dockerfile's target %s", got, gateway.Build.Target, functions.name)
	}
	checkHealthcheck(t, functions.command(t, "ENTRYPOINT")[0], gateway.Healthcheck.Test[1:])
	for name := range gateway.Environment {
		if !strings.HasPrefix(name, "AWS_ENDPOINT_URL") {
			checkVariable(t, name)
		}
	}
	for _, want := range []string{"./gateway:/etc/suback:ro", "state:" + functions.environment(t)["SUBACK_STATE"]} {
		if !slices.Contains(gateway.Volumes, want) {
			t.Errorf("suback: got volumes %v, want %s", gateway.Volumes, want)
		}
	}
	file := filepath.Join(repository, s.folder, "gateway", strings.TrimPrefix(gateway.Environment["SUBACK_CONFIG"], "/etc/suback/"))
	config, err := emulator.LoadConfig(file)
	if err != nil {
		t.Fatal(err)
	}
	var endpoints []string
	for _, c := range config.Accounts {
		endpoints = append(endpoints, c.EndpointAddress)
	}
	if len(endpoints) == 0 {
		endpoints = append(endpoints, config.EndpointAddress)
	}
	slices.Sort(endpoints)
	if got := gateway.Networks.Default.Aliases; !slices.Equal(got, endpoints) {
		t.Errorf("suback: got aliases %v, want the endpoints %v", got, endpoints)
	}
	if got := call(t, nil, "lint", file); !strings.HasPrefix(got.stdout, "0 findings") {
		t.Errorf("suback lint: got %s, want no finding", got.stdout)
	}
}

// checkApp checks an image of ours: its files, and that what it installs is the same on every
// day, MQTT.js as in CI.
func (s composed) checkApp(t *testing.T, name string) {
	t.Helper()
	of := s.Services[name]
	folder := filepath.Join(s.folder, of.Build.Context)
	stages := readDockerfile(t, filepath.Join(folder, "Dockerfile"))
	sources := stages[0].copies()[0].sources
	for _, file := range sources {
		if _, err := os.Stat(filepath.Join(repository, folder, file)); err != nil {
			t.Errorf("%s: COPY %s: %v", name, file, err)
		}
	}
	script := regexp.MustCompile(`node (\S+)`).FindStringSubmatch(strings.Join(of.Command, " "))
	if script == nil || !slices.Contains(sources, script[1]) {
		t.Errorf("%s: got command %v, want node with one of %v", name, of.Command, sources)
	}
	packages, _ := strings.CutPrefix(stages[0].one(t, "RUN"), "npm install ")
	for _, p := range strings.Fields(packages) {
		at := strings.LastIndex(p, "@")
		if want := versionInCI(t, p[:at]); want != "" && p[at+1:] != want || !regexp.MustCompile(`^\d+\.\d+\.\d+$`).MatchString(p[at+1:]) {
			t.Errorf("%s: got %s, want one version, %s", name, p, want)
		}
	}
}

// versionInCI is the version of an npm package that the tests have, "" for none.
func versionInCI(t *testing.T, name string) string {
	t.Helper()
	var ci struct{ Dependencies map[string]string }
	text, err := os.ReadFile(filepath.Join(repository, ".ci/package.json"))
	if err == nil {
		err = json.Unmarshal(text, &ci)
	}
	if err != nil {
		t.Fatal(err)
	}
	return ci.Dependencies[name]
}

// checkAround checks what a service has to do with this machine and with others: ports for
// this machine alone, images that can be exchanged, services that there are.
func (s composed) checkAround(t *testing.T, name string) {
	t.Helper()
	of := s.Services[name]
	port := regexp.MustCompile(`^127\.0\.0\.1:\$\{[A-Z]+_PORT:-\d+\}:\d+$`)
	for _, p := range of.Ports {
		if !port.MatchString(p) {
			t.Errorf("%s: got port %s, want 127.0.0.1:${…_PORT:-…}:…", name, p)
		}
	}
	if ok, _ := regexp.MatchString(`^\$\{[A-Z]+_IMAGE:-[a-z/]+:[^}]+\}$`, of.Image); of.Image != "" && !ok {
		t.Errorf("%s: got image %s, want ${…_IMAGE:-name:tag}", name, of.Image)
	}
	for other := range of.DependsOn {
		if _, ok := s.Services[other]; !ok {
			t.Errorf("%s: depends on %s, which is no service", name, other)
		}
	}
	for _, v := range of.Volumes {
		from, _, _ := strings.Cut(v, ":")
		if _, named := s.Volumes[from]; named {
			continue
		}
		if _, err := os.Stat(filepath.Join(repository, s.folder, from)); err != nil || !strings.HasSuffix(v, ":ro") {
			t.Errorf("%s: volume %s: got %v, want a file of the folder that cannot be written to, or a name below volumes", name, v, err)
		}
	}
}
