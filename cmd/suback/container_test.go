package main

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"debug/elf"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"

	"github.com/suback/suback/emulator/skips"
)

// maxImage is what the image from scratch may weigh, in bytes.
const maxImage = 24 << 20

// buildImage makes the files of an image as the Dockerfile does: the program
// from nothing but what is copied to the build stage.
func buildImage(t *testing.T, s stage, arch string) (folder, program string) {
	t.Helper()
	image, out := t.TempDir(), builtFor(t, arch)
	for _, c := range s.copies() {
		switch source := filepath.Join(out, strings.TrimPrefix(c.sources[0], "/out")); {
		case !strings.HasPrefix(c.sources[0], "/out/"): // not of this project
		case c.target == s.one(t, "VOLUME"): // mounted
		default:
			if err := copyFile(source, filepath.Join(image, c.target)); err != nil {
				t.Fatal(err)
			}
		}
	}
	return image, s.command(t, "ENTRYPOINT")[0]
}

// outs are the folders that builtFor has filled, by architecture.
var outs = struct {
	mu      sync.Mutex
	folders map[string]string
}{folders: make(map[string]string)}

// builtFor is what the build stage makes, once for all images of an architecture.
func builtFor(t *testing.T, arch string) (out string) {
	t.Helper()
	outs.mu.Lock()
	defer outs.mu.Unlock()
	if out := outs.folders[arch]; out != "" {
		return out
	}
	out, err := os.MkdirTemp("", "suback-image")
	if err != nil {
		t.Fatal(err)
	}
	outs.folders[arch] = out
	build, _, _ := dockerfile(t)
	src := t.TempDir()
	buildContext(t, build, src)
	buildProgram(t, build, src, out, arch)
	return out
}

// buildProgram fills a folder as the build stage fills /out, by that stage's own
// line.
func buildProgram(t *testing.T, build stage, src, out, arch string) {
	t.Helper()
	for _, line := range build.all("RUN") {
		if !strings.Contains(line, "go build") {
			continue
		}
		cmd := exec.Command("sh", "-c", strings.ReplaceAll(line, " /out/", " "+out+"/"))
		cmd.Dir = src
		cmd.Env = append(os.Environ(), "TARGETOS=linux", "TARGETARCH="+arch, "GOFLAGS=-buildvcs=auto") // Go's default
		if _, err := run(cmd); err != nil {
			t.Fatal(err)
		}
	}
}

// volume is an empty volume, which an engine hands to the owner that the image
// gives it.
func volume(t *testing.T, s stage) string {
	t.Helper()
	folder := t.TempDir()
	for _, c := range s.copies() {
		if c.target == s.one(t, "VOLUME") {
			uid, gid, _ := strings.Cut(c.owner, ":")
			if err := os.Chown(folder, number(t, uid), number(t, gid)); err != nil {
				t.Fatal(err)
			}
		}
	}
	return folder
}

func number(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// hosts writes /etc/hosts, which engines provide.
func hosts(t *testing.T, image string, names ...string) {
	t.Helper()
	file := filepath.Join(image, "etc", "hosts")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("127.0.0.1 localhost "+strings.Join(names, " ")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestImageBinary(t *testing.T) {
	t.Parallel()
	skips.UnlessCI(t, "builds an image")
	_, _, last := dockerfile(t)
	for _, arch := range []string{"amd64", "arm64"} {
		t.Run(arch, func(t *testing.T) {
			image, program := buildImage(t, last, arch)
			file := filepath.Join(image, program)
			info, err := os.Stat(file)
			if err != nil {
				t.Fatal(err)
			}
			const certificates, zones = 256 << 10, 400 << 10
			if got := info.Size() + certificates + zones; got >= maxImage {
				t.Errorf("image: got %d bytes, want less than %d", got, maxImage)
			}
			checkStatic(t, file)
		})
	}
}

// TestReproducible builds the program once more than the image does, deeper and under
// version control, and gets the same bytes. What builders and caches have to do with it
// .ci/container shows.
func TestReproducible(t *testing.T) {
	t.Parallel()
	skips.UnlessCI(t, "builds an image")
	if _, err := exec.LookPath("git"); err != nil {
		missing(t, "git", "apt-get install git")
	}
	build, _, last := dockerfile(t)
	src, out := filepath.Join(t.TempDir(), "deeper"), t.TempDir()
	buildContext(t, build, src)
	versioned(t, src)
	buildProgram(t, build, src, out, runtime.GOARCH)
	image, program := buildImage(t, last, runtime.GOARCH)
	var programs [2][]byte
	for i, file := range []string{filepath.Join(image, program), filepath.Join(out, "suback")} {
		var err error
		if programs[i], err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
	}
	if a, b := sha256.Sum256(programs[0]), sha256.Sum256(programs[1]); a != b {
		t.Errorf("two builds: got SHA-256 %x and %x, want the same", a, b)
	}
}

// versioned commits what is in a folder.
func versioned(t *testing.T, folder string) {
	t.Helper()
	for _, args := range [][]string{{"init", "-q"}, {"add", "."},
		{"-c", "user.name=a", "-c", "user.email=a@example.test", "-c", "commit.gpgsign=false", "commit", "-q", "-m", "a"}} {
		cmd := exec.Command("git", args...)
		cmd.Dir = folder
		if _, err := run(cmd); err != nil {
			t.Fatal(err)
		}
	}
}

// checkStatic checks that a program needs neither loader nor libraries.
func checkStatic(t *testing.T, file string) {
	t.Helper()
	f, err := elf.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if slices.ContainsFunc(f.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP }) {
		t.Error("got a program with PT_INTERP, want none: there is no loader in the image")
	}
	if libraries, _ := f.DynString(elf.DT_NEEDED); len(libraries) > 0 {
		t.Errorf("got DT_NEEDED %v, want none", libraries)
	}
}

// TestScratchImage runs the program where there is nothing else: no shell, no
// /tmp, no home, no /proc, a read-only root.
func TestScratchImage(t *testing.T) {
	t.Parallel()
	skips.UnlessCI(t, "builds an image")
	needsBox(t)
	_, _, last := dockerfile(t)
	image, _ := buildImage(t, last, runtime.GOARCH)
	hosts(t, image)
	state := volume(t, last)
	b := box{image: image, binds: map[string]string{last.one(t, "VOLUME"): state}, env: last.all("ENV"), user: last.one(t, "USER")}

	p := b.start(t, last.command(t, "ENTRYPOINT")...)
	p.until("Ready.")
	checkUnprivileged(t, p, b.user)
	if got, err := p.exec(b.user, last.command(t, "HEALTHCHECK")...); err != nil || got != "ok\n" {
		t.Errorf("healthcheck: got %q, %v; want ok", got, err)
	}
	ca := filepath.Join(t.TempDir(), "ca.pem") // as a client of the first run has it
	if err := copyFile(filepath.Join(state, "ca.pem"), ca); err != nil {
		t.Fatal(err)
	}
	connect(t, p, ca)
	if got := p.end(syscall.SIGTERM); !got.Success() {
		t.Errorf("after SIGTERM: got %v, want exit status 0", got)
	}

	p = b.start(t, last.command(t, "ENTRYPOINT")...)
	p.until("Ready.")
	connect(t, p, ca)
	before, _ := os.ReadFile(ca)
	if after, err := os.ReadFile(filepath.Join(state, "ca.pem")); err != nil || !bytes.Equal(before, after) {
		t.Errorf("CA after a restart: got another one (%v), want the same", err)
	}
	p.end(syscall.SIGTERM)

	b.binds[last.one(t, "VOLUME")] = t.TempDir() // of root, as folders are that Docker makes
	p = b.start(t, last.command(t, "ENTRYPOINT")...)
	if got := p.end(0); got.ExitCode() != exitNo ||
		!strings.Contains(p.wrote.String(), "hint: the folder of --state must be writable for user 65532") {
		t.Errorf("state of somebody else: got %v, %s; want exit status %d and a hint", got, p.wrote.String(), exitNo)
	}
}

// checkUnprivileged checks who runs, and that the root cannot be written to.
func checkUnprivileged(t *testing.T, p *boxed, user string) {
	t.Helper()
	uid, gid, _ := strings.Cut(user, ":")
	for name, want := range map[string]string{"Uid": uid, "Gid": gid, "CapEff": "0000000000000000"} {
		if got := p.status(t, name); len(got) == 0 || slices.ContainsFunc(got, func(s string) bool { return s != want }) {
			t.Errorf("%s: got %v, want %s", name, got, want)
		}
	}
	file := filepath.Join("/proc", p.pid(), "root", "written")
	if err := os.WriteFile(file, nil, 0o644); !errors.Is(err, syscall.EROFS) {
		t.Errorf("writing to the root: got %v, want %v", err, syscall.EROFS)
	}
}

// connect runs TestDevice in the network of a program.
func connect(t *testing.T, p *boxed, ca string) {
	t.Helper()
	got, err := p.beside([]string{"SUBACK_TEST_CA=" + ca}, os.Args[0], "-test.run=^TestDevice$", "-test.v")
	if err != nil || !strings.Contains(got, "--- PASS: TestDevice") {
		t.Errorf("device: got %s, %v; want it to pass", got, err)
	}
}

// TestDevice is no test: it is the device that others run in a network of theirs.
func TestDevice(t *testing.T) {
	ca := os.Getenv("SUBACK_TEST_CA")
	if ca == "" {
		t.Skip("run by TestScratchImage")
	}
	text, err := os.ReadFile(ca)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(text)
	o := paho.NewClientOptions().AddBroker("ssl://localhost:8443").SetClientID("pump-7").SetUsername("me").SetPassword("test")
	o.SetTLSConfig(&tls.Config{RootCAs: pool, NextProtos: []string{"mqtt"}}).SetConnectTimeout(patience)
	c := paho.NewClient(o)
	done := func(what string, token paho.Token) {
		t.Helper()
		if !token.WaitTimeout(patience) || token.Error() != nil {
			t.Fatalf("%s: %v", what, token.Error())
		}
	}
	done("connect", c.Connect())
	defer c.Disconnect(100)
	got := make(chan string, 1)
	done("subscribe", c.Subscribe("pump/7", 1, func(_ paho.Client, m paho.Message) { got <- string(m.Payload()) }))
	done("publish", c.Publish("pump/7", 1, false, "on"))
	select {
	case text := <-got:
		if text != "on" {
			t.Errorf("message: got %q, want on", text)
		}
	case <-time.After(patience):
		t.Error("no message came back")
	}
}
