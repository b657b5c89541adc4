package emulator

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/account"
	"github.com/suback/suback/emulator/transport"
)

// Whose a connection or request is, where there are several accounts
//
//   - the account that its path names: /_suback/accounts/<name>/…, which is a URL
//     that an SDK takes as its endpoint
//   - else the one whose name it comes by, in SNI or Host: <name>.localhost, an
//     endpoint of the account's, the name of one of its domain configurations
//   - else the one that has its access key; a key that is an account's id is that
//     account's, as with other local stand-ins
//   - else the one whose listener it came by

// whose returns the account that a connection by a listener of own belongs to.
func (e *Emulator) whose(own *Account, f *transport.Facts) *Account {
	if f == nil || len(e.accounts.all()) == 0 {
		return own
	}
	names := []string{f.ServerName}
	if f.HTTP != nil {
		if name, _ := accountPath(account.RequestOf(f.HTTP), f.HTTP.Path); name != "" {
			if a := e.accounts.find(name); a != nil {
				return a
			}
		}
		names = append(names, transport.WithoutPort(f.HTTP.Host))
	}
	for _, name := range names {
		if a := e.named(name); a != nil {
			return a
		}
	}
	if f.HTTP != nil {
		if a := e.owning(account.AccessKeyOf(account.RequestOf(f.HTTP))); a != nil {
			return a
		}
	}
	return own
}

// named returns the account that a host name belongs to, or nil. What accounts are called
// by themselves comes first, so that none gets such a name by a domain configuration. What
// several have is the first one's: a copy does not get what comes for the original.
func (e *Emulator) named(host string) *Account {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "" {
		return nil
	}
	if below, ok := strings.CutSuffix(host, ".localhost"); ok {
		if a := e.accounts.find(below[strings.LastIndex(below, ".")+1:]); a != nil {
			return a
		}
	}
	for _, has := range []func(*Account) bool{
		func(a *Account) bool { return a.of.HasEndpoint(host) },
		func(a *Account) bool { return a.of.HasDomain(host) },
	} {
		all := e.Accounts()
		if i := slices.IndexFunc(all, has); i >= 0 {
			return all[i]
		}
	}
	return nil
}

// owning returns the account that an access key belongs to, or nil.
func (e *Emulator) owning(accessKeyID string) *Account {
	if accessKeyID == "" {
		return nil
	}
	for _, a := range e.Accounts() {
		if a.of.Owns(accessKeyID) {
			return a
		}
	}
	return nil
}

// accountsPath begins the paths that name an account.
const accountsPath = "/_suback/accounts/"

// accountPath splits the path of a request that names its account, still escaped: what
// follows the name begins with "/". Of any other path the name is "". SDKs leave the
// last "/" out when they post to a service; the admin API takes no POST there.
func accountPath(r *http.Request, path string) (name, rest string) {
	below, ok := strings.CutPrefix(path, accountsPath)
	name, rest, found := strings.Cut(below, "/")
	method := r.Method
	if account.IsPreflight(r) {
		method = r.Header.Get("Access-Control-Request-Method")
	}
	if !ok || !found && method != http.MethodPost || name == "" {
		return "", path
	}
	return name, "/" + rest
}

// pathOf is what the path of a WebSocket upgrade means, see accountPath.
func (e *Emulator) pathOf(path string) string {
	if name, rest := accountPath(&http.Request{Method: http.MethodGet}, path); e.accounts.find(name) != nil {
		return rest
	}
	return path
}

type visitKey struct{}

// accountOf is whose a request is, see visiting.
func (e *Emulator) accountOf(r *http.Request) *Account {
	if a, ok := r.Context().Value(visitKey{}).(*Account); ok {
		return a
	}
	return e.first
}

// visiting finds whose a request by a listener of own is. A path that names the account
// is as if it did not.
func (e *Emulator) visiting(own *Account, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := e.whose(own, transport.FactsFrom(r.Context()))
		r = r.WithContext(context.WithValue(r.Context(), visitKey{}, a))
		if name, rest := accountPath(r, r.URL.EscapedPath()); name != "" && name == a.Name() {
			at := *r.URL
			at.RawPath = rest
			at.Path, _ = url.PathUnescape(rest)
			r.URL = &at
		}
		h.ServeHTTP(w, r)
	})
}

// held has a handler get a request while the account that it belongs to is held.
func (e *Emulator) held(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e.accountOf(r).of.Hold(w, r, h.ServeHTTP)
	})
}

// broker is what takes a connection by a listener of own, unless the account that its
// path names has just ended.
func (e *Emulator) broker(own *Account, f *transport.Facts) transport.Broker {
	a := e.whose(own, f)
	if f.HTTP != nil {
		if name, _ := accountPath(account.RequestOf(f.HTTP), f.HTTP.Path); name != "" && name != a.Name() {
			return transport.Broker{Establish: func(string, net.Conn) error { return account.ErrEnded }}
		}
	}
	return a.of.Broker()
}
