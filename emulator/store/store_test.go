package store

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// opened opens a file for the time of the test.
func opened(t testing.TB, file string) *Store {
	t.Helper()
	s, err := Open(Options{File: file})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // at the latest
	return s
}

func fresh(t testing.TB) *Store {
	t.Helper()
	return opened(t, filepath.Join(t.TempDir(), "state.db"))
}

// crashed is what kill -9 leaves at this moment.
func crashed(t testing.TB, s *Store) *Store {
	t.Helper()
	file := filepath.Join(t.TempDir(), "crashed.db")
	if err := s.Copy(file); err != nil {
		t.Fatal(err)
	}
	return opened(t, file)
}

// set is a Change to a value.
func set(bucket, key, value string) Change { return Change{bucket, key, Bytes([]byte(value))} }

// keep notes changes and waits until they are in the file.
func keep(t testing.TB, p *Part, changes ...Change) {
	t.Helper()
	p.Note(changes...)
	if err := p.Wait(); err != nil {
		t.Fatal(err)
	}
}

// content is all that a part has in some buckets, as "bucket key=value …".
func content(t testing.TB, p *Part, buckets ...string) string {
	t.Helper()
	var all []string
	err := p.Read(func(r Reader) error {
		for _, bucket := range buckets {
			if err := r.Each(bucket, func(key, value []byte) error {
				all = append(all, fmt.Sprintf("%s %s=%s", bucket, key, value))
				return nil
			}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, " ")
}

// TestKept: what Wait has returned for is there after a crash, in the part that it
// was noted in, in the order of the keys.
func TestKept(t *testing.T) {
	s := fresh(t)
	first, other := s.Part(""), s.Part("other")
	keep(t, first, set("a", "2", "two"), set("a", "1", "one"), set("b", "3", "three"))
	keep(t, other, set("a", "1", "its own"))
	keep(t, first, set("a", "2", "more"), Change{Bucket: "a", Key: "1"}, Change{Bucket: "c", Key: "none"})
	for name, s := range map[string]*Store{"running": s, "crashed": crashed(t, s)} {
		if got, want := content(t, s.Part(""), "a", "b", "c"), "a 2=more b 3=three"; got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
		if got, want := content(t, s.Part("other"), "a"), "a 1=its own"; got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	var none *Part
	none.Note(set("a", "1", "x"))
	if err := none.Wait(); err != nil || content(t, none, "a") != "" {
		t.Errorf("got %v, want that no part keeps nothing", err)
	}
}

// TestManyChanges: what is set, changed and deleted over many pages is as in a map, and its
// sum is right: a file is not opened with another.
func TestManyChanges(t *testing.T) {
	t.Parallel()
	s, want, rnd := fresh(t), make(map[string]string), rand.New(rand.NewPCG(1, 2))
	part := s.Part("")
	for range 20 {
		for range 400 {
			key := fmt.Sprint(rnd.IntN(3000))
			if rnd.IntN(3) > 0 {
				want[key] = strings.Repeat(key, 1+rnd.IntN(50))
				part.Note(set("a", key, want[key]))
				continue
			}
			delete(want, key)
			part.Note(Change{Bucket: "a", Key: key})
		}
		keep(t, part)
	}
	var all []string
	for _, key := range slices.Sorted(maps.Keys(want)) {
		all = append(all, "a "+key+"="+want[key])
	}
	if got := content(t, crashed(t, s).Part(""), "a"); got != strings.Join(all, " ") {
		t.Errorf("got %d bytes, want the %d records of the map", len(got), len(want))
	}
}

// TestTogether: of the changes of one Note a crash leaves all or none.
func TestTogether(t *testing.T) {
	s := fresh(t)
	part, over := s.Part(""), make(chan struct{})
	var working sync.WaitGroup
	working.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-over:
				return
			default:
			}
			value := fmt.Sprint(i)
			keep(t, part, set("a", "x", value), set("b", "y", value))
		}
	})
	for range 20 {
		var a, b string
		_, _ = fmt.Sscanf(content(t, crashed(t, s).Part(""), "a", "b"), "a x=%s b y=%s", &a, &b)
		if a != b {
			t.Errorf("got %s and %s, want the two of one Note", a, b)
		}
	}
	close(over)
	working.Wait()
}

// Who waits while a transaction is being written waits for that one.
func TestWaitsForTheWriter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := fresh(t)
		part := s.Part("")
		busy, err := s.db.Begin(true)
		if err != nil {
			t.Fatal(err)
		}
		part.Note(set("a", "1", "x"))
		returned := make(chan error)
		wait := func() { returned <- part.Wait() }
		go wait()
		for taken := false; !taken; runtime.Gosched() {
			s.mu.Lock()
			taken = s.writing != nil
			s.mu.Unlock()
		}
		go wait()
		for range 100 {
			runtime.Gosched()
		}
		select {
		case <-returned:
			t.Error("Wait returned before the change was written")
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
		_ = s.Close()
	})
}

// A change that nobody waits for is written after a while; what is as it was, or has
// been taken back, costs no write.
func TestLazyWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := fresh(t)
		part := s.Part("")
		part.Note(set("a", "1", "x"))
		time.Sleep(laziness)
		synctest.Wait()
		if got := content(t, part, "a"); got != "a 1=x" {
			t.Errorf("got %q after %v, want it written", got, laziness)
		}
		before, _ := os.ReadFile(s.file)
		part.Note(set("a", "2", "y"))
		part.Note(Change{Bucket: "a", Key: "2"}, set("a", "1", "x"))
		if err := part.Wait(); err != nil {
			t.Error(err)
		}
		if now, _ := os.ReadFile(s.file); !bytes.Equal(now, before) {
			t.Error("got another file, want no write")
		}
		_ = s.Close()
	})
}

// Only who asks for the disk waits for it, also when the file grows.
func TestWaitsForTheDisk(t *testing.T) {
	for _, disk := range []bool{false, true} {
		s, err := Open(Options{File: filepath.Join(t.TempDir(), "state.db"), Disk: disk})
		if err != nil {
			t.Fatal(err)
		}
		if s.db.NoSync == disk || s.db.NoGrowSync == disk {
			t.Errorf("Disk %v: got NoSync %v, NoGrowSync %v", disk, s.db.NoSync, s.db.NoGrowSync)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// [H-5] What cannot be written is told to who waits, and written after a pause
// although nothing changes; the log has the beginning and the end of it.
func TestTriesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, file := new(bytes.Buffer), filepath.Join(t.TempDir(), "state.db")
		s, err := Open(Options{File: file, Log: slog.New(slog.NewTextHandler(log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		part := s.Part("")
		move := func(from, to string) {
			t.Helper()
			if err := os.Rename(from, to); err != nil {
				t.Fatal(err)
			}
		}
		move(file, file+".away")
		part.Note(set("a", "1", "old"), set("a", "2", "stays"))
		if err := part.Wait(); err == nil || !strings.HasPrefix(err.Error(), file+": cannot be written: ") || s.Kept() {
			t.Errorf("got %v, want the file and that it cannot be written", err)
		}
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		part.Note(set("a", "1", "new"))
		if err := part.Wait(); err == nil || !strings.Contains(err.Error(), "another file is in its place") {
			t.Errorf("got %v, want that another file is in its place", err)
		}
		move(file+".away", file)
		time.Sleep(lastPause)
		synctest.Wait()
		if got, want := content(t, part, "a"), "a 1=new a 2=stays"; got != want || !s.Kept() {
			t.Errorf("got %q, want %q after a pause", got, want)
		}
		if got := log.String(); strings.Count(got, "could not be written\" error=") != 1 || strings.Count(got, "is written now") != 1 {
			t.Errorf("got log %q, want one line when it begins and one when it ends", got)
		}
		move(file, file+".away")
		part.Note(set("a", "3", "x"))
		if err := s.Close(); err == nil || !strings.HasPrefix(err.Error(), file+": cannot be written: ") {
			t.Errorf("got %v, want what cannot be written at the end told", err)
		}
		if err := part.Wait(); !errors.Is(err, ErrClosed) {
			t.Errorf("got %v, want %v", err, ErrClosed)
		}
	})
}

// Two that make the file at once share it: one has it, the other is told.
func TestFileIsMadeOnce(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state.db")
	var working sync.WaitGroup
	for range 8 {
		working.Go(func() {
			if err := create(file); err != nil {
				t.Error(err)
			}
		})
	}
	working.Wait()
	opened(t, file)
	if _, err := Open(Options{File: file}); err == nil || !strings.Contains(err.Error(), "in use by another process") {
		t.Errorf("got %v, want that it is in use", err)
	}
	entries, err := os.ReadDir(filepath.Dir(file))
	if err != nil || len(entries) != 1 {
		t.Errorf("got %v, %v beside it, want nothing", entries, err)
	}
}

func TestFileNotAllowed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "no such folder", "state.db")
	if _, err := Open(Options{File: file}); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), file) {
		t.Errorf("got %v, want one that says what is missing", err)
	}
}

// BenchmarkWait is one change that is waited for, beside so many records.
func BenchmarkWait(b *testing.B) {
	for _, records := range []int{10, 100_000} {
		b.Run(fmt.Sprint(records, " records"), func(b *testing.B) {
			part := fresh(b).Part("")
			value := Bytes(make([]byte, 300))
			for i := range records {
				part.Note(Change{"a", fmt.Sprint("record-", i), value})
			}
			keep(b, part)
			n := 0
			for b.Loop() {
				n++
				keep(b, part, Change{"a", fmt.Sprint("new-", n), value})
			}
		})
	}
}
