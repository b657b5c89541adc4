package account

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/suback/suback/emulator/config"
	"github.com/suback/suback/emulator/skips"
)

func TestReloadKeepsWhatRunsAsBefore(t *testing.T) {
	dir := t.TempDir()
	if _, err := exec.LookPath("node"); err != nil {
		skips.Missing(t, "node", "apt-get install nodejs")
	}
	write(t, filepath.Join(dir, "index.js"), "exports.handler = async () => ({})")
	configured := func(timeout int) *config.Config {
		text := fmt.Sprintf("functions: {same: {runtime: nodejs, code: %s, handler: index.handler}, other: {runtime: nodejs, code: %s, "+
			"handler: index.handler, timeout: %d}}", dir, dir, timeout)
		c, err := config.Parse("suback.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	e := served(t, settings{Config: configured(3)})
	before := e.setup
	if err := e.Reload(configured(4)); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"same": true, "other": false} {
		f, _ := e.registry.Function(name)
		if got := e.setup.runners[f.FunctionArn] == before.runners[f.FunctionArn]; got != want {
			t.Errorf("function %s: got the same runner %v, want %v", name, got, want)
		}
	}
}
