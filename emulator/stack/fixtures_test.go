package stack

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/config"
	"github.com/suback/suback/emulator/lint"
)

var update = flag.Bool("update", false, "write fixtures/templates anew")

// TestFixtures: templates as people write them, what comes of them, and what is said; go test
// ./emulator/stack -run TestFixtures -update writes that.
func TestFixtures(t *testing.T) {
	const folder = "../../fixtures/templates/"
	for _, tt := range []struct{ template, out string }{
		{"sam-python/template.yaml", "sam-python"},
		{"sam-node/template.yaml", "sam-node"},
		{"cloudformation/template.json", "cloudformation"},
		{"serverless/serverless.yml", "serverless"},
		{"serverless/.serverless/cloudformation-template-update-stack.json", "serverless/.serverless"},
	} {
		t.Run(tt.template, func(t *testing.T) {
			text := done(os.ReadFile(folder + tt.template))(t)
			pem := done(os.ReadFile("../../fixtures/certificates/pump-7.pem"))(t)
			o := Options{Out: filepath.Join(folder, tt.out, "suback.yaml")}
			if tt.out == "cloudformation" {
				o.Parameters = map[string]string{"DevicePem": string(pem)}
			}
			result, err := Import(t.Context(), []File{{Name: folder + tt.template, Text: text}}, o)
			if err != nil {
				t.Fatal(err)
			}
			var said strings.Builder
			for _, n := range result.Notes {
				said.WriteString(strings.ReplaceAll(n.String(), folder, "") + "\n")
			}
			wantFile(t, o.Out, string(result.Text))
			wantFile(t, filepath.Join(folder, tt.out, "said.txt"), said.String())
			done(config.Load(o.Out))(t)
			for _, f := range lint.Text(o.Out, result.Text, lint.Options{}) {
				if f.Severity == lint.Error {
					t.Errorf("suback lint finds %s, want no error", f.Text)
				}
			}
		})
	}
}

// wantFile wants a file to have a text, or writes it.
func wantFile(t *testing.T, file, text string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want := string(done(os.ReadFile(file))(t)); text != want {
		t.Errorf("%s: got\n%s\nwant\n%s\n(-update writes it)", file, text, want)
	}
}
