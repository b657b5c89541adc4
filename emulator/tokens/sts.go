package tokens

import (
	"cmp"
	"encoding/xml"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/suback/suback/emulator/registry"
)

// STS
//
//   - POST or GET / with Action and Version=2011-06-15, signed for "sts"
//   - AssumeRole, see assume_role.go; GetCallerIdentity; GetSessionToken
//   - an operation that AWS has and this does not is named, with 501; one that AWS
//     has not is 400 InvalidAction

const stsVersion = "2011-06-15"

// stsOperations are all that AWS has.
func stsOperations() []string {
	return []string{"AssumeRole", "GetCallerIdentity", "GetSessionToken",
		"AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "AssumeRoot", "DecodeAuthorizationMessage",
		"GetAccessKeyInfo",
		"GetDelegatedAccessToken", "GetFederationToken", "GetWebIdentityToken"}
}

// sts answers a call to STS.
func (c *call) sts() (any, error) {
	form, err := readQuery(c.request.URL.RawQuery, c.body)
	if err != nil {
		return nil, err
	}
	action := form.Get("Action")
	c.action = "sts:" + action
	do := map[string]func(url.Values, registry.Credential) (any, error){
		"AssumeRole": c.assumeRole, "GetCallerIdentity": c.getCallerIdentity, "GetSessionToken": c.getSessionToken,
	}[action]
	if do == nil {
		return nil, unknownAction(action, form.Get("Version"))
	}
	keys, err := c.caller(stsService)
	if err != nil {
		return nil, err
	}
	return do(form, keys)
}

func unknownAction(action, version string) error {
	switch {
	case action == "":
		return refuse(http.StatusBadRequest, "MissingAction", "Could not find an Action in the request.").
			try("STS wants Action and Version=%s in a form", stsVersion)
	case slices.Contains(stsOperations(), action):
		return refuse(http.StatusNotImplemented, "NotImplemented", "%s of STS is not emulated", action).
			try("emulated are %s, %s and %s", stsOperations()[0], stsOperations()[1], stsOperations()[2])
	}
	return refuse(http.StatusBadRequest, "InvalidAction", "Could not find operation %s for version %s", action,
		cmp.Or(version, "NO_VERSION_SPECIFIED"))
}

// xmlCredentials are keys in STS's form.
type xmlCredentials struct {
	AccessKeyID     string `xml:"AccessKeyId"`
	SecretAccessKey string
	SessionToken    string
	Expiration      string // ISO 8601
}

func newXMLCredentials(k registry.Credential) xmlCredentials {
	return xmlCredentials{k.AccessKeyID, k.SecretAccessKey, k.SessionToken,
		k.Expiration.UTC().Format(time.RFC3339)}
}

type callerIdentity struct {
	XMLName xml.Name `xml:"GetCallerIdentityResult"`
	Arn     string
	UserID  string `xml:"UserId"`
	Account string
}

// getCallerIdentity is allowed to everybody.
func (c *call) getCallerIdentity(_ url.Values, keys registry.Credential) (any, error) {
	return callerIdentity{Arn: c.principal, UserID: c.userID(keys), Account: c.registry.Account()}, nil
}

type sessionToken struct {
	XMLName     xml.Name `xml:"GetSessionTokenResult"`
	Credentials xmlCredentials
}

const (
	minDuration        = 900    // seconds
	maxDuration        = 43200  // seconds, of a role's session
	maxChained         = 3600   // seconds, of a role's session that is begun by another
	maxSessionToken    = 129600 // seconds, of a user's session
	roleDuration       = 3600   // seconds, if not said
	sessionTokenLength = 43200  // seconds, if not said
)

// getSessionToken makes temporary keys of a user's.
func (c *call) getSessionToken(form url.Values, keys registry.Credential) (any, error) {
	var v invalid
	life := duration(&v, form, sessionTokenLength, maxSessionToken)
	if err := v.refusal("ValidationError"); err != nil {
		return nil, err
	}
	if keys.SessionToken != "" {
		return nil, refuse(http.StatusForbidden, "AccessDenied",
			"Cannot call GetSessionToken with session credentials").
			try("sign with the long-term keys of a user")
	}
	issued, err := c.registry.IssueCredential(registry.Credential{UserName: keys.UserName}, life)
	if err != nil {
		return nil, err
	}
	return sessionToken{Credentials: newXMLCredentials(issued)}, nil
}

// duration reads DurationSeconds.
func duration(v *invalid, form url.Values, otherwise, limit int) time.Duration {
	text := form.Get("DurationSeconds")
	if text == "" {
		return time.Duration(otherwise) * time.Second
	}
	n, err := strconv.Atoi(text)
	v.wants(err == nil, "durationSeconds", text, "be an integer")
	if err == nil {
		v.wants(n >= minDuration, "durationSeconds", text, "have value greater than or equal to "+
			strconv.Itoa(minDuration))
		v.wants(n <= limit, "durationSeconds", text, "have value less than or equal to "+strconv.Itoa(limit))
	}
	return time.Duration(n) * time.Second
}
