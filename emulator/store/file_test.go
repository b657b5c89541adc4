package store

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"
)

// full is the content of a file with branches, long values, buckets of their own
// pages, free pages, and what it says.
func full(t testing.TB) (text []byte, says string) {
	t.Helper()
	s := fresh(t)
	part := s.Part("")
	for i := range 120 {
		keep(t, part, set("things", fmt.Sprint("thing-", i), strings.Repeat(fmt.Sprint(i), 100)))
	}
	keep(t, part, set("long", "one", strings.Repeat("long ", 2000)), set("small", "one", "x"))
	for i := range 40 {
		keep(t, part, Change{Bucket: "things", Key: fmt.Sprint("thing-", 3*i)})
	}
	text, err := os.ReadFile(crashed(t, s).file)
	if err != nil {
		t.Fatal(err)
	}
	return text, content(t, part, "things", "long", "small")
}

func writeFile(t *testing.T, file string, text []byte) {
	t.Helper()
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// bolt changes a file behind the back of this package.
func bolt(t *testing.T, file string, change func(tx *bbolt.Tx) error) {
	t.Helper()
	db, err := bbolt.Open(file, 0o600, nil)
	if err == nil {
		err = errors.Join(db.Update(change), db.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestFilesThatCannotBeUsed: each is told with what is wrong, what is whole and what
// to do, and is left as it is [H-13].
func TestFilesThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	text, _ := full(t)
	is := func(text []byte) func(*testing.T, string) {
		return func(t *testing.T, file string) { writeFile(t, file, text) }
	}
	but := func(change func(tx *bbolt.Tx) error) func(*testing.T, string) {
		return func(t *testing.T, file string) {
			writeFile(t, file, text)
			bolt(t, file, change)
		}
	}
	const broken = "the file is broken ("
	tests := []struct {
		name string
		make func(*testing.T, string)
		want string
	}{
		{"text", is(bytes.Repeat([]byte("listeners: {}\n"), 1000)), broken},
		{"one byte", is([]byte("x")), broken},
		{"empty", is(nil), broken + "it is empty); " + away},
		{"zeros", is(make([]byte, 1<<16)), broken},
		{"cut off", is(text[:len(text)/2]), broken},
		{"a folder", func(t *testing.T, file string) { _ = os.Mkdir(file, 0o700) }, "is a directory"},
		{"in use", func(t *testing.T, file string) { opened(t, file) },
			"in use by another process; end that, or keep the state in another folder"},
		{"of another program", func(t *testing.T, file string) {
			bolt(t, file, func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("users")); return err })
		}, "not of this version's format; " + away},
		{"of another version", but(func(tx *bbolt.Tx) error { return tx.Bucket(bucketMeta).Put(keyFormat, []byte("suback state 2")) }),
			"not of this version's format; " + away},
		{"a record has changed", but(func(tx *bbolt.Tx) error { return tx.Bucket([]byte("small")).Put([]byte("one"), []byte("y")) }),
			broken + "small: its records are not those that were written; whole are long (1), things (80)); " + away},
		{"a record is gone", but(func(tx *bbolt.Tx) error { return tx.Bucket([]byte("long")).Delete([]byte("one")) }),
			broken + "long: its records are not those that were written; whole are small (1), things (80)); " + away},
		{"a bucket is gone", but(func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte("things")) }),
			broken + "things: it is not there; whole are long (1), small (1)); " + away},
		{"a bucket has come", but(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("new")); return err }),
			broken + "new: nobody wrote it; whole are long (1), small (1), things (80)); " + away},
		{"a sum is gone", but(func(tx *bbolt.Tx) error { return tx.Bucket(bucketMeta).Delete([]byte("sum long")) }),
			broken + "long: nobody wrote it; whole are small (1), things (80)); " + away},
		{"two are damaged", but(func(tx *bbolt.Tx) error {
			return errors.Join(tx.DeleteBucket([]byte("things")), tx.Bucket([]byte("long")).Delete([]byte("one")))
		}), broken + "long: its records are not those that were written; things: it is not there; whole are small (1)); " + away},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "state.db")
			tt.make(t, file)
			before, _ := os.ReadFile(file)
			s, err := Open(Options{File: file})
			if err == nil {
				_ = s.Close()
				t.Fatal("got no error")
			}
			if !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %q, want the file and %q in it", err, tt.want)
			}
			if now, _ := os.ReadFile(file); !bytes.Equal(now, before) {
				t.Error("got another file, want it left as it is")
			}
		})
	}
}

// TestDamagedPage: a page that is no such thing is told by the bucket it belongs to,
// and the others are whole.
func TestDamagedPage(t *testing.T) {
	text, _ := full(t)
	file := filepath.Join(t.TempDir(), "state.db")
	writeFile(t, file, text)
	var root int
	bolt(t, file, func(tx *bbolt.Tx) error { root = int(tx.Bucket([]byte("things")).Root()); return nil })
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text[root*os.Getpagesize()+8] ^= 0xff // its flags
	writeFile(t, file, text)
	_, err = Open(Options{File: file})
	if err == nil || !strings.Contains(err.Error(), "(things: page ") || !strings.Contains(err.Error(), "whole are long (1), small (1))") {
		t.Errorf("got %v, want things damaged and the others whole", err)
	}
}

// [H-5] TestFlippedByte: a byte that has changed is found, or did not matter: it never
// comes out as other records, and neither ends nor hangs the program. Of a damaged head
// the log tells.
func TestFlippedByte(t *testing.T) {
	t.Parallel()
	text, want := full(t)
	dir, r := t.TempDir(), rand.New(rand.NewPCG(13, 1))
	var at []int
	for page := 0; page < len(text); page += os.Getpagesize() { // where bbolt's own are
		for range 12 {
			at = append(at, page+r.IntN(80))
		}
	}
	for range 300 {
		at = append(at, r.IntN(len(text)))
	}
	refused, told := 0, 0
	for n, i := range at {
		damaged := bytes.Clone(text)
		damaged[i] ^= byte(1 + r.IntN(255))
		file, log := filepath.Join(dir, fmt.Sprint(n, ".db")), new(bytes.Buffer) // a panic leaves it locked
		writeFile(t, file, damaged)
		s, err := Open(Options{File: file, Log: slog.New(slog.NewTextHandler(log, nil))})
		if err != nil {
			refused++
			if !strings.HasPrefix(err.Error(), file+": the file is broken (") && !strings.HasPrefix(err.Error(), file+": not of this") {
				t.Errorf("byte %d: got %v, want the file first, and that it is broken", i, err)
			}
			_ = os.Remove(file)
			continue
		}
		if strings.Contains(log.String(), "head of one transaction is damaged") {
			told++
		} else if content(t, s.Part(""), "things", "long", "small") != want {
			t.Errorf("byte %d: got another content, want it refused", i)
		}
		_ = errors.Join(s.Close(), os.Remove(file))
	}
	t.Logf("of %d flipped bytes of %d: %d refused, %d of a head told, the others changed nothing", len(at), len(text), refused, told)
	if refused == 0 || told == 0 {
		t.Error("the damage is not what it should be")
	}
}

// older makes a file of a form before this one.
func older(t *testing.T, form string) (file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "sessions.db")
	bolt(t, file, func(tx *bbolt.Tx) error {
		sum, errs := uint64(0), []error{}
		put := func(bucket, key, value string) {
			b, err := tx.CreateBucketIfNotExists([]byte(bucket))
			errs = append(errs, err)
			if key != "" {
				errs = append(errs, b.Put([]byte(key), []byte(value)))
			}
			if key != "" && bucket != "meta" {
				sum += digest(bucket, []byte(key), []byte(value))
			}
		}
		for _, bucket := range olderBuckets {
			put(bucket, "", "")
		}
		put("sessions", "pump", "s")
		put("retained", "a/b", "r")
		put("meta", "format", form)
		put("meta", "ahead", "12345678")
		if form == formatOfSessions {
			put("meta", "sum", string(number(sum)))
		}
		return errors.Join(errs...)
	})
	return file
}

// TestOlderForms: each is taken over, once; one that is damaged is refused.
func TestOlderForms(t *testing.T) {
	for _, form := range []string{formatOfSessions, formatWithoutSum} {
		file := older(t, form)
		for range 2 {
			s := opened(t, file)
			got := content(t, s.Part(""), "sessions", "retained", "clock")
			if want := "sessions pump=s retained a/b=r clock ahead=12345678"; got != want {
				t.Errorf("%s: got %q, want %q", form, got, want)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
	file := older(t, formatOfSessions)
	bolt(t, file, func(tx *bbolt.Tx) error { return tx.Bucket([]byte("retained")).Put([]byte("a/b"), []byte("x")) })
	if _, err := Open(Options{File: file}); err == nil || !strings.Contains(err.Error(), "(its records are not those that were written)") {
		t.Errorf("got %v, want it refused", err)
	}
}
