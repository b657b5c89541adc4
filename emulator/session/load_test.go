package session

import (
	"bytes"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"
)

// fullFile returns the content of a file with something of everything.
func fullFile(t testing.TB) []byte {
	t.Helper()
	all := newFileStore(t)
	lasting(t, all, "pump", 5, anything, Subscription{Filter: group1, QoS: 1}).Detach(persistent)
	lasting(t, all, "other", 4, Subscription{Filter: group1, QoS: 1}).Detach(persistent)
	for range 20 {
		m := kept("a", strings.Repeat("x", 500))
		m.Retain = true
		keeps(t, all, m)
	}
	settled(t, all)
	text, err := os.ReadFile(snapshot(t, all))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestFilesThatCannotBeUsed(t *testing.T) {
	full := fullFile(t)
	bolt := func(change func(tx *bbolt.Tx) error) func(t *testing.T, file string) {
		return func(t *testing.T, file string) {
			db, err := bbolt.Open(file, 0o600, nil)
			if err == nil {
				err = errors.Join(db.Update(change), db.Close())
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	write := func(text []byte) func(t *testing.T, file string) {
		return func(t *testing.T, file string) {
			if err := os.WriteFile(file, text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	record := func(bucket, key []byte, value string) func(t *testing.T, file string) {
		return func(t *testing.T, file string) {
			write(full)(t, file)
			bolt(func(tx *bbolt.Tx) error { return tx.Bucket(bucket).Put(key, []byte(value)) })(t, file)
		}
	}
	const away = "move it away to start without sessions and retained messages"
	tests := []struct {
		name string
		make func(t *testing.T, file string)
		want []string
	}{
		{"text", write(bytes.Repeat([]byte("listeners: {}\n"), 1000)), []string{"the file is broken", away}},
		{"one byte", write([]byte("x")), []string{"the file is broken", away}},
		{"empty (S-13)", write(nil), []string{"the file is broken (it is empty)", away}},
		{"a record that is not there any more", func(t *testing.T, file string) {
			write(full)(t, file)
			bolt(func(tx *bbolt.Tx) error {
				key, _ := tx.Bucket(bucketRetained).Cursor().First()
				return tx.Bucket(bucketRetained).Delete(key)
			})(t, file)
		}, []string{"the file is broken (its records are not those that were written)", away}},
		{"zeros", write(make([]byte, 1<<16)), []string{"the file is broken", away}},
		{"cut off", write(full[:len(full)/2]), []string{"the file is broken", away}},
		{"of another program", bolt(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("users")); return err }), []string{"not of this version's format", away}},
		{"of another version", func(t *testing.T, file string) {
			write(full)(t, file)
			bolt(func(tx *bbolt.Tx) error { return tx.Bucket(bucketMeta).Put(keyFormat, []byte("suback sessions 9")) })(t, file)
		}, []string{"not of this version's format", away}},
		{"in use", func(t *testing.T, file string) { openFileStore(t, file) }, []string{"in use by another process", "another folder"}},
		{"a folder", func(t *testing.T, file string) { _ = os.Mkdir(file, 0o700) }, []string{"is a directory"}},
		{"a session", record(bucketSessions, []byte("x"), `{"Version": 4`), []string{"the file is broken (sessions: ", away}},
		{"a group", record(bucketGroups, []byte("x"), "12345678"), []string{"the file is broken (groups: ", away}},
		{"a place", record(bucketQueues, []byte("x"), "123456780"), []string{"the file is broken (queues: ", away}},
		{"a number", record(bucketMessages, []byte("x"), ""), []string{"the file is broken (messages: ", away}},
		{"a retained message", record(bucketRetained, []byte("x"), "x"), []string{"the file is broken (retained: ", away}},
		{"a message that is missing", func(t *testing.T, file string) {
			write(full)(t, file)
			bolt(func(tx *bbolt.Tx) error {
				key, _ := tx.Bucket(bucketMessages).Cursor().First()
				return tx.Bucket(bucketMessages).Delete(key)
			})(t, file)
		}, []string{"the file is broken (queues: ", away}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "sessions.db")
			tt.make(t, file)
			all, err := Open(Options{File: file})
			if err == nil {
				_ = all.Close()
				t.Fatal("got no error")
			}
			for _, want := range append(tt.want, file) {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %q, want %q in it", err, want)
				}
			}
		})
	}
}

func TestFileNotAllowed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "no such folder", "sessions.db")
	if _, err := Open(Options{File: file}); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), file) {
		t.Errorf("got %v, want one that says what is missing", err)
	}
}

// Whatever a disk has made of the file, opening, using and closing it ends the
// program in no case.
func TestDamagedFiles(t *testing.T) {
	full := fullFile(t)
	refused := 0
	const rounds = 45
	for seed := range uint64(rounds) {
		r := rand.New(rand.NewPCG(5, seed))
		text := bytes.Clone(full)
		at := r.IntN(len(text))
		switch seed % 3 {
		case 0: // a few bytes
			for i := range 1 + r.IntN(8) {
				text[(at+i)%len(text)] = byte(r.Uint32())
			}
		case 1: // a page of something else
			for i := range 4096 {
				text[(at&^4095+i)%len(text)] = byte(r.Uint32())
			}
		case 2: // the head of a page
			for i := range 16 {
				text[(at&^4095+i)%len(text)] = byte(r.Uint32())
			}
		}
		file := filepath.Join(t.TempDir(), "sessions.db")
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		all, err := Open(Options{File: file})
		if err != nil {
			refused++
			continue
		}
		lasting(t, all, "new", 4, anything)
		m := kept("a", "1")
		all.Publish(m)
		_ = all.Stored(m)
		all.Clear()
		_ = all.Close()
	}
	t.Logf("%d of %d were refused", refused, rounds)
	if refused == 0 || refused == rounds {
		t.Errorf("%d of %d were refused, want some: the damage is not what it should be", refused, rounds)
	}
}

// Numbers are not given twice after a restart.
func TestNumbersGoOn(t *testing.T) {
	all := newFileStore(t)
	lasting(t, all, "pump", 4, anything).Detach(persistent)
	keeps(t, all, kept("a", "1"))
	last := all.store.last
	if got := crashed(t, all).store.last; got != last {
		t.Errorf("got %d, want %d", got, last)
	}
}
