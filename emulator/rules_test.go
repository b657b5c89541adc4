package emulator_test

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/suback/suback/docs/behaviour"
	"github.com/suback/suback/emulator"
)

// TestRulesAPI: the rules behind the numbers of a trace, for whoever has no
// repository at hand.
func TestRulesAPI(t *testing.T) {
	e := emulator.Run(t, emulator.Options{})
	get := func(path string) (int, string) {
		resp, err := http.Get("http://" + e.Addr(emulator.HTTP) + "/_suback/rules" + path)
		must(t, err)
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		must(t, err)
		return resp.StatusCode, string(body)
	}
	tests := []struct {
		path   string
		status int
		want   []string // parts
	}{
		{"/B-660", 200, []string{`"number":"B-660"`, "At most 8 filters", `"documented"`, "gr/iot-core.html", "docs/behaviour/broker.md",
			"hooks/subscribe_test.go:TestSubscribeLimits"}},
		{"/d-12", 200, []string{`"number":"D-12"`, "iot:Receive missing", `"marks":[]`}},
		{"/b-9999", 404, []string{"there is no rule b-9999, want one as B-"}},
		{"/receive", 404, []string{"no rule's number"}},
		{"?search=iot:receive%20missing", 200, []string{`"number":"D-12"`}},
		{"?search=nobody+says+so", 200, []string{"[]"}},
		{"/B-660/more", 404, []string{"the admin API has no GET"}},
	}
	for _, tt := range tests {
		status, body := get(tt.path)
		if status != tt.status {
			t.Errorf("%s: got status %d, want %d", tt.path, status, tt.status)
		}
		for _, want := range tt.want {
			if !strings.Contains(body, want) {
				t.Errorf("%s: got %s, want %s in it", tt.path, body, want)
			}
		}
	}
	_, body := get("")
	var all []behaviour.Rule
	must(t, json.Unmarshal([]byte(body), &all))
	if want := emulator.Coverage().Total.Rules; len(all) < want ||
		!slices.ContainsFunc(all, func(r behaviour.Rule) bool { return r.Number == "A-101" }) {
		t.Errorf("got %d rules, want all %d and the questions", len(all), want)
	}
}
