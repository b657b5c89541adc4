package account

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"

	"github.com/suback/suback/emulator/transport"
)

// Who may have this machine run code, or read what it runs, by Lambda's API
//
//   - this machine itself, on the http listener, and what Options.FunctionsFrom names
//   - no web page, not even one that may use the control plane
//   - nobody, if suback.yaml says functions: {api: off}

// mayRun says why a request may not, and how it could.
func (a *Account) mayRun(r *http.Request) error {
	f := transport.FactsFrom(r.Context())
	from := f.Remote.Addr()
	switch {
	case a.Config().FunctionsAPI == "off", a.FunctionsOff():
		return errors.New("the API of Lambda is switched off by functions: {api: off} in suback.yaml")
	case f.Listener != "http":
		return fmt.Errorf("the API of Lambda is taken on the http listener alone, that of --http; this is %s",
			f.Listener)
	case isForeign(new(http.CrossOriginProtection), r):
		return errors.New("the API of Lambda is not for web pages, whatever --allow-origin says")
	case a.IsTrusted(r.Context(), from):
		return nil
	}
	return fmt.Errorf("the API of Lambda makes this machine run code, so it is taken from this machine alone, "+
		"not from %s; --functions-from %s (SUBACK_FUNCTIONS_FROM) lets it in", from, from)
}

// IsTrusted tells this machine, and who may have it run code.
func (s *Shared) IsTrusted(ctx context.Context, addr netip.Addr) bool {
	return addr.IsLoopback() || s.FunctionsFrom.Have(ctx, addr)
}
