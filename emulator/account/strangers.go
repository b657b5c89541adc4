package account

import (
	"net/http"
	"net/url"

	"github.com/suback/suback/emulator/config"
	"github.com/suback/suback/emulator/transport"
)

// strangers says whose keys may do everything on the data plane though nobody
// configured them: those of requests that come from no web page of another
// origin. Nil where keys are configured: then these are all that count.
func (a *Account) strangers(c *config.Config) func(*transport.Facts) bool {
	if len(c.Credentials) > 0 {
		return nil
	}
	return func(f *transport.Facts) bool { return !isForeign(a.Origins, RequestOf(f.HTTP)) }
}

// RequestOf is what of a request tells where it comes from.
func RequestOf(h *transport.HTTP) *http.Request {
	r := &http.Request{Method: h.Method, Host: h.Host, Header: http.Header{},
		URL: &url.URL{RawQuery: h.RawQuery}}
	for _, field := range h.Header {
		r.Header.Add(field.Name, field.Value)
	}
	return r
}
