package config

import (
	"strings"
	"testing"

	"github.com/suback/suback/emulator/registry"
)

// TestExportDestinations: what is exported opens no host that only the API has named.
func TestExportDestinations(t *testing.T) {
	listed := "topicRuleDestinations:\n- httpUrlProperties: {confirmationUrl: 'https://api.example.com/a'}\n  status: IN_PROGRESS\n"
	for _, tt := range []struct {
		name, file, url, status string
		failed                  bool
		want                    string // note; "" if it is exported
	}{
		{"waiting, of a host that nobody opened", "", "https://evil.example.com/x", "IN_PROGRESS", false, "is not confirmed"},
		{"waiting, near", "", "http://10.0.0.5:80/x", "IN_PROGRESS", false, "is not confirmed"},
		{"waiting, at this machine", "", "http://localhost:9000/x", "IN_PROGRESS", false, ""},
		{"waiting, of a host that the file lists", listed, "https://api.example.com/b", "IN_PROGRESS", false, ""},
		{"waiting, of another host than the file lists", listed, "https://evil.example.com/b", "IN_PROGRESS", false, "is not confirmed"},
		{"enabled", "", "https://api.example.com/b", "ENABLED", false, ""},
		{"disabled", "", "https://api.example.com/b", "DISABLED", false, ""},
		{"failed", "", "https://evil.example.com/x", "IN_PROGRESS", true, "could not be confirmed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Parse("suback.yaml", []byte(tt.file))
			if err != nil {
				t.Fatal(err)
			}
			a := opened(t, c)
			d, err := a.registry.CreateTopicRuleDestination(registry.TopicRuleDestination{Status: tt.status,
				HttpUrlProperties: &registry.HTTPDestination{ConfirmationURL: tt.url}})
			if err == nil && tt.failed {
				err = a.registry.SettleConfirmation(d.Arn, d.ConfirmationToken, "refused", true)
			}
			if err != nil {
				t.Fatal(err)
			}
			text := a.exported(t, false)
			again, err := Parse("exported.yaml", []byte(text))
			if err != nil {
				t.Fatalf("%v in\n%s", err, text)
			}
			exported := false
			for _, d := range again.TopicRuleDestinations {
				exported = exported || d.URL() == tt.url
			}
			noted := strings.Contains(text, "# Left out: topic rule destination "+tt.url+", which "+tt.want)
			if exported == (tt.want != "") || noted == exported {
				t.Errorf("got exported %v, noted %v in\n%s\nwant it left out for %q (R-126)", exported, noted, text, tt.want)
			}
		})
	}
}
