package emulator_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/skips"
)

// What follows the trace of an account, or waits in it, ends with it at once.
func TestRemoveAccountWithFollower(t *testing.T) {
	e := emulator.Run(t, emulator.Embedded())
	addAccount(t, e, emulator.AccountOptions{Name: "one"})
	for i, path := range []string{"/_suback/accounts/one/_suback/trace?follow=true", "/_suback/trace?follow=true&account=one"} {
		if i > 0 {
			addAccount(t, e, emulator.AccountOptions{Name: "one"})
		}
		res, err := http.Get("http://" + e.Addr(emulator.HTTP) + path)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		start := time.Now()
		if err := e.RemoveAccount("one"); err != nil || time.Since(start) > time.Second {
			t.Errorf("got %v after %v, want it to end at once", err, time.Since(start))
		}
		ended := make(chan error, 1)
		go func() { _, err := io.Copy(io.Discard, res.Body); ended <- err }()
		select {
		case <-ended:
		case <-time.After(patience):
			t.Errorf("%s goes on after the end of the account", path)
		}
	}
}

// An account that is being made while the emulator ends is not left behind.
func TestCloseWhileAccountsAreMade(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 5 {
		e, err := emulator.New(emulator.Embedded())
		if err == nil {
			err = e.Start(context.Background())
		}
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		begun := make(chan struct{}, 100)
		for i := range 4 {
			wg.Go(func() {
				for n := 0; ; n++ {
					name := fmt.Sprintf("a%d-%d", i, n)
					if _, err := e.AddAccount(emulator.AccountOptions{Name: name}); err != nil {
						return
					}
					begun <- struct{}{}
					if n%2 == 0 {
						_ = e.RemoveAccount(name)
					}
					if n == 20 {
						return
					}
				}
			})
		}
		<-begun
		if err := e.Close(); err != nil {
			t.Error(err)
		}
		wg.Wait()
		if _, err := e.AddAccount(emulator.AccountOptions{}); err == nil {
			t.Error("an account is made after the end")
		}
	}
	settled(t, before)
}

// settled fails unless the goroutines become as many as before.
func settled(t *testing.T, before int) {
	t.Helper()
	http.DefaultClient.CloseIdleConnections()
	for by := time.Now().Add(patience); runtime.NumGoroutine() > before+2; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(by) {
			stacks := make([]byte, 1<<16)
			t.Fatalf("got %d goroutines, want %d\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
		}
	}
}

// An account gives all back that it took.
func TestAccountsGiveBack(t *testing.T) {
	e := emulator.Run(t, emulator.Embedded())
	round := func(n int) {
		a := addAccount(t, e, emulator.AccountOptions{Name: "one"})
		c := e.ClientTLS()
		c.ServerName, c.NextProtos = "one.localhost", []string{"mqtt"}
		secure, err := tls.Dial("tcp", e.Addr(emulator.HTTPS), c)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := net.Dial("tcp", a.Addr(emulator.MQTT))
		if err != nil {
			t.Fatal(err)
		}
		for i, conn := range []net.Conn{secure, plain} {
			_, _ = io.WriteString(conn, connectPacket(4, fmt.Sprintf("c%d", i), "", "me", "test", "will"))
			if _, err := io.ReadFull(conn, make([]byte, 4)); err != nil {
				t.Fatal(err)
			}
			go func() { // as clients do
				_, _ = io.Copy(io.Discard, conn)
				_ = conn.Close()
			}()
		}
		if err := e.RemoveAccount("one"); err != nil {
			t.Fatalf("round %d: %v", n, err)
		}
	}
	round(0)
	files := openFiles(t)
	before, mem := runtime.NumGoroutine(), heap()
	for n := range 100 {
		round(n)
	}
	settled(t, before)
	if got := heap(); got > mem+8<<20 {
		t.Errorf("got %d KiB more after 100 rounds, want less than 8 MiB", (got-mem)>>10)
	}
	if got := openFiles(t); got > files+4 {
		t.Errorf("got %d files open, want about %d", got, files)
	}
}

func openFiles(t *testing.T) int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Logf("open files are not counted here: %v", err)
	}
	return len(entries)
}

// What one of 1,000 accounts costs is bounded, and they do not hold up requests.
func TestThousandAccounts(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes some seconds; run without -short")
	}
	e := emulator.Run(t, emulator.Embedded())
	before, goroutines := heap(), runtime.NumGoroutine()
	start := time.Now()
	for range 1000 {
		addAccount(t, e, emulator.AccountOptions{})
	}
	made := time.Since(start)
	t.Logf("each: %d KiB, %.1f goroutines, %v", (heap()-before)/1000>>10, float64(runtime.NumGoroutine()-goroutines)/1000, made/1000)
	if per := (heap() - before) / 1000; per > 256<<10 {
		t.Errorf("got %d KiB for an account, want at most 256", per>>10)
	}
	if _, err := e.AddAccount(emulator.AccountOptions{}); err == nil {
		t.Error("got one more than 1000")
	}
	for _, host := range []string{"localhost", "account-500.localhost", "127.0.0.1"} {
		start = time.Now()
		for range 100 {
			endpointOf(t, e, "/", host, "test")
		}
		t.Logf("%s: a request takes %v", host, time.Since(start)/100)
	}
}

// Accounts come, go, change and are asked all at once: nothing breaks, no message comes
// to another account, and the end is the end.
func TestAccountsAtOnce(t *testing.T) {
	before := runtime.NumGoroutine()
	const own = "authorizers: [{authorizerName: a, authorizerFunctionArn: f, signingDisabled: true, status: ACTIVE}], defaultAuthorizerName: a"
	configs := []*emulator.Config{
		loadText(t, "accounts: {a: {"+own+"}, b: {"+own+", things: [{thingName: x}]}}"),
		loadText(t, "accounts: {b: {"+own+"}, c: {"+own+"}}"),
	}
	e, err := emulator.New(emulator.Options{Config: configs[0], Functions: map[string]emulator.LambdaFunc{
		"f": func(context.Context, []byte) ([]byte, error) { return []byte(letIn), nil }}})
	if err == nil {
		err = e.Start(context.Background())
	}
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), atOnce)
	defer cancel()
	var wg sync.WaitGroup
	names := []string{"a", "b", "c", "m0", "m1", "m2"}
	every := func(do func(n int)) {
		wg.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				do(n)
			}
		})
	}
	for i := range 3 {
		every(func(n int) {
			name := fmt.Sprintf("m%d", (n+i)%3)
			if _, err := e.AddAccount(emulator.AccountOptions{Name: name, From: names[n%2]}); err == nil && n%3 > 0 {
				_ = e.RemoveAccount(name)
			}
		})
	}
	every(func(n int) {
		if err := e.Reload(configs[n%2]); err != nil && ctx.Err() == nil {
			t.Errorf("reload: %v", err)
		}
		time.Sleep(20 * time.Millisecond)
	})
	every(func(int) {
		for _, a := range e.Accounts() {
			a.Reset()
			a.Advance(time.Second)
			_, _ = a.Addr(emulator.MQTT), a.Clients()
		}
		time.Sleep(100 * time.Millisecond)
	})
	var connected atomic.Int64
	for i := range 3 {
		every(func(n int) {
			name := names[(n+i)%len(names)]
			for _, path := range []string{"/metrics?account=", "/_suback/trace?account=", "/_suback/export?account=", "/_suback/clients?account="} {
				if res, err := http.Get("http://" + e.Addr(emulator.HTTP) + path + name); err == nil {
					_, _ = io.Copy(io.Discard, res.Body)
					res.Body.Close()
				}
			}
		})
		every(func(n int) {
			if hearsItsOwn(t, e, names[(n+i)%len(names)], fmt.Sprintf("c%d", i)) {
				connected.Add(1)
			}
		})
	}
	<-ctx.Done()
	closed := make(chan error, 1)
	go func() { closed <- e.Close() }()
	wg.Wait()
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if t.Logf("%d clients heard their own message", connected.Load()); connected.Load() == 0 {
		t.Error("no client has heard its own message")
	}
	settled(t, before)
}

// atOnce is how long: less outside of CI; SUBACK_LONG has it run ten times as long.
var atOnce = func() time.Duration {
	switch {
	case os.Getenv("SUBACK_LONG") != "":
		return 10 * time.Second
	case skips.CI():
		return time.Second
	}
	return 400 * time.Millisecond
}()

// hearsItsOwn has a client of an account publish the account's name to a topic that it
// has subscribed, as others do in theirs.
func hearsItsOwn(t *testing.T, e *emulator.Emulator, account, id string) bool {
	dialer := websocket.Dialer{Subprotocols: []string{"mqtt"}, HandshakeTimeout: patience}
	conn, _, err := dialer.Dial("ws://"+e.Addr(emulator.HTTP)+"/_suback/accounts/"+account+"/mqtt", nil)
	if err != nil {
		return false // there is none of that name just now
	}
	defer conn.Close()
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	for _, p := range []string{
		connectPacket(4, id, "", "me", "x", ""), packet(0x82, "\x00\x01"+text("t")+"\x00"), packet(0x30, text("t")+account),
	} {
		if conn.WriteMessage(websocket.BinaryMessage, []byte(p)) != nil {
			return false
		}
		if p[0] == 0x10 { // what comes before the CONNACK is refused [B-608]
			if _, _, err := conn.ReadMessage(); err != nil {
				return false
			}
		}
	}
	for {
		_, p, err := conn.ReadMessage()
		if err != nil {
			return false // the account has ended, or another client of the id came
		}
		if len(p) > 0 && p[0]>>4 == 3 {
			if got := string(p[5:]); got != account {
				t.Errorf("a client of %s got what was published in %s", account, got)
			}
			return true
		}
	}
}
