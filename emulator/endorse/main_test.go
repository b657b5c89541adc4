package endorse

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/suback/suback/emulator/trace"
)

// oneKey is made once: that takes longer than all tests.
var oneKey = sync.OnceValue(newKey)

// noon is the time of every test.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const (
	apiName = "XXXXXXXX.execute-api.ap-northeast-1.amazonaws.com"
	target  = "https://" + apiName + "/prod/"
	page    = "http://localhost:8080"
)

// seedConfig is what seed 003 has at SORACOM.
func seedConfig() Config {
	return Config{
		OperatorID: "OP0012345678",
		AuthKeys:   []AuthKey{{"keyId-local", "secret-local"}},
		Users:      []User{{Email: "root@example.com", Password: "root-password"}, {UserName: "sam", Password: "sam-password"}},
		SoracomEndorse: Group{Enabled: true, ParametersToEndorse: Parameters{IMSI: true},
			AllowOrigin: page, AuthorizedRedirectURLs: []string{target}},
		Subscribers: []Subscriber{
			{IMSI: "440103000000001", IMEI: "800000012345678", MSISDN: "810000000001", SIMID: "8942310017000000001", IPAddress: "192.0.2.7"},
			{IMSI: "440103000000002", GroupID: "g", Tags: map[string]string{"site": "osaka-1"}},
			{IMSI: "440103000000003", Status: "inactive", IPAddress: "192.0.2.3"},
			{IMSI: "295050000000004", OperatorID: "OP9999999999", IPAddress: "192.0.2.4"},
		},
		APIs: []API{{Host: apiName, Path: "/prod/", Function: "nominator", Event: map[string]string{"token": "soracom_endorse_token"}}},
	}
}

// A fixture is a service whose function and clock a test can change.
type fixture struct {
	*Service
	invoke func(context.Context, string, []byte) ([]byte, error)
	now    time.Time
}

func start(t *testing.T, change func(*Config)) *fixture {
	t.Helper()
	c := seedConfig()
	if change != nil {
		change(&c)
	}
	f := &fixture{now: noon}
	var err error
	f.Service, err = newService(Options{Config: c, Trace: trace.New(trace.Options{}), Now: func() time.Time { return f.now },
		Invoke: func(ctx context.Context, name string, event []byte) ([]byte, error) {
			return f.invoke(ctx, name, event)
		}}, oneKey)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, ev := range f.Trace.Events(trace.Filter{}) {
			if ev.Outcome != trace.Allowed && len(ev.Rules) > 0 && ev.Hint == "" {
				t.Errorf("got no hint, want a sentence that says what to do:\n%s", ev.Text())
			}
		}
	})
	return f
}

// do sends one request; header has names and values by turns.
func (f *fixture) do(method, target, body string, header ...string) *http.Response {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.RemoteAddr = "192.0.2.1:4711"
	for i := 0; i < len(header); i += 2 {
		if header[i] == "RemoteAddr" {
			r.RemoteAddr = header[i+1]
			continue
		}
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	return w.Result()
}

func text(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// record checks that there is exactly one record since the last call, with this
// outcome, reason and rule.
func (f *fixture) record(t *testing.T, outcome trace.Outcome, reason, rule string) {
	t.Helper()
	all := f.Trace.Events(trace.Filter{})
	f.Trace.Reset()
	if len(all) != 1 {
		t.Fatalf("got %d records %+v, want one of %s", len(all), all, reason)
	}
	ev := all[0]
	if ev.Operation != trace.Soracom || ev.Outcome != outcome || ev.Reason != reason || ev.Detail == "" || rule != "" &&
		!slices.Contains(ev.Rules, rule) {
		t.Errorf("got %s %s %s %q rules %v, want Soracom %s %s with %s", ev.Operation, ev.Outcome, ev.Reason, ev.Detail, ev.Rules, outcome,
			reason, rule)
	}
	for _, secret := range []string{"secret-", "-password", "eyJ"} {
		if strings.Contains(ev.Text(), secret) {
			t.Errorf("the record has a secret: %s (A-306, D-51)", ev.Text())
		}
	}
}

// silent checks that nothing was recorded.
func (f *fixture) silent(t *testing.T) {
	t.Helper()
	if all := f.Trace.Events(trace.Filter{}); len(all) != 0 {
		t.Errorf("got records %+v, want none", all)
		f.Trace.Reset()
	}
}
