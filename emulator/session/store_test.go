package session

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// openFileStore opens a file for the time of the test.
func openFileStore(t testing.TB, file string) *Sessions {
	t.Helper()
	all, err := Open(Options{File: file})
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

// snapshot is what kill -9 leaves at this moment: the last whole transaction.
func snapshot(t testing.TB, all *Sessions) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "crashed.db")
	if err := all.store.db.View(func(tx *bbolt.Tx) error { return tx.CopyFile(file, 0o600) }); err != nil {
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
	if err := all.Stored(m); err != nil {
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

// Who waits while a transaction is being written waits for that one.
func TestStoredWaitsForTheWriter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := newFileStore(t)
		lasting(t, all, "pump", 4, anything).Detach(persistent)
		settled(t, all)
		busy, err := all.store.db.Begin(true)
		if err != nil {
			t.Fatal(err)
		}
		m := kept("a", "1")
		all.Publish(m)
		returned := make(chan error)
		wait := func() { returned <- all.Stored(m) }
		go wait()
		for taken := false; !taken; {
			all.store.mu.Lock()
			taken = all.store.writing != nil
			all.store.mu.Unlock()
			runtime.Gosched()
		}
		go wait()
		for range 100 {
			runtime.Gosched()
		}
		select {
		case <-returned:
			t.Error("Stored returned before the message was written")
		default:
		}
		if err := busy.Rollback(); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := <-returned; err != nil {
				t.Error(err)
			}
		}
	})
}

// wantEmptyFile fails the test if anything is left in the file.
func wantEmptyFile(t testing.TB, all *Sessions) {
	t.Helper()
	settled(t, all)
	err := all.store.db.View(func(tx *bbolt.Tx) error {
		return tx.ForEach(func(name []byte, b *bbolt.Bucket) error {
			if n := b.Stats().KeyN; n > 0 && string(name) != "meta" {
				t.Errorf("%d records are left behind in %s", n, name)
			}
			return nil
		})
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
	writes := func() int64 {
		stats := all.store.db.Stats()
		return stats.TxStats.GetWrite()
	}
	before := writes()
	d := online(t, all, "pump", anything, Subscription{Filter: group1, QoS: 1})
	keeps(t, all, kept("a", "1"))
	d.Detach(0)
	settled(t, all)
	if got := writes(); got != before {
		t.Errorf("%d writes, want none", got-before)
	}
}

// Who does not wait is written after a while.
func TestLazyWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := newFileStore(t)
		newDevice(t, all, "pump", Terms{Version: 4, Expiry: persistent})
		time.Sleep(laziness)
		synctest.Wait()
		if crashed(t, all).Len() != 1 {
			t.Errorf("the session is not in the file after %v", laziness)
		}
	})
}

// A file that cannot be written is told to who waits, and nothing is forgotten.
func TestStoreFails(t *testing.T) {
	all := newFileStore(t)
	d := lasting(t, all, "pump", 5, anything)
	good := all.store.db
	bad, err := bbolt.Open(filepath.Join(t.TempDir(), "bad.db"), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = bad.Close()
	all.store.db = bad // the writer sleeps: everything is settled
	m := kept("a", "1")
	all.Publish(m)
	if err := all.Stored(m); !errors.Is(err, bolterrors.ErrDatabaseNotOpen) {
		t.Errorf("Stored: got %v, want the database's error", err)
	}
	if err := d.Subscribe([]Subscription{{Filter: "b"}}, func() { t.Error("a SUBACK") }); err == nil || d.Subscribed("b") {
		t.Errorf("Subscribe: got %v, want an error and no subscription", err)
	}
	if err := d.Unsubscribe([]string{"c"}); err == nil {
		t.Error("Unsubscribe: got no error")
	}
	all.store.mu.Lock()
	all.store.db = good
	all.store.mu.Unlock()
	keeps(t, all, kept("a", "2"))
	returns(t, crashed(t, all), "pump", 5).wants("both are there", "a 1 1", "a 2 1")
	if err := all.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if err := all.Stored(m); !errors.Is(err, errClosed) {
		t.Errorf("Stored after Close: got %v, want %v", err, errClosed)
	}
}

// [S-5] What could not be written is written after a pause, although nothing changes,
// and the log has the beginning and the end of it.
func TestStoreTriesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := new(bytes.Buffer)
		all, err := Open(Options{File: filepath.Join(t.TempDir(), "sessions.db"), Log: slog.New(slog.NewTextHandler(log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		lasting(t, all, "pump", 5, anything).Detach(persistent)
		settled(t, all)
		good := all.store.db
		bad, err := bbolt.Open(filepath.Join(t.TempDir(), "bad.db"), 0o600, nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = bad.Close()
		use := func(db *bbolt.DB) {
			all.store.mu.Lock() // the writer sleeps
			defer all.store.mu.Unlock()
			all.store.db = db
		}
		use(bad)
		m := kept("a", "1")
		all.Publish(m)
		if err := all.Stored(m); err == nil || !strings.Contains(err.Error(), "sessions.db: cannot be written: ") {
			t.Errorf("got %v, want the file and that it cannot be written", err)
		}
		time.Sleep(10 * firstPause)
		synctest.Wait()
		use(good)
		time.Sleep(lastPause)
		synctest.Wait()
		returns(t, crashed(t, all), "pump", 5).wants("it is in the file", "a 1 1")
		if got := log.String(); strings.Count(got, "could not be written\" error=") != 1 || strings.Count(got, "is written now") != 1 {
			t.Errorf("got log %q, want one line when it begins and one when it ends", got)
		}
		if err := all.Close(); err != nil {
			t.Error(err)
		}
	})
}

// A file of the format before is taken, and has a sum from then on.
func TestFormatWithoutSum(t *testing.T) {
	all := newFileStore(t)
	lasting(t, all, "pump", 5, anything).Detach(persistent)
	keeps(t, all, kept("a", "1"))
	file := snapshot(t, all)
	db, err := bbolt.Open(file, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		meta := tx.Bucket(bucketMeta)
		return errors.Join(meta.Put(keyFormat, []byte(formatWithoutSum)), meta.Delete(keySum))
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	old := openFileStore(t, file)
	returns(t, crashed(t, old), "pump", 5).wants("format 2", "a 1 1")
}

// Two that make the file at once share it: one has it, the other is told.
func TestFileIsMadeOnce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sessions.db")
	var working sync.WaitGroup
	for range 8 {
		working.Go(func() {
			if err := create(file); err != nil {
				t.Error(err)
			}
		})
	}
	working.Wait()
	openFileStore(t, file)
	if _, err := Open(Options{File: file}); err == nil || !strings.Contains(err.Error(), "in use by another process") {
		t.Errorf("got %v, want that it is in use", err)
	}
	entries, err := os.ReadDir(filepath.Dir(file))
	if err != nil || len(entries) != 1 {
		t.Errorf("got %v, %v beside it, want nothing", entries, err)
	}
}

func TestInherit(t *testing.T) {
	oldM, newM := new(Message), new(Message)
	old, next := newChanges(), newChanges()
	old.messages = map[uint64]*Message{1: oldM, 2: oldM, 3: nil}
	next.messages = map[uint64]*Message{2: nil, 3: newM}
	next.inherit(old)
	if len(next.messages) != 3 || next.messages[1] != oldM || next.messages[2] != nil || next.messages[3] != newM {
		t.Errorf("got %v, want the newer where there are two", next.messages)
	}
}

// BenchmarkStored is one QoS 1 message to one persistent session, kept before it
// is acknowledged, by so many publishers at a time.
func BenchmarkStored(b *testing.B) {
	for _, publishers := range []int{1, 10, 100} {
		b.Run(fmt.Sprint(publishers, " publishers"), func(b *testing.B) {
			all, err := Open(Options{File: filepath.Join(b.TempDir(), "sessions.db")})
			if err != nil {
				b.Fatal(err)
			}
			defer all.Close()
			s, _ := all.Open("pump", Terms{Version: 4, Expiry: persistent})
			_ = s.Subscribe([]Subscription{anything}, func() {})
			s.Attach(Link{Window: 100, Allowed: func(*Message) bool { return true }, Write: func(p []byte) (int, error) {
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
						if err := all.Stored(m); err != nil {
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
