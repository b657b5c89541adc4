package emulator

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/emulator/transport"
)

// Who may ask over HTTP, whatever is asked
//
//   - the Host of each request and upgrade is a name of ours, so that no page
//     comes here under a name of its own that resolves to this machine ("DNS
//     rebinding"): an IP address; a name without dots, as compose services have;
//     localhost and what is below it; what certificates are issued for; a domain
//     configuration's; one of the form of AWS's; one of Options.Hosts
//   - a browser says where a request comes from, in Origin and Sec-Fetch-Site. What
//     a page of another origin sends reaches what AWS's own pages reach: the data
//     plane and WebSocket, Cognito and STS, SORACOM's stand-in. It never
//     reaches the control plane, Lambda, ACM, the admin API and the metrics, unless
//     Options.AllowOrigins has its origin, and never Lambda
//   - a browser asks before it sends certain requests (a "preflight"): who would
//     answer the request itself answers that
//   - what makes this machine run or read something is taken from it alone: see
//     may_run.go

// awsName is the form of names that nobody but AWS can point anywhere: an
// endpoint of AWS IoT, or of a service in a region.
var awsName = regexp.MustCompile(`\A(sts|iam)\.amazonaws\.com\z|` +
	`\A(([a-z0-9-]+\.)*iot|[a-z0-9-]+)\.[a-z]+(-[a-z]+)+-[0-9]+\.(amazonaws\.com(\.cn)?|api\.aws)\z`)

// admit looks at the Host of a request.
func (e *Emulator) admit(w http.ResponseWriter, r *http.Request) bool {
	host := hostOf(r)
	if e.isOurName(host) {
		return true
	}
	e.turnAway(w, r, http.StatusForbidden, "ForbiddenException", trace.Event{
		Cause: cause.Cause{Reason: "HOST_UNKNOWN",
			Detail: fmt.Sprintf("Host is %q, which is no name of this gateway", shortened(host)),
			Hint: "if it is yours, start the gateway with --host and that name (SUBACK_HOST); " +
				"a web page may use it to get here"},
	})
	return false
}

func (e *Emulator) isOurName(host string) bool {
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil || !strings.Contains(host, ".") {
		return true
	}
	configured := slices.ContainsFunc(e.Accounts(), func(a *Account) bool {
		_, ok := a.registry.DomainByServerName(host)
		return ok
	})
	return configured || awsName.MatchString(host) || transport.IsNamed(host, e.serverNames())
}

// newOrigins knows the origins whose pages may use the control plane and the
// admin API. An error names the origin.
func newOrigins(allowed []string) (*http.CrossOriginProtection, error) {
	p := http.NewCrossOriginProtection()
	for _, origin := range allowed {
		if err := p.AddTrustedOrigin(origin); err != nil {
			return nil, fmt.Errorf("origin %q: want one as https://example.test:8080", origin)
		}
	}
	return p, nil
}

// isForeign tells a request that a page of another origin sends, unless p has
// that origin.
func isForeign(p *http.CrossOriginProtection, r *http.Request) bool {
	return p.Check(&http.Request{Method: http.MethodPost, Host: r.Host, Header: r.Header, URL: r.URL}) != nil
}

// guard has a handler serve no page of another origin.
func (a *Account) guard(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case isForeign(a.origins, r):
			a.turnAway(w, r, http.StatusForbidden, "ForbiddenException", trace.Event{
				Cause: cause.Cause{Reason: "CROSS_ORIGIN",
					Detail: fmt.Sprintf("%s %s from a web page of %s", r.Method, shownPath(r), originOf(r)),
					Hint: "pages of other origins reach the data plane, WebSocket, Cognito and STS alone; " +
						"--allow-origin (SUBACK_ALLOW_ORIGIN) lets one in by name"},
			})
		case allowOrigin(w, r): // that was all it asked
		default:
			h.ServeHTTP(w, r)
		}
	})
}

// allowOrigin tells a browser that an origin which is not foreign may read the
// answer. It answers a preflight, and returns whether r was one.
func allowOrigin(w http.ResponseWriter, r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if u, err := url.Parse(origin); err != nil || origin == "" || u.Host == r.Host {
		return false
	}
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Expose-Headers", "x-amzn-RequestId,x-amzn-ErrorType")
	h.Set("Vary", "Origin")
	if !isPreflight(r) {
		return false
	}
	h.Set("Access-Control-Allow-Methods", r.Header.Get("Access-Control-Request-Method"))
	h.Set("Access-Control-Allow-Headers", r.Header.Get("Access-Control-Request-Headers"))
	w.WriteHeader(http.StatusNoContent)
	return true
}

func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != ""
}

func shownPath(r *http.Request) string { return transport.ShownPath(r.URL.EscapedPath()) }

// originOf is for people.
func originOf(r *http.Request) string {
	if origin := r.Header.Get("Origin"); origin != "" {
		return shortened(origin)
	}
	return "another origin (Sec-Fetch-Site: " + shortened(r.Header.Get("Sec-Fetch-Site")) + ")"
}

// shortened is what a client says, in a length that the trace can bear.
func shortened(s string) string { return s[:min(len(s), 100)] }

// turnAway refuses a request before any service sees it: the trace says the same
// as the answer.
func (a *Account) turnAway(
	w http.ResponseWriter, r *http.Request, status int, kind string, why trace.Event,
) {
	f := transport.FactsFrom(r.Context())
	why.Operation, why.Outcome, why.Protocol = trace.Transport, trace.Refused, "HTTP"
	why.Listener, why.Source, why.ServerName = f.Listener, f.Remote.String(), f.ServerName
	why.Saw = fmt.Sprintf("%d %s", status, http.StatusText(status))
	a.trace.Record(why)
	w.Header().Set("x-amzn-ErrorType", kind)
	refuse(w, status, why.Detail+": "+why.Hint)
}
