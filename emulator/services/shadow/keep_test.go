package shadow

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator/store"
)

// kept is a store in a file of its own.
func kept(t *testing.T, file string) *store.Store {
	t.Helper()
	s, err := store.Open(store.Options{File: file})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// crashed is what a kill at this moment leaves, opened again.
func crashed(t *testing.T, s *store.Store) *store.Store {
	t.Helper()
	file := filepath.Join(t.TempDir(), "crashed.db")
	if err := s.Copy(file); err != nil {
		t.Fatal(err)
	}
	return kept(t, file)
}

// Whatever has been answered is there after a kill: documents with the times of their
// fields and the texts of their numbers, versions, deletions [S-91].
func TestOutlivesAKill(t *testing.T) {
	now := time.Unix(at, 0)
	file := kept(t, filepath.Join(t.TempDir(), "state.db"))
	o := Options{Kept: file.Part(""), Now: func() time.Time { return now }}
	s := opened(t, o)
	named, gone := ID{"pump-7", "cfg"}, ID{"pump-8", ""}
	s.told(pump, Update, `{"state":{"desired":{"a":[1,{"b":1.0e2}],"timestamp":1,"n":12345678901234567890.10}}}`)
	now = now.Add(time.Hour)
	s.told(pump, Update, `{"state":{"desired":{"late":{}},"reported":{"t":"\u00e9\u2028<\"\\"}}}`)
	s.told(named, Update, `{"state":null}`)
	s.told(gone, Update, `{"state":{}}`)
	s.told(gone, Delete, ``)
	want := fmt.Sprint(s.told(pump, Get, ``), s.told(named, Get, ``), s.told(gone, Get, ``))
	for range 2 { // as the second process, and as the third
		file = crashed(t, file)
		o.Kept = file.Part("")
		s = opened(t, o)
		if got := fmt.Sprint(s.told(pump, Get, ``), s.told(named, Get, ``), s.told(gone, Get, ``)); got != want {
			t.Errorf("after a kill: got\n%s\nwant\n%s (S-91)", got, want)
		}
	}
	if got := s.told(gone, Update, `{"state":{}}`); !strings.Contains(got[0], `"version":3,`) {
		t.Errorf("got %q after a delete and a kill, want version 3 (S-64, S-91)", got)
	}
	if err := s.Clear(); err != nil {
		t.Fatal(err)
	}
	o.Kept = crashed(t, file).Part("")
	if s = opened(t, o); len(s.IDs()) != 0 || s.find(gone) != nil {
		t.Errorf("got %v after a reset and a kill, want nothing", s.IDs())
	}
}

// A deletion counts for 48 hours by the account's clock; then versions begin again
// [S-63, S-64].
func TestVersionsGoOn(t *testing.T) {
	for _, tt := range []struct {
		after time.Duration
		want  string
	}{
		{0, "3"}, {48 * time.Hour, "3"}, {48*time.Hour + time.Second, "1"},
	} {
		now := time.Unix(at, 0)
		file := kept(t, filepath.Join(t.TempDir(), "state.db"))
		o := Options{Now: func() time.Time { return now }, Kept: file.Part("")}
		s := opened(t, o)
		s.told(pump, Update, `{"state":{}}`)
		s.told(pump, Delete, ``)
		now = now.Add(tt.after)
		o.Kept = crashed(t, file).Part("")
		for name, s := range map[string]*Shadows{"the same process": s, "the next one": opened(t, o)} {
			if got := s.told(pump, Update, `{"state":{}}`); !strings.Contains(got[0], `"version":`+tt.want+`,`) {
				t.Errorf("%s, %v after the delete: got %q, want version %s (S-63, S-64)", name, tt.after, got, tt.want)
			}
		}
	}
}

// A file that cannot be written leaves the old state, here and in the file, and says so.
func TestWhatCannotBeKept(t *testing.T) {
	file := kept(t, filepath.Join(t.TempDir(), "state.db"))
	s := opened(t, Options{Kept: file.Part("")})
	s.told(pump, Update, `{"state":{"reported":{"on":true}}}`)
	before := fmt.Sprint(s.told(pump, Get, ``))
	if err := file.Close(); err != nil { // nothing is written any more
		t.Fatal(err)
	}
	for _, row := range []struct {
		op      Op
		payload string
	}{{Update, `{"state":{"reported":{"on":false}},"clientToken":"a"}`}, {Delete, `{"clientToken":"a"}`}} {
		want := string(row.op) + `/rejected {"code":500,"message":"Internal service failure","clientToken":"a"}`
		if got := s.told(pump, row.op, row.payload); len(got) != 1 || got[0] != want {
			t.Errorf("%s: got %q, want %q (S-73, S-91)", row.op, got, want)
		}
	}
	if got := fmt.Sprint(s.told(pump, Get, ``)); got != before {
		t.Errorf("got %s, want it as before: %s (S-91)", got, before)
	}
	if out := s.Do(Request{ID: pump, Op: Delete}, nil); !strings.Contains(out.Line(), store.ErrClosed.Error()) {
		t.Errorf("got %s, want it to say why", out.Line())
	}
}

// What is damaged is named, and nothing is started with [S-13].
func TestDamaged(t *testing.T) {
	const good = `{"version":1,"timestamp":1,"state":{"desired":{"a":[1]}},"metadata":{"desired":{"a":[{"timestamp":1}]}}}`
	for _, tt := range []struct{ value, want string }{
		{good, ""},
		{`{"version":2,"deleted":1730481958}`, ""},
		{"x", "the shadow pump-7/cfg: invalid character"},
		{`{}`, "the shadow pump-7/cfg: "},
		{strings.Replace(good, `"version":1`, `"version":"1"`, 1), "the shadow pump-7/cfg: version: want a whole number"},
		{strings.Replace(good, `[{"timestamp":1}]`, `[]`, 1), "the shadow pump-7/cfg: desired.a: its metadata is not its own"},
		{strings.Replace(good, `"a":[{`, `"b":[{`, 1), "the shadow pump-7/cfg: desired.a: it has no metadata"},
		{strings.Replace(good, `[{"timestamp":1}]`, `[{"timestamp":null}]`, 1), "the shadow pump-7/cfg: desired.a[0]: its metadata"},
		{`{"version":2,"deleted":"now"}`, "the shadow pump-7/cfg: deleted: want a whole number"},
	} {
		name := filepath.Join(t.TempDir(), "state.db")
		file := kept(t, name)
		part := file.Part("")
		part.Note(store.Change{Bucket: bucket, Key: "pump-7/cfg", Value: store.Bytes([]byte(tt.value))})
		if err := part.Wait(); err != nil {
			t.Fatal(err)
		}
		_, err := Open(Options{Kept: part, Now: func() time.Time { return time.Unix(at, 0) }})
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want) ||
			!strings.Contains(err.Error(), name)) {
			t.Errorf("%s: got %v, want %q and the file", tt.value, err, tt.want)
		}
	}
}

// A room that is full refuses what would need more; deletions are forgotten first, and
// what is kept is taken as it is.
func TestRoom(t *testing.T) {
	room := NewRoom(1000)
	s := opened(t, Options{Room: room})
	id := func(n int) ID { return ID{Thing: fmt.Sprint("t", n)} }
	const small = `{"state":{}}`
	s.told(id(0), Update, small)
	s.told(id(1), Update, small)
	s.told(id(1), Delete, ``)
	s.told(id(2), Update, small)
	got := s.told(id(3), Update, small) // for which the deletion goes
	if len(got) != 2 || s.find(id(1)) != nil {
		t.Errorf("got %q, want the room of the deletion taken", got)
	}
	used, _ := room.Bytes()
	out := s.Do(Request{ID: id(4), Op: Update, Payload: []byte(small)}, nil)
	now, _ := room.Bytes()
	if out.Refusal == nil || out.Refusal.Code != 500 || !strings.Contains(out.Refusal.Hint, "--max-shadows") || now != used {
		t.Errorf("got %+v and %d bytes, want 500, the flag, and %d bytes", out.Refusal, now, used)
	}
	if got := s.told(id(0), Update, small); len(got) != 2 {
		t.Errorf("got %q for a shadow that needs no more, want it accepted", got)
	}
	if err := s.Clear(); err != nil {
		t.Fatal(err)
	}
	if used, _ := room.Bytes(); used != 0 || room.Hits() == 0 {
		t.Errorf("got %d bytes and %d hits, want 0 bytes after Clear, and hits", used, room.Hits())
	}
}
