package functions

import (
	"archive/zip"
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/lambda"
	"github.com/suback/suback/emulator/registry"
)

// zipped is an archive of one executable file.
func zipped(t *testing.T, file, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	header := &zip.FileHeader{Name: file}
	header.SetMode(0o755)
	w, err := z.CreateHeader(header)
	if err == nil {
		_, err = w.Write([]byte(text))
	}
	if err = errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const shout = "#!/bin/sh\necho"

func allKept() bool { return true }

var quiet = slog.New(slog.DiscardHandler)

// An account has what an account has of functions; a state directory outlives it.
type account struct {
	*testing.T
	*Made
	registry *registry.Registry
}

// open is a start with a state directory whose registry had those functions.
func open(t *testing.T, dir string, log *slog.Logger, had ...registry.Function) account {
	t.Helper()
	code, err := OpenCode(dir)
	if err != nil {
		t.Fatal(err)
	}
	a := account{t, NewMade(code, allKept, log), empty(t)}
	for _, f := range had {
		if err := a.store(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Reconcile(a.registry.Functions(), empty(t))(); err != nil {
		t.Fatal(err)
	}
	a.TellUnused()
	return a
}

func empty(t *testing.T) *registry.Registry {
	t.Helper()
	r, err := registry.New(registry.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (a account) store(f registry.Function) error {
	_, err := a.registry.PutFunction(f)
	return err
}

// made is a function that Lambda's API made.
func (a account) made(name string) registry.Function {
	a.Helper()
	f := registry.Function{FunctionName: name, FunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:" + name,
		Configuration: registry.FunctionConfiguration{Runtime: "provided", Timeout: 3, MemorySize: 128}}
	if err := a.Put(f, zipped(a.T, "bootstrap", shout), a.store); err != nil {
		a.Fatal(err)
	}
	f, _ = a.registry.Function(name)
	return f
}

// end is a stop.
func (a account) end() {
	a.Helper()
	if err := a.Close(); err != nil {
		a.Fatal(err)
	}
}

// TestCodeThatIsNotStored: until a change is stored the function is as it was,
// which is what a crash leaves.
func TestCodeThatIsNotStored(t *testing.T) {
	a := open(t, t.TempDir(), quiet)
	defer a.end()
	f := a.made("made")
	runner := a.Runner(f.FunctionArn)
	failure := &registry.Error{Kind: "function"}
	err := a.Put(f, zipped(t, "bootstrap", "other"), func(registry.Function) error { return failure })
	if !errors.Is(err, failure) {
		t.Fatalf("got %v, want %v", err, failure)
	}
	if a.Runner(f.FunctionArn) != runner || !exists(f.Configuration.Code) {
		t.Error("got another function after a change that was refused, want the old one (issue 6)")
	}
	if entries, err := os.ReadDir(filepath.Dir(f.Configuration.Code)); err != nil || len(entries) != 1 {
		t.Errorf("got %d folders of code, %v, want that of the old one (design)", len(entries), err)
	}
	err = a.Put(f, zipped(t, "bootstrap", "other"), func(next registry.Function) error {
		if !exists(f.Configuration.Code) || !exists(next.Configuration.Code) {
			t.Error("got no old or no new code while it is stored, want both (issue 6: kill -9)")
		}
		return &registry.Error{Code: registry.InternalFailure, Kind: "function"} // changed, but not written
	})
	if err == nil || exists(f.Configuration.Code) || a.Runner(f.FunctionArn) == runner {
		t.Errorf("got %v and the old function, want the new one, as the registry has it (design)", err)
	}
}

// TestMovedCode: a state directory may be moved.
func TestMovedCode(t *testing.T) {
	old, next := filepath.Join(t.TempDir(), "old"), filepath.Join(t.TempDir(), "next")
	a := open(t, old, quiet)
	f := a.made("made")
	a.end()
	if err := os.Rename(old, next); err != nil {
		t.Fatal(err)
	}
	a = open(t, next, quiet, f)
	defer a.end()
	made := a.byARN[f.FunctionArn]
	if _, isProcess := made.Runner.(*lambda.Process); !isProcess || filepath.Dir(made.folder) != filepath.Join(next, "functions") {
		t.Errorf("got %T with code in %q, want a process of the moved folder (issue 6)", made.Runner, made.folder)
	}
}

// TestDamagedCode [H-5]: code that is not as it was unpacked is not run after a
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
			a := open(t, dir, quiet)
			f := a.made("made")
			a.end()
			if err := tt.damage(f.Configuration.Code); err != nil {
				t.Fatal(err)
			}
			a = open(t, dir, quiet, f)
			defer a.end()
			runner := a.Runner(f.FunctionArn)
			if _, runs := runner.(*lambda.Process); runs != (tt.want == "") {
				t.Errorf("got %T, want a process %v", runner, tt.want == "")
			}
			if tt.want != "" {
				_, err := runner.Invoke(t.Context(), lambda.Invocation{FunctionARN: f.FunctionArn})
				if err == nil || !strings.Contains(err.Error(), f.Configuration.Code) || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("got %v, want the folder and %q when it is invoked", err, tt.want)
				}
			}
			f = a.made("made")
			if _, runs := a.Runner(f.FunctionArn).(*lambda.Process); !runs {
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

// TestHalfUnpackedCode: what a crash left goes at the next start.
func TestHalfUnpackedCode(t *testing.T) {
	dir := t.TempDir()
	half, left := filepath.Join(dir, "functions", ".new-123"), filepath.Join(dir, "functions", "left-456")
	for _, folder := range []string{half, left} {
		if err := errors.Join(os.MkdirAll(folder, 0o700), os.WriteFile(filepath.Join(folder, "index.js"), nil, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	log := new(bytes.Buffer)
	open(t, dir, slog.New(slog.NewTextHandler(log, nil))).end()
	if exists(half) || !exists(left) {
		t.Error("got the half folder still, or no whole one, want it the other way (H-5)")
	}
	if want := "belongs to no function and may be removed\" folder=" + left; !strings.Contains(log.String(), want) {
		t.Errorf("got log %q, want it to hold %q", log, want)
	}
}
