package main

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"
)

// A pair is a publisher and a subscriber that do nothing wrong while others do: one
// message after the other, each to its PUBACK and its arrival.
type pair struct {
	t    *testing.T
	addr string
	name string
	over chan struct{}
	done sync.WaitGroup
	took []time.Duration
}

// late is how long no message of a healthy pair may take, but for one of a hundred.
const late = time.Second

// startPair has a pair go on until end is called.
func startPair(t *testing.T, addr, name string) *pair {
	t.Helper()
	p := &pair{t: t, addr: addr, name: name, over: make(chan struct{})}
	sub, _, err := dialWire(addr, name+"-sub", true)
	if err == nil {
		err = sub.subscribe("pair/" + name)
	}
	pub, _, err2 := dialWire(addr, name+"-pub", true)
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	p.done.Go(func() {
		defer pub.Close()
		defer sub.Close()
		for !pause(p.over, 2*time.Millisecond) {
			if err := p.message(pub, sub); err != nil {
				t.Errorf("the healthy pair %s: %v after %d messages", name, err, len(p.took))
				return
			}
		}
	})
	return p
}

func (p *pair) message(pub, sub wire) error {
	begin, payload := time.Now(), fmt.Sprint(len(p.took))
	if err := pub.publish("pair/"+p.name, payload, false); err != nil {
		return err
	}
	got, err := sub.Receive()
	if err == nil && string(got.Payload) != payload {
		err = fmt.Errorf("got message %s, want %s", got.Payload, payload)
	}
	if err == nil {
		err = sub.Acknowledge(got)
	}
	p.took = append(p.took, time.Since(begin))
	return err
}

// end wants the pair not to have noticed what the others did.
func (p *pair) end() {
	p.t.Helper()
	close(p.over)
	p.done.Wait()
	if p.t.Failed() {
		return
	}
	slices.Sort(p.took)
	n := len(p.took)
	if n < 10 {
		p.t.Fatalf("%s: %d messages, want more", p.name, n)
	}
	tooLate := n - sortedBelow(p.took, late)
	p.t.Logf("%s: %d messages, half within %v, 99 of 100 within %v, the slowest %v", p.name, n,
		p.took[n/2].Round(time.Microsecond), p.took[n*99/100].Round(time.Microsecond), p.took[n-1].Round(time.Microsecond))
	if tooLate > n/100 {
		p.t.Errorf("%s: %d of %d messages took longer than %v, want at most one of 100", p.name, tooLate, n, late)
	}
}

func sortedBelow(sorted []time.Duration, limit time.Duration) int {
	n, _ := slices.BinarySearch(sorted, limit)
	return n
}

// resident is how much memory a process has, in bytes.
func resident(t *testing.T, pid int) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	m := regexp.MustCompile(`(?m)^VmRSS:\s+(\d+) kB$`).FindSubmatch(status)
	if err != nil || m == nil {
		missing(t, "/proc", "run on Linux")
	}
	kB, _ := strconv.Atoi(string(m[1]))
	return kB << 10
}
