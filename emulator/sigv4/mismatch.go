package sigv4

import (
	"fmt"
	"slices"
	"strings"
)

// Why a signature does not match: what clients are known to sign in place of the
// right request is signed again, until one of it fits. The answer to the client
// is the same whatever the cause.

// A Mismatch is what can be found out about a signature that is not the request's.
type Mismatch struct {
	Mistakes []Mistake // nil if none of those that are known explains it
	Detail   string    // what the client signed, and where it differs from what it should
}

// Explain says what the client signed in place of the request, if it can be found
// out. It is for a request that SignedHost does not know.
func (r *Request) Explain(secret string) Mismatch {
	right := r.attempts(secret)
	found, signed, want := r.diagnose(right)
	if found == nil {
		return Mismatch{nil, fmt.Sprintf("the signature is not that of %q with the secret key of %q",
			right[0].shown(), r.AccessKeyID)}
	}
	var did []string
	for _, m := range found {
		did = append(did, m.did)
	}
	differs := difference(signed.shown(), want.shown())
	return Mismatch{found, "the client " + strings.Join(did, ", and ") + differs}
}

// diagnose finds the mistake that explains the signature, or the signed session
// token and another one: libraries sign it by themselves.
func (r *Request) diagnose(right []attempt) (found []Mistake, signed, want attempt) {
	all := mistakes()
	for _, t := range right {
		for _, m := range all {
			if signed, ok := r.explains(m, t); ok {
				return []Mistake{m}, signed, t
			}
		}
	}
	for _, t := range right {
		for _, first := range tokenSigned(r, t) {
			for _, m := range all {
				if signed, ok := r.explains(m, first); ok {
					return []Mistake{all[0], m}, signed, t
				}
			}
		}
	}
	return nil, attempt{}, attempt{}
}

func (r *Request) explains(m Mistake, t attempt) (attempt, bool) {
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
	openHeaders := []string{"host", "x-amz-date", "date", "content-type", "content-length",
		"x-amz-content-sha256", "x-amz-target"}
	c := t.request()
	c.headers = slices.Clone(c.headers)
	for i, h := range c.headers {
		if !slices.Contains(openHeaders, h.Name) {
			c.headers[i].Value = "…"
		}
	}
	parts := strings.Split(c.query, "&")
	for i, p := range parts {
		name, _, ok := strings.Cut(p, "=")
		is := func(open string) bool { return strings.EqualFold(open, name) && open != SecurityToken }
		if ok && !slices.ContainsFunc(parameters(), is) {
			parts[i] = name + "=…"
		}
	}
	c.query = strings.Join(parts, "&")
	return c.String()
}
