package store

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// syncing is a store whose syncs are counted, take so long, and fail as is said.
func syncing(t *testing.T, log *bytes.Buffer, takes time.Duration, fails func(n int) error) (*Store, *int) {
	t.Helper()
	s, err := Open(Options{File: filepath.Join(t.TempDir(), "state.db"), Log: slog.New(slog.NewTextHandler(log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	s.disk.sync = func() error { // nothing has been written: the writer has not looked at it
		n++
		time.Sleep(takes)
		return fails(n)
	}
	return s, &n
}

func never(int) error { return nil }

// Traffic that never pauses is on the disk once in a second; a slow disk holds nobody up.
func TestSyncsUnderTraffic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const seconds, pause = 5, 10 * time.Millisecond
		s, syncs := syncing(t, new(bytes.Buffer), 100*time.Millisecond, never)
		part := s.Part("")
		begun := time.Now()
		for n := range int(seconds * time.Second / pause) {
			before := time.Now()
			keep(t, part, set("a", "1", fmt.Sprint(n)))
			if waited := time.Since(before); waited > 0 {
				t.Fatalf("change %d waited %v, want it written while the disk is busy", n, waited)
			}
			time.Sleep(pause)
		}
		// the second begins with the first change after a sync has begun
		if got, took := *syncs, time.Since(begun); got != seconds-1 && got != seconds {
			t.Errorf("got %d syncs in %v, want one in a second", got, took)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

// Nothing is synced that is on the disk already; what was written after a sync had begun
// is, at the end of the store at the latest.
func TestSyncsWhatIsNew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, syncs := syncing(t, new(bytes.Buffer), time.Second/2, never)
		part := s.Part("")
		want := func(n int, when string) {
			t.Helper()
			synctest.Wait()
			if *syncs != n {
				t.Errorf("%s: got %d syncs, want %d", when, *syncs, n)
			}
		}
		time.Sleep(time.Minute)
		want(0, "without a change")
		keep(t, part, set("a", "1", "x"))
		time.Sleep(time.Minute)
		want(1, "a minute after a change")
		keep(t, part, set("a", "1", "y"))
		time.Sleep(syncTime + time.Second/4)
		want(2, "while it is synced")
		keep(t, part, set("a", "1", "z"))
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		want(3, "after Close")
	})
}

// What the disk does not take is tried again although nothing changes; the log has the
// beginning and the end of it.
func TestSyncsAgain(t *testing.T) {
	broken := func(until int) func(int) error {
		return func(n int) error {
			if n < until {
				return errors.New("input/output error")
			}
			return nil
		}
	}
	for _, row := range []struct {
		name                 string
		until                int // the first attempt that succeeds
		syncs, failed, again int
	}{
		{"twice", 3, 3, 1, 1},
		{"at the end too", 1 << 30, 9, 2, 0}, // after 1, 0.25, 0.5, 1, 2, 4, 8, 16 s, and with Close
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log := new(bytes.Buffer)
				s, syncs := syncing(t, log, 0, broken(row.until))
				keep(t, s.Part(""), set("a", "1", "x"))
				time.Sleep(35 * time.Second)
				synctest.Wait()
				if err := s.Close(); err != nil {
					t.Error(err)
				}
				failed := strings.Count(log.String(), "is not on the disk\" error=\""+s.file)
				again := strings.Count(log.String(), "is there now")
				if *syncs != row.syncs || failed != row.failed || again != row.again {
					t.Errorf("got %d syncs, %d lines of failure, %d of success, want %d, %d, %d: %s",
						*syncs, failed, again, row.syncs, row.failed, row.again, log)
				}
			})
		})
	}
}
