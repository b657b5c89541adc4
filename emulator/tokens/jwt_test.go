package tokens

import (
	"encoding/base64"
	"testing"
)

func FuzzJWT(f *testing.F) {
	encode := base64.RawURLEncoding.EncodeToString
	f.Add(encode([]byte(`{"alg":"RS256"}`)) + "." + encode([]byte(`{"iss":"https://a","sub":"s","aud":["x"],"exp":1.5e9}`)) + ".")
	f.Add("e30=.bnVsbA==.")
	f.Add("...")
	f.Add("eyJBbGciOiI00CJ9.eyJzdWIiOiJ0IiwiZXhwIjo0LjBlOX0.") // a subject, and a time that is no whole number
	f.Fuzz(func(t *testing.T, token string) {
		if c, ok := readJWT(token); !ok && c.Subject != "" && c.Issuer == "" {
			t.Errorf("got %+v of no JWT", c)
		}
	})
}
