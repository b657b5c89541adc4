package account

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator/config"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/story"
)

// olderDir is a copy of a state directory that an older version, killed with a client
// connected, has left: registry.json with a sum, and sessions.db of the form "suback
// sessions 3". The client's session lives on from the next start [B-703].
func olderDir(t *testing.T) (dir string, c *config.Config) {
	t.Helper()
	dir = t.TempDir()
	for _, name := range []string{olderFile, StoreFile} {
		text := done(os.ReadFile(filepath.Join("testdata", "olderstate", name)))(t)
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir, done(config.Load(filepath.Join("testdata", "olderstate", "suback.yaml")))(t)
}

// checkOlder wants all that was in the older directory.
func checkOlder(t *testing.T, e *rig) {
	t.Helper()
	r := e.registry
	if got, want := things(e), "from-the-file made of-the-file"; got != want {
		t.Errorf("got things %q, want %q", got, want)
	}
	made, _ := r.Thing("made")
	changed, _ := r.Thing("from-the-file")
	if made.BillingGroupName != "plant" || made.Attributes["site"] != "north" || changed.Attributes["a"] != "b" {
		t.Errorf("got %+v and %+v, want them as the API left them", made, changed)
	}
	_, policy := r.Policy("made")
	if got := r.ThingsIn("pumps"); len(got) != 1 || !policy {
		t.Errorf("got things %q in the group, policy %v, want what the API made", got, policy)
	}
	var waits []string
	s, present := e.sessions.Open("reader", session.Terms{Version: 4, Expiry: time.Hour})
	s.Attach(session.Link{Window: 100, Allowed: func(m *session.Message) story.Outcome {
		waits = append(waits, string(m.Payload))
		return story.Sent
	}, Write: func(p []byte) (int, error) { return len(p), nil }})
	e.sessions.Advance(time.Second) // of the replay
	s.Detach(time.Hour)
	if got := strings.Join(waits, " "); !present || len(s.Subscriptions()) != 1 || got != "one two" {
		t.Errorf("got %v, %q waiting, want the session with its subscription and messages (B-688, B-702)", present, got)
	}
	if m := e.sessions.Retained("r/a"); m == nil || string(m.Payload) != "kept" {
		t.Errorf("got %+v, want the retained message (B-720)", m)
	}
}

// TestOlderStateIsTakenOver: what an older version has left is there, also after the next
// start, and its file is gone when it is in the store; with its sum, or without as a still
// older version left it.
func TestOlderStateIsTakenOver(t *testing.T) {
	for name, of := range map[string]func([]byte) []byte{
		"with its sum":            func(text []byte) []byte { return text },
		"without a sum":           func(text []byte) []byte { return bytes.Split(text, []byte("\n"))[0] },
		"without a sum, one line": func(text []byte) []byte { return append(bytes.Split(text, []byte("\n"))[0], '\n') },
	} {
		t.Run(name, func(t *testing.T) {
			dir, c := olderDir(t)
			file, log := filepath.Join(dir, olderFile), &lines{}
			text := of(done(os.ReadFile(file))(t))
			if err := os.WriteFile(file, text, 0o600); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				e := opened(t, settings{StateDir: dir, Config: c, Authorizer: nobody, Log: slog.New(slog.NewTextHandler(log, nil))})
				checkOlder(t, e)
				if exists(file) {
					t.Error("got registry.json still, want it gone when the store has it")
				}
				if err := e.Close(); err != nil {
					t.Fatal(err)
				}
			}
			log.wait(t, "the file of an older version is taken over\" file="+file)

			if err := os.WriteFile(file, text, 0o600); err != nil { // as a crash before its end leaves it
				t.Fatal(err)
			}
			e := opened(t, settings{StateDir: dir, Config: c, Authorizer: nobody})
			checkOlder(t, e)
			if err := e.Close(); err != nil || exists(file) {
				t.Errorf("got %v, want what was taken over gone", err)
			}
			if err := os.WriteFile(file, append(text, ' '), 0o600); err != nil { // another
				t.Fatal(err)
			}
			_, err := start(settings{StateDir: dir, Config: c, Authorizer: nobody})
			if err == nil || !strings.HasPrefix(err.Error(), file+": what the API changed is in ") {
				t.Errorf("got %v, want another file refused, and what to do", err)
			}
		})
	}
}

// TestOlderStateMerges: what the configuration has changed since an older version has
// read it is merged, as at any start.
func TestOlderStateMerges(t *testing.T) {
	dir, _ := olderDir(t)
	c := parsed(t, "things: [{thingName: of-the-file}, {thingName: new}]\nbillingGroups: [{billingGroupName: plant}]")
	for range 2 {
		e := opened(t, settings{StateDir: dir, Config: c, Authorizer: nobody})
		if got, want := things(e), "from-the-file made new of-the-file"; got != want { // the API has changed the first
			t.Errorf("got things %q, want %q", got, want)
		}
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestStateOfAnotherVersion: kinds that this one does not know are not lost silently.
func TestStateOfAnotherVersion(t *testing.T) {
	d := disk{t, t.TempDir()}
	e := opened(t, settings{StateDir: d.dir})
	e.keeper.note([]registry.Change{{Kind: "jobs", Key: "j", Value: func() json.RawMessage { return json.RawMessage("1") }}})
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := start(settings{StateDir: d.dir})
	if err == nil || !strings.HasPrefix(err.Error(), d.file()+": it has jobs, which this version does not know") {
		t.Errorf("got %v, want it refused", err)
	}
}
