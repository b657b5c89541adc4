package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
)

// repository is the folder of the Dockerfile, and what it builds from.
const repository = "../.."

// An instruction is one of a Dockerfile, its continued lines joined.
type instruction struct {
	line       int
	name, rest string
}

// A stage is what one FROM begins.
type stage struct {
	base, name   string
	instructions []instruction
}

// parseDockerfile reads the Dockerfiles of this repository, which have no
// heredocs and no quoted "#".
func parseDockerfile(text string) ([]stage, error) {
	var stages []stage
	open := false // the last line continues
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		body, continues := strings.CutSuffix(line, "\\")
		name, rest, _ := strings.Cut(strings.TrimSpace(body), " ")
		switch {
		case open:
			s := &stages[len(stages)-1]
			s.instructions[len(s.instructions)-1].rest += " " + strings.TrimSpace(body)
		case name == "FROM":
			words := slices.DeleteFunc(strings.Fields(rest), func(w string) bool { return strings.HasPrefix(w, "--") })
			s := stage{base: words[0]}
			if len(words) == 3 && words[1] == "AS" {
				s.name = words[2]
			}
			stages = append(stages, s)
		case len(stages) == 0:
			return nil, fmt.Errorf("%d: %s before the first FROM", i+1, name)
		default:
			s := &stages[len(stages)-1]
			s.instructions = append(s.instructions, instruction{i + 1, name, strings.TrimSpace(rest)})
		}
		open = continues
	}
	return stages, nil
}

// readDockerfile returns the stages of a Dockerfile of this repository.
func readDockerfile(t *testing.T, name string) []stage {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repository, name))
	if err != nil {
		t.Fatal(err)
	}
	stages, err := parseDockerfile(string(text))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return stages
}

// dockerfile returns the stages of the Dockerfile: build, functions, and the last.
func dockerfile(t *testing.T) (build, functions, last stage) {
	t.Helper()
	stages := readDockerfile(t, "Dockerfile")
	if len(stages) != 3 || stages[0].name != "build" || stages[1].name != "functions" || stages[2].base != "scratch" {
		t.Fatalf("stages are %+v, want build, functions, and one from scratch", stages)
	}
	return stages[0], stages[1], stages[2]
}

// all returns what follows each instruction of a name.
func (s stage) all(name string) (rests []string) {
	for _, i := range s.instructions {
		if i.name == name {
			rests = append(rests, i.rest)
		}
	}
	return rests
}

// one returns what follows the only instruction of a name.
func (s stage) one(t *testing.T, name string) string {
	t.Helper()
	rests := s.all(name)
	if len(rests) != 1 {
		t.Fatalf("stage %s %s has %d %s, want 1", s.base, s.name, len(rests), name)
	}
	return rests[0]
}

// command returns the words of an instruction in exec form, which needs no shell.
func (s stage) command(t *testing.T, name string) (words []string) {
	t.Helper()
	rest := s.one(t, name)
	if err := json.Unmarshal([]byte(rest[max(0, strings.Index(rest, "[")):]), &words); err != nil || len(words) == 0 {
		t.Fatalf("%s %s: want the exec form, [\"…\"]", name, rest)
	}
	return words
}

// A copied is one COPY with its flags.
type copied struct {
	from, owner string
	sources     []string
	target      string
}

func (s stage) copies() (list []copied) {
	for _, rest := range s.all("COPY") {
		var c copied
		words := strings.Fields(rest)
		for ; strings.HasPrefix(words[0], "--"); words = words[1:] {
			name, value, _ := strings.Cut(words[0], "=")
			switch name {
			case "--from":
				c.from = value
			case "--chown":
				c.owner = value
			}
		}
		c.sources, c.target = words[:len(words)-1], words[len(words)-1]
		list = append(list, c)
	}
	return list
}

// ignored is .dockerignore: the last pattern that matches decides.
func ignored(t *testing.T, file string) bool {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repository, ".dockerignore"))
	if err != nil {
		t.Fatal(err)
	}
	result := false
	for line := range strings.Lines(string(text)) {
		pattern, keep := strings.CutPrefix(strings.TrimSpace(line), "!")
		if pattern != "" && !strings.HasPrefix(pattern, "#") && ignores(pattern, file) {
			result = !keep
		}
	}
	return result
}

// ignores tells whether a pattern matches a file or a folder above it. "**/" is
// any number of folders.
func ignores(pattern, file string) bool {
	pattern, anywhere := strings.CutPrefix(pattern, "**/")
	for at := file; at != "."; at = path.Dir(at) {
		name := at
		if anywhere {
			name = path.Base(at)
		}
		if ok, _ := path.Match(pattern, name); ok {
			return true
		}
	}
	return false
}

// buildContext fills a folder with what the build stage copies.
func buildContext(t *testing.T, build stage, folder string) {
	t.Helper()
	for _, c := range build.copies() {
		for _, source := range c.sources {
			count := 0
			err := filepath.WalkDir(filepath.Join(repository, source), func(file string, d fs.DirEntry, err error) error {
				if err != nil {
					return err
				}
				name, _ := filepath.Rel(repository, file)
				if d.IsDir() || ignored(t, filepath.ToSlash(name)) {
					return nil
				}
				count++
				return copyFile(file, filepath.Join(folder, name))
			})
			if err != nil || count == 0 {
				t.Errorf("COPY %s: %d files, %v; want it to exist and not to be ignored", source, count, err)
			}
		}
	}
}

func copyFile(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o755)
}

func TestDockerfileInstructions(t *testing.T) {
	known := []string{"ARG", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "RUN", "USER", "VOLUME", "WORKDIR"}
	build, functions, last := dockerfile(t)
	for _, s := range []stage{build, functions, last} {
		for _, i := range s.instructions {
			if !slices.Contains(known, i.name) {
				t.Errorf("Dockerfile:%d: got %s, want one of %v", i.line, i.name, known)
			}
		}
	}
	if got := last.all("RUN"); len(got) != 0 {
		t.Errorf("from scratch: got RUN %v, want none: there is no shell", got)
	}
	text, err := os.ReadFile(filepath.Join(repository, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	version := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindSubmatch(text)
	if want := "golang:" + string(version[1]); build.base != want {
		t.Errorf("build stage: got %s, want %s (go.mod)", build.base, want)
	}
}

// TestDockerfileBuilders: any builder takes the Dockerfiles, BuildKit or not, and
// asks no registry but for the base images [N-7]. .ci/container builds with both.
func TestDockerfileBuilders(t *testing.T) {
	for _, tt := range []struct{ what, unwanted string }{
		{"a frontend, fetched from a hub at every build", `(?mi)^#\s*syntax\s*=`},
		{"a platform that only BuildKit knows, without a default", `\$(BUILD|TARGET)PLATFORM\b|\$\{\w+PLATFORM\}`},
		{"a default that hides what BuildKit says", `(?m)^ARG (BUILD|TARGET)\w+=`},
		{"an instruction's flag that only BuildKit knows", `(?m)^(RUN|COPY|ADD) .*--(mount|link|chmod|parents|exclude|network|security)\b`},
		{"a flag of Docker 25", `--start-interval`},
		{"a heredoc", `<<`},
	} {
		for _, name := range []string{"Dockerfile", "fixtures/clients/Dockerfile"} {
			text, err := os.ReadFile(filepath.Join(repository, name))
			if err != nil {
				t.Fatal(err)
			}
			if got := regexp.MustCompile(tt.unwanted).Find(text); got != nil {
				t.Errorf("%s: got %q, %s: want none", name, got, tt.what)
			}
		}
	}
}

// built are the files of the build stage that others may copy: what its RUN
// lines make, and what golang images have, being made from buildpack-deps: with Go
// comes a list of time zones.
func built(build stage) []string {
	files := []string{"/etc/ssl/certs/ca-certificates.crt", zoneFile}
	for _, run := range build.all("RUN") {
		for _, m := range regexp.MustCompile(`(?:-o|^mkdir) (/\S+)`).FindAllStringSubmatch(run, -1) {
			files = append(files, m[1])
		}
	}
	return files
}

// TestDockerfileImages reads both images: the same program, state and ports.
func TestDockerfileImages(t *testing.T) {
	build, functions, last := dockerfile(t)
	for _, s := range []stage{functions, last} {
		t.Run(s.base, func(t *testing.T) {
			targets := map[string]copied{}
			for _, c := range s.copies() {
				if c.from != "build" || len(c.sources) != 1 || !slices.Contains(built(build), c.sources[0]) {
					t.Errorf("got COPY %+v, want one of %v from build", c, built(build))
				}
				targets[c.target] = c
			}
			program := s.command(t, "ENTRYPOINT")[0]
			if got := targets[program].sources; !slices.Equal(got, []string{"/out/suback"}) {
				t.Errorf("ENTRYPOINT %s: copied from %v, want /out/suback", program, got)
			}
			checkHealthcheck(t, program, s.command(t, "HEALTHCHECK"))
			user := s.one(t, "USER")
			if !regexp.MustCompile(`^[1-9]\d*:[1-9]\d*$`).MatchString(user) {
				t.Errorf("USER: got %q, want numbers other than 0", user)
			}
			if got := s.environment(t)["SUBACK_BIND"]; got != emulator.BindAll {
				t.Errorf("SUBACK_BIND: got %q, want %q: ports are published from outside", got, emulator.BindAll)
			}
			state := s.environment(t)["SUBACK_STATE"]
			if got := s.one(t, "VOLUME"); got != state || targets[got].owner != user {
				t.Errorf("VOLUME: got %s of %q, want SUBACK_STATE, %s, of USER, %s", got, targets[got].owner, state, user)
			}
			if got := targets[s.environment(t)["ZONEINFO"]].sources; !slices.Equal(got, []string{zoneFile}) {
				t.Errorf("ZONEINFO: copied from %v, want %s", got, zoneFile)
			}
			if got, want := strings.Fields(s.one(t, "EXPOSE")), defaultPorts(t); !slices.Equal(got, want) {
				t.Errorf("EXPOSE: got %v, want the default listeners' %v", got, want)
			}
		})
	}
}

// zoneFile is Go's list of time zones, in golang images.
const zoneFile = "/usr/local/go/lib/time/zoneinfo.zip"

// environment returns the variables of ENV, which must be flags of serve, but for the one
// by which Go finds its time zones.
func (s stage) environment(t *testing.T) map[string]string {
	t.Helper()
	env := map[string]string{}
	for _, rest := range s.all("ENV") {
		name, value, _ := strings.Cut(rest, "=")
		if name != "ZONEINFO" {
			checkVariable(t, name)
		}
		env[name] = value
	}
	return env
}

// checkVariable checks that a variable is a flag of suback serve.
func checkVariable(t *testing.T, name string) {
	t.Helper()
	fs := new(program).flags("serve")
	new(serveFlags).register(fs)
	flagName := strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(name, "SUBACK_"), "_", "-"))
	if !strings.HasPrefix(name, "SUBACK_") || fs.Lookup(flagName) == nil {
		t.Errorf("variable %s: got no flag --%s of suback serve, want one", name, flagName)
	}
}

// checkHealthcheck checks that a command is the program with a verb it knows.
func checkHealthcheck(t *testing.T, program string, words []string) {
	t.Helper()
	if len(words) != 2 || words[0] != program || words[1] != "healthcheck" || !slices.Contains(verbNames(), words[1]) {
		t.Errorf("health check: got %q, want %s healthcheck", words, program)
	}
}

// defaultPorts are the ports of suback serve without flags, in order.
func defaultPorts(t *testing.T) (ports []string) {
	t.Helper()
	l := addresses(emulator.Listeners{}, emulator.Listeners{})
	for _, addr := range []string{l.MQTT, l.HTTP, l.HTTPS, l.MQTTS} {
		ports = append(ports, portIn(t, addr))
	}
	slices.SortFunc(ports, func(a, b string) int {
		x, _ := strconv.Atoi(a)
		y, _ := strconv.Atoi(b)
		return x - y
	})
	return ports
}

func portIn(t *testing.T, addr string) string {
	t.Helper()
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	return port
}
