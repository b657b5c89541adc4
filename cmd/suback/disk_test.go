package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

var rounds = flag.Int("rounds", 8,
	"how often TestKilledAnywhere and TestSmallDisk kill the program, and this fills its disk in two of five as many more; "+
		".ci/run has 20")

// A smallDisk is a file system of 8 MB that the state is on.
type smallDisk struct{ dir string }

func newSmallDisk(t *testing.T) smallDisk {
	t.Helper()
	switch {
	case runtime.GOOS != "linux":
		t.Skip("this test needs Linux")
	case os.Geteuid() != 0:
		missing(t, "root", "run as root, which mounts a small file system")
	}
	d := smallDisk{t.TempDir()}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", d.dir).CombinedOutput(); err != nil {
		missing(t, "a file system of its own", "run where root may mount: "+string(out))
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", "-l", d.dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %s", out)
		}
	})
	return d
}

func (d smallDisk) state() string  { return filepath.Join(d.dir, "state") }
func (d smallDisk) filler() string { return filepath.Join(d.dir, "filler") }

// fill leaves no byte.
func (d smallDisk) fill(t *testing.T) {
	f, err := os.OpenFile(d.filler(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	for size := 1 << 16; err == nil && size > 0; {
		if _, e := f.Write(make([]byte, size)); e != nil {
			size /= 2
			if !errors.Is(e, syscall.ENOSPC) {
				err = e
			}
		}
	}
	if err = errors.Join(err, f.Close()); err != nil {
		t.Error(err)
	}
}

func (d smallDisk) free(t *testing.T) {
	if err := os.Remove(d.filler()); err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

// TestSmallDisk [H-5]: whenever the program is killed, and however full its disk is, it
// starts again; everything that was acknowledged is there and nothing half, and while
// the disk is full the answers say so.
func TestSmallDisk(t *testing.T) {
	t.Parallel()
	t.Run("killed", func(t *testing.T) {
		t.Parallel()
		l := newLedger(t, 1)
		l.run(*rounds, func(g *gateway) { pause(nil, l.between(30, 200)); g.kill(t) })
		if l.refused > *rounds*4 { // at the most what was on its way
			t.Errorf("got %d refused, want none while there is space", l.refused)
		}
	})
	t.Run("full", func(t *testing.T) {
		t.Parallel()
		l := newLedger(t, 2)
		l.run(max(1, *rounds*2/5), l.fillAndFree)
		if l.refused == 0 {
			t.Error("got nothing refused, want the disk full in mid-traffic")
		}
	})
}

// run makes traffic, has it end in some way, and looks at what there is after a
// restart, that often.
func (l *ledger) run(rounds int, end func(g *gateway)) {
	l.t.Helper()
	g, mqtt, api := l.start()
	l.prepare(mqtt, api)
	for round := range rounds {
		stop := l.traffic(mqtt, api)
		end(g)
		stop()
		if !g.exited {
			g.kill(l.t)
		}
		l.disk.free(l.t)
		if g, mqtt, api = l.start(); !l.t.Failed() {
			l.check(g, mqtt, api)
		}
		if l.t.Failed() {
			l.t.Fatalf("in round %d", round)
		}
		l.forget(api)
	}
	l.t.Logf("%d rounds, %d acknowledged, %d refused or cut off, none lost", rounds, l.total, l.refused)
}

// fillAndFree fills the disk now and then, and ends the program at any time: then it
// must start on the full disk too.
func (l *ledger) fillAndFree(g *gateway) {
	for range 1 + l.r.IntN(3) {
		pause(nil, l.between(20, 100))
		l.disk.fill(l.t)
		pause(nil, l.between(20, 400))
		if l.r.IntN(3) == 0 {
			g.kill(l.t)
			g, _, api := l.start()
			l.checkThings(api)
			if good, answered := l.call(api, "iot", "POST", "/things/on-a-full-disk", "{}"); !answered {
				l.t.Errorf("got good %v, and no answer, want one", good)
			}
			g.kill(l.t)
			return
		}
		l.disk.free(l.t)
	}
	if l.r.IntN(2) == 0 {
		g.stop(l.t) // it writes what is pending
	}
}

func newLedger(t *testing.T, seed uint64) *ledger {
	t.Helper()
	return &ledger{t: t, r: rand.New(rand.NewPCG(seed, 13)), disk: newSmallDisk(t), retained: map[string][2]int{}, sums: map[string]int{}}
}

func (l *ledger) between(least, most int) time.Duration {
	return time.Duration(least+l.r.IntN(most-least)) * time.Millisecond
}

// forget deletes the things, so that a round takes as long as the one before.
func (l *ledger) forget(api string) {
	l.t.Helper()
	for _, name := range l.things {
		if good, _ := l.call(api, "iot", "DELETE", "/things/"+name, ""); !good {
			l.t.Fatalf("%s: cannot be deleted", name)
		}
	}
	l.things = nil
	clear(l.retained)
}

// A ledger is what the program has acknowledged and not yet shown after a restart.
type ledger struct {
	t    *testing.T
	r    *rand.Rand
	disk smallDisk

	mu       sync.Mutex
	things   []string
	payloads []string
	sessions []string
	retained map[string][2]int // by topic: the newest that was acknowledged, and that was sent
	code     [2]int            // of the function, likewise
	sums     map[string]int    // versions of its code by their sum
	next     int
	refused  int // answered with an error, or with the end of the connection
	total    int
}

// number is new at each call.
func (l *ledger) number() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.next++
	return l.next
}

// note counts an answer, and does what goes with a good one.
func (l *ledger) note(good bool, acknowledged func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !good {
		l.refused++
		return
	}
	l.total++
	acknowledged()
}

// call is a call of the API: whether it succeeded, and whether there was an answer.
func (l *ledger) call(addr, service, method, path, body string) (good, answered bool) {
	resp, err := callService(l.t, addr, service, method, path, body)
	if err != nil {
		return false, false
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return false, false
	}
	if resp.StatusCode >= 300 && (resp.StatusCode != http.StatusInternalServerError ||
		!strings.Contains(string(text), "no space left on device")) {
		l.t.Errorf("%s %s: got %s %s, want 500 with the cause at the most (H-5)", method, path, resp.Status, text)
	}
	return resp.StatusCode < 300, true
}

// makeThings calls the API until nobody answers.
func (l *ledger) makeThings(addr string, over <-chan struct{}) {
	for range 40 {
		name := fmt.Sprint("thing-", l.number())
		good, answered := l.call(addr, "iot", "POST", "/things/"+name, `{"attributePayload": {"attributes": {"is": "`+name+`"}}}`)
		if !answered {
			return
		}
		l.note(good, func() { l.things = append(l.things, name) })
		if pause(over, 5*time.Millisecond) {
			return
		}
	}
}

// upload changes the code of a function, again and again.
func (l *ledger) upload(addr string, over <-chan struct{}) {
	for {
		l.mu.Lock()
		l.code[1]++
		n := l.code[1]
		l.mu.Unlock()
		good, answered := l.call(addr, "lambda", "PUT", "/2015-03-31/functions/f/code", `{"ZipFile": "`+l.archive(n)+`"}`)
		if !answered {
			return
		}
		l.note(good, func() { l.code[0] = n })
		if pause(over, 30*time.Millisecond) {
			return
		}
	}
}

// publish sends QoS 1 messages, retained ones in between, on a new connection
// whenever one has ended, until nobody answers.
func (l *ledger) publish(addr string, over <-chan struct{}) {
	topic := fmt.Sprint("r/", l.number())
	for n := 1; ; {
		w, _, err := dialWire(addr, fmt.Sprint("publisher-", l.number()), true)
		if errors.Is(err, syscall.ECONNREFUSED) || pause(over, time.Millisecond) {
			return
		}
		for ; err == nil; n++ {
			payload := fmt.Sprint("message-", l.number())
			err = w.publish("t/a", payload, false)
			l.note(err == nil, func() { l.payloads = append(l.payloads, payload) })
			if err != nil {
				break
			}
			l.mu.Lock()
			l.retained[topic] = [2]int{l.retained[topic][0], n}
			l.mu.Unlock()
			err = w.publish(topic, fmt.Sprint(n), true)
			l.note(err == nil, func() { l.retained[topic] = [2]int{n, n} })
			if pause(over, 3*time.Millisecond) {
				break
			}
		}
		if w.Client != nil {
			_ = w.Close()
		}
	}
}

// begin makes persistent sessions with a subscription.
func (l *ledger) begin(addr string, over <-chan struct{}) {
	for {
		id := fmt.Sprint("session-", l.number())
		w, _, err := dialWire(addr, id, false)
		if errors.Is(err, syscall.ECONNREFUSED) {
			return
		}
		if err == nil {
			err = w.subscribe("s/" + id)
			_ = w.Close()
		}
		l.note(err == nil, func() { l.sessions = append(l.sessions, id) })
		if pause(over, 10*time.Millisecond) {
			return
		}
	}
}

// pause says whether it is over.
func pause(over <-chan struct{}, d time.Duration) bool {
	select {
	case <-over:
		return true
	case <-time.After(d):
		return false
	}
}

// start starts the program. It must come up, whatever happened before.
func (l *ledger) start() (g *gateway, mqtt, api string) {
	l.t.Helper()
	g = serve(l.t, free, "--state", l.disk.state(), "--log-level", "warn")
	return g, g.addresses()["mqtt"], g.addresses()["http"]
}

// prepare makes the session that all messages are for, and the function.
func (l *ledger) prepare(mqtt, api string) {
	l.t.Helper()
	w, _, err := dialWire(mqtt, "reader", false)
	if err == nil {
		err = w.subscribe("t/#")
	}
	if err != nil {
		l.t.Fatal(err)
	}
	_ = w.Close()
	if good, _ := l.call(api, "lambda", "POST", "/2015-03-31/functions", `{"FunctionName": "f", "Runtime": "nodejs22.x", "Handler": "index.handler",
		"Role": "arn:aws:iam::000000000000:role/r", "Code": {"ZipFile": "`+l.archive(0)+`"}}`); !good {
		l.t.Fatal("the function cannot be made")
	}
}

// traffic runs all of it until stop is called, which waits for it.
func (l *ledger) traffic(mqtt, api string) (stop func()) {
	over := make(chan struct{})
	var working sync.WaitGroup
	for range 2 {
		working.Go(func() { l.makeThings(api, over) })
		working.Go(func() { l.publish(mqtt, over) })
	}
	working.Go(func() { l.upload(api, over) })
	working.Go(func() { l.begin(mqtt, over) })
	return func() { close(over); working.Wait() }
}

// check wants everything there that was acknowledged, and nothing half. Messages and
// sessions have been shown then.
func (l *ledger) check(g *gateway, mqtt, api string) {
	l.t.Helper()
	l.checkThings(api)
	l.checkFunction(g, api)
	checkNewest(l.t, mqtt, l.retained)
	for _, id := range l.sessions {
		w, present, err := dialWire(mqtt, id, false)
		if err != nil || !present {
			l.t.Errorf("session %s: got present %v, %v, want it (B-702)", id, present, err)
			continue
		}
		_ = w.Close()
		if w, _, err = dialWire(mqtt, id, true); err == nil { // forget it
			_ = w.Close()
		}
	}
	l.sessions = nil
	l.checkMessages(g, mqtt)
	for _, pattern := range []string{".new-*", "functions/.new-*"} {
		if left, _ := filepath.Glob(filepath.Join(l.disk.state(), pattern)); len(left) > 0 {
			l.t.Errorf("got %q, want nothing half (H-5)", left)
		}
	}
}

func (l *ledger) checkThings(api string) {
	l.t.Helper()
	for _, name := range l.things {
		resp, err := callAPI(l.t, api, "GET", "/things/"+name, "")
		if err != nil {
			l.t.Fatal(err)
		}
		var thing struct{ Attributes map[string]string }
		if err := json.NewDecoder(resp.Body).Decode(&thing); err != nil || thing.Attributes["is"] != name {
			l.t.Errorf("%s: got %s, %v, %v, want it as it was answered (H-5)", name, resp.Status, thing, err)
		}
		_ = resp.Body.Close()
	}
}

// checkFunction wants the code that was acknowledged, or a newer one, whole.
func (l *ledger) checkFunction(g *gateway, api string) {
	l.t.Helper()
	resp, err := callService(l.t, api, "lambda", "GET", "/2015-03-31/functions/f/configuration", "")
	if err != nil {
		l.t.Fatal(err)
	}
	defer resp.Body.Close()
	var function struct{ CodeSha256 string }
	err = json.NewDecoder(resp.Body).Decode(&function)
	n, known := l.sums[function.CodeSha256]
	if err != nil || !known || n < l.code[0] || n > l.code[1] {
		l.t.Errorf("got code %d, %v, want %d to %d (H-5)", n, err, l.code[0], l.code[1])
	}
	files, _ := filepath.Glob(filepath.Join(l.disk.state(), "functions", "f-*", "index.js"))
	whole := 0
	for _, file := range files {
		if text, err := os.ReadFile(file); err == nil && string(text) == codeOf(n) {
			whole++
		}
	}
	if log := g.stderr.String(); whole != 1 || strings.Contains(log, "will fail when it is invoked") {
		l.t.Errorf("got it whole %d times, want once, to run (H-5)\n%s", whole, log)
	}
}

// codeOf is version n of the function.
func codeOf(n int) string { return fmt.Sprintf("// %d\n%s", n, strings.Repeat("// \n", 20_000)) }

// archive is a deployment package of that version, in base64.
func (l *ledger) archive(n int) string {
	l.t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("index.js")
	if err == nil {
		_, err = io.WriteString(w, codeOf(n))
	}
	if err = errors.Join(err, z.Close()); err != nil {
		l.t.Error(err)
	}
	sum := sha256.Sum256(b.Bytes())
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sums[base64.StdEncoding.EncodeToString(sum[:])] = n
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

// checkMessages wants what was acknowledged to publishers delivered.
func (l *ledger) checkMessages(g *gateway, mqtt string) {
	l.t.Helper()
	w, present, err := dialWire(mqtt, "reader", false)
	if err != nil || !present {
		l.t.Fatalf("got present %v, %v, want the session (B-702)", present, err)
	}
	var mu sync.Mutex
	got := map[string]bool{}
	var reading sync.WaitGroup
	reading.Go(func() {
		for {
			p, err := w.Receive()
			if err != nil {
				return
			}
			mu.Lock()
			got[string(p.Payload)] = true
			mu.Unlock()
			if w.Acknowledge(p) != nil {
				return
			}
		}
	})
	var left []string
	for deadline := time.Now().Add(patience); ; {
		g.advance(l.t, "10s") // of the replay
		left = left[:0]
		mu.Lock()
		for _, payload := range l.payloads {
			if !got[payload] {
				left = append(left, payload)
			}
		}
		mu.Unlock()
		if len(left) == 0 || time.Now().After(deadline) {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	if len(left) > 0 {
		l.t.Errorf("%d of %d messages are lost: %.10q (B-688)", len(left), len(l.payloads), left[:min(len(left), 10)])
	}
	_ = w.Close()
	reading.Wait()
	l.payloads = nil
}

// checkNewest wants each topic's retained message: what was acknowledged, or what was
// sent after that.
func checkNewest(t *testing.T, addr string, want map[string][2]int) {
	t.Helper()
	w, _, err := dialWire(addr, "retained", true)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for topic, n := range want {
		if n[0] == 0 {
			continue
		}
		if err := w.subscribe(topic); err != nil {
			t.Fatal(err)
		}
		p, err := w.Receive()
		if err != nil {
			t.Errorf("%s: %v, want its retained message (B-720)", topic, err)
			return
		}
		got := 0
		_, _ = fmt.Sscan(string(p.Payload), &got)
		if p.TopicName != topic || got < n[0] || got > n[1] {
			t.Errorf("got %s %q, want %s with %d to %d (B-720)", p.TopicName, p.Payload, topic, n[0], n[1])
		}
		if err := w.Acknowledge(p); err != nil {
			t.Fatal(err)
		}
	}
}
