package session

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/suback/suback/emulator/store"
	"github.com/suback/suback/emulator/story"
)

// openFile opens a file for the time of the test.
func openFile(t testing.TB, file string) *store.Store {
	t.Helper()
	st, err := store.Open(store.Options{File: file})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() }) // at the latest
	return st
}

// openFileStore opens the sessions of a file for the time of the test.
func openFileStore(t testing.TB, file string) *Sessions {
	t.Helper()
	all, err := Open(Options{Kept: openFile(t, file).Part("")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = all.Close() }) // at the latest
	return all
}

func newFileStore(t testing.TB) *Sessions {
	t.Helper()
	return openFileStore(t, filepath.Join(t.TempDir(), "sessions.db"))
}

// closeBoth closes the sessions and their file.
func closeBoth(all *Sessions) error {
	return errors.Join(all.Close(), all.store.kept.Store().Close())
}

// snapshot is what kill -9 leaves at this moment: the last whole transaction.
func snapshot(t testing.TB, all *Sessions) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "crashed.db")
	if err := all.store.kept.Store().Copy(file); err != nil {
		t.Fatal(err)
	}
	return file
}

// crashed returns the sessions as they are after a crash at this moment.
func crashed(t testing.TB, all *Sessions) *Sessions {
	t.Helper()
	return openFileStore(t, snapshot(t, all))
}

// keeps publishes a message and waits until it may be acknowledged.
func keeps(t testing.TB, all *Sessions, m *Message) {
	t.Helper()
	if m.Retain {
		all.Retain(m)
	}
	all.Publish(m)
	if err := keptBy(all, m); err != nil {
		t.Fatal(err)
	}
}

func kept(topic, payload string) *Message {
	return &Message{Topic: topic, Payload: []byte(payload), QoS: 1}
}

// settled waits until the file is up to date.
func settled(t testing.TB, all *Sessions) {
	t.Helper()
	if err := all.store.wait(); err != nil {
		t.Fatal(err)
	}
}

// lasting connects a device with a session that is kept.
func lasting(t testing.TB, all *Sessions, id string, version byte, subs ...Subscription) *device {
	t.Helper()
	d := newDevice(t, all, id, Terms{Version: version, Expiry: persistent})
	d.Attach(d.link)
	d.subscribe(subs...)
	return d
}

// returns connects a device to a session that must be there.
func returns(t testing.TB, all *Sessions, id string, version byte) *device {
	t.Helper()
	if all.byID[id] == nil {
		t.Fatalf("there is no session %q", id)
	}
	return lasting(t, all, id, version)
}

var anything = Subscription{Filter: "#", QoS: 1}

// wantEmptyFile fails the test if anything is left in the file.
func wantEmptyFile(t testing.TB, all *Sessions) {
	t.Helper()
	settled(t, all)
	err := all.store.kept.Read(func(r store.Reader) error {
		for _, bucket := range []string{bucketSessions, bucketGroups, bucketQueues, bucketMessages, bucketRetained, bucketNumbers} {
			_ = r.Each(bucket, func(key, _ []byte) error {
				t.Errorf("%s: %q is left behind", bucket, key)
				return nil
			})
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestClearClearsTheFile(t *testing.T) {
	all := newFileStore(t)
	lasting(t, all, "pump", 5, anything, Subscription{Filter: group1, QoS: 1}).Detach(persistent)
	lasting(t, all, "other", 5, Subscription{Filter: "$share/h/#", QoS: 1}).Detach(persistent)
	for range 3 {
		m := kept("a", "1")
		m.Retain = true
		keeps(t, all, m)
	}
	all.Clear()
	wantEmptyFile(t, all)
	wantEmpty(t, crashed(t, all))
}

// What nobody keeps costs no write.
func TestNothingToKeep(t *testing.T) {
	all := newFileStore(t)
	before := content(t, all.store.kept.Store())
	d := online(t, all, "pump", anything, Subscription{Filter: group1, QoS: 1})
	keeps(t, all, kept("a", "1"))
	d.Detach(0)
	settled(t, all)
	if !bytes.Equal(content(t, all.store.kept.Store()), before) {
		t.Error("the file has been written to, want no write")
	}
}

func content(t testing.TB, st *store.Store) []byte {
	t.Helper()
	text, err := os.ReadFile(st.File())
	if err != nil {
		t.Fatal(err)
	}
	return text
}

const lazy = 50 * time.Millisecond // of package store

// Who does not wait is written after a while.
func TestLazyWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := newFileStore(t)
		newDevice(t, all, "pump", Terms{Version: 4, Expiry: persistent})
		time.Sleep(lazy)
		synctest.Wait()
		if crashed(t, all).Len() != 1 {
			t.Errorf("the session is not in the file after %v", lazy)
		}
	})
}

// A file that cannot be written is told to who waits, and nothing is forgotten.
func TestStoreFails(t *testing.T) {
	all := newFileStore(t)
	d := lasting(t, all, "pump", 5, anything)
	file := all.store.kept.Store().File()
	if err := os.Rename(file, file+".away"); err != nil {
		t.Fatal(err)
	}
	m := kept("a", "1")
	all.Publish(m)
	if err := keptBy(all, m); err == nil || !strings.Contains(err.Error(), "sessions.db: cannot be written: ") {
		t.Errorf("Stored: got %v, want the file and that it cannot be written", err)
	}
	if err := d.Subscribe([]Subscription{{Filter: "b"}}, func() { t.Error("a SUBACK") }); err == nil || d.Subscribed("b") {
		t.Errorf("Subscribe: got %v, want an error and no subscription", err)
	}
	if err := d.Unsubscribe([]string{"c"}); err == nil {
		t.Error("Unsubscribe: got no error")
	}
	if err := os.Rename(file+".away", file); err != nil {
		t.Fatal(err)
	}
	keeps(t, all, kept("a", "2"))
	returns(t, crashed(t, all), "pump", 5).wants("both are there", "a 1 1", "a 2 1")
	if err := closeBoth(all); err != nil {
		t.Errorf("Close: %v", err)
	}
	if err := keptBy(all, m); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Stored after Close: got %v, want %v", err, store.ErrClosed)
	}
}

// BenchmarkStored is one QoS 1 message to one persistent session, kept before it
// is acknowledged, by so many publishers at a time.
func BenchmarkStored(b *testing.B) {
	for _, publishers := range []int{1, 10, 100} {
		b.Run(fmt.Sprint(publishers, " publishers"), func(b *testing.B) {
			all := newFileStore(b)
			s, _ := all.Open("pump", Terms{Version: 4, Expiry: persistent})
			_ = s.Subscribe([]Subscription{anything}, func() {})
			sent := func(*Message) story.Outcome { return story.Sent }
			s.Attach(Link{Window: 100, Allowed: sent, Write: func(p []byte) (int, error) {
				id := uint16(p[len(p)-66])<<8 | uint16(p[len(p)-65])
				go s.Acknowledge(id)
				return len(p), nil
			}})
			payload := make([]byte, 64)
			work := make(chan struct{})
			var working sync.WaitGroup
			for range publishers {
				working.Go(func() {
					for range work {
						m := &Message{Topic: "pump/7/state", Payload: payload, QoS: 1}
						all.Publish(m)
						if err := keptBy(all, m); err != nil {
							b.Error(err)
						}
					}
				})
			}
			for b.Loop() {
				work <- struct{}{}
			}
			close(work)
			working.Wait()
		})
	}
}
