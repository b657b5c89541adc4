package emulator

import (
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/lambda"
	"github.com/suback/suback/emulator/registry"
)

// createFunction makes a function by the API, whose code has that many bytes.
func (d disk) createFunction(e *Emulator, name string, size int) (int, string) {
	d.Helper()
	archive := base64.StdEncoding.EncodeToString(zipped(d.T, "index.js", strings.Repeat("x", size)))
	return d.post("http://"+e.Addr(HTTP)+"/2015-03-31/functions", fmt.Sprintf(`{"FunctionName": %q, "Runtime": "nodejs22.x", "Handler": "index.handler",
		"Role": "arn:aws:iam::000000000000:role/r", "Code": {"ZipFile": %q}}`, name, archive))
}

// folders are the names in the folder of all code.
func (d disk) folders() []string { return namesIn(filepath.Join(d.dir, "functions"), "") }

// TestCodeStorage [S-14]: the code of all functions together is bounded. What a
// function had before it is changed does not count, nor what has been deleted.
func TestCodeStorage(t *testing.T) {
	d := disk{t, t.TempDir()}
	for range 2 { // and after a restart
		e := Run(t, Options{StateDir: d.dir})
		if e.account.made.most != maxCode {
			t.Errorf("got %d bytes, want %d (S-14)", e.account.made.most, maxCode)
		}
		e.account.made.most = 100 << 10
		if len(d.folders()) == 0 {
			if status, body := d.createFunction(e, "a", 60<<10); status != http.StatusCreated {
				t.Fatalf("got %d %s, want 201", status, body)
			}
		}
		status, body := d.createFunction(e, "b", 60<<10)
		if status != http.StatusBadRequest || !strings.Contains(body, `"Code storage limit exceeded."`) {
			t.Errorf("got %d %s, want 400 CodeStorageExceededException (S-14)", status, body)
		}
		f, _ := e.account.registry.Function("a")
		put(t, e, f, zipped(t, "index.js", strings.Repeat("y", 90<<10)), nil)
		if got := d.folders(); len(got) != 1 {
			t.Errorf("got %q, want the code of one function", got)
		}
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
	}
	e := Run(t, Options{StateDir: d.dir})
	e.account.made.most = 100 << 10
	if err := errors.Join(e.account.registry.DeleteFunction("a"),
		e.account.made.delete(registry.Function{FunctionArn: arnOf("a")})); err != nil {
		t.Fatal(err)
	}
	if status, body := d.createFunction(e, "b", 60<<10); status != http.StatusCreated {
		t.Errorf("got %d %s, want 201 where there is room again", status, body)
	}
}

func arnOf(name string) string { return "arn:aws:lambda:us-east-1:000000000000:function:" + name }

// TestDamagedCode [S-5]: code that is not as it was unpacked is not run after a
// restart; what Python compiles does not matter. Uploaded again it is.
func TestDamagedCode(t *testing.T) {
	tests := []struct {
		name   string
		damage func(folder string) error
		want   string
	}{
		{"nothing", func(string) error { return nil }, ""},
		{"compiled", func(folder string) error {
			cache := filepath.Join(folder, "__pycache__")
			return errors.Join(os.Mkdir(cache, 0o700), os.WriteFile(filepath.Join(cache, "a.pyc"), []byte("x"), 0o600))
		}, ""},
		{"a byte", func(folder string) error { return flip(filepath.Join(folder, "bootstrap")) }, "the code is not as it was unpacked"},
		{"a file", func(folder string) error { return os.Remove(filepath.Join(folder, "bootstrap")) }, "the code is not as it was unpacked"},
		{"all", os.RemoveAll, "no such file or directory"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			e := opened(t, Options{Config: &Config{}, StateDir: dir})
			f := e.made(t, "made")
			if err := errors.Join(e.Close(), tt.damage(f.Configuration.Code)); err != nil {
				t.Fatal(err)
			}
			e = opened(t, Options{Config: &Config{}, StateDir: dir})
			made := e.account.made.runner(f.FunctionArn).(madeFunction)
			if _, runs := made.Runner.(*lambda.Process); runs != (tt.want == "") {
				t.Errorf("got %T, want a process %v", made.Runner, tt.want == "")
			}
			if _, err := e.account.run(t.Context(), lambda.Invocation{FunctionARN: f.FunctionArn}); tt.want != "" &&
				(err == nil || !strings.Contains(err.Error(), f.Configuration.Code) || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("got %v, want the folder and %q when it is invoked", err, tt.want)
			}
			put(t, e, f, zipped(t, "bootstrap", shout), nil)
			if _, runs := e.account.made.runner(f.FunctionArn).(madeFunction).Runner.(*lambda.Process); !runs {
				t.Error("got it broken still, want it to run after another upload")
			}
		})
	}
}

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
		e := opened(t, Options{Config: config(t, text), StateDir: dir})
		f, _ := e.account.registry.Function("f")
		file := filepath.Join(f.Configuration.Code, "bootstrap")
		if got, err := os.ReadFile(file); err != nil || string(got) != shout {
			t.Errorf("got %q, %v, want what the configuration has", got, err)
		}
		if got := namesIn(filepath.Join(dir, "functions"), ""); len(got) != 1 {
			t.Errorf("got %q, want one folder", got)
		}
		if err := errors.Join(e.Close(), flip(file)); err != nil {
			t.Fatal(err)
		}
	}
}

// TestHalfUnpackedCode: what a crash left goes at the next start.
func TestHalfUnpackedCode(t *testing.T) {
	dir := t.TempDir()
	half := filepath.Join(dir, "functions", ".new-123")
	if err := errors.Join(os.MkdirAll(half, 0o700), os.WriteFile(filepath.Join(half, "index.js"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	left, log := filepath.Join(dir, "functions", "left-456"), &lines{}
	if err := os.Mkdir(left, 0o700); err != nil {
		t.Fatal(err)
	}
	opened(t, Options{Config: &Config{}, StateDir: dir, Log: slog.New(slog.NewTextHandler(log, nil))})
	if exists(half) || !exists(left) {
		t.Error("got the half folder still, or no whole one, want it the other way (S-5)")
	}
	log.wait(t, "belongs to no function and may be removed\" folder="+left)
}

// TestCodeOfAFullDisk [S-5]: while the change of a function cannot be written the code
// that the file names stays, for the file is what a crash leaves.
func TestCodeOfAFullDisk(t *testing.T) {
	d := disk{t, t.TempDir()}
	e := Run(t, Options{StateDir: d.dir})
	f := e.made(t, "made")
	d.block()
	err := e.account.made.put(f, zipped(t, "bootstrap", shout+" 2"), func(f registry.Function) error {
		_, err := e.account.registry.PutFunction(f)
		return err
	}, e.log)
	if !isUnsaved(err) || !exists(f.Configuration.Code) {
		t.Errorf("got %v, want an error, and the code that the file names", err)
	}
	if got := d.kept(e, "functions", "made"); !strings.Contains(got, filepath.Base(f.Configuration.Code)) {
		t.Errorf("got %s in the file, want the last good one", got)
	}
	d.free()
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	now, _ := e.account.registry.Function("made")
	if exists(f.Configuration.Code) || !exists(now.Configuration.Code) {
		t.Error("got the old code, want it removed when the file does not name it any more")
	}
}
