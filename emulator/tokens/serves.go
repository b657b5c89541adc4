package tokens

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/sigv4"
)

// Which requests are for this package
//
//   - X-Amz-Target AWSCognitoIdentityService.…
//   - GET /role-aliases/<alias>/credentials
//   - the credential scope of a signature: …/sts/aws4_request
//   - the host: sts.…, cognito-identity.…, ….credentials.iot.…
//   - a browser's preflight for /
//   - Action=<operation of STS> in the query or a form

// The services, by their signing names; the credential provider has none.
const (
	stsService      = "sts"
	cognitoService  = "cognito-identity"
	providerService = "credentials.iot"
)

const (
	cognitoTarget = "AWSCognitoIdentityService."
	maxBody       = 1 << 20 // bytes; the longest token of an AssumeRole is far below
	maxPeek       = 8 << 10 // bytes of a form that are searched for its Action
)

// Serves says whether a request is for this package, and for which service:
// "sts", "cognito-identity" or "credentials.iot". It may read the beginning of
// a form, and puts it back.
func Serves(r *http.Request) (service string, ok bool) {
	id := sigv4.IdentityOf(r)
	ways := []func(*http.Request, sigv4.Identity) string{
		byPreflight, byTarget, byPath, byScope, byHost, byAction,
	}
	for _, find := range ways {
		if s := find(r, id); s != "" {
			return s, true
		}
	}
	return "", false
}

func byTarget(_ *http.Request, id sigv4.Identity) string {
	if strings.HasPrefix(id.Target, cognitoTarget) {
		return cognitoService
	}
	return ""
}

// byPreflight is a browser's question before a request, of which it does not tell
// what it is for: those to Cognito and STS go to /.
func byPreflight(r *http.Request, _ sigv4.Identity) string {
	if r.Method == http.MethodOptions && (r.URL.Path == "/" || r.URL.Path == "") {
		return cognitoService
	}
	return ""
}

func byPath(r *http.Request, _ sigv4.Identity) string {
	if _, ok := aliasOf(r.URL.EscapedPath()); ok {
		return providerService
	}
	return ""
}

// aliasOf returns the role alias of /role-aliases/<alias>/credentials. The
// control plane has the same path without its end.
func aliasOf(path string) (string, bool) {
	rest, begins := strings.CutPrefix(path, "/role-aliases/")
	alias, ends := strings.CutSuffix(rest, "/credentials")
	if !begins || !ends || alias == "" || strings.Contains(alias, "/") {
		return "", false
	}
	name, err := url.PathUnescape(alias)
	return name, err == nil
}

// signerOf returns the access key id and the service that a signature names.
func signerOf(id sigv4.Identity) (accessKeyID, service string) {
	accessKeyID = strings.TrimSpace(id.AccessKeyID)
	if !id.IsScoped || strings.Contains(accessKeyID, "/") {
		return "", ""
	}
	return accessKeyID, id.Scope.Service
}

func byScope(_ *http.Request, id sigv4.Identity) string {
	_, service := signerOf(id)
	if service == stsService || service == cognitoService {
		return service
	}
	return ""
}

func byHost(r *http.Request, id sigv4.Identity) string {
	host := id.Host
	switch {
	case strings.Contains(host, ".credentials.iot."):
		return providerService
	case r.URL.Path != "/" && r.URL.Path != "":
		return ""
	case strings.HasPrefix(host, "sts."):
		return stsService
	case strings.HasPrefix(host, "cognito-identity."):
		return cognitoService
	}
	return ""
}

func byAction(r *http.Request, _ sigv4.Identity) string {
	if r.URL.Path != "/" && r.URL.Path != "" {
		return ""
	}
	action := r.URL.Query().Get("Action")
	if action == "" && r.Method == http.MethodPost && isForm(r) {
		form, _ := url.ParseQuery(peek(r))
		action = form.Get("Action")
	}
	if slices.Contains(stsOperations(), action) {
		return stsService
	}
	return ""
}

func isForm(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
}

// peek returns the beginning of the body, which can be read again.
func peek(r *http.Request) string {
	if r.Body == nil {
		return ""
	}
	head, err := io.ReadAll(io.LimitReader(r.Body, maxPeek))
	rest := io.Reader(r.Body)
	if err != nil {
		rest = broken{err}
	}
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(head), rest), r.Body}
	return string(head)
}

// broken is what is left of a body that could not be read.
type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }
