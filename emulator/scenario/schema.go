package scenario

import (
	"embed"

	"github.com/suback/suback/emulator/packed"
)

//go:embed schema.json.gz
var schema embed.FS

// Schema is the JSON Schema of scenario files, for editors.
func Schema() []byte { return packed.Text(schema, "schema.json") }
