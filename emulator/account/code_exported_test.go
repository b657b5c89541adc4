package account

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/config"
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
func (e *rig) make(t *testing.T, name string) registry.Function {
	t.Helper()
	f := registry.Function{FunctionName: name, FunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:" + name,
		Configuration: registry.FunctionConfiguration{Runtime: "provided", Timeout: 3, MemorySize: 128}}
	put(t, e, f, zipped(t, "bootstrap", shout))
	f, _ = e.registry.Function(name)
	return f
}

// put stores a function as the control plane does.
func put(t *testing.T, e *rig, f registry.Function, archive []byte) {
	t.Helper()
	err := e.made.Put(f, archive, func(f registry.Function) error {
		_, err := e.registry.PutFunction(f)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestExportedCodeThatFails: what Lambda's API takes, the file takes too.
func TestExportedCodeThatFails(t *testing.T) {
	e := opened(t, settings{Config: &config.Config{}})
	f := registry.Function{FunctionName: "broken", FunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:broken",
		Configuration: registry.FunctionConfiguration{Runtime: "nodejs22.x", Handler: "none.handler", Timeout: 3, MemorySize: 128}}
	put(t, e, f, zipped(t, "index.js", ""))
	again := opened(t, settings{Config: done(config.Parse("suback.yaml", []byte(exported(t, e))))(t)})
	_, err := again.run(t.Context(), lambda.Invocation{FunctionARN: f.FunctionArn})
	if failure := new(lambda.FunctionError); !errors.As(err, &failure) || failure.Type != "Runtime.ImportModuleError" {
		t.Errorf("got %v, want Runtime.ImportModuleError when it is invoked (A-357)", err)
	}
}

// TestExportedCode: an exported suback.yaml has the code that Lambda's API
// brought; it runs elsewhere, when the emulator and its folder are gone.
func TestExportedCode(t *testing.T) {
	e := opened(t, settings{Config: &config.Config{}})
	f := e.make(t, "made")
	if strings.Contains(f.Configuration.Code, "zipFile") || f.Configuration.Code == "" {
		t.Fatalf("got code %q, want a folder of its own (design)", f.Configuration.Code)
	}
	first := exported(t, e)
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	for _, o := range []settings{{}, {StateDir: t.TempDir()}} {
		o.Config = done(config.Parse("elsewhere/suback.yaml", []byte(first)))(t)
		e := opened(t, o)
		f, _ := e.registry.Function("made")
		text, err := os.ReadFile(filepath.Join(f.Configuration.Code, "bootstrap"))
		if err != nil || string(text) != shout {
			t.Errorf("got %q, %v, want the code (issue 6)", text, err)
		}
		if again := exported(t, e); !strings.Contains(again, "zipFile: ") || strings.Contains(again, "code: ") {
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
		_, err := start(settings{Config: done(config.Parse("suback.yaml", []byte(text)))(t)})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %s (design)", tt.name, err, tt.want)
		}
	}
}

// TestMovedState: a state directory may be moved.
func TestMovedState(t *testing.T) {
	old, next := filepath.Join(t.TempDir(), "old"), filepath.Join(t.TempDir(), "next")
	e := opened(t, settings{Config: &config.Config{}, StateDir: old})
	arn := e.make(t, "made").FunctionArn
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(old, next); err != nil {
		t.Fatal(err)
	}
	e = opened(t, settings{Config: &config.Config{}, StateDir: next})
	if made, isProcess := e.made.Runner(arn).(*lambda.Process); !isProcess {
		t.Errorf("got %T, want a process of the moved folder (issue 6)", made)
	}
	if text := exported(t, e); !strings.Contains(text, "zipFile: ") {
		t.Errorf("got %s, want its code (issue 6)", text)
	}
}
