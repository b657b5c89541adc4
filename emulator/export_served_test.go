package emulator

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
)

func TestExportIsServed(t *testing.T) {
	e := Run(t, Options{Config: parsed(t, "things: [{thingName: lamp}]\ncredentials: [{accessKeyId: AKIAX, secretAccessKey: secret-of-x}]")})
	tests := []struct {
		query  string
		status int
		want   string
	}{
		{"", 200, "thingName: lamp"},
		{"?format=yaml", 200, "# Left out: credentials AKIAX"},
		{"?format=yaml&secrets=true", 200, "secretAccessKey: secret-of-x"},
		{"?format=cloudformation", 200, "AWS::IoT::Thing"},
		{"?format=json", 400, `format is \"json\", want yaml or cloudformation`},
		{"?secrets=yes", 400, `secrets is \"yes\", want true or false`},
	}
	for _, tt := range tests {
		resp, err := http.Get("http://" + e.Addr(HTTP) + "/_suback/export" + tt.query)
		if err != nil {
			t.Fatal(err)
		}
		text := new(bytes.Buffer)
		_, _ = text.ReadFrom(resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != tt.status || !strings.Contains(text.String(), tt.want) {
			t.Errorf("%s: got %d %.300s, want %d …%s… (issue 6)", tt.query, resp.StatusCode, text, tt.status, tt.want)
		}
	}
}
