package account

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/suback/suback/emulator/config"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/store"
)

// A disk is a state directory whose file cannot be written at will.
type disk struct {
	*testing.T
	dir string
}

func (d disk) file() string { return filepath.Join(d.dir, StoreFile) }

// fill makes all attempts to write fail as a full disk does, until it is freed: what the
// process has open under the file's name becomes /dev/full.
func (d disk) fill() (free func()) {
	d.Helper()
	full, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
	if err != nil {
		d.Skipf("this test needs /dev/full, which Linux has: %v", err)
	}
	defer full.Close()
	fd := d.descriptor()
	own, err := syscall.Dup(fd)
	if err == nil {
		err = unix.Dup2(int(full.Fd()), fd)
	}
	if err != nil {
		d.Fatal(err)
	}
	return func() {
		d.Helper()
		if err := errors.Join(unix.Dup2(own, fd), syscall.Close(own)); err != nil {
			d.Fatal(err)
		}
	}
}

// descriptor is that of the file in this process.
func (d disk) descriptor() int {
	d.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		d.Skipf("this test needs /proc, which Linux has: %v", err)
	}
	for _, e := range entries {
		if to, _ := os.Readlink(filepath.Join("/proc/self/fd", e.Name())); to == d.file() {
			fd, err := strconv.Atoi(e.Name())
			if err != nil {
				d.Fatal(err)
			}
			return fd
		}
	}
	d.Fatalf("nobody has %s open", d.file())
	return 0
}

// block makes all attempts to write fail, until it is freed.
func (d disk) block() {
	d.Helper()
	if err := os.Rename(d.file(), d.file()+".away"); err != nil {
		d.Fatal(err)
	}
}

func (d disk) free() {
	d.Helper()
	if err := os.Rename(d.file()+".away", d.file()); err != nil {
		d.Fatal(err)
	}
}

// has says whether the file is whole and has a thing, as after a crash.
func (d disk) has(e *rig, thing string) bool {
	d.Helper()
	return d.kept(e, "things", thing) != ""
}

// kept is what the file has of the registry under a key.
func (d disk) kept(e *rig, kind, key string) (text string) {
	d.Helper()
	copied := filepath.Join(d.TempDir(), "copy.db")
	away, err := os.ReadFile(d.file() + ".away") // nobody writes to it
	if err == nil {
		err = os.WriteFile(copied, away, 0o600)
	} else {
		err = e.store.Copy(copied)
	}
	if err != nil {
		d.Fatal(err)
	}
	s, err := store.Open(store.Options{File: copied})
	if err != nil {
		d.Fatalf("got %v, want the last good state (H-5)", err)
	}
	defer s.Close()
	if err := s.Part("").Read(func(r store.Reader) error {
		text = string(r.Get(bucketsOfLive+kind, key))
		return nil
	}); err != nil {
		d.Fatal(err)
	}
	return text
}

// create makes a thing by the API and returns status and body.
func (d disk) create(e *rig, thing string) (int, string) {
	d.Helper()
	return d.post("http://"+e.Addr()+"/things/"+thing, "{}")
}

func (d disk) post(url, body string) (int, string) {
	d.Helper()
	r, err := http.NewRequestWithContext(d.Context(), "POST", url, strings.NewReader(body))
	if err != nil {
		d.Fatal(err)
	}
	service := "iot"
	if strings.Contains(url, "/functions") {
		service = "lambda"
	}
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/"+service+
		"/aws4_request, SignedHeaders=host, Signature=0")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		d.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		d.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// wait waits until the file has a thing.
func (d disk) wait(e *rig, thing, when string) {
	d.Helper()
	for deadline := time.Now().Add(10 * time.Second); !d.has(e, thing); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			d.Fatalf("got no %s in the file, want it %s (H-5)", thing, when)
		}
	}
}

// TestFullDisk [H-5]: what cannot be written is answered with an error that names the
// file and the cause; the last good state stays; what is pending is written after a
// pause, with the next change, or at the stop; it starts again in between.
func TestFullDisk(t *testing.T) {
	d, log := disk{t, t.TempDir()}, &lines{}
	start := func(text string) *rig {
		return served(t, settings{StateDir: d.dir, Config: parsed(t, text), Log: slog.New(slog.NewTextHandler(log, nil))})
	}
	refused := func(e *rig, thing string) {
		t.Helper()
		status, body := d.create(e, thing)
		if status != http.StatusInternalServerError || !strings.Contains(body, d.file()+": cannot be written: ") {
			t.Errorf("got %d %s, want 500 with the file and the cause (A-350)", status, body)
		}
	}
	e := start("")
	if status, body := d.create(e, "before"); status != http.StatusOK {
		t.Fatalf("got %d %s, want 200", status, body)
	}

	d.loosen(e)
	free := d.fill()
	status, body := d.create(e, "half")
	if status != http.StatusInternalServerError || !strings.Contains(body, d.file()+": cannot be written: write: no space left on device") {
		t.Errorf("got %d %s, want 500 with the file and the cause (A-350)", status, body)
	}
	free()
	log.wait(t, "no space left on device")
	d.wait(e, "half", "after a pause")
	log.wait(t, "is written now")

	d.block()
	refused(e, "blocked")
	if d.has(e, "blocked") {
		t.Error("got it in the file, want the last good state")
	}
	d.free()
	if status, body := d.create(e, "next"); status != http.StatusOK || !d.has(e, "blocked") {
		t.Errorf("got %d %s, want 200 and what was pending in the file", status, body)
	}

	d.block()
	refused(e, "at-the-stop")
	d.free()
	if err := e.Close(); err != nil {
		t.Errorf("got %v, want what was pending written at the stop", err)
	}

	e = start("things: [{thingName: of-the-file}]")
	if things(e) != "at-the-stop before blocked half next of-the-file" {
		t.Errorf("got %s, want a start with all there is", things(e))
	}
	if err := e.Reload(parsed(t, "")); err != nil {
		t.Fatal(err)
	}
	d.block()
	refused(e, "blocked-again")
	for what, err := range map[string]error{"reset": e.Reset(), "clock": e.Advance(time.Second)} {
		if err == nil || !strings.Contains(err.Error(), d.file()) {
			t.Errorf("%s: got %v, want an error with the file", what, err)
		}
	}
	if err := e.Close(); err == nil || !strings.Contains(err.Error(), d.file()) {
		t.Errorf("got %v, want what cannot be written at the stop told", err)
	}
	d.free()
	if got := things(start("")); got != "at-the-stop before blocked half next" {
		t.Errorf("got %s, want the last good state", got)
	}
}

// loosen leaves free pages in the file: without them it had to grow first.
func (d disk) loosen(e *rig) {
	d.Helper()
	r := e.registry
	for _, attributes := range []map[string]string{{"a": strings.Repeat("x", 800), "b": strings.Repeat("y", 800)}, {}} {
		for i := range 20 {
			name := fmt.Sprint("loose-", i)
			_, err := r.CreateThing(registry.Thing{ThingName: name, Attributes: attributes})
			if err = errors.Join(err, r.DeleteThing(name, 0)); err != nil {
				d.Fatal(err)
			}
		}
	}
}

// TestStartOnAFullDisk: what the configuration has changed is not written, and that is no
// reason not to start; but without a last good state there is no start.
func TestStartOnAFullDisk(t *testing.T) {
	d := disk{t, t.TempDir()}
	start := func(things ...string) (*keeper, error) {
		t.Helper()
		a := &Account{options: Options{StateDir: d.dir}, log: slog.New(slog.DiscardHandler)}
		var err error
		if a.store, err = a.openStore(); err != nil {
			t.Fatal(err)
		}
		initial := done(registry.New(registry.Options{}))(t)
		for _, name := range things {
			done(initial.CreateThing(registry.Thing{ThingName: name}))(t)
		}
		free := d.fill()
		k, err := a.openKeeper(initial)
		free()
		if err := a.store.Close(); err != nil {
			t.Fatal(err)
		}
		return k, err
	}
	if _, err := start("one"); err == nil || !strings.HasPrefix(err.Error(), d.file()+": cannot be written: ") {
		t.Errorf("got %v, want the file and the cause", err)
	}
	before := opened(t, settings{StateDir: d.dir})
	d.loosen(before)
	_ = before.Close()
	k, err := start("one", "two")
	if err != nil || len(k.registry.Things()) != 2 {
		t.Errorf("got %v, want a start with all there is", err)
	}
	e := opened(t, settings{StateDir: d.dir, Config: parsed(t, "things: [{thingName: one}, {thingName: two}]")})
	if got := things(e); got != "one two" || !d.has(e, "two") {
		t.Errorf("got %q, want what was written when there was space", got)
	}
}

// TestKeysThatAreNotKept: temporary keys are handed out once they are kept, for a
// crash would take them.
func TestKeysThatAreNotKept(t *testing.T) {
	d := disk{t, t.TempDir()}
	e := served(t, settings{StateDir: d.dir, Config: &config.Config{}})
	const form = "Action=GetSessionToken&Version=2011-06-15"
	ask := func() (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), "POST", "http://"+e.Addr()+"/", strings.NewReader(form))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("X-Amz-Date", time.Now().UTC().Format("20060102T150405Z"))
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/"+time.Now().UTC().Format("20060102")+
			"/us-east-1/sts/aws4_request, SignedHeaders=host;x-amz-date, Signature="+strings.Repeat("0", 64))
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		return resp.StatusCode, string(text) + errorText(err)
	}
	if status, body := ask(); status != http.StatusOK {
		t.Fatalf("got %d %s, want keys", status, body)
	}
	d.block()
	if status, body := ask(); status != http.StatusInternalServerError || strings.Contains(body, "ASIA") {
		t.Errorf("got %d %s, want 500 and no keys (H-5)", status, body)
	}
	d.free()
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestPrivateFiles: what has secrets is taken from everybody else.
func TestPrivateFiles(t *testing.T) {
	d, log := disk{t, t.TempDir()}, &lines{}
	for _, mode := range []os.FileMode{0o600, 0o644} {
		e := opened(t, settings{StateDir: d.dir, Log: slog.New(slog.NewTextHandler(log, nil))})
		for _, name := range []string{StoreFile} {
			file := filepath.Join(d.dir, name)
			if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: got %v, %v, want mode 0600", name, info, err)
			}
			if err := os.Chmod(file, mode); err != nil {
				t.Fatal(err)
			}
		}
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
	}
	e := opened(t, settings{StateDir: d.dir, Log: slog.New(slog.NewTextHandler(log, nil))})
	log.wait(t, "others could read this file, which has secrets; now they cannot, but may have\" file="+d.file())
	if info, err := os.Stat(d.file()); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v, want mode 0600 again", info, err)
	}
	_ = e.Close()
}
