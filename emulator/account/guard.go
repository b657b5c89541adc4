package account

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/emulator/transport"
)

// Pages of other origins are kept out of what AWS's own pages do not reach, see the
// emulator's door.go.

// isForeign tells a request that a page of another origin sends, unless p has
// that origin.
func isForeign(p *http.CrossOriginProtection, r *http.Request) bool {
	return p.Check(&http.Request{Method: http.MethodPost, Host: r.Host, Header: r.Header, URL: r.URL}) != nil
}

// Guard has a handler serve no page of another origin.
func (a *Account) Guard(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case isForeign(a.Origins, r):
			a.TurnAway(w, r, http.StatusForbidden, "ForbiddenException", trace.Event{Cause: cause.Cause{
				Reason: "CROSS_ORIGIN",
				Detail: fmt.Sprintf("%s %s from a web page of %s", r.Method, shownPath(r), originOf(r)),
				Hint: "pages of other origins reach the data plane, WebSocket, Cognito and STS alone; " +
					"--allow-origin (SUBACK_ALLOW_ORIGIN) lets one in by name",
			}})
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
	if !IsPreflight(r) {
		return false
	}
	h.Set("Access-Control-Allow-Methods", r.Header.Get("Access-Control-Request-Method"))
	h.Set("Access-Control-Allow-Headers", r.Header.Get("Access-Control-Request-Headers"))
	w.WriteHeader(http.StatusNoContent)
	return true
}

// IsPreflight tells what a browser asks before a request.
func IsPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != ""
}

func shownPath(r *http.Request) string { return transport.ShownPath(r.URL.EscapedPath()) }

// originOf is for people.
func originOf(r *http.Request) string {
	if origin := r.Header.Get("Origin"); origin != "" {
		return Shortened(origin)
	}
	return "another origin (Sec-Fetch-Site: " + Shortened(r.Header.Get("Sec-Fetch-Site")) + ")"
}

// Shortened is what a client says, in a length that the trace can bear.
func Shortened(s string) string { return s[:min(len(s), 100)] }

// TurnAway refuses a request before any service sees it: the trace says the same
// as the answer.
func (a *Account) TurnAway(
	w http.ResponseWriter, r *http.Request, status int, kind string, why trace.Event,
) {
	f := transport.FactsFrom(r.Context())
	why.Operation, why.Outcome, why.Protocol = trace.Transport, trace.Refused, "HTTP"
	why.Listener, why.Source, why.ServerName = f.Listener, f.Remote.String(), f.ServerName
	why.Saw = fmt.Sprintf("%d %s", status, http.StatusText(status))
	a.trace.Record(why)
	w.Header().Set("x-amzn-ErrorType", kind)
	Refuse(w, status, why.Detail+": "+why.Hint)
}

// Refuse answers a request with a status and a message, as JSON.
func Refuse(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": message})
}
