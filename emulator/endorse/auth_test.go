package endorse

import (
	"encoding/json"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator/trace"
)

const authURL = "https://api.soracom.io/v1/auth"

const goodKey = `{"authKeyId":"keyId-local","authKey":"secret-local"}`

// signIn returns what POST /v1/auth answers.
func (f *fixture) signIn(t *testing.T, body string) authResponse {
	t.Helper()
	r := f.do("POST", authURL, body, "Content-Type", "application/json")
	var a authResponse
	if err := json.Unmarshal([]byte(text(t, r)), &a); err != nil || r.StatusCode != 200 {
		t.Fatalf("got %d %v, want 200 (A-303)", r.StatusCode, err)
	}
	return a
}

func TestAuth(t *testing.T) {
	f := start(t, nil)
	tests := []struct {
		name, body string
		userName   string
		source     string
	}{
		{"authentication key", goodKey, "", "A-303"},
		{"as npm's soracom sends it", `{"operatorId":"OP00XXXXXXXX","authKeyId":"keyId-local","authKey":"secret-local"}`, "", "A-303, A-306"},
		{"root user", `{"email":"root@example.com","password":"root-password"}`, "", "A-303"},
		{"SAM user", `{"operatorId":"OP0012345678","userName":"sam","password":"sam-password"}`, "sam", "A-303"},
		{"shortest", `{"authKeyId":"keyId-local","authKey":"secret-local","tokenTimeoutSeconds":180}`, "", "A-303, guess"},
		{"longest", `{"authKeyId":"keyId-local","authKey":"secret-local","tokenTimeoutSeconds":172800}`, "", "A-303"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := f.signIn(t, tt.body)
			if !regexp.MustCompile(`^api-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`).MatchString(got.APIKey) || got.OperatorID != "OP0012345678" ||
				got.Token == "" || got.UserName != tt.userName {
				t.Errorf("got %+v, want apiKey, operatorId, token and user %q (%s)", got, tt.userName, tt.source)
			}
			f.silent(t)
		})
	}
}

func TestAuthRefuses(t *testing.T) {
	f := start(t, nil)
	tests := []struct {
		name, method, body string
		status             int
		code, reason       string
		source             string
	}{
		{"wrong key", "POST", `{"authKeyId":"keyId-local","authKey":"secret-other"}`, 401, "AUM0002", "AUTHENTICATION_FAILED",
			"A-303; code: guess"},
		{"unknown key", "POST", `{"authKeyId":"keyId-none","authKey":"secret-local"}`, 401, "AUM0002", "AUTHENTICATION_FAILED", "A-303"},
		{"the secret as name", "POST", `{"authKeyId":"secret-local"}`, 401, "AUM0002", "AUTHENTICATION_FAILED", "A-303"},
		{"half a key", "POST", `{"authKey":"secret-local"}`, 401, "AUM0002", "AUTHENTICATION_FAILED", "A-303"},
		{"wrong password", "POST", `{"email":"root@example.com","password":"other-password"}`, 401, "AUM0002", "AUTHENTICATION_FAILED", "A-303"},
		{"unknown user", "POST", `{"email":"x@example.com","password":"root-password"}`, 401, "AUM0002", "AUTHENTICATION_FAILED", "A-303"},
		{"wrong operator", "POST", `{"operatorId":"OP9999999999","userName":"sam","password":"sam-password"}`, 401, "AUM0002",
			"AUTHENTICATION_FAILED", "A-303"},
		{"nothing", "POST", `{}`, 401, "AUM0002", "AUTHENTICATION_FAILED", "A-303"},
		{"no JSON", "POST", `authKey=secret-local`, 400, "AUM0005", "CLIENT_ERROR", "A-303, guess"},
		{"JSON of the wrong type", "POST", `{"authKey":{"secret-x":1}}`, 400, "AUM0005", "CLIENT_ERROR", "A-303, guess"},
		{"too long", "POST", `{"tokenTimeoutSeconds":172801}`, 400, "AUM0005", "CLIENT_ERROR", "A-303"},
		{"too short", "POST", `{"tokenTimeoutSeconds":179}`, 400, "AUM0005", "CLIENT_ERROR", "A-303, guess"},
		{"GET", "GET", ``, 405, "MethodNotAllowed", "CLIENT_ERROR", "A-303, guess"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := f.do(tt.method, authURL, tt.body)
			var body struct{ Code, Message string }
			err := json.Unmarshal([]byte(text(t, r)), &body)
			if err != nil || r.StatusCode != tt.status || body.Code != tt.code || body.Message == "" {
				t.Errorf("got %d %+v, want %d %s (%s; A-307)", r.StatusCode, body, tt.status, tt.code, tt.source)
			}
			f.record(t, trace.Refused, tt.reason, "")
		})
	}
}

func TestSignedIn(t *testing.T) {
	f := start(t, nil)
	good := f.signIn(t, goodKey)
	other := f.signIn(t, goodKey)
	endorsed := f.token(t, endorseURL)
	tests := []struct {
		name, key, token string
		after            time.Duration
		status           int
		message          string
		source           string
	}{
		{"good", good.APIKey, good.Token, 0, 200, "", "A-304"},
		{"until the end", good.APIKey, good.Token, 86399 * time.Second, 200, "", "A-303"},
		{"expired", good.APIKey, good.Token, 86400 * time.Second, 401, "Invalid API key or token", "A-303"},
		{"no token", good.APIKey, "", 0, 401, "Token is required in the request header", "A-304"},
		{"no key", "", good.Token, 0, 401, "API Key is required in the request header", "A-304, guess"},
		{"nothing", "", "", 0, 401, "Token is required in the request header", "A-304"},
		{"another's key", other.APIKey, good.Token, 0, 401, "Invalid API key or token", "A-304, guess"},
		{"nonsense", good.APIKey, "x.y.z", 0, 401, "Invalid API key or token", "A-304, guess"},
		{"a token of Endorse", good.APIKey, endorsed, 0, 401, "Invalid API key or token", "A-304, guess"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f.now = noon.Add(tt.after)
			r := f.do("GET", subscribersURL, "", "X-Soracom-API-Key", tt.key, "X-Soracom-Token", tt.token)
			body := text(t, r)
			if r.StatusCode != tt.status {
				t.Fatalf("got %d %s, want %d (%s)", r.StatusCode, body, tt.status, tt.source)
			}
			if tt.status == 200 {
				f.silent(t)
				return
			}
			if want := `{"code":"AUM0001","message":"` + tt.message + `"}`; body != want {
				t.Errorf("got %s, want %s (%s)", body, want, tt.source)
			}
			f.record(t, trace.Refused, "NOT_SIGNED_IN", "A-304")
		})
	}
}

func TestTimeoutIsAskedFor(t *testing.T) {
	f := start(t, nil)
	a := f.signIn(t, `{"authKeyId":"keyId-local","authKey":"secret-local","tokenTimeoutSeconds":200}`)
	for after, want := range map[time.Duration]int{199 * time.Second: 200, 200 * time.Second: 401} {
		f.now = noon.Add(after)
		if r := f.do("GET", subscribersURL, "", "X-Soracom-API-Key", a.APIKey, "X-Soracom-Token", a.Token); r.StatusCode != want {
			t.Errorf("got %d after %s, want %d (A-303)", r.StatusCode, after, want)
		}
	}
}

func FuzzParseAuth(f *testing.F) {
	f.Add(goodKey)
	f.Add(`{"email":"a","password":"b","tokenTimeoutSeconds":1e3}`)
	f.Add(`{"tokenTimeoutSeconds":-9223372036854775808}`)
	f.Add("null")
	f.Fuzz(func(t *testing.T, body string) {
		_, timeout, err := parseAuth(httptest.NewRequest("POST", "/v1/auth", strings.NewReader(body)))
		if err == nil && (timeout < minTimeout*time.Second || timeout > maxTimeout*time.Second) {
			t.Errorf("got %s for %q, want 3 minutes to 48 hours (A-303)", timeout, body)
		}
	})
}
