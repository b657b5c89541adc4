package endorse

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/trace"
)

const endorseURL = "https://endorse.soracom.io/"

func TestWhoseSIM(t *testing.T) {
	tests := []struct {
		name, connected, from, want string
		source                      string
	}{
		{"the first without an address", "", "127.0.0.1:1", "440103000000002", "A-280"},
		{"the one that is said to be", "440103000000001", "127.0.0.1:1", "440103000000001", "A-280"},
		{"the one at this address", "", "192.0.2.7:1", "440103000000001", "A-280"},
		{"written as IPv6", "", "[::ffff:192.0.2.7]:1", "440103000000001", "A-280"},
		{"another operator's", "", "192.0.2.4:1", "295050000000004", "A-280"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := start(t, func(c *Config) { c.ConnectedIMSI = tt.connected })
			if got := payload(t, f.token(t, endorseURL, "RemoteAddr", tt.from)); !strings.Contains(got, tt.want) {
				t.Errorf("got %s, want %s (%s)", got, tt.want, tt.source)
			}
		})
	}
}

func TestEndorseRefuses(t *testing.T) {
	tests := []struct {
		name         string
		change       func(*Config)
		method, path string
		from         string
		status       int
		reason, rule string
		source       string
	}{
		{"disabled", func(c *Config) { c.SoracomEndorse.Enabled = false }, "GET", "/", "", 403, "ENDORSE_DISABLED", "A-293", "A-293, guess"},
		{"SIM not active", nil, "GET", "/", "192.0.2.3:1", 403, "SIM_NOT_ACTIVE", "A-280", "A-280, guess"},
		{"not over SORACOM Air", func(c *Config) { c.Subscribers = nil }, "GET", "/", "", 403, "SIM_UNKNOWN", "A-280", "A-280, guess"},
		{"another path", nil, "GET", "/token", "", 404, "CLIENT_ERROR", "A-281", "A-281, guess"},
		{"another method", nil, "PUT", "/", "", 405, "CLIENT_ERROR", "A-281", "A-281, guess"},
		{"preflight", nil, "OPTIONS", "/", "", 405, "CLIENT_ERROR", "A-291", "A-291, guess"},
		{"redirect to nowhere registered", nil, "GET", "/?redirect_url=https://example.com/", "", 400, "REDIRECT_URL_NOT_AUTHORIZED", "D-53",
			"A-287"},
		{"empty redirect", nil, "GET", "/?redirect_url=", "", 400, "REDIRECT_URL_NOT_AUTHORIZED", "D-53", "A-287"},
		{"unreadable body", nil, "POST", "/", "", 400, "CLIENT_ERROR", "A-285", "A-285"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := start(t, tt.change)
			header := []string{"Origin", page}
			if tt.from != "" {
				header = append(header, "RemoteAddr", tt.from)
			}
			r := f.do(tt.method, "https://endorse.soracom.io"+tt.path, "{", header...)
			var body struct{ Code, Message string }
			err := json.Unmarshal([]byte(text(t, r)), &body)
			if r.StatusCode != tt.status || err != nil || body.Code == "" || body.Message == "" {
				t.Errorf("got %d %+v, want %d with code and message (%s)", r.StatusCode, body, tt.status, tt.source)
			}
			if got := r.Header.Get("Access-Control-Allow-Origin"); got != page {
				t.Errorf("got Access-Control-Allow-Origin %q, want %q (A-289)", got, page)
			}
			f.record(t, trace.Refused, tt.reason, tt.rule)
		})
	}
}

func TestRedirect(t *testing.T) {
	withQuery := func(c *Config) { c.SoracomEndorse.AuthorizedRedirectURLs = []string{target + "?a=b", target + "#top"} }
	prefix := func(c *Config) { c.MatchRedirectURLPrefixes = true }
	tests := []struct {
		name, method, url string
		change            func(*Config)
		want              string // before the token
		source            string
	}{
		{"as the seed's page", "GET", target, nil, target + "?soracom_endorse_token=", "A-286, A-287"},
		{"escaped", "GET", url.QueryEscape(target), nil, target + "?soracom_endorse_token=", "A-286"},
		{"by POST", "POST", target, nil, target + "?soracom_endorse_token=", "A-288, guess"},
		{"a URL with a query", "GET", target + "?a=b", withQuery, target + "?a=b&soracom_endorse_token=", "A-286, guess"},
		{"a URL with a fragment", "GET", url.QueryEscape(target + "#top"), withQuery, target + "?soracom_endorse_token=", "A-286, guess"},
		{"below a registered one", "GET", target + "chat", prefix, target + "chat?soracom_endorse_token=", "A-287"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := start(t, tt.change)
			r := f.do(tt.method, endorseURL+"?redirect_url="+tt.url, "", "Origin", page)
			location := r.Header.Get("Location")
			token, ok := strings.CutPrefix(location, tt.want)
			token, _, _ = strings.Cut(token, "#")
			if r.StatusCode != 302 || !ok || text(t, r) != "" {
				t.Fatalf("got %d %s, want 302 to %s… without a body (%s)", r.StatusCode, location, tt.want, tt.source)
			}
			if _, err := verify(token, string(f.key().public), noon); err != nil {
				t.Errorf("got %v, want a token in %s (%s)", err, location, tt.source)
			}
			if got := r.Header.Get("Access-Control-Allow-Origin"); got != page {
				t.Errorf("got Access-Control-Allow-Origin %q, want %q (A-289)", got, page)
			}
			f.silent(t)
		})
	}
}

func TestRedirectURLIsNoParameter(t *testing.T) {
	f := start(t, func(c *Config) { c.SoracomEndorse.ParametersToEndorse = Parameters{RequestParameters: true} })
	r := f.do("GET", endorseURL+"?user=sora&redirect_url="+target, "")
	_, token, _ := strings.Cut(r.Header.Get("Location"), "soracom_endorse_token=")
	if got := payload(t, token); !strings.Contains(got, `{"requestParameters":{"user":"sora"}}`) {
		t.Errorf("got %s, want the user alone (A-285)", got)
	}
}

func TestRedirectHint(t *testing.T) {
	tests := []struct {
		name, target, want string
		source             string
	}{
		{"slash", strings.TrimSuffix(target, "/"), "the slash at the end count", "D-53"},
		{"case", strings.ToLower(target), "upper and lower case", "D-53"},
		{"longer", target + "chat?x=secret-1", "the whole URL counts", "D-53"},
		{"with a password", "https://user:secret-1@example.com/#secret-1", "register the URL", "D-53"},
		{"no URL", "https://secret-1\n", "register the URL", "D-53"},
		{"another", "https://example.com/", "register the URL", "D-53"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := start(t, nil)
			f.do("GET", endorseURL+"?redirect_url="+url.QueryEscape(tt.target), "")
			if got := f.Trace.Events(trace.Filter{})[0].Hint; !strings.Contains(got, tt.want) {
				t.Errorf("got hint %q, want %q (%s)", got, tt.want, tt.source)
			}
			f.record(t, trace.Refused, "REDIRECT_URL_NOT_AUTHORIZED", "D-53")
		})
	}
}

func FuzzWithToken(f *testing.F) {
	f.Add(target)
	f.Add(target + "?a=b#c")
	f.Add("https://h/?")
	f.Fuzz(func(t *testing.T, target string) {
		u, err := url.Parse(target)
		if err != nil {
			return
		}
		got, err := url.Parse(withToken(target, "a.b.c"))
		if err != nil || got.Host != u.Host || got.Path != u.Path || got.Fragment != u.Fragment {
			t.Errorf("got %v %v, want %q with a token (A-286)", got, err, target)
		}
		if !strings.Contains(got.RawQuery, "soracom_endorse_token=a.b.c") {
			t.Errorf("got query %q of %q, want the token in it (A-286)", got.RawQuery, target)
		}
	})
}
