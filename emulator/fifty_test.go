package emulator_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/mqtttest"
)

// Fifty do the same with the same names at the same time, each in a gateway, or in an account,
// of their own: nothing of one gets to another, and nothing is left of any.

const fifty = 50

// TestFiftyAccounts: fifty accounts in one process.
func TestFiftyAccounts(t *testing.T) {
	e := emulator.Run(t, emulator.Embedded())
	round := func(count int) {
		first, last := newMeeting(count), newMeeting(count)
		var all sync.WaitGroup
		for i := range count {
			all.Go(func() {
				name := fmt.Sprintf("t%d", i)
				a, err := e.AddAccount(emulator.AccountOptions{Name: name})
				if err != nil {
					t.Errorf("account %s: %v", name, err)
					return
				}
				if err := live(tenant{e, a, "/_suback/accounts/" + name, name}, first, last); err != nil {
					t.Errorf("account %s: %v", name, err)
				}
				if err := e.RemoveAccount(name); err != nil {
					t.Errorf("account %s: %v", name, err)
				}
			})
		}
		all.Wait()
	}
	round(1) // what is made once stays
	files, goroutines := openFiles(t), runtime.NumGoroutine()
	round(fifty)
	settled(t, goroutines)
	givenBack(t, files)
}

// TestFiftyRuns: fifty parallel tests that each call Run, in a process that lets so many run.
func TestFiftyRuns(t *testing.T) {
	const name = "SUBACK_TEST_FIFTY"
	if os.Getenv(name) != "" {
		runFifty(t)
		return
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFiftyRuns$", "-test.v", fmt.Sprint("-test.parallel=", fifty))
	cmd.Env = append(os.Environ(), name+"=1")
	out, err := cmd.CombinedOutput()
	if want := fmt.Sprintf("--- PASS: TestFiftyRuns/all/%d ", fifty-1); err != nil || !strings.Contains(string(out), want) {
		t.Errorf("got %v, want it to pass:\n%s", err, out)
	}
}

func runFifty(t *testing.T) {
	run := func(t *testing.T, name string, first, last *meeting) {
		e := emulator.Run(t, emulator.Embedded())
		if err := live(tenant{e, e.Account(""), "", name}, first, last); err != nil {
			t.Error(err)
		}
	}
	t.Run("one", func(t *testing.T) { run(t, "one", newMeeting(1), newMeeting(1)) }) // what is made once stays
	http.DefaultClient.CloseIdleConnections()
	files, goroutines := openFiles(t), runtime.NumGoroutine()
	first, last := newMeeting(fifty), newMeeting(fifty)
	t.Run("all", func(t *testing.T) {
		for i := range fifty {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				run(t, t.Name(), first, last)
			})
		}
	})
	settled(t, goroutines)
	givenBack(t, files)
}

// givenBack waits until no more files are open than before.
func givenBack(t *testing.T, before int) {
	t.Helper()
	for by := time.Now().Add(patience); openFiles(t) > before; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(by) {
			t.Fatalf("got %d files open, want %d as before", openFiles(t), before)
		}
	}
}

// A meeting is where all wait for each other.
type meeting struct {
	missing atomic.Int64
	met     chan struct{}
}

func newMeeting(count int) *meeting {
	m := &meeting{met: make(chan struct{})}
	m.missing.Store(int64(count))
	return m
}

func (m *meeting) wait() error {
	if m.missing.Add(-1) == 0 {
		close(m.met)
	}
	select {
	case <-m.met:
		return nil
	case <-time.After(3 * patience):
		return fmt.Errorf("%d others have not come", m.missing.Load())
	}
}

// A tenant is one of them.
type tenant struct {
	e       *emulator.Emulator
	account *emulator.Account
	prefix  string // of the account's APIs
	name    string // nobody else's, while all other names are everybody's
}

// live has a tenant do everything, and says what is not as if it were alone. All are
// connected between the meetings.
func live(n tenant, first, last *meeting) error {
	if err := n.makeThing(); err != nil {
		return err
	}
	c, err := n.connect()
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := c.Subscribe("pumps/#"); err != nil {
		return err
	}
	if _, err := c.Publish("pumps/state", n.name, mqtttest.QoS(1), mqtttest.Retain); err != nil {
		return err
	}
	if err := first.wait(); err != nil {
		return err
	}
	if err := errors.Join(n.hearsItself(c), n.shadowIsNew(c), n.hasThing()); err != nil {
		return err
	}
	if err := last.wait(); err != nil {
		return err
	}
	if err := c.Ping(); err != nil {
		return fmt.Errorf("the connection is lost, as to another client of the id: %w", err)
	}
	if got := n.account.Clients(); len(got) != 1 {
		return fmt.Errorf("got %d clients, want one", len(got))
	}
	return nil
}

func (n tenant) connect() (*mqtttest.Client, error) {
	config := n.account.ClientTLS()
	config.NextProtos = []string{"mqtt"}
	ctx, cancel := context.WithTimeout(context.Background(), 3*patience)
	defer cancel()
	c, err := mqtttest.Dial(ctx, "mqtts://"+n.e.Addr(emulator.HTTPS), config)
	if err != nil {
		return nil, err
	}
	c.Patience = 3 * patience
	ack, err := c.Connect(5, "pump-7", mqtttest.User("me", "test"), mqtttest.Persistent(3600))
	if err == nil && (ack.ReasonCode != 0 || ack.SessionPresent) {
		err = fmt.Errorf("got CONNACK %#x, session present %v, want a new session", ack.ReasonCode, ack.SessionPresent)
	}
	if err != nil {
		_ = c.Close()
	}
	return c, err
}

// hearsItself wants the tenant's message from its own publish, and once more as a retained one.
func (n tenant) hearsItself(c *mqtttest.Client) error {
	if _, err := c.Subscribe("pumps/state"); err != nil {
		return err
	}
	for _, retained := range []bool{false, true} {
		got, err := c.Receive()
		if err != nil {
			return fmt.Errorf("message, retained %v: %w", retained, err)
		}
		if string(got.Payload) != n.name || got.FixedHeader.Retain != retained {
			return fmt.Errorf("got message %q, retained %v, want %q, %v", got.Payload, got.FixedHeader.Retain, n.name, retained)
		}
		if err := c.Acknowledge(got); err != nil {
			return err
		}
	}
	return nil
}

// shadowIsNew wants that nobody has updated the shadow before. The answer comes after the PUBACK,
// and whatever else had been sent to the client has come before it.
func (n tenant) shadowIsNew(c *mqtttest.Client) error {
	const update = "$aws/things/pump-7/shadow/update"
	if _, err := c.Subscribe(update+"/accepted", mqtttest.QoS(0)); err != nil {
		return err
	}
	if _, err := c.Publish(update, fmt.Sprintf(`{"state": {"reported": {"owner": %q}}}`, n.name)); err != nil {
		return err
	}
	got, err := c.Receive()
	if err != nil {
		return fmt.Errorf("shadow: %w", err)
	}
	if text := string(got.Payload); got.FixedHeader.Type != packets.Publish || !strings.Contains(text, `"version":1,`) ||
		!strings.Contains(text, n.name) {
		return fmt.Errorf("got %s %s, want the first version, of %s", got.TopicName, text, n.name)
	}
	return nil
}

// makeThing makes a thing of the name that all use: there is none.
func (n tenant) makeThing() error {
	_, err := n.ask(http.MethodPost, fmt.Sprintf(`{"attributePayload": {"attributes": {"owner": %q}}}`, n.name))
	return err
}

func (n tenant) hasThing() error {
	got, err := n.ask(http.MethodGet, "")
	if err == nil && got != n.name {
		err = fmt.Errorf("got the thing of %q, want that of %q", got, n.name)
	}
	return err
}

// ask asks the account's API about the thing, and returns its owner.
func (n tenant) ask(method, body string) (owner string, err error) {
	url := "http://" + n.e.Addr(emulator.HTTP) + n.prefix + "/things/pump-7"
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20261128/us-east-1/iot/aws4_request, SignedHeaders=host, Signature=00")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	text, _ := io.ReadAll(res.Body)
	if res.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s %s: got %s %s", method, url, res.Status, text)
	}
	var thing struct{ Attributes struct{ Owner string } }
	err = json.Unmarshal(text, &thing)
	return thing.Attributes.Owner, err
}
