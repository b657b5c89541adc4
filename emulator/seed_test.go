//go:build unix

package emulator_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/suback/suback/emulator/trace"
)

// fixtures/seeds: five systems that people have published, each with one command
// that runs it. The tests run that command.

func TestSeeds(t *testing.T) {
	t.Parallel()
	binary := suback(t)
	for name, test := range map[string]func(t *testing.T, binary string){
		"000": seed000, "001": seed001, "002": seed002, "003": seed003, "004": seed004,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, binary)
		})
	}
	folders, err := filepath.Glob("../fixtures/seeds/*/README.md")
	if err != nil || len(folders) != 5 {
		t.Errorf("got %v, %v, want the five that are tested here", folders, err)
	}
}

// A seed is a copy of one of the systems, on ports of its own.
type seed struct {
	t      *testing.T
	binary string // of suback
	folder string
	ports  map[string]string // by the port that the original has
	config string            // suback.yaml as it is at first
	system *program          // what runs it
}

// ports that occur in the seeds.
var seedPort = regexp.MustCompile(`\b(4566|8080|8443|8883)\b`)

// newSeed copies fixtures, and changes ports in the files of one seed. node_modules
// is what npm install would make.
func newSeed(t *testing.T, binary, name string, modules ...string) *seed {
	t.Helper()
	root := t.TempDir()
	s := &seed{t: t, binary: binary, folder: filepath.Join(root, "seeds", name), ports: make(map[string]string)}
	must(t, filepath.WalkDir("../fixtures", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".suback"):
			return fs.SkipDir
		case d.IsDir():
			return os.MkdirAll(s.copied(root, path), 0o755)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if strings.HasPrefix(path, "../fixtures/seeds/") {
			text = seedPort.ReplaceAllFunc(text, s.port)
		}
		return os.WriteFile(s.copied(root, path), text, info.Mode())
	}))
	config, err := os.ReadFile(s.file())
	must(t, err)
	s.config = string(config)
	for _, module := range modules {
		must(t, os.MkdirAll(filepath.Join(s.folder, "node_modules", filepath.Dir(module)), 0o755))
		must(t, os.Symlink(filepath.Join(npmModules(t, module), module), filepath.Join(s.folder, "node_modules", module)))
	}
	return s
}

func (s *seed) copied(root, path string) string {
	return filepath.Join(root, strings.TrimPrefix(path, "../fixtures"))
}

// port is the copy's own in place of one of the original's.
func (s *seed) port(original []byte) []byte {
	if s.ports[string(original)] == "" {
		s.ports[string(original)] = unusedPort(s.t)
	}
	return []byte(s.ports[string(original)])
}

// givenPorts are those of unusedPort: it is a while until who got one listens there.
var givenPorts sync.Map

// unusedPort is outside of what listeners on port 0 and clients get, and never the same twice.
func unusedPort(t *testing.T) string {
	t.Helper()
	for range 100 {
		port := fmt.Sprint(20000 + rand.IntN(10000))
		if _, given := givenPorts.LoadOrStore(port, true); given {
			continue
		}
		if l, err := net.Listen("tcp", "127.0.0.1:"+port); err == nil {
			_ = l.Close()
			return port
		}
	}
	t.Fatal("got no port, want one of 20000 to 29999")
	return ""
}

// run runs the command of the seed's README until the end of the test. It ends
// by Control-C, as a person would end it.
func (s *seed) run(environment []string, name string, args ...string) *program {
	s.t.Helper()
	if _, err := exec.LookPath(name); err != nil && name == "npm" {
		missing(s.t, name, "apt-get install nodejs npm")
	}
	cmd := exec.Command(name, args...)
	cmd.Dir = s.folder
	cmd.Env = append(append(os.Environ(), environment...), "SUBACK="+s.binary, "TMPDIR="+s.temp(), "HOME="+s.temp())
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = patience // a browser that it leaves behind may hold its standard error
	p := startCommand(s.t, cmd)
	s.system = p
	s.t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGINT)
		killer := time.AfterFunc(patience, func() {
			s.t.Errorf("%s has not ended within %v of Control-C", p.name, patience)
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		})
		defer killer.Stop()
		for line := range p.lines {
			p.seen = append(p.seen, line)
		}
		_ = cmd.Wait() // until here it writes
		endGroup(cmd.Process.Pid)
		if wrote := p.wrote.String(); strings.Contains(wrote, "Traceback") || strings.Contains(wrote, "KeyboardInterrupt") {
			s.t.Errorf("%s ends with a traceback on Control-C, want it to end quietly (N-6):\n%s", p.name, wrote)
		}
	})
	return p
}

// endGroup ends what a browser leaves behind, which would write to its profile for a moment, and waits for
// that. Where nobody reaps it, it stays in its group.
func endGroup(group int) {
	for end := time.Now().Add(time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if err := syscall.Kill(-group, syscall.SIGKILL); err != nil {
			return
		}
	}
}

// temp is a folder for the files that programs leave behind.
func (s *seed) temp() string {
	folder := filepath.Join(filepath.Dir(filepath.Dir(s.folder)), "tmp")
	must(s.t, os.MkdirAll(folder, 0o755))
	return folder
}

// hasCommand fails unless the README shows a command on a line of its own.
func (s *seed) hasCommand(command string) {
	s.t.Helper()
	text, err := os.ReadFile(filepath.Join(s.folder, "README.md"))
	must(s.t, err)
	if !strings.Contains(string(text), "\n\n    "+command+"\n\n") {
		s.t.Errorf("README.md has no line %q, want the command that runs the seed", command)
	}
}

// runPage runs a seed with a page, and returns its browser.
func (s *seed) runPage() *chrome {
	s.t.Helper()
	s.hasCommand("npm install && npm start") // the test links what npm would install
	wrapper := filepath.Join(s.temp(), "chromium")
	must(s.t, os.WriteFile(wrapper, fmt.Appendf(nil, "#!/bin/sh\nexec %s %s \"$@\"\n",
		findChromium(s.t), strings.Join(chromiumFlags, " ")), 0o755))
	s.run([]string{"CHROMIUM=" + wrapper}, "npm", "start", "--silent").until("The page is ")
	browser := openChrome(s.t, filepath.Join(s.temp(), "suback-*"))
	if s.has(cause{operation: trace.Transport, outcome: trace.Note, reason: "TLS_CLIENT_HUNG_UP"}) {
		s.t.Error("got TLS_CLIENT_HUNG_UP at the start, want no false alarm of our own script (F-26)")
	}
	return browser
}

func (s *seed) file() string { return filepath.Join(s.folder, "suback.yaml") }

// edit changes one text of the seed's suback.yaml as it is at first, and waits until
// it has been read again.
func (s *seed) edit(old, new string) {
	s.t.Helper()
	if !strings.Contains(s.config, old) {
		s.t.Fatalf("suback.yaml has no %q", old)
	}
	reloads := func() int { return strings.Count(s.system.wrote.String(), "configuration reloaded") }
	before := reloads()
	must(s.t, os.WriteFile(s.file(), []byte(strings.Replace(s.config, old, new, 1)), 0o644))
	eventually(s.t, "suback.yaml read again", func() bool { return reloads() > before })
}

// explained waits for the record of a refusal in the trace that the README
// speaks of, and checks that it names its cause.
func (s *seed) explained(want cause) {
	s.t.Helper()
	eventually(s.t, fmt.Sprintf("a record in the trace as %+v", want), func() bool { return s.has(want) })
}

// has reports whether the trace has such a record.
func (s *seed) has(want cause) bool {
	s.t.Helper()
	return slices.ContainsFunc(s.trace(), func(ev trace.Event) bool {
		return ev.Operation == want.operation && ev.Outcome == cmp.Or(want.outcome, trace.Refused) &&
			(want.client == "" || ev.Client == want.client) && len(want.differ(ev)) == 0
	})
}

// trace is what the emulator has recorded.
func (s *seed) trace() (events []trace.Event) {
	s.t.Helper()
	resp, err := http.Get("http://127.0.0.1:" + s.ports["4566"] + "/_suback/trace")
	must(s.t, err)
	defer resp.Body.Close()
	for d := json.NewDecoder(resp.Body); d.More(); {
		var line struct {
			trace.Event
			Decision json.RawMessage `json:"decision"` // for people
		}
		must(s.t, d.Decode(&line))
		events = append(events, line.Event)
	}
	return events
}
