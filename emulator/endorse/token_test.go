package endorse

import (
	"encoding/base64"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// token asks for a token.
func (f *fixture) token(t *testing.T, target string, header ...string) string {
	t.Helper()
	r := f.do("GET", target, "", header...)
	var body struct{ Token string }
	if err := json.Unmarshal([]byte(text(t, r)), &body); err != nil || r.StatusCode != 200 ||
		r.Header.Get("Content-Type") != "application/json" {
		t.Fatalf("got %d %v %v, want a token (A-281)", r.StatusCode, r.Header, err)
	}
	return body.Token
}

// payload is the middle part of a token.
func payload(t *testing.T, token string) string {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestToken(t *testing.T) {
	f := start(t, nil)
	for _, method := range []string{"GET", "POST"} {
		r := f.do(method, endorseURL, "")
		body := text(t, r)
		if r.StatusCode != 200 || !regexp.MustCompile(`^\{"token":"[\w-]+\.[\w-]+\.[\w-]+"\}$`).MatchString(body) {
			t.Errorf("%s: got %d %s, want 200 and a token (A-281)", method, r.StatusCode, body)
		}
	}
	token := f.token(t, endorseURL)
	header, _ := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[0])
	if want := `{"kid":"` + f.key().kid + `","alg":"RS256"}`; string(header) != want {
		t.Errorf("got header %s, want %s (A-282)", header, want)
	}
	want := regexp.MustCompile(`^\{"iss":"https://soracom\.io","aud":"soracom-endorse-audience","exp":1772367000,"jti":"[\w-]{22}",` +
		`"iat":1772366400,"nbf":1772366340,"sub":"soracom-endorse","soracom-endorse-claim":\{"imsi":"440103000000002"\}\}$`)
	if got := payload(t, token); !want.MatchString(got) {
		t.Errorf("got claims %s, want %s (A-283)", got, want)
	}
	if again := f.token(t, endorseURL); payload(t, again) == payload(t, token) {
		t.Error("got the same jti twice (A-283)")
	}
	f.silent(t)
}

func TestTokenCanBeVerified(t *testing.T) {
	f := start(t, nil)
	token := f.token(t, endorseURL)
	publicKey := string(f.key().public)
	tests := []struct {
		name   string
		after  time.Duration
		valid  bool
		source string
	}{
		{"at once", 0, true, "A-295"},
		{"a minute before", -time.Minute, true, "A-283"},
		{"earlier than that", -time.Minute - time.Second, false, "A-283"},
		{"until the end", 599 * time.Second, true, "A-283"},
		{"not after it", 600 * time.Second, false, "A-283"},
	}
	for _, tt := range tests {
		if _, err := verify(token, publicKey, noon.Add(tt.after)); (err == nil) != tt.valid {
			t.Errorf("%s: got %v, want valid: %v (%s)", tt.name, err, tt.valid, tt.source)
		}
	}
	f.now = noon.Add(time.Hour)
	if _, err := verify(f.token(t, endorseURL), publicKey, f.now); err != nil {
		t.Errorf("got %v, want the service's clock to count (A-295)", err)
	}
}

func TestClaim(t *testing.T) {
	everything := Parameters{SIMID: true, IMSI: true, IMEI: true, MSISDN: true, RequestParameters: true}
	tests := []struct {
		name   string
		ticked Parameters
		query  string
		source string
		want   string
	}{
		{"nothing", Parameters{}, "", "A-284", `{}`},
		{"IMSI", Parameters{IMSI: true}, "?user=sora", "A-284", `{"imsi":"440103000000001"}`},
		{"IMEI", Parameters{IMEI: true}, "", "A-284", `{"imei":"800000012345678"}`},
		{"MSISDN", Parameters{MSISDN: true}, "", "A-284", `{"msisdn":"810000000001"}`},
		{"SIM ID", Parameters{SIMID: true}, "", "A-284", `{"simId":"8942310017000000001"}`},
		{"request parameters", Parameters{RequestParameters: true}, "?user=sora&id=1", "A-284, A-285",
			`{"requestParameters":{"id":"1","user":"sora"}}`},
		{"no request parameters sent", Parameters{RequestParameters: true}, "", "A-284, guess", `{}`},
		{"everything", everything, "?user=sora", "A-284",
			`{"imsi":"440103000000001","imei":"800000012345678","msisdn":"810000000001","simId":"8942310017000000001","requestParameters":{"user":"sora"}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := start(t, func(c *Config) { c.SoracomEndorse.ParametersToEndorse = tt.ticked })
			got := payload(t, f.token(t, endorseURL+tt.query, "RemoteAddr", "192.0.2.7:1"))
			if !strings.HasSuffix(got, `"soracom-endorse-claim":`+tt.want+`}`) {
				t.Errorf("got %s, want %s (%s)", got, tt.want, tt.source)
			}
		})
	}
}

func TestTokenTimeout(t *testing.T) {
	f := start(t, func(c *Config) { c.SoracomEndorse.TokenTimeoutSeconds = 6000 })
	got, err := verify(f.token(t, endorseURL), string(f.key().public), noon)
	if err != nil {
		t.Fatal(err)
	}
	if exp, _ := got.Claims.(jwt.MapClaims).GetExpirationTime(); exp.Unix() != noon.Unix()+6000 {
		t.Errorf("got exp %v, want 6000 s from now (A-283, A-292)", exp)
	}
}
