package account

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/functions"
	"github.com/suback/suback/emulator/registry"
)

// createFunction makes a function by the API, whose code has that many bytes.
func (d disk) createFunction(e *rig, name string, size int) (int, string) {
	d.Helper()
	archive := base64.StdEncoding.EncodeToString(zipped(d.T, "index.js", strings.Repeat("x", size)))
	return d.post("http://"+e.Addr()+"/2015-03-31/functions", fmt.Sprintf(`{"FunctionName": %q, "Runtime": "nodejs22.x", "Handler": "index.handler",
		"Role": "arn:aws:iam::000000000000:role/r", "Code": {"ZipFile": %q}}`, name, archive))
}

// folders are the names in the folder of all code.
func (d disk) folders() []string { return foldersIn(d.T, d.dir) }

// foldersIn are the names in the folder of all code of a state directory.
func foldersIn(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir, "functions"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// TestCodeStorage [H-14]: the code of all functions together is bounded. What a
// function had before it is changed does not count, nor what has been deleted.
func TestCodeStorage(t *testing.T) {
	d := disk{t, t.TempDir()}
	for range 2 { // and after a restart
		e := served(t, settings{StateDir: d.dir})
		if e.made.Most != functions.MaxCode {
			t.Errorf("got %d bytes, want %d (H-14)", e.made.Most, functions.MaxCode)
		}
		e.made.Most = 100 << 10
		if len(d.folders()) == 0 {
			if status, body := d.createFunction(e, "a", 60<<10); status != http.StatusCreated {
				t.Fatalf("got %d %s, want 201", status, body)
			}
		}
		status, body := d.createFunction(e, "b", 60<<10)
		if status != http.StatusBadRequest || !strings.Contains(body, `"Code storage limit exceeded."`) {
			t.Errorf("got %d %s, want 400 CodeStorageExceededException (H-14)", status, body)
		}
		f, _ := e.registry.Function("a")
		put(t, e, f, zipped(t, "index.js", strings.Repeat("y", 90<<10)))
		if got := d.folders(); len(got) != 1 {
			t.Errorf("got %q, want the code of one function", got)
		}
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
	}
	e := served(t, settings{StateDir: d.dir})
	e.made.Most = 100 << 10
	if err := errors.Join(e.registry.DeleteFunction("a"),
		e.made.Delete(registry.Function{FunctionArn: arnOf("a")})); err != nil {
		t.Fatal(err)
	}
	if status, body := d.createFunction(e, "b", 60<<10); status != http.StatusCreated {
		t.Errorf("got %d %s, want 201 where there is room again", status, body)
	}
}

func arnOf(name string) string { return "arn:aws:lambda:us-east-1:000000000000:function:" + name }

// flip changes one byte of a file.
func flip(file string) error {
	text, err := os.ReadFile(file)
	if err == nil {
		text[len(text)/2] ^= 1
		err = os.WriteFile(file, text, 0o600)
	}
	return err
}

// TestConfiguredCodeIsMended: of what the configuration has there is another copy.
func TestConfiguredCodeIsMended(t *testing.T) {
	dir := t.TempDir()
	text := "functions: {f: {runtime: provided, zipFile: " + base64.StdEncoding.EncodeToString(zipped(t, "bootstrap", shout)) + "}}"
	for range 3 {
		e := opened(t, settings{Config: parsed(t, text), StateDir: dir})
		f, _ := e.registry.Function("f")
		file := filepath.Join(f.Configuration.Code, "bootstrap")
		if got, err := os.ReadFile(file); err != nil || string(got) != shout {
			t.Errorf("got %q, %v, want what the configuration has", got, err)
		}
		if got := foldersIn(t, dir); len(got) != 1 {
			t.Errorf("got %q, want one folder", got)
		}
		if err := errors.Join(e.Close(), flip(file)); err != nil {
			t.Fatal(err)
		}
	}
}

// TestCodeOfAFullDisk [H-5]: while the change of a function cannot be written the code
// that the file names stays, for the file is what a crash leaves.
func TestCodeOfAFullDisk(t *testing.T) {
	d := disk{t, t.TempDir()}
	e := served(t, settings{StateDir: d.dir})
	f := e.make(t, "made")
	d.block()
	err := e.made.Put(f, zipped(t, "bootstrap", shout+" 2"), func(f registry.Function) error {
		_, err := e.registry.PutFunction(f)
		return err
	})
	if of := new(registry.Error); !errors.As(err, &of) || of.Code != registry.InternalFailure || !exists(f.Configuration.Code) {
		t.Errorf("got %v, want an error, and the code that the file names", err)
	}
	if got := d.kept(e, "functions", "made"); !strings.Contains(got, filepath.Base(f.Configuration.Code)) {
		t.Errorf("got %s in the file, want the last good one", got)
	}
	d.free()
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	now, _ := e.registry.Function("made")
	if exists(f.Configuration.Code) || !exists(now.Configuration.Code) {
		t.Error("got the old code, want it removed when the file does not name it any more")
	}
}
