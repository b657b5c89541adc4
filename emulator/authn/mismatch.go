package authn

import (
	"fmt"
	"slices"
	"strings"
)

// Why a signature does not match: what clients are known to sign in place of the
// right request is signed again, until one of it fits. The answer to the client
// is the same whatever the cause.

// mismatchMessage is AWS's text.
const mismatchMessage = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."

// A mistake is one way to sign something else.
type mistake struct {
	did, hint string
	rules     []string
	redo      func(r *signedRequest, right attempt) []attempt // what is signed then
}

func mistakes() []mistake {
	return []mistake{
		{"signed the query with its session token", hintTokenSigned, []string{"D-38", "D-43", "A-198"}, tokenSigned},
		{"left the session token out of the query that it signed", hintTokenUnsigned, []string{"A-198"}, tokenOmitted},
		{"signed another host", hintHost, []string{"D-41", "A-201"}, otherHosts},
		{"signed a URL as its host", hintURL, []string{"D-48"}, urlHosts},
		{"did not percent-encode the path that it signed once more", hintPathOnce, []string{"A-203"}, pathOnce},
		{"signed another path", hintPath, []string{"A-39"}, otherPaths},
		{"signed another body", hintPayload, []string{"A-197"}, otherPayloads},
		{"left X-Amz-Expires out of what it signed", hintExpiresUnsigned, []string{"A-196"}, expiresOmitted},
		{"signed no other parameters than X-Amz-…", hintParameters, []string{"A-203"}, othersOmitted},
		{"did not sort the query that it signed", hintSort, []string{"A-203"}, unsorted},
		{"did not percent-encode the query that it signed", hintEncode, []string{"A-203", "A-214"}, unencoded},
		{"made its signing key for another service", hintKeyScope, []string{"D-50"}, otherServices},
		{"made its signing key for another region", hintKeyScope, []string{"D-42"}, otherRegions},
		{"has no secret key, and signed with nothing or a word for it", hintNoSecret, []string{"D-46"}, noSecrets},
		{"signed with a space or line break around its secret key", hintSpace, nil, spacedSecrets},
	}
}

// mismatch says what the client signed, if it can be found out.
func (r *signedRequest) mismatch(right []attempt) *Error {
	e := refuse(signatureMismatch, "").because("A-206")
	e.Message = mismatchMessage
	found, signed, want := r.diagnose(right)
	if found == nil {
		e.Detail = fmt.Sprintf("the signature is not that of %q with the secret key of %q", right[0].shown(), r.accessKeyID)
		return e.try(hintCompare)
	}
	var did []string
	for _, m := range found {
		did = append(did, m.did)
		e = e.also(m.hint, m.rules...)
	}
	e.Detail = "the client " + strings.Join(did, ", and ") + difference(signed.shown(), want.shown())
	return e
}

// diagnose finds the mistake that explains the signature, or the signed session
// token and another one: libraries sign it by themselves.
func (r *signedRequest) diagnose(right []attempt) (found []mistake, signed, want attempt) {
	all := mistakes()
	for _, t := range right {
		for _, m := range all {
			if signed, ok := r.explains(m, t); ok {
				return []mistake{m}, signed, t
			}
		}
	}
	for _, t := range right {
		for _, first := range tokenSigned(r, t) {
			for _, m := range all {
				if signed, ok := r.explains(m, first); ok {
					return []mistake{all[0], m}, signed, t
				}
			}
		}
	}
	return nil, attempt{}, attempt{}
}

func (r *signedRequest) explains(m mistake, t attempt) (attempt, bool) {
	for _, signed := range m.redo(r, t) {
		if signed.matches(r) {
			return signed, true
		}
	}
	return attempt{}, false
}

// difference shows the lines in which two canonical requests differ.
func difference(signed, want string) string {
	a, b := strings.Split(signed, "\n"), strings.Split(want, "\n")
	var text string
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			text += fmt.Sprintf("; line %d of its canonical request is %q, want %q", i+1, a[i], b[i])
		}
	}
	return text
}

// shown is the canonical request without what may be secret.
func (t attempt) shown() string {
	c := t.request()
	c.headers = slices.Clone(c.headers)
	for i, h := range c.headers {
		if !slices.Contains([]string{"host", "x-amz-date", "date", "content-type", "content-length", "x-amz-content-sha256", "x-amz-target"}, h.Name) {
			c.headers[i].Value = "…"
		}
	}
	parts := strings.Split(c.query, "&")
	for i, p := range parts {
		name, _, ok := strings.Cut(p, "=")
		if ok && !slices.Contains([]string{"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders"}, name) {
			parts[i] = name + "=…"
		}
	}
	c.query = strings.Join(parts, "&")
	return c.String()
}

func tokenSigned(r *signedRequest, t attempt) []attempt {
	if !r.inQuery || !r.omitsToken() || r.token == "" {
		return nil
	}
	t.pairs = r.allPairs()
	return []attempt{t}
}

func tokenOmitted(r *signedRequest, t attempt) []attempt {
	if !r.inQuery || r.omitsToken() || r.token == "" {
		return nil
	}
	t.pairs = without(t.pairs, securityToken)
	return []attempt{t}
}

func otherHosts(_ *signedRequest, t attempt) (all []attempt) {
	name := hostname(t.host)
	for _, port := range []string{":443", ":8443", ":8883", ":80"} {
		t.host = name + port
		all = append(all, t)
	}
	return all
}

func urlHosts(_ *signedRequest, t attempt) (all []attempt) {
	host := t.host
	for _, scheme := range []string{"wss://", "https://", "ws://", "http://"} {
		for _, path := range []string{"", "/", "/mqtt"} {
			t.host = scheme + host + path
			all = append(all, t)
		}
	}
	return all
}

// pathOnce is what curl signs.
func pathOnce(r *signedRequest, t attempt) []attempt {
	t.path = r.Path
	return []attempt{t}
}

func otherPaths(_ *signedRequest, t attempt) (all []attempt) {
	for _, t.path = range []string{"/", "/mqtt", "", "/mqtt/", "mqtt"} {
		all = append(all, t)
	}
	return all
}

func otherPayloads(r *signedRequest, t attempt) (all []attempt) {
	for _, t.payload = range []string{unsignedPayload, hashed(nil), "", r.sentHash()} {
		all = append(all, t)
	}
	return all
}

func expiresOmitted(_ *signedRequest, t attempt) []attempt {
	t.pairs = without(t.pairs, "X-Amz-Expires")
	return []attempt{t}
}

func othersOmitted(_ *signedRequest, t attempt) []attempt {
	t.pairs = slices.DeleteFunc(slices.Clone(t.pairs), func(p queryPair) bool {
		return !strings.HasPrefix(strings.ToLower(p.name), "x-amz-")
	})
	return []attempt{t}
}

func unsorted(_ *signedRequest, t attempt) []attempt {
	t.render = func(pairs []queryPair) string { return joinPairs(encodePairs(pairs)) }
	return []attempt{t}
}

func unencoded(_ *signedRequest, t attempt) []attempt {
	t.render = joinPairs
	u := t
	u.render = func(pairs []queryPair) string { return joinPairs(sortPairs(pairs)) }
	return []attempt{t, u}
}

func otherServices(r *signedRequest, t attempt) (all []attempt) {
	for _, t.keyScope.service = range append([]string{"iot", "execute-api"}, gatewayServices...) {
		all = append(all, t)
	}
	return all
}

func otherRegions(_ *signedRequest, t attempt) (all []attempt) {
	for _, t.keyScope.region = range []string{"us-east-1", "undefined", ""} {
		all = append(all, t)
	}
	return all
}

func noSecrets(_ *signedRequest, t attempt) (all []attempt) {
	for _, t.secret = range []string{"", "undefined", "null", "None", "nil"} {
		all = append(all, t)
	}
	return all
}

func spacedSecrets(_ *signedRequest, t attempt) (all []attempt) {
	for _, t.secret = range []string{t.secret + "\n", t.secret + " ", t.secret + "\r\n", " " + t.secret} {
		all = append(all, t)
	}
	return all
}
