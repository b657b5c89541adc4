package main

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/suback/suback/emulator/skips"
)

// TestComposeUp does what docker compose up does with docker-compose.yml: the
// emulator with its Node.js authorizer, its health check, and then the app.
// Node.js and MQTT.js are those of this machine, and one network stands for both
// containers' ends.
func TestComposeUp(t *testing.T) {
	t.Parallel()
	skips.UnlessCI(t, "builds an image")
	needsBox(t)
	for _, tool := range []string{"node", "wget"} {
		if _, err := exec.LookPath(tool); err != nil {
			missing(t, tool, "apt-get install nodejs wget")
		}
	}
	c := readCompose(t)
	emulator := c.startEmulator(t)
	c.untilHealthy(t, emulator)
	app := c.startApp(t, emulator)
	app.until("connected")
	app.until("subscribed chat/room 1")
	app.until("message chat/room hello from app") // before or after "published"
	checkUnprivileged(t, app, c.Services.App.User)
	checkUnprivileged(t, emulator, c.Services.Suback.User)
	if got := emulator.end(syscall.SIGTERM); !got.Success() {
		t.Errorf("after SIGTERM: got %v, want exit status 0", got)
	}
}

// startEmulator runs the service suback. 443 is closed to it but for the
// service's sysctl.
func (c compose) startEmulator(t *testing.T) *boxed {
	t.Helper()
	s := c.Services.Suback
	_, functions, _ := dockerfile(t)
	image, program := buildImage(t, functions, runtime.GOARCH)
	hosts(t, image, append([]string{"suback"}, s.Networks.Default.Aliases...)...)
	b := s.box(t, image)
	b.env = append(functions.all("ENV"), b.env...)
	for _, v := range s.Volumes {
		parts := strings.Split(v, ":")
		if _, named := c.Volumes[parts[0]]; named {
			b.binds[parts[1]] = volume(t, functions)
			continue
		}
		b.binds[parts[1]] = absolute(t, parts[0])
		b.readOnly = append(b.readOnly, parts[1])
	}
	return b.start(t, program)
}

// startApp runs the service app, its image made by its Dockerfile.
func (c compose) startApp(t *testing.T, emulator *boxed) *boxed {
	t.Helper()
	s := c.Services.App
	image, dockerfile := t.TempDir(), s.image(t)
	b := s.box(t, image)
	b.workdir, b.network = dockerfile.one(t, "WORKDIR"), emulator
	for _, copied := range dockerfile.copies() {
		for _, file := range copied.sources {
			if err := copyFile(filepath.Join(repository, s.Build.Context, file), filepath.Join(image, b.workdir, file)); err != nil {
				t.Fatal(err)
			}
		}
	}
	modules := absolute(t, ".ci/node_modules")
	if _, err := os.Stat(filepath.Join(modules, "mqtt")); err != nil {
		missing(t, "MQTT.js", "npm ci --prefix .ci")
	}
	b.binds[b.workdir+"/node_modules"] = modules
	hosts(t, image, append([]string{"suback"}, c.Services.Suback.Networks.Default.Aliases...)...)
	return b.start(t, s.Command...)
}

// box is what a service says of its container.
func (s service) box(t *testing.T, image string) *box {
	t.Helper()
	b := &box{image: image, machine: true, binds: map[string]string{}, tmpfs: s.Tmpfs, user: s.User, sysctls: s.Sysctls}
	for _, name := range slices.Sorted(maps.Keys(s.Environment)) {
		b.env = append(b.env, name+"="+s.Environment[name])
	}
	return b
}

func absolute(t *testing.T, path string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(repository, path))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// untilHealthy asks as often as the service's health check does.
func (c compose) untilHealthy(t *testing.T, p *boxed) {
	t.Helper()
	h := c.Services.Suback.Healthcheck
	tick := time.NewTicker(h.Interval / 10)
	defer tick.Stop()
	var err error
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); <-tick.C {
		if _, err = p.exec(c.Services.Suback.User, h.Test[1:]...); err == nil {
			return
		}
	}
	t.Fatalf("not healthy within %v: %v", patience, err)
}
