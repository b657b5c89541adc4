package suback_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/testcontainers/testcontainers-go"

	suback "github.com/suback/suback/clients/go"
)

// image is the one that SUBACK_TEST_IMAGE names, suback if it does not. Without an engine the test is
// skipped, unless the variable is there.
func image(t *testing.T) string {
	t.Helper()
	if named := os.Getenv("SUBACK_TEST_IMAGE"); named != "" {
		return named
	}
	testcontainers.SkipIfProviderIsNotHealthy(t)
	return "suback"
}

func start(t *testing.T, opts ...testcontainers.ContainerCustomizer) *suback.Container {
	t.Helper()
	gateway, err := suback.Run(t.Context(), image(t), opts...)
	testcontainers.CleanupContainer(t, gateway)
	if err != nil {
		t.Fatalf("%v\nif there is no image: docker build -t suback ../..", err)
	}
	return gateway
}

// TestRun: devices of two accounts over TLS and plain MQTT; a message that does not come fails with the
// reason.
func TestRun(t *testing.T) {
	gateway := start(t)
	ctx := t.Context()
	own, err := gateway.Account.NewAccount(ctx, "t1")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range []*suback.Account{gateway.Account, own} {
		pump := connect(t, gateway, a, "pump-7", "no-receive")
		pump.ask(t, "\x82\x08\x00\x01\x00\x03a/b\x01", 0x90)
		connect(t, gateway, a, "app", "test").ask(t, "\x32\x09\x00\x03a/b\x00\x01on", 0x40)
		got := failure(t, func(t testing.TB) { suback.Await(t, a, "pump-7", "a/b", make(chan string)) })
		if !strings.Contains(got, "no statement allows iot:Receive: it is needed on topic/a/b") {
			t.Errorf("account %q: got %s, want what is missing", a.Name, got)
		}
	}
	came := make(chan string, 1)
	came <- "on"
	if got := suback.Await(t, own, "pump-7", "a/b", came); got != "on" {
		t.Errorf("got %s, want on", got)
	}
	if err := own.Remove(ctx); err != nil {
		t.Error(err)
	}
}

// TestAsks: the rest of the admin API.
func TestAsks(t *testing.T) {
	gateway := start(t)
	ctx := t.Context()
	for what, err := range map[string]error{
		"fault":  gateway.Account.AddFault(ctx, map[string]any{"on": "puback", "do": "drop"}),
		"clock":  gateway.Account.Advance(ctx, time.Minute),
		"reset":  gateway.Account.Reset(ctx),
		"faults": gateway.Account.RemoveFaults(ctx),
	} {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	if trace, err := gateway.Account.Trace(ctx, nil); err != nil || len(trace) > 0 {
		t.Errorf("trace: got %s, %v, want nothing", trace, err)
	}
	err := gateway.Account.AddFault(ctx, map[string]any{"on": "pubak"})
	if err == nil || !strings.Contains(err.Error(), "pubak") {
		t.Errorf("a fault that there is not: got %v, want it to be named", err)
	}
}

// TestConfig: the gateway runs with a file and what it names.
func TestConfig(t *testing.T) {
	file := project(t, `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iot:*", "Resource": "*"}]}`)
	gateway := start(t, suback.WithConfig(file, "policy.json"))
	made, err := gateway.Account.NewAccount(t.Context(), "t1")
	if err != nil || made.ID == "" || made.ID != gateway.Account.ID {
		t.Errorf("got %+v, %v, want an account with the id %s", made, err, gateway.Account.ID)
	}
}

// TestMistakes: what cannot run says why in the error.
func TestMistakes(t *testing.T) {
	file := project(t, `{"Version": "2012-10-17", "Statement": []}`)
	for _, tt := range []struct {
		what, beside, want string
	}{
		{"a mistake in a file", "policy.json", `/etc/suback/suback.yaml:1: policy "p": policyDocument Statement is empty`},
		{"a file that is not copied", "suback.yaml", "policy.json"},
		{"a file from elsewhere", "../policy.json", "../policy.json is not below the folder of " + file},
	} {
		gateway, err := suback.Run(t.Context(), image(t), suback.WithConfig(file, tt.beside))
		testcontainers.CleanupContainer(t, gateway)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %s", tt.what, err, tt.want)
		}
	}
}

// project is a suback.yaml beside a policy.
func project(t *testing.T, policy string) (file string) {
	t.Helper()
	folder := t.TempDir()
	file = filepath.Join(folder, "suback.yaml")
	for name, text := range map[string]string{
		file:                                 "policies: [{policyName: p, policyDocument: ./policy.json}]\n",
		filepath.Join(folder, "policy.json"): policy,
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return file
}

// A device speaks as much MQTT 3.1.1 as these tests need.
type device struct{ net.Conn }

// connect is a device of an account: over plain MQTT of the first, else over TLS, whose SNI says which.
func connect(t *testing.T, gateway *suback.Container, a *suback.Account, id, password string) device {
	t.Helper()
	listener := suback.MQTT
	if a != gateway.Account {
		listener = suback.HTTPS
	}
	addr, err := gateway.Addr(t.Context(), listener)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	if a != gateway.Account {
		config, err := gateway.ClientTLS(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		config.NextProtos = []string{"mqtt"}
		conn = tls.Client(conn, config)
	}
	text := func(s string) string { return "\x00" + string(rune(len(s))) + s }
	body := text("MQTT") + "\x04\xc2\x00\x3c" + text(id) + text("me") + text(password)
	d := device{conn}
	d.ask(t, "\x10"+string(rune(len(body)))+body, 0x20)
	return d
}

// ask sends a packet and reads the answer.
func (d device) ask(t *testing.T, packet string, want byte) {
	t.Helper()
	if _, err := io.WriteString(d, packet); err != nil {
		t.Fatal(err)
	}
	head := make([]byte, 2)
	if _, err := io.ReadFull(d, head); err != nil || head[0] != want {
		t.Fatalf("got packet %x, %v, want %x", head, err, want)
	}
	if _, err := io.CopyN(io.Discard, d, int64(head[1])); err != nil {
		t.Fatal(err)
	}
}

// A stand-in keeps what a test fails with.
type standIn struct {
	testing.TB
	said string
}

func (s *standIn) Helper() {}
func (s *standIn) Fatalf(format string, args ...any) {
	s.said = fmt.Sprintf(format, args...)
	panic(s)
}

// failure is what a function fails its test with.
func failure(t *testing.T, f func(testing.TB)) (said string) {
	t.Helper()
	s := &standIn{TB: t}
	defer func() {
		if r := recover(); r != nil && r != any(s) {
			panic(r)
		}
		said = s.said
	}()
	f(s)
	return ""
}
