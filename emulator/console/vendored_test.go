package console

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/suback/suback/emulator/packed"
	"github.com/suback/suback/emulator/skips"
)

var update = flag.Bool("update", false, "take the libraries of the page from .ci/node_modules")

// TestVendored: the libraries are npm's own files, in the versions that .ci/package.json
// pins.
func TestVendored(t *testing.T) {
	for name, from := range map[string]string{
		"vendor/preact.js": "htm/preact/standalone.module.js",
		"vendor/mqtt.js":   "mqtt/dist/mqtt.esm.js",
	} {
		want, err := os.ReadFile(filepath.Join("../../.ci/node_modules", filepath.FromSlash(from)))
		if err != nil {
			skips.Missing(t, "npm's "+filepath.Dir(from), "npm ci --prefix .ci")
			return
		}
		if *update {
			if err := packed.Write("page/"+name+packed.Extension, want); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if f, ok := read(name); !ok || !bytes.Equal(packed.Text(files, f.name), want) {
			t.Errorf("%s: is not %s, want what `go test ./emulator/console -run TestVendored -update` makes of it", name, from)
		}
	}
}
