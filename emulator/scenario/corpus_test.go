package scenario_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/suback/suback/docs/behaviour"
	"github.com/suback/suback/emulator/scenario"
	"github.com/suback/suback/emulator/skips"
)

func TestMain(m *testing.M) {
	debug.SetGCPercent(200)          // hundreds of emulators, few of them at once
	_ = os.Unsetenv("AWS_CA_BUNDLE") // nobody is called but this machine: each of them would read it
	os.Exit(skips.Report(m.Run()))
}

// corpus are the scenarios of fixtures/scenarios; what a test changes in one is its own.
func corpus(t *testing.T) (all []*scenario.Scenario) {
	t.Helper()
	loaded, err := loadCorpus()
	if err != nil || len(loaded) == 0 {
		t.Fatalf("got %d scenarios, %v, want those of the files", len(loaded), err)
	}
	for _, s := range loaded {
		own := *s
		all = append(all, &own)
	}
	return all
}

// loadCorpus reads the files once for all tests.
var loadCorpus = sync.OnceValues(func() (all []*scenario.Scenario, err error) {
	files, err := filepath.Glob("../../fixtures/scenarios/*.yaml")
	for _, file := range files {
		scenarios, err := scenario.Load(file)
		if err != nil {
			return nil, err
		}
		all = append(all, scenarios...)
	}
	return all, err
})

// variants are both versions over TCP, and one of them over TLS or WebSocket, so that all of
// them occur with scenarios of each kind and the whole takes seconds.
func variants(scenarios []*scenario.Scenario) (all []scenario.Case) {
	for i, s := range scenarios {
		all = append(all, scenario.Cases([]*scenario.Scenario{s}, scenario.TCP)...)
		other := scenario.TLS
		if i%2 == 1 {
			other = scenario.WSS
		}
		more := scenario.Cases([]*scenario.Scenario{s}, other)
		if c := more[i/2%len(more)]; !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	return all
}

// TestCorpus: the scenarios are true here, over TCP, TLS and WebSocket.
func TestCorpus(t *testing.T) {
	t.Parallel()
	over := map[scenario.Transport]int{}
	results := scenario.Runner{Patience: time.Minute}.Play(t.Context(), variants(corpus(t)), nil)
	for _, r := range results {
		over[r.Transport]++
		if !r.Passed() {
			t.Error(r.Text())
		}
	}
	t.Log(scenario.Summary(results), over)
	if len(results) < 1200 || over[scenario.TLS] < 180 || over[scenario.WSS] < 180 {
		t.Errorf("got %d results, %v, want every scenario, over TLS and WSS too", len(results), over)
	}
}

// TestCorpusNames: scenarios are told apart by their names, and their rules are there.
func TestCorpusNames(t *testing.T) {
	t.Parallel()
	seen, rules := map[string]bool{}, map[string]bool{}
	for _, r := range behaviour.Rules() {
		rules[r.Number] = true
	}
	for _, s := range corpus(t) {
		if seen[s.Name] {
			t.Errorf("two scenarios are named %q, want one", s.Name)
		}
		seen[s.Name] = true
		for _, number := range s.Rules {
			if !rules[number] {
				t.Errorf("%q has the rule %s, which there is not", s.Name, number)
			}
		}
		if len(s.Rules) == 0 && !slices.Contains(s.Tags, "standard") {
			t.Errorf("%q has no rule, want those that it holds", s.Name)
		}
	}
	if len(seen) < 150 {
		t.Errorf("got %d scenarios, want 150 at least (issue 17)", len(seen))
	}
}

// TestStandard: what is tagged standard is true of a bare Mosquitto too, and of the others
// many are not: the runner tells targets apart.
func TestStandard(t *testing.T) {
	t.Parallel()
	target := scenario.Broker{URL: "mqtt://" + mosquitto(t)}
	all := corpus(t)
	isStandard := func(s *scenario.Scenario) bool { return slices.Contains(s.Tags, "standard") }
	passed := 0
	for _, r := range (scenario.Runner{Target: target, Patience: time.Minute}).Play(t.Context(), scenario.Cases(all, scenario.TCP), nil) {
		switch {
		case r.Passed():
			passed++
		case r.Skipped == "" || isStandard(r.Scenario):
			t.Error(r.Text())
		}
	}
	if passed < 40 {
		t.Errorf("got %d that passed, want 40 at least", passed)
	}
	target.Everything = true
	var others []*scenario.Scenario
	for _, s := range all {
		if slices.Contains([]string{ // those that fail without waiting for anything
			"a device that may subscribe but not receive gets no message", "a filter that ends in /# does not get the level above",
			"a retained message is not sent for a filter with a wildcard", "eight slashes of a filter are too many",
			"a keep alive below 30 seconds becomes 30", "who may not publish gets 403",
		}, s.Name) {
			others = append(others, s)
		}
	}
	for _, r := range (scenario.Runner{Target: target}).Play(t.Context(), scenario.Cases(others, scenario.TCP), nil) {
		if needsHTTP := r.Skipped == "a broker has no http"; r.Problem == "" && !needsHTTP {
			t.Errorf("%s passes at a bare broker, want it to fail there", r)
		}
	}
}

// mosquitto is the address of one that runs until the test ends.
func mosquitto(t *testing.T) string {
	t.Helper()
	program, err := exec.LookPath("mosquitto")
	if _, there := os.Stat("/usr/sbin/mosquitto"); err != nil && there == nil {
		program, err = "/usr/sbin/mosquitto", nil
	}
	if err != nil {
		skips.Missing(t, "mosquitto", "apt-get install mosquitto")
	}
	config := filepath.Join(t.TempDir(), "mosquitto.conf")
	for range 5 { // another may take the port between the two
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		address := l.Addr().String()
		_ = l.Close()
		_, port, _ := strings.Cut(address, ":")
		text := fmt.Sprintf("listener %s 127.0.0.1\nallow_anonymous true\npersistence false\n", port)
		if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if runs(t, address, exec.CommandContext(t.Context(), program, "-c", config)) {
			return address
		}
	}
	t.Fatal("mosquitto does not listen")
	return ""
}

// runs starts a program, and waits until it listens; it is false if the program ends first.
func runs(t *testing.T, address string, cmd *exec.Cmd) bool {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { // until the test's context ends the program
		_ = cmd.Wait()
		close(ended)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
	})
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); {
		conn, err := new(net.Dialer).DialContext(context.Background(), "tcp", address)
		if err == nil {
			_ = conn.Close()
			return true
		}
		select {
		case <-ended:
			return false
		case <-time.After(20 * time.Millisecond):
		}
	}
	return false
}
