package session

import (
	"bytes"
	"errors"
	goflag "flag" // flag is taken
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/store"
)

var everyByte = goflag.Bool("every-byte", false, "TestFlippedByte flips every byte of the file, which takes minutes")

// deepFile returns a file with branches, long values, buckets of their own pages
// and free pages, and what it says.
func deepFile(t testing.TB) (text []byte, content string) {
	t.Helper()
	all := newFileStore(t)
	lasting(t, all, "pump", 5, anything, Subscription{Filter: group1, QoS: 1}).Detach(persistent)
	lasting(t, all, "other", 4, Subscription{Filter: group1, QoS: 1}).Detach(persistent)
	for i := range 60 {
		m := kept(fmt.Sprint("topic/of/some/length/", i), strings.Repeat(fmt.Sprint(i), 200))
		m.Retain = i%2 == 0
		keeps(t, all, m)
	}
	keeps(t, all, kept("long", strings.Repeat("long ", 2000)))
	for i := range 20 {
		all.Retain(&Message{Topic: fmt.Sprint("topic/of/some/length/", 2*i), Retain: true}) // deletes it
	}
	settled(t, all)
	text, err := os.ReadFile(snapshot(t, all))
	if err != nil {
		t.Fatal(err)
	}
	return text, contentOf(all)
}

// contentOf is all that a file is to keep.
func contentOf(all *Sessions) string {
	var b strings.Builder
	for _, id := range slices.Sorted(maps.Keys(all.byID)) {
		s := all.byID[id]
		fmt.Fprintln(&b, id, s.version, s.expiry, s.Subscriptions())
		for _, o := range s.queue {
			fmt.Fprintln(&b, o.message.Topic, string(o.message.Payload), o.retain)
		}
		for _, g := range s.groups {
			for _, o := range g.queue {
				fmt.Fprintln(&b, g.filter, o.message.Topic, string(o.message.Payload))
			}
		}
	}
	for _, topic := range slices.Sorted(maps.Keys(all.retained)) {
		fmt.Fprintln(&b, topic, string(all.retained[topic].Payload))
	}
	return b.String()
}

// [H-5] A byte that has changed is found, or did not matter: it never comes out as
// other sessions or messages, and neither ends nor hangs the program. Of a damaged
// head the log tells.
func TestFlippedByte(t *testing.T) {
	t.Parallel()
	text, want := deepFile(t)
	dir, r := t.TempDir(), rand.New(rand.NewPCG(13, 1))
	var at []int
	if *everyByte {
		for i := range text {
			at = append(at, i)
		}
	} else {
		for page := 0; page < len(text); page += os.Getpagesize() { // where bbolt's own are
			for range 12 {
				at = append(at, page+r.IntN(80))
			}
		}
		for range 300 {
			at = append(at, r.IntN(len(text)))
		}
	}
	refused, told := 0, 0
	for n, i := range at {
		damaged := bytes.Clone(text)
		damaged[i] ^= byte(1 + r.IntN(255))
		file, log := filepath.Join(dir, fmt.Sprint(n, ".db")), new(bytes.Buffer) // a panic leaves it locked
		if err := os.WriteFile(file, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		st, err := store.Open(store.Options{File: file, Log: slog.New(slog.NewTextHandler(log, nil))})
		var all *Sessions
		if err == nil {
			all, err = Open(Options{Kept: st.Part("")})
		}
		if err != nil {
			if refused++; !strings.HasPrefix(err.Error(), file+": the file is broken (") && !strings.HasPrefix(err.Error(), file+": not of this") {
				t.Errorf("byte %d: got %v, want the file first, and that it is broken", i, err)
			}
			_ = os.Remove(file)
			continue
		}
		if strings.Contains(log.String(), "head of one transaction is damaged") {
			told++
		} else if got := contentOf(all); got != want {
			t.Errorf("byte %d: got another content, want it refused", i)
		}
		_ = errors.Join(closeBoth(all), os.Remove(file))
	}
	t.Logf("of %d flipped bytes of %d: %d refused, %d of a head told, the others changed nothing", len(at), len(text), refused, told)
	if refused == 0 || told == 0 {
		t.Error("the damage is not what it should be")
	}
}
