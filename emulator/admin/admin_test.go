package admin_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator/account"
	"github.com/suback/suback/emulator/admin"
	"github.com/suback/suback/emulator/config"
	"github.com/suback/suback/emulator/logs"
	"github.com/suback/suback/emulator/pki"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/transport"
)

// opened is an account that takes no connections.
func opened(t *testing.T, stateDir string) *account.Account {
	t.Helper()
	ca, err := pki.Open("")
	if err != nil {
		t.Fatal(err)
	}
	log := logs.New(slog.New(slog.DiscardHandler), 20)
	a, err := account.Open(account.Options{Config: &config.Config{}, StateDir: stateDir, Shared: &account.Shared{
		CA: ca, Log: log.Logger(), Logs: log, Origins: http.NewCrossOriginProtection(),
		Room:   transport.NewRoom(transport.Bounds{Connections: 10, HalfOpen: 10, BufferedBytes: 1 << 20}, nil),
		Stored: session.NewRoom(session.Bounds{Absent: 10, Bytes: 1 << 20}), FunctionsOff: func() bool { return false },
		Followers: 10, BodyBytes: 1 << 20, RequestTime: time.Minute}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		a.Stop()
		_ = account.CloseInTurn(a.Closings(func(func()) {}))
		log.Close()
	})
	return a
}

// TestWhatIsNotKept [H-5]: a reset and the clock say so when the state directory does not
// have what they changed.
func TestWhatIsNotKept(t *testing.T) {
	dir := t.TempDir()
	a := opened(t, dir)
	if _, err := a.Registry().CreateThing(registry.Thing{ThingName: "made"}); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, account.StoreFile)
	api := admin.New(admin.Options{Of: func(*http.Request) *account.Account { return a }})
	ask := func(path, body string, status int, want string) {
		t.Helper()
		w := httptest.NewRecorder()
		api.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "POST", path, strings.NewReader(body)))
		if w.Code != status || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: got %d %s, want %d with %s", path, w.Code, w.Body, status, want)
		}
	}
	if err := os.Rename(file, file+".away"); err != nil {
		t.Fatal(err)
	}
	ask("/_suback/reset", "", http.StatusInternalServerError, file)
	ask("/_suback/clock", `{"advance": "1s"}`, http.StatusInternalServerError, file)
	if err := os.Rename(file+".away", file); err != nil {
		t.Fatal(err)
	}
	ask("/_suback/clock", `{"advance": "1s"}`, http.StatusOK, `"advanced":"1s"`)
	ask("/_suback/reset", "", http.StatusOK, "ok")
}

// TestParameters: each path knows its parameters, and refuses one that is misspelt.
func TestParameters(t *testing.T) {
	a := opened(t, "")
	api := admin.New(admin.Options{Of: func(*http.Request) *account.Account { return a },
		Find: func(string) *account.Account { return a }})
	tests := []struct {
		path   string
		status int
		want   string
	}{
		{"/_suback/trace?clinet=pump-7", 400, `there is no parameter \"clinet\", is client meant?`},
		{"/_suback/trace?zzz=1&yyy=2", 200, ""},
		{"/_suback/trace?client=a&outcome=NOTE&topic=a&operation=Connect&rule=b-501&since=0&follow=0&format=json&account=", 200, ""},
		{"/_suback/clients?offline=1&search=a&limit=1&account=", 200, "[]"},
		{"/_suback/clients?offline=yes", 400, `offline is \"yes\", want 1 or 0`},
		{"/_suback/clients?Limit=1", 400, `there is no parameter \"Limit\", is limit meant?`},
		{"/_suback/why?client=a&topics=b", 400, "is topic meant?"},
		{"/_suback/health?zzz=1", 200, "running"}, // which others ask, too
		{"/metrics?zzz=1", 200, "suback_"},
	}
	for _, tt := range tests {
		w := httptest.NewRecorder()
		api.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", tt.path, nil))
		if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.want) {
			t.Errorf("%s: got %d %s, want %d %s", tt.path, w.Code, w.Body, tt.status, tt.want)
		}
	}
}

// TestClockTooFar: the clock stays where times can be kept, however often it is advanced.
func TestClockTooFar(t *testing.T) {
	a := opened(t, "")
	api := admin.New(admin.Options{Of: func(*http.Request) *account.Account { return a }})
	for i, tt := range []struct {
		advance string
		status  int
	}{{"438000h", 200}, {"438000h", 400}, {"2562047h", 400}, {"429000h", 200}, {"1h", 200}, {"2562047h", 400}} {
		w := httptest.NewRecorder()
		body := strings.NewReader(`{"advance": "` + tt.advance + `"}`)
		api.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "POST", "/_suback/clock", body))
		if w.Code != tt.status || tt.status == 400 && !strings.Contains(w.Body.String(), "99 years") {
			t.Errorf("%d: %s: got %d %s, want %d", i, tt.advance, w.Code, w.Body, tt.status)
		}
	}
	if got := a.Registry().Now().Year(); got > time.Now().Year()+100 {
		t.Errorf("got the year %d, want none so far away", got)
	}
}
