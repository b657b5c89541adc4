package endorse

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/suback/suback/emulator/cause"
)

// SORACOM's API: who calls
//
//   - POST /v1/auth with authKeyId and authKey, with email and password, or with
//     operatorId, userName and password; members that it does not need are ignored
//
//   - the answer has apiKey, operatorId, token, and the userName of a SAM user; 401
//     if they are wrong [A-303; code: guess]
//   - other calls send X-Soracom-API-Key and X-Soracom-Token; without a
//     token 401 AUM0001 [A-304; status: guess]
//   - errors are {"code", "message"}: npm's soracom looks at code alone
//   - the token is a JWT that only SORACOM can verify

const (
	defaultTimeout = 86400 // seconds
	minTimeout     = 180
	maxTimeout     = 172800
)

func (s *Service) api(w http.ResponseWriter, r *http.Request) *refusal {
	path, versioned := strings.CutPrefix(r.URL.Path, "/v1")
	switch {
	case versioned && path == "/auth":
		return s.auth(w, r)
	case versioned && path == "/subscribers":
		return s.subscribers(w, r)
	}
	return &refusal{status: http.StatusNotFound, code: "AGW0404", message: "Not found",
		Cause: cause.Cause{Reason: "CLIENT_ERROR",
			Detail: "the path is none that is emulated, want /v1/auth or /v1/subscribers",
			Rules:  []string{"A-303", "A-305"},
			Hint:   "call POST /v1/auth or GET /v1/subscribers; SORACOM's other APIs are not here"}}
}

// An authRequest is the body of POST /v1/auth.
type authRequest struct {
	AuthKeyID           string `json:"authKeyId"`
	AuthKey             string `json:"authKey"`
	Email               string `json:"email"`
	OperatorID          string `json:"operatorId"`
	UserName            string `json:"userName"`
	Password            string `json:"password"`
	TokenTimeoutSeconds *int64 `json:"tokenTimeoutSeconds"`
}

// An authResponse is its answer.
type authResponse struct {
	APIKey     string `json:"apiKey"`
	OperatorID string `json:"operatorId"`
	Token      string `json:"token"`
	UserName   string `json:"userName,omitempty"`
}

func (s *Service) auth(w http.ResponseWriter, r *http.Request) *refusal {
	if no := methods(r, "", http.MethodPost); no != nil {
		return no
	}
	q, timeout, err := parseAuth(r)
	if err != nil {
		return &refusal{status: http.StatusBadRequest, code: "AUM0005", message: err.Error(),
			Cause: cause.Cause{Reason: "CLIENT_ERROR", Rules: []string{"A-303"},
				Hint: "send authKeyId and authKey, email and password, or operatorId, userName and password, as a JSON " +
					"object"}}
	}
	userName, detail := s.Config.authenticate(q)
	if detail != "" {
		return &refusal{status: http.StatusUnauthorized, code: "AUM0002", message: "Authentication failed",
			Cause: cause.Cause{Reason: "AUTHENTICATION_FAILED", Detail: detail,
				Hint:  "send what authKeys or users under soracom in the configuration has, or add it there",
				Rules: []string{"A-303"}}}
	}
	a := authResponse{APIKey: newAPIKey(), OperatorID: s.Config.OperatorID, UserName: userName}
	if a.Token, err = s.key().apiToken(a, s.Now(), timeout); err != nil {
		return &refusal{status: http.StatusInternalServerError, code: "AGW0005", message: "Internal error",
			Cause: cause.Cause{Reason: "INTERNAL_SERVER_ERROR", Detail: err.Error()}}
	}
	writeJSON(w, http.StatusOK, a)
	return nil
}

// parseAuth reads a request and how long its token shall be good. Errors do not
// tell what was in it.
func parseAuth(r *http.Request) (authRequest, time.Duration, error) {
	var q authRequest
	body, err := readBody(r)
	if err != nil {
		return q, 0, err
	}
	if json.Unmarshal(body, &q) != nil {
		return q, 0, errors.New("the body is not what it should be, want a JSON object of texts, " +
			"tokenTimeoutSeconds a number")
	}
	seconds := int64(defaultTimeout)
	if q.TokenTimeoutSeconds != nil {
		seconds = *q.TokenTimeoutSeconds
	}
	if seconds < minTimeout || seconds > maxTimeout {
		return q, 0, fmt.Errorf("tokenTimeoutSeconds is %d, want %d to %d", seconds, minTimeout, maxTimeout)
	}
	return q, time.Duration(seconds) * time.Second, nil
}

// authenticate returns the name of a SAM user, or what is wrong.
func (c *Config) authenticate(q authRequest) (userName, problem string) {
	switch {
	case q.AuthKeyID != "" || q.AuthKey != "":
		return "", c.checkAuthKey(q)
	case q.Email != "":
		return "", c.checkUser(User{Email: q.Email, Password: q.Password})
	case q.UserName == "":
		return "", "nothing says who calls, want authKeyId and authKey, email and password, or operatorId, " +
			"userName and password"
	case q.OperatorID != c.OperatorID:
		return "", fmt.Sprintf("operatorId is %q, want %s", q.OperatorID, c.OperatorID)
	}
	return q.UserName, c.checkUser(User{UserName: q.UserName, Password: q.Password})
}

func (c *Config) checkAuthKey(q authRequest) string {
	for _, k := range c.AuthKeys {
		if k.AuthKeyID == q.AuthKeyID {
			if same(k.AuthKey, q.AuthKey) {
				return ""
			}
			return fmt.Sprintf("authKey is not that of authKeyId %q", q.AuthKeyID)
		}
	}
	if strings.HasPrefix(q.AuthKeyID, "secret-") { // must not get into the record
		return "authKeyId is a secret, want the name of the key, as keyId-local"
	}
	return fmt.Sprintf("authKeyId %q does not exist", q.AuthKeyID)
}

func (c *Config) checkUser(who User) string {
	for _, u := range c.Users {
		if u.Email == who.Email && u.UserName == who.UserName {
			if same(u.Password, who.Password) {
				return ""
			}
			return fmt.Sprintf("the password is not that of user %q", who.Email+who.UserName)
		}
	}
	return fmt.Sprintf("user %q does not exist", who.Email+who.UserName)
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

func newAPIKey() string {
	b := random(16)
	return fmt.Sprintf("api-%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// apiIssuer tells the tokens of the API from others.
const apiIssuer = "https://api.soracom.io"

func (k *signingKey) apiToken(a authResponse, now time.Time, timeout time.Duration) (string, error) {
	return jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.RegisteredClaims{
		Issuer: apiIssuer, Subject: a.OperatorID, ID: a.APIKey, ExpiresAt: jwt.NewNumericDate(now.Add(timeout)),
	}).SignedString(k.secret)
}

// signedIn refuses a call without a key and its token.
func (s *Service) signedIn(r *http.Request) *refusal {
	key, token := r.Header.Get("X-Soracom-API-Key"), r.Header.Get("X-Soracom-Token")
	no := &refusal{status: http.StatusUnauthorized, code: "AUM0001", Cause: cause.Cause{Reason: "NOT_SIGNED_IN",
		Rules: []string{"A-304"},
		Hint:  "send what POST /v1/auth answers: apiKey as X-Soracom-API-Key, token as X-Soracom-Token"}}
	switch {
	case token == "":
		no.message = "Token is required in the request header"
		return no
	case key == "":
		no.message = "API Key is required in the request header"
		return no
	}
	var c jwt.RegisteredClaims
	_, err := jwt.ParseWithClaims(token, &c, func(*jwt.Token) (any, error) { return s.key().secret, nil },
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithIssuer(apiIssuer),
		jwt.WithSubject(s.Config.OperatorID),
		jwt.WithExpirationRequired(), jwt.WithTimeFunc(s.Now))
	no.message = "Invalid API key or token"
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		no.Detail = "the token has expired, at " + c.ExpiresAt.UTC().Format(time.RFC3339)
	case err != nil:
		no.Detail = "the token is none of this service"
	case c.ID != key:
		no.Detail = "the token is not that of this API key"
	default:
		return nil
	}
	return no
}
