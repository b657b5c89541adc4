package main

import (
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/registry"
)

// A compose is docker-compose.yml: every key that it uses, and no other.
type compose struct {
	Services struct {
		Suback service `yaml:"suback"`
		App    service `yaml:"app"`
	} `yaml:"services"`
	Volumes map[string]struct{} `yaml:"volumes"`
}

type service struct {
	Image string `yaml:"image"`
	Build struct {
		Context string `yaml:"context"`
		Target  string `yaml:"target"`
	} `yaml:"build"`
	Environment map[string]string `yaml:"environment"`
	Volumes     []string          `yaml:"volumes"`
	Ports       []string          `yaml:"ports"`
	Command     []string          `yaml:"command"`
	Networks    struct {
		Default struct {
			Aliases []string `yaml:"aliases"`
		} `yaml:"default"`
	} `yaml:"networks"`
	Healthcheck struct {
		Test     []string      `yaml:"test"`
		Interval time.Duration `yaml:"interval"`
		Timeout  time.Duration `yaml:"timeout"`
		Retries  int           `yaml:"retries"`
	} `yaml:"healthcheck"`
	DependsOn map[string]struct {
		Condition string `yaml:"condition"`
	} `yaml:"depends_on"`
	Init        bool              `yaml:"init"`
	User        string            `yaml:"user"`
	ReadOnly    bool              `yaml:"read_only"`
	Tmpfs       []string          `yaml:"tmpfs"`
	CapDrop     []string          `yaml:"cap_drop"`
	SecurityOpt []string          `yaml:"security_opt"`
	Sysctls     map[string]string `yaml:"sysctls"`
}

// readCompose reads the file. Keys that not every Compose knows are not in these
// types, as dockerfile_inline is not: it needs Compose 2.17.
func readCompose(t *testing.T) (c compose) {
	t.Helper()
	decodeCompose(t, "docker-compose.yml", &c)
	return c
}

func decodeCompose(t *testing.T, name string, to any) {
	t.Helper()
	file, err := os.Open(filepath.Join(repository, name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	d := yaml.NewDecoder(file)
	d.KnownFields(true)
	if err := d.Decode(to); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// configuration is what the emulator's container reads: the file that
// SUBACK_CONFIG names, found through the volumes.
func (c compose) configuration(t *testing.T) *emulator.Config {
	t.Helper()
	inside := c.Services.Suback.Environment["SUBACK_CONFIG"]
	for _, v := range c.Services.Suback.Volumes {
		parts := strings.Split(v, ":")
		if name, ok := strings.CutPrefix(inside, parts[1]+"/"); ok {
			config, err := emulator.LoadConfig(filepath.Join(repository, parts[0], name))
			if err != nil {
				t.Fatal(err)
			}
			return config
		}
	}
	t.Fatalf("SUBACK_CONFIG is %q, want a file of a volume", inside)
	return nil
}

func TestComposeEmulator(t *testing.T) {
	c := readCompose(t)
	s := c.Services.Suback
	_, functions, _ := dockerfile(t)
	if s.Build.Context != "." || s.Build.Target != functions.name {
		t.Errorf("build: got %+v, want the Dockerfile's target %s", s.Build, functions.name)
	}
	if got, want := s.User, functions.one(t, "USER"); got != want {
		t.Errorf("user: got %q, want the Dockerfile's %q", got, want)
	}
	for name := range s.Environment {
		checkVariable(t, name)
	}
	if len(s.Healthcheck.Test) == 0 || s.Healthcheck.Test[0] != "CMD" {
		t.Fatalf("health check: got %q, want CMD and words, for there may be no shell", s.Healthcheck.Test)
	}
	checkHealthcheck(t, functions.command(t, "ENTRYPOINT")[0], s.Healthcheck.Test[1:])
	if h := s.Healthcheck; h.Interval <= 0 || h.Timeout <= 3*time.Second || h.Retries <= 0 {
		t.Errorf("health check: got %+v, want more than the verb's own 3 s, and retries", h)
	}
	config := c.configuration(t)
	authorizer := slices.IndexFunc(config.Authorizers,
		func(a registry.Authorizer) bool { return a.AuthorizerName == config.DefaultAuthorizerName })
	if authorizer < 0 || config.Functions[config.Authorizers[authorizer].AuthorizerFunctionArn].Runtime != "nodejs" {
		t.Errorf("authorizer %q: want one whose function runs in Node.js", config.DefaultAuthorizerName)
	}
}

// TestComposePorts compares what is mapped with what is listened on: AWS's own
// ports for devices and the http listener, all for this machine alone [H-3].
func TestComposePorts(t *testing.T) {
	c := readCompose(t)
	l := addresses(emulator.Listeners{}, c.configuration(t).Listeners)
	got := map[string]string{} // by container port
	for _, p := range c.Services.Suback.Ports {
		at := strings.LastIndex(p, ":")
		got[p[at+1:]] = p[:at]
	}
	want := map[string]string{
		portIn(t, c.Services.Suback.Environment["SUBACK_HTTPS"]): "127.0.0.1:443",
		portIn(t, l.MQTTS): "127.0.0.1:8883",
		portIn(t, l.HTTP):  "127.0.0.1:4566",
	}
	for port, host := range want {
		if got[port] != host {
			t.Errorf("container port %s: got host port %q, want %q", port, got[port], host)
		}
	}
	if len(got) != len(want) {
		t.Errorf("ports: got %v, want %v", got, want)
	}
}

// TestComposeFunctions: this machine, which a published port shows as the
// gateway, and services of the file may bring functions, and nobody else [H-3].
func TestComposeFunctions(t *testing.T) {
	c := readCompose(t)
	from := strings.Split(c.Services.Suback.Environment["SUBACK_FUNCTIONS_FROM"], ",")
	if want := []string{"gateway", "app"}; !slices.Equal(from, want) {
		t.Errorf("SUBACK_FUNCTIONS_FROM: got %q, want %q", from, want)
	}
}

func TestComposeVolumes(t *testing.T) {
	c := readCompose(t)
	_, functions, _ := dockerfile(t)
	state := false
	for _, v := range c.Services.Suback.Volumes {
		parts := strings.Split(v, ":")
		switch _, named := c.Volumes[parts[0]]; {
		case named:
			state = state || len(parts) == 2 && parts[1] == functions.environment(t)["SUBACK_STATE"]
		case !strings.HasPrefix(parts[0], "./") || len(parts) != 3 || parts[2] != "ro":
			t.Errorf("volume %s: want ./…:…:ro, or a name below volumes", v)
		default:
			if _, err := os.Stat(filepath.Join(repository, parts[0])); err != nil {
				t.Errorf("volume %s: %v", v, err)
			}
		}
	}
	if !state {
		t.Errorf("volumes: got %v, want a named one for SUBACK_STATE", c.Services.Suback.Volumes)
	}
	if got := c.Services.App.Volumes; len(got) > 0 {
		t.Errorf("app: got volumes %v, want none: beside the CA lies its key", got)
	}
}

// TestComposeHardening: what both containers must not be able to do.
func TestComposeHardening(t *testing.T) {
	c := readCompose(t)
	c.Services.Suback.checkHardening(t, "suback")
	c.Services.App.checkHardening(t, "app")
	if got := c.Services.Suback.Sysctls["net.ipv4.ip_unprivileged_port_start"]; got != "0" {
		t.Errorf("ip_unprivileged_port_start: got %q, want 0: 443 is bound without root", got)
	}
}

func (s service) checkHardening(t *testing.T, name string) {
	t.Helper()
	if !regexp.MustCompile(`^[1-9]\d*:[1-9]\d*$`).MatchString(s.User) {
		t.Errorf("%s: got user %q, want numbers other than 0", name, s.User)
	}
	if !s.ReadOnly || !s.Init || len(s.Tmpfs) == 0 || s.Tmpfs[0] != "/tmp" || !slices.Equal(s.CapDrop, []string{"ALL"}) {
		t.Errorf("%s: got %+v, want read_only, init, tmpfs /tmp, cap_drop ALL", name, s)
	}
	if !slices.Equal(s.SecurityOpt, []string{"no-new-privileges:true"}) {
		t.Errorf("%s: got security_opt %v, want no-new-privileges", name, s.SecurityOpt)
	}
}

// TestComposeApp follows the app to the emulator: its files, its addresses, the
// authorizer it names.
func TestComposeApp(t *testing.T) {
	c := readCompose(t)
	app, config := c.Services.App, c.configuration(t)
	if got := app.DependsOn["suback"].Condition; got != "service_healthy" {
		t.Errorf("depends_on: got %q, want service_healthy", got)
	}
	script := strings.Join(app.Command, " ")
	for _, file := range regexp.MustCompile(`node (\S+)`).FindAllStringSubmatch(script, -1) {
		if !slices.Contains(app.image(t).copies()[0].sources, file[1]) {
			t.Errorf("app runs %s, which its Dockerfile does not copy", file[1])
		}
	}
	if ca := app.Environment["NODE_EXTRA_CA_CERTS"]; !strings.Contains(script, "-O "+ca+" ") || path.Dir(ca) != app.Tmpfs[0] {
		t.Errorf("NODE_EXTRA_CA_CERTS: got %q, want the file below /tmp that the command fetches", ca)
	}
	alias := c.Services.Suback.Networks.Default.Aliases[0]
	if ok, _ := path.Match("*-ats.iot."+config.Region+".amazonaws.com", alias); !ok {
		t.Errorf("alias: got %q, want the form of an endpoint of AWS (A-3)", alias)
	}
	var urls []string
	for _, text := range regexp.MustCompile(`\w+://[^\s']+`).FindAllString(script, -1) {
		u, err := url.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		urls = append(urls, u.Scheme+"://"+u.Host+u.Path)
		if name := u.Query().Get("x-amz-customauthorizer-name"); name != "" &&
			!slices.ContainsFunc(config.Authorizers, func(a registry.Authorizer) bool { return a.AuthorizerName == name }) {
			t.Errorf("app names authorizer %q, which does not exist", name)
		}
	}
	if want := []string{"http://suback:4566/_suback/ca.pem", "wss://" + alias + "/mqtt"}; !slices.Equal(urls, want) {
		t.Errorf("app: got addresses %v, want %v", urls, want)
	}
}

// image returns the only stage of the app's Dockerfile and checks what it copies
// and installs: MQTT.js as in CI, since that is what was tested.
func (s service) image(t *testing.T) stage {
	t.Helper()
	name := filepath.Join(s.Build.Context, "Dockerfile")
	stages := readDockerfile(t, name)
	if len(stages) != 1 {
		t.Fatalf("%s: got %v, want one stage", name, stages)
	}
	for _, file := range stages[0].copies()[0].sources {
		if _, err := os.Stat(filepath.Join(repository, s.Build.Context, file)); err != nil {
			t.Errorf("%s: COPY %s: %v", name, file, err)
		}
	}
	if got, want := stages[0].one(t, "RUN"), "npm install mqtt@"+versionInCI(t, "mqtt"); got != want {
		t.Errorf("%s: got RUN %s, want %s (.ci/package.json)", name, got, want)
	}
	return stages[0]
}
