package emulator_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
)

// Each account says for itself whether it enforces, and the options for all
// [issue 14, part 5].
func TestEnforceByAccount(t *testing.T) {
	t.Parallel()
	tests := []struct {
		options, first, other string // what is said
		want                  string // first and other
	}{
		{"", "", "", "deny deny"},
		{"", "", "log", "deny log"},
		{"", "log", "deny", "log deny"},
		{"", "log", "", "log deny"},
		{"log", "deny", "", "log log"},
		{"deny", "log", "log", "deny deny"},
	}
	for _, tt := range tests {
		e, err := emulator.New(emulator.Options{Enforce: tt.options,
			Config: &emulator.Config{Enforce: tt.first, Accounts: map[string]*emulator.Config{"t1": {Enforce: tt.other}}}})
		if err != nil {
			t.Fatal(err)
		}
		if got := e.Enforce() + " " + e.Account("t1").Enforce(); got != tt.want {
			t.Errorf("%+v: got %s, want %s", tt, got, tt.want)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := emulator.New(emulator.Options{Enforce: "warn"}); err == nil || err.Error() != `enforce is "warn", want deny or log` {
		t.Errorf("got %v, want deny or log", err)
	}
}

// GET /_suback/asked [issue 14, part 5].
func TestAskedPath(t *testing.T) {
	t.Parallel()
	e := emulator.Run(t, emulator.Options{Listeners: free,
		Config: &emulator.Config{Accounts: map[string]*emulator.Config{"t1": {Enforce: "log"}}}})
	tests := []struct {
		query  string
		status int
		want   string
	}{
		{"", 409, "want enforce: log in suback.yaml"},
		{"?account=t1", 200, ""},
		{"?account=t1&since=x", 400, `since is \"x\", want the seq of a question`},
		{"?account=t2", 404, "there is no account"},
	}
	for _, tt := range tests {
		resp, err := http.Get("http://" + e.Addr(emulator.HTTP) + "/_suback/asked" + tt.query)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != tt.status || !strings.Contains(string(text), tt.want) ||
			(resp.Header.Get("Suback-Began") != "") != (tt.status == 200) {
			t.Errorf("%s: got %d %s %v, want %d %s", tt.query, resp.StatusCode, text, resp.Header, tt.status, tt.want)
		}
	}
}
