package endorse

import (
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/transport"
)

// endorse.soracom.io
//
//   - GET or POST / gives {"token": …}
//   - the SIM is known from the network; here from the configuration
//   - a group that has Endorse off, and a SIM that is not active: 403
//     [A-293, guess]
//   - redirect_url in the query: 302 with the token in the query of Location
//     if the group has that URL; the same for POST [A-288, guess]
//   - every answer has the group's origin

// redirectParameter is where the token goes, tokenParameter what carries it
// there.
const (
	redirectParameter = "redirect_url"
	tokenParameter    = "soracom_endorse_token"
)

func (s *Service) endorse(w http.ResponseWriter, r *http.Request) *refusal {
	s.allowOrigin(w, r, s.Config.SoracomEndorse.AllowOrigin, "A-289")
	sim, no := s.connected(r)
	if no != nil {
		return no
	}
	query := r.URL.Query()
	target := query.Get(redirectParameter)
	if query.Has(redirectParameter) {
		if no := s.mayRedirect(target); no != nil {
			return no
		}
	}
	parameters, err := requestParameters(r)
	if err != nil {
		return &refusal{status: http.StatusBadRequest, code: "END0003", message: err.Error(),
			Cause: cause.Cause{Reason: "CLIENT_ERROR", Rules: []string{"A-285"},
				Hint: "send name=value&… as the query, or {…} as JSON in the body of a POST"}}
	}
	token, err := s.key().sign(s.claims(sim, parameters))
	if err != nil {
		return &refusal{status: http.StatusInternalServerError, code: "END0005", message: "Internal error",
			Cause: cause.Cause{Reason: "INTERNAL_SERVER_ERROR", Detail: err.Error()}}
	}
	if target == "" {
		writeJSON(w, http.StatusOK, map[string]string{"token": token})
		return nil
	}
	w.Header().Set("Location", withToken(target, token))
	w.WriteHeader(http.StatusFound)
	return nil
}

// connected is the SIM that a request comes from, if that may have a token.
func (s *Service) connected(r *http.Request) (Subscriber, *refusal) {
	if r.URL.Path != "/" {
		return Subscriber{}, &refusal{status: http.StatusNotFound, code: "END0004", message: "Not found",
			Cause: cause.Cause{Reason: "CLIENT_ERROR",
				Detail: "the path is none of Endorse's, want /", Rules: []string{"A-281"},
				Hint: "ask " + endorseHost + " for / with the parameters in the query"}}
	}
	if no := methods(r, "a browser asks with OPTIONS before a request with headers of its own; send none",
		http.MethodGet, http.MethodPost); no != nil {
		no.Rules = []string{"A-281", "A-291"}
		return Subscriber{}, no
	}
	sim, found := s.simAt(address(r))
	no := &refusal{status: http.StatusForbidden, code: "END0001",
		message: "Endorse is not available for this subscriber"}
	switch {
	case !found:
		no.Reason, no.Detail, no.Rules = "SIM_UNKNOWN", "no SIM has this address", []string{"A-280"}
		no.Hint = "Endorse knows a SIM by the network: give a subscriber this ipAddress, or set connectedImsi"
	case sim.Status != "active":
		no.Reason, no.Detail, no.Rules = "SIM_NOT_ACTIVE", "the SIM "+sim.IMSI+" is "+sim.Status, []string{"A-280"}
		no.Hint = "only an active SIM has a path to Endorse: set the subscriber's status to active"
	case !s.Config.SoracomEndorse.Enabled:
		no.Reason, no.Detail, no.Rules =
			"ENDORSE_DISABLED", "SoracomEndorse is not enabled for the group", []string{"A-293"}
		no.Hint = "set SoracomEndorse.enabled to true"
	default:
		return sim, nil
	}
	return sim, no
}

// simAt is the SIM at an address: the subscriber's that has it, else the
// connected one.
func (s *Service) simAt(addr string) (Subscriber, bool) {
	var connected Subscriber
	for _, sim := range s.Config.Subscribers {
		if sim.IPAddress != "" && sim.IPAddress == addr {
			return sim, true
		}
		if sim.IMSI == s.Config.ConnectedIMSI {
			connected = sim
		}
	}
	return connected, connected.IMSI != ""
}

// address is where a request comes from, without port.
func address(r *http.Request) string {
	a, err := netip.ParseAddrPort(r.RemoteAddr)
	if f := transport.FactsFrom(r.Context()); f != nil {
		a, err = f.Remote, nil
	}
	if err != nil {
		return ""
	}
	return a.Addr().Unmap().String()
}

// mayRedirect refuses a redirect URL that the group does not have.
func (s *Service) mayRedirect(target string) *refusal {
	g := s.Config.SoracomEndorse
	for _, allowed := range g.AuthorizedRedirectURLs {
		if target == allowed || s.Config.MatchRedirectURLPrefixes && strings.HasPrefix(target, allowed) {
			if _, err := url.Parse(target); err == nil {
				return nil
			}
		}
	}
	return &refusal{status: http.StatusBadRequest, code: "END0002", message: "redirect_url is not authorized",
		Cause: cause.Cause{Reason: "REDIRECT_URL_NOT_AUTHORIZED", Detail: "redirect_url " + shown(target) +
			" is none of the group's authorizedRedirectUrls",
			Hint: redirectHint(target, g.AuthorizedRedirectURLs), Rules: []string{"D-53", "A-287"}}}
}

// shown is a URL without what may be secret.
func shown(target string) string {
	u, err := url.Parse(target)
	if err != nil {
		return "that is no URL"
	}
	u.RawQuery, u.Fragment = "", ""
	return u.Redacted()
}

// redirectHint names the URL that was nearly meant.
func redirectHint(target string, allowed []string) string {
	bare := func(s string) string { return strings.ToLower(strings.TrimSuffix(s, "/")) }
	for _, a := range allowed {
		switch {
		case bare(a) == bare(target):
			return "the group has " + a + ": upper and lower case and the slash at the end count"
		case strings.HasPrefix(target, a):
			return "the group has " + a + " and the whole URL counts: register this one, or set " +
				"matchRedirectUrlPrefixes, which SORACOM does not have"
		}
	}
	return "register the URL in SoracomEndorse.authorizedRedirectUrls, exactly as the page sends it"
}

// withToken adds a token to the query of a URL.
func withToken(target, token string) string {
	target, fragment, hasFragment := strings.Cut(target, "#")
	separator := "?"
	if strings.Contains(target, "?") {
		separator = "&" // [A-286, guess]
	}
	target += separator + tokenParameter + "=" + token
	if hasFragment {
		target += "#" + fragment
	}
	return target
}
