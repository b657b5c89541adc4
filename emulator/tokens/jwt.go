package tokens

import (
	"encoding/base64"
	"encoding/json"
	"strings"
)

// claims are those of a token that matter.
type claims struct {
	Issuer   string          `json:"iss"`
	Subject  string          `json:"sub"`
	Audience json.RawMessage `json:"aud"`
	Expires  int64           `json:"exp"` // seconds since 1970
}

// readJWT returns the claims of a token, and whether it is a JWT at all.
func readJWT(token string) (claims, bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return claims{}, false
	}
	var header struct {
		Algorithm string `json:"alg"`
	}
	var found claims
	if !readPart(parts[0], &header) || header.Algorithm == "" || !readPart(parts[1], &found) {
		return claims{}, false
	}
	return found, true
}

func readPart(part string, v any) bool {
	text, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(part, "="))
	return err == nil && json.Unmarshal(text, v) == nil
}
