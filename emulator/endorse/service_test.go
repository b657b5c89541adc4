package endorse

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"github.com/suback/suback/emulator/trace"
)

func TestHosts(t *testing.T) {
	f := start(t, func(c *Config) {
		c.APIs = append(c.APIs, API{Host: apiName, Path: "/other", Function: "f"})
	})
	got := f.Hosts()
	want := []string{"endorse.soracom.io", "s3-ap-northeast-1.amazonaws.com", "api.soracom.io", "g.api.soracom.io",
		"xxxxxxxx.execute-api.ap-northeast-1.amazonaws.com"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q (A-280, A-294, A-303, A-296)", got, want)
	}
}

func TestRouting(t *testing.T) {
	f := start(t, nil)
	tests := []struct {
		name, url string
		status    int
		source    string
	}{
		{"Endorse", "https://endorse.soracom.io/", 200, "A-281"},
		{"with port, case and dot", "https://Endorse.soracom.io.:8443/", 200, "A-281"},
		{"API in Japan", "https://api.soracom.io/v1/subscribers", 401, "A-303"},
		{"API elsewhere", "https://g.api.soracom.io/v1/subscribers", 401, "A-303"},
		{"API without version", "https://api.soracom.io/subscribers", 404, "A-303"},
		{"unknown operation", "https://api.soracom.io/v1/groups", 404, "A-303"},
		{"unknown host", "https://example.com/", 421, "A-280, guess"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := f.do("GET", tt.url, "")
			if r.StatusCode != tt.status {
				t.Errorf("got %d, want %d (%s)", r.StatusCode, tt.status, tt.source)
			}
			if refused := len(f.Trace.Events(trace.Filter{Outcome: trace.Refused})) == 1; refused != (tt.status != 200) {
				t.Errorf("a record: %v, want one of a refusal alone", refused)
			}
			f.Trace.Reset()
		})
	}
}

func TestNew(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	o := Options{Config: seedConfig(), StateDir: dir, Trace: trace.New(trace.Options{})}
	first, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	second, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	if first.key().kid != second.key().kid {
		t.Errorf("got key %s after a restart, want %s", second.key().kid, first.key().kid)
	}
	if _, err := New(Options{}); err == nil {
		t.Error("got no error without an operatorId, want one")
	}
}

func TestReconfigured(t *testing.T) {
	f := start(t, nil)
	c := seedConfig()
	c.SoracomEndorse.TokenTimeoutSeconds = 60
	next, err := f.Reconfigured(c)
	if err != nil {
		t.Fatal(err)
	}
	f2 := &fixture{Service: next, now: noon}
	token := f.token(t, "https://endorse.soracom.io/")
	pem := text(t, f2.do("GET", "https://s3-ap-northeast-1.amazonaws.com/soracom-public-keys/"+f.key().kid, ""))
	if _, err := verify(token, pem, noon); err != nil {
		t.Errorf("got %v, want a token to stay good", err)
	}
	got, err := verify(f2.token(t, "https://endorse.soracom.io/"), pem, noon)
	if err != nil {
		t.Fatal(err)
	}
	if exp, _ := got.Claims.(jwt.MapClaims).GetExpirationTime(); exp.Unix() != noon.Unix()+60 {
		t.Errorf("got exp %v, want the new timeout", exp)
	}
	if _, err := f.Reconfigured(Config{}); err == nil {
		t.Error("got no error for an empty configuration, want one")
	}
}
