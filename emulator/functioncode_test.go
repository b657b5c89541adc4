package emulator

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/lambda"
	"github.com/suback/suback/emulator/registry"
)

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

// made is a function that Lambda's API made.
func (e *Emulator) made(t *testing.T, name string) registry.Function {
	t.Helper()
	f := registry.Function{FunctionName: name, FunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:" + name,
		Configuration: registry.FunctionConfiguration{Runtime: "provided", Timeout: 3, MemorySize: 128}}
	put(t, e, f, zipped(t, "bootstrap", shout), nil)
	f, _ = e.account.registry.Function(name)
	return f
}

// put stores a function as the control plane does, or fails with an error.
func put(t *testing.T, e *Emulator, f registry.Function, archive []byte, failure error) {
	t.Helper()
	err := e.account.made.put(f, archive, func(f registry.Function) error {
		if failure != nil {
			return failure
		}
		_, err := e.account.registry.PutFunction(f)
		return err
	}, slog.New(slog.DiscardHandler))
	if !errors.Is(err, failure) {
		t.Fatalf("got %v, want %v", err, failure)
	}
}

// TestExportedCodeThatFails: what Lambda's API takes, the file takes too.
func TestExportedCodeThatFails(t *testing.T) {
	e := opened(t, Options{Config: &Config{}})
	f := registry.Function{FunctionName: "broken", FunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:broken",
		Configuration: registry.FunctionConfiguration{Runtime: "nodejs22.x", Handler: "none.handler", Timeout: 3, MemorySize: 128}}
	put(t, e, f, zipped(t, "index.js", ""), nil)
	again := opened(t, Options{Config: done(parseConfig("suback.yaml", []byte(exported(t, e, ExportOptions{}))))(t)})
	_, err := again.account.run(t.Context(), lambda.Invocation{FunctionARN: f.FunctionArn})
	if failure := new(lambda.FunctionError); !errors.As(err, &failure) || failure.Type != "Runtime.ImportModuleError" {
		t.Errorf("got %v, want Runtime.ImportModuleError when it is invoked (A-357)", err)
	}
}

// TestExportedCode: an exported suback.yaml has the code that Lambda's API
// brought; it runs elsewhere, when the emulator and its folder are gone.
func TestExportedCode(t *testing.T) {
	e := opened(t, Options{Config: &Config{}})
	f := e.made(t, "made")
	if strings.Contains(f.Configuration.Code, "zipFile") || f.Configuration.Code == "" {
		t.Fatalf("got code %q, want a folder of its own (design)", f.Configuration.Code)
	}
	first := exported(t, e, ExportOptions{})
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	for _, o := range []Options{{}, {StateDir: t.TempDir()}} {
		o.Config = done(parseConfig("elsewhere/suback.yaml", []byte(first)))(t)
		e := opened(t, o)
		f, _ := e.account.registry.Function("made")
		text, err := os.ReadFile(filepath.Join(f.Configuration.Code, "bootstrap"))
		if err != nil || string(text) != shout {
			t.Errorf("got %q, %v, want the code (issue 6)", text, err)
		}
		if again := exported(t, e, ExportOptions{}); !strings.Contains(again, "zipFile: ") || strings.Contains(again, "code: ") {
			t.Errorf("got %s, want zipFile alone again (issue 6)", again)
		}
		if err := e.Reload(o.Config); err != nil {
			t.Errorf("got %v, want it loaded again (design)", err)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
		if o.StateDir == "" && exists(f.Configuration.Code) {
			t.Error("got its folder after the end, want none without a state directory (design)")
		}
	}
}

func TestZipFileIsWrong(t *testing.T) {
	for _, tt := range []struct{ name, zipFile, want string }{
		{"no base64", "!", `suback.yaml:4: function "f": zipFile is no base64`},
		{"no zip", "aGk=", `suback.yaml:4: function "f": zipFile: is no zip archive`},
		{"up", base64.StdEncoding.EncodeToString(zipped(t, "../a", "")),
			`suback.yaml:4: function "f": zipFile: "../a" in the archive: is not below`},
	} {
		text := "functions:\n  f:\n    runtime: provided\n    zipFile: " + `"` + tt.zipFile + `"` + "\n"
		_, err := New(Options{Config: done(parseConfig("suback.yaml", []byte(text)))(t)})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %s (design)", tt.name, err, tt.want)
		}
	}
}

// TestCodeThatIsNotStored: until a change is stored the function is as it was,
// which is what a crash leaves.
func TestCodeThatIsNotStored(t *testing.T) {
	e := opened(t, Options{Config: &Config{}, StateDir: t.TempDir()})
	f := e.made(t, "made")
	runner := e.account.made.runner(f.FunctionArn).(madeFunction).Runner
	put(t, e, f, zipped(t, "bootstrap", "other"), &registry.Error{Kind: "function"})
	if e.account.made.runner(f.FunctionArn).(madeFunction).Runner != runner || !exists(f.Configuration.Code) {
		t.Error("got another function after a change that was refused, want the old one (issue 6)")
	}
	folder := filepath.Dir(f.Configuration.Code)
	if entries := done(os.ReadDir(folder))(t); len(entries) != 1 {
		t.Errorf("got %d folders of code, want that of the old one (design)", len(entries))
	}
	err := e.account.made.put(f, zipped(t, "bootstrap", "other"), func(next registry.Function) error {
		if !exists(f.Configuration.Code) || !exists(next.Configuration.Code) {
			t.Error("got no old or no new code while it is stored, want both (issue 6: kill -9)")
		}
		return &registry.Error{Code: registry.InternalFailure, Kind: "function"} // changed, but not written
	}, slog.New(slog.DiscardHandler))
	if err == nil || exists(f.Configuration.Code) || e.account.made.runner(f.FunctionArn).(madeFunction).Runner == runner {
		t.Errorf("got %v and the old function, want the new one, as the registry has it (design)", err)
	}
}

// TestMovedState: a state directory may be moved.
func TestMovedState(t *testing.T) {
	old, next := filepath.Join(t.TempDir(), "old"), filepath.Join(t.TempDir(), "next")
	e := opened(t, Options{Config: &Config{}, StateDir: old})
	arn := e.made(t, "made").FunctionArn
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(old, next); err != nil {
		t.Fatal(err)
	}
	e = opened(t, Options{Config: &Config{}, StateDir: next})
	made := e.account.made.runner(arn).(madeFunction)
	if _, isProcess := made.Runner.(*lambda.Process); !isProcess || filepath.Dir(made.folder) != filepath.Join(next, "functions") {
		t.Errorf("got %T with code in %q, want a process of the moved folder (issue 6)", made.Runner, made.folder)
	}
	if text := exported(t, e, ExportOptions{}); !strings.Contains(text, "zipFile: ") {
		t.Errorf("got %s, want its code (issue 6)", text)
	}
}
