package main

import (
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// within is a command that runs where a prefix of it says.
func within(prefix []string, words ...string) *exec.Cmd {
	all := slices.Concat(prefix, words)
	return exec.Command(all[0], all[1:]...)
}

// TestVanished: machines that go from the network without a word, as by a pulled cable,
// are ended: who had nothing to get at the end of its keep alive, who had much when
// nothing could be sent for 30 s. It takes a minute, so it is for the long form.
func TestVanished(t *testing.T) {
	if *crowdTime < time.Minute {
		t.Skip("it takes a minute: -crowd 1m")
	}
	t.Parallel()
	const idle, busy, messages, size = 5, 5, 80, 100 << 10
	l := newLAN(t)
	serveBy(t, l.gateway, nil, "--bind", "all", "--log-level", "error")
	for i := range idle + busy {
		topic := "nothing"
		if i >= idle {
			topic = "much"
		}
		subscriber := within(l.neighbour, "mosquitto_sub", "-h", "10.99.0.1", "-i", fmt.Sprint("vanishes-", i), "-u", "me", "-P", "test",
			"-k", "30", "-t", topic)
		if err := subscriber.Start(); err != nil {
			t.Fatal(err)
		}
		defer func() {
			_ = subscriber.Process.Kill()
			_ = subscriber.Wait()
		}()
	}
	clients := func() int {
		t.Helper()
		out, err := run(within(l.gateway, "curl", "-s", "http://localhost:4566/_suback/clients"))
		if err != nil {
			t.Fatal(err)
		}
		return strings.Count(out, `"vanishes-`)
	}
	eventually(t, "all connected", func() bool { return clients() == idle+busy })

	pull := []string{"-n", l.neighbour[len(l.neighbour)-1], "link", "set", "eth0", "down"}
	if out, err := exec.Command("ip", pull...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	begin := time.Now()
	publisher := within(l.gateway, "mosquitto_pub", "-h", "localhost", "-i", "publisher",
		"-u", "me", "-P", "test", "-q", "1", "-t", "much", "-l")
	publisher.Stdin = strings.NewReader(strings.Repeat(strings.Repeat("x", size)+"\n", messages))
	if out, err := run(publisher); err != nil {
		t.Fatalf("%v %s, want %d messages taken while nobody gets them", err, out, messages)
	}
	published := time.Since(begin)
	left := idle + busy
	for deadline := time.Now().Add(100 * time.Second); left > 0; pause(nil, 200*time.Millisecond) {
		if left = clients(); time.Now().After(deadline) {
			t.Fatalf("%d of %d that have vanished are still connected", left, idle+busy)
		}
	}
	t.Logf("%d that had vanished were ended after %v; %d messages for them were taken within %v",
		idle+busy, time.Since(begin).Round(time.Second), messages, published.Round(time.Millisecond))
}
