package session

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/store"
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

// What cannot be a record is told with the file and the bucket.
func TestRecordsThatCannotBeRead(t *testing.T) {
	full := fullFile(t)
	first := func(bucket string) func(r store.Reader) (key string) {
		return func(r store.Reader) (key string) {
			_ = r.Each(bucket, func(k, _ []byte) error { key = string(k); return errors.New("enough") })
			return key
		}
	}
	is := func(key string) func(store.Reader) string { return func(store.Reader) string { return key } }
	tests := []struct {
		name, bucket string
		key          func(store.Reader) string
		value        func() []byte
		want         string
	}{
		{"a session", bucketSessions, is("x"), store.Bytes([]byte(`{"Version": 4`)), "(sessions: "},
		{"a group", bucketGroups, is("x"), store.Bytes([]byte("12345678")), "(groups: "},
		{"a place", bucketQueues, is("x"), store.Bytes([]byte("123456780")), "(queues: "},
		{"a number", bucketMessages, is("x"), store.Bytes([]byte{0}), "(messages: "},
		{"a retained message", bucketRetained, is("x"), store.Bytes([]byte("x")), "(retained: "},
		{"a connection's number", bucketNumbers, is("x"), store.Bytes([]byte("x")), "(numbers: "},
		{"a message that is missing", bucketMessages, first(bucketMessages), nil, "(queues: "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "sessions.db")
			if err := os.WriteFile(file, full, 0o600); err != nil {
				t.Fatal(err)
			}
			part, key := openFile(t, file).Part(""), ""
			err := part.Read(func(r store.Reader) error { key = tt.key(r); return nil })
			part.Note(store.Change{Bucket: tt.bucket, Key: key, Value: tt.value})
			if err := errors.Join(err, part.Wait()); err != nil {
				t.Fatal(err)
			}
			_, err = Open(Options{Kept: part})
			if err == nil {
				t.Fatal("got no error")
			}
			for _, want := range []string{file + ": the file is broken " + tt.want, "move it away to start without sessions, retained"} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %q in it (H-13)", err, want)
				}
			}
		})
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
		st, err := store.Open(store.Options{File: file})
		if err != nil {
			refused++
			continue
		}
		all, err := Open(Options{Kept: st.Part("")})
		if err != nil {
			_ = st.Close()
			refused++
			continue
		}
		lasting(t, all, "new", 4, anything)
		m := kept("a", "1")
		all.Publish(m)
		_ = keptBy(all, m)
		all.Clear()
		_ = closeBoth(all)
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
