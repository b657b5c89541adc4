package main

import (
	"bufio"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestReadme does what the README says, in the order in which it says it: every
// command line in it is run against the program that its quick start starts, or,
// down to the next heading, against the one that its section starts [N-3].
func TestReadme(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"mosquitto_pub", "curl", "aws"} {
		if _, err := exec.LookPath(program); err != nil {
			missing(t, program, "apt-get install mosquitto-clients curl awscli")
		}
	}
	g := serve(t, free)
	s := &reader{first: g, gateway: g, dir: t.TempDir()}
	if err := os.Symlink(root(t), filepath.Join(s.dir, "repository")); err != nil {
		t.Fatal(err)
	}
	for _, command := range readmeCommands(t) {
		s.do(t, command)
	}
	s.begin(t)
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

var inTable = regexp.MustCompile("^\\|[^|]*\\| `((?:mosquitto_|curl )[^`]*)` \\|$")

// heading is in the place of a command where a section begins.
const heading = "##"

// readmeCommands are the command lines of the README: indented, after "$ " in
// a transcript, or in the table of clients.
func readmeCommands(t *testing.T) (commands []string) {
	t.Helper()
	file, err := os.Open("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	fenced := false
	for lines := bufio.NewScanner(file); lines.Scan(); {
		line := lines.Text()
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		}
		command, transcript := strings.CutPrefix(line, "$ ")
		indented, isIndented := strings.CutPrefix(line, "    ")
		switch m := inTable.FindStringSubmatch(line); {
		case strings.HasPrefix(line, heading+" ") && !fenced:
			commands = append(commands, heading)
		case transcript:
			commands = append(commands, command)
		case isIndented && !fenced:
			commands = append(commands, indented)
		case m != nil:
			commands = append(commands, m[1])
		}
	}
	return commands
}

// A reader is somebody who follows the README.
type reader struct {
	first   *gateway // of the quick start
	gateway *gateway // of the section
	dir     string   // where commands are run
}

// begin begins a section.
func (s *reader) begin(t *testing.T) {
	t.Helper()
	if s.gateway != s.first {
		s.gateway.stop(t)
		s.gateway = s.first
	}
}

// do runs one command line, or says which test does.
func (s *reader) do(t *testing.T, command string) {
	command, _, _ = strings.Cut(command, "  #")
	command = strings.TrimSpace(command)
	switch background := strings.HasSuffix(command, "&"); {
	case command == heading:
		s.begin(t)
	case command == "suback &", command == "go run ./cmd/suback", command == "go install ./cmd/suback": // runs already
	case command == "go test ./...": // this
	case strings.HasPrefix(command, "docker compose "): // TestComposeUp, .ci/container
	case strings.HasPrefix(command, "go run ./cmd/suback --config"):
		s.starts(t, command)
	case strings.HasPrefix(command, "mosquitto_sub"), strings.Contains(command, "follow=1"):
		s.streams(t, strings.TrimSuffix(command, "&"))
	case background:
		t.Errorf("README: nobody checks what %q does", command)
	default:
		s.succeeds(t, command)
	}
}

// here is a command line for this machine: the program is built, and the ports
// are the gateway's.
func (s *reader) here(t *testing.T, ctx context.Context, command string) *exec.Cmd {
	t.Helper()
	command = strings.ReplaceAll(command, "go run ./cmd/suback", binary)
	command = strings.ReplaceAll(command, "fixtures/", "repository/fixtures/")
	command = strings.Replace(command, "curl ", "curl --no-buffer ", 1) // as it does on a terminal
	for name, port := range map[string]string{"mqtt": "1883", "mqtts": "8883", "https": "8443", "http": "4566"} {
		_, own, err := net.SplitHostPort(s.gateway.addresses()[name])
		if err != nil {
			t.Fatal(err)
		}
		command = regexp.MustCompile(`\b`+port+`\b`).ReplaceAllString(command, own)
	}
	cmd := exec.CommandContext(ctx, "sh", "-c", command)
	cmd.Dir = s.dir
	// as suback env says
	cmd.Env = append([]string{"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1",
		"SUBACK_URL=http://" + s.gateway.addresses()["http"], "HOME=" + s.first.home, "PATH=" + os.Getenv("PATH")}, free...)
	cmd.WaitDelay = time.Second
	return cmd
}

func (s *reader) succeeds(t *testing.T, command string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if out, err := s.here(t, ctx, command).CombinedOutput(); err != nil {
		t.Errorf("README: %s: %v\n%s", command, err, out)
	}
}

// starts runs a gateway for the rest of the section.
func (s *reader) starts(t *testing.T, command string) {
	t.Helper()
	args := strings.Fields(strings.TrimPrefix(command, "go run ./cmd/suback "))
	for i, arg := range args {
		args[i] = strings.ReplaceAll(arg, "fixtures/", "../../fixtures/")
	}
	s.begin(t)
	s.gateway = serve(t, append([]string{"HOME=" + s.first.home}, free...), args...)
}

// streams runs what does not end by itself until the gateway has heard of it.
func (s *reader) streams(t *testing.T, command string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cmd := s.here(t, ctx, "exec "+command)
	out := new(log)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); _ = cmd.Wait() })
	heard := func() bool { return strings.Contains(out.String(), `"client":"pump-7"`) }
	if strings.HasPrefix(command, "mosquitto_sub") {
		heard = func() bool { return strings.Contains(s.clients(t), `pump/+/state`) }
	}
	eventually(t, "README: "+command, heard)
}

// clients are who is connected, as the admin API tells it.
func (s *reader) clients(t *testing.T) string {
	t.Helper()
	out, err := s.here(t, t.Context(), "curl -s http://localhost:4566/_suback/clients").Output()
	if err != nil {
		t.Fatalf("curl: %v", err)
	}
	return string(out)
}

// TestTranscript holds the record that the README opens with, but for its time.
func TestTranscript(t *testing.T) {
	for _, program := range []string{"mosquitto_pub", "curl"} {
		if _, err := exec.LookPath(program); err != nil {
			missing(t, program, "apt-get install mosquitto-clients curl")
		}
	}
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "14:02:11.482")
	want, _, _ := strings.Cut(rest, "```")
	g := serve(t, free)
	s := &reader{first: g, gateway: g, dir: t.TempDir()}
	commands := readmeCommands(t)
	at := slices.Index(commands, "suback &")
	for _, command := range commands[at : at+3] { // and the two clients
		s.do(t, command)
	}
	eventually(t, "the README's record "+want, func() bool { return strings.Contains(g.stderr.String(), strings.TrimSpace(want)) })
}
