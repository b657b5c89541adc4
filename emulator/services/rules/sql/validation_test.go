package sql_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/suback/suback/emulator/services/rules/sql"
)

// TestValidation plays the cases that AWS's own validation tool runs against the real
// service: aws-iot-builder-tools/validation-tool-for-aws-iot-rules@9b28b63, Apache-2.0.
func TestValidation(t *testing.T) {
	files, err := filepath.Glob("testdata/validation/*.json")
	if err != nil || len(files) != 7 {
		t.Fatalf("got %d files, %v; want 7", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var c struct {
			SQLVersion, Topic, InputSQL  string
			InputPayload, ExpectedOutput json.RawMessage
		}
		if err := json.Unmarshal(text, &c); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		ver := sql.V2016
		if c.SQLVersion == "2015-10-08" {
			ver = sql.V2015
		}
		got := evaluate(t, c.InputSQL, ver, c.Topic, plain(c.InputPayload))
		if want := plain(c.ExpectedOutput); !sameJSON(got, want) {
			t.Errorf("%s: got %s, want %s (VT)", file, got, want)
		}
		// Where the tool compares texts, so do we.
		if c.ExpectedOutput[0] == '"' && got != plain(c.ExpectedOutput) {
			t.Errorf("%s: got %s, want exactly %s (VT)", file, got, plain(c.ExpectedOutput))
		}
	}
}

// plain is a JSON string's text, and other JSON as it is.
func plain(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}
