package emulator

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A disk is a state directory whose registry.json cannot be written at will.
type disk struct {
	*testing.T
	dir string
}

func (d disk) file() string { return filepath.Join(d.dir, "registry.json") }

// fill makes the next attempt to write fail in its midst, as a full disk does.
func (d disk) fill() {
	d.Helper()
	if _, err := os.Stat("/dev/full"); err != nil {
		d.Skipf("this test needs /dev/full, which Linux has: %v", err)
	}
	if err := os.Symlink("/dev/full", d.file()+".next"); err != nil {
		d.Fatal(err)
	}
}

// block makes all attempts fail, until it is freed.
func (d disk) block() {
	d.Helper()
	if err := os.MkdirAll(filepath.Join(d.file()+".next", "a"), 0o700); err != nil {
		d.Fatal(err)
	}
}

func (d disk) free() {
	d.Helper()
	if err := os.RemoveAll(d.file() + ".next"); err != nil {
		d.Fatal(err)
	}
}

// has says whether the file is whole and has a thing.
func (d disk) has(thing string) bool {
	d.Helper()
	info, err := os.Lstat(d.file())
	if err != nil || !info.Mode().IsRegular() {
		d.Fatalf("got %v, %v, want a file (S-5)", info, err)
	}
	text, err := os.ReadFile(d.file())
	if err == nil {
		text, err = checkSum(text)
	}
	var s stateFile
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	if err != nil {
		d.Fatalf("got %v, want the last good state (S-5)", err)
	}
	return s.Live["things"][thing] != nil
}

// create makes a thing by the API and returns status and body.
func (d disk) create(e *Emulator, thing string) (int, string) {
	d.Helper()
	return d.post("http://"+e.Addr(HTTP)+"/things/"+thing, "{}")
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
func (d disk) wait(thing, when string) {
	d.Helper()
	for deadline := time.Now().Add(10 * time.Second); !d.has(thing); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			d.Fatalf("got no %s in the file, want it %s (S-5)", thing, when)
		}
	}
}

// TestFullDisk [S-5]: what cannot be written is answered with an error that names the
// file and the cause; the last good state stays; what is pending is written after a
// pause, with the next change, or at the stop; it starts again in between.
func TestFullDisk(t *testing.T) {
	d, log := disk{t, t.TempDir()}, &lines{}
	start := func(text string) *Emulator {
		return Run(t, Options{StateDir: d.dir, Config: config(t, text), Log: slog.New(slog.NewTextHandler(log, nil))})
	}
	refused := func(e *Emulator, thing string) {
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

	d.fill()
	status, body := d.create(e, "half")
	if status != http.StatusInternalServerError || !strings.Contains(body, d.file()+": cannot be written: write: no space left on device") {
		t.Errorf("got %d %s, want 500 with the file and the cause (A-350)", status, body)
	}
	d.has("before")
	log.wait(t, "no space left on device")
	d.wait("half", "after a pause")
	log.wait(t, "is written now")

	d.block()
	refused(e, "blocked")
	if d.has("blocked") {
		t.Error("got it in the file, want the last good state")
	}
	d.free()
	if status, body := d.create(e, "next"); status != http.StatusOK || !d.has("blocked") {
		t.Errorf("got %d %s, want 200 and what was pending in the file", status, body)
	}

	d.block()
	refused(e, "at-the-stop")
	d.free()
	if err := e.Close(); err != nil || !d.has("at-the-stop") {
		t.Errorf("got %v, want what was pending written at the stop", err)
	}

	d.block()
	e = start("things: [{thingName: of-the-file}]") // there is something new to write
	if things(e) != "at-the-stop before blocked half next of-the-file" {
		t.Errorf("got %s, want a start with all there is", things(e))
	}
	refused(e, "blocked-again")
	for path, body := range map[string]string{"/_suback/reset": "", "/_suback/clock": `{"advance": "1s"}`} {
		if status, body := d.post("http://"+e.Addr(HTTP)+path, body); status != http.StatusInternalServerError || !strings.Contains(body, d.file()) {
			t.Errorf("%s: got %d %s, want 500 with the file", path, status, body)
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

// TestNewFolderThatIsFull: without a last good state there is no start.
func TestNewFolderThatIsFull(t *testing.T) {
	d := disk{t, t.TempDir()}
	d.block()
	_, err := New(Options{StateDir: d.dir})
	if err == nil || !strings.HasPrefix(err.Error(), d.file()+": cannot be written: ") {
		t.Errorf("got %v, want the file and the cause", err)
	}
	d.free()
	opened(t, Options{StateDir: d.dir})
}

// TestKeysThatAreNotKept: temporary keys are handed out once they are kept, for a
// crash would take them.
func TestKeysThatAreNotKept(t *testing.T) {
	d := disk{t, t.TempDir()}
	e := Run(t, Options{StateDir: d.dir, Config: &Config{}})
	const form = "Action=GetSessionToken&Version=2011-06-15"
	ask := func() (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), "POST", "http://"+e.Addr(HTTP)+"/", strings.NewReader(form))
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
		t.Errorf("got %d %s, want 500 and no keys (S-5)", status, body)
	}
	d.free()
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestSumOfTheState: what is written has its sum, and a file of an older version,
// without one, is taken.
func TestSumOfTheState(t *testing.T) {
	d := disk{t, t.TempDir()}
	e := Run(t, Options{StateDir: d.dir})
	d.create(e, "one")
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(d.file())
	content, _, found := strings.Cut(string(text), "\nsha256 ")
	if err != nil || !found || string(text) != sealed(content, content) {
		t.Fatalf("got %v, %s, want a last line with the sum", err, text)
	}
	for _, older := range []string{content, content + "\n"} {
		if err := os.WriteFile(d.file(), []byte(older), 0o600); err != nil {
			t.Fatal(err)
		}
		e := opened(t, Options{StateDir: d.dir, Config: &Config{}})
		if got := things(e); got != "one" || !d.has("one") {
			t.Errorf("got %q, want the file of an older version taken", got)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestPrivateFiles: what has secrets is taken from everybody else.
func TestPrivateFiles(t *testing.T) {
	d, log := disk{t, t.TempDir()}, &lines{}
	for _, mode := range []os.FileMode{0o600, 0o644} {
		e := opened(t, Options{StateDir: d.dir, Log: slog.New(slog.NewTextHandler(log, nil))})
		for _, name := range []string{"registry.json", "sessions.db"} {
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
	e := opened(t, Options{StateDir: d.dir, Log: slog.New(slog.NewTextHandler(log, nil))})
	log.wait(t, "others could read this file, which has secrets; now they cannot, but may have\" file="+d.file())
	if info, err := os.Stat(d.file()); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v, want mode 0600 again", info, err)
	}
	_ = e.Close()
}
