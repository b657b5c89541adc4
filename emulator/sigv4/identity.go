package sigv4

import (
	"net/http"
	"strings"

	"github.com/suback/suback/emulator/transport"
)

// An Identity is what an HTTP request says of itself to AWS: which service it is
// for, and by whom. It tells where to take a request; nothing of it is verified, and
// it is read as far as it can be, where Read refuses.
type Identity struct {
	// Credential is that of the signature in the header, or else in the query. Of
	// one without a scope, as of a request that is not signed, Scope is zero.
	Credential
	IsScoped bool // the Credential has a scope
	InHeader bool // the Credential is the header's

	Host   string // in lower case and without its port; a last dot stays
	Target string // X-Amz-Target: <service>.<operation>, "" for none
}

// IdentityOf reads it.
func IdentityOf(r *http.Request) Identity {
	id := Identity{Host: strings.ToLower(transport.WithoutPort(r.Host)), Target: r.Header.Get("X-Amz-Target")}
	_, text, inHeader := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	text, _, _ = strings.Cut(text, ",")
	if id.InHeader = inHeader; !inHeader {
		text = r.URL.Query().Get("X-Amz-Credential")
	}
	id.Credential, id.IsScoped = ParseCredential(text)
	return id
}
