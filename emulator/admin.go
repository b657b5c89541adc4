package emulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/suback/suback/docs/behaviour"
	"github.com/suback/suback/emulator/control"
	"github.com/suback/suback/emulator/trace"
)

// The admin API, on the http listener, with the paths that users of other local
// AWS stand-ins know.

// Every path takes ?account=, the name of the one that is meant; without it that is the
// one that the request belongs to, see whose.go.

// handler answers the HTTP requests that come by a listener of an account and are no
// WebSocket.
func (e *Emulator) handler(own *Account, listener string) http.Handler {
	route := e.held(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e.accountOf(r).route(w,
			r)
	}))
	if listener != HTTP {
		return e.visiting(own, e.withBody(route))
	}
	admin := e.admin()
	return e.visiting(own, e.withBody(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isAdmin(r) { // the mux would tidy up topics like a//b
			route.ServeHTTP(w, r)
			return
		}
		e.accountOf(r).guard(admin).ServeHTTP(w, r)
	})))
}

// admin is the admin API.
func (e *Emulator) admin() http.Handler {
	mux := http.NewServeMux()
	for _, path := range []string{"/_suback/health", "/health", "/_localstack/health"} {
		mux.HandleFunc("GET "+path, health)
	}
	for _, path := range []string{"/_suback/reset", "/_localstack/state/reset", "/moto-api/reset"} {
		mux.Handle("POST "+path, e.asked((*Account).resetByAPI))
	}
	mux.HandleFunc("GET /_suback/ca.pem", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-pem-file")
		_, _ = w.Write(e.ca.PEM())
	})
	mux.Handle("POST /_suback/clock", e.asked((*Account).clock))
	mux.Handle("GET /_suback/disorder", e.asked((*Account).showDisorder))
	mux.Handle("POST /_suback/disorder", e.asked((*Account).takeDisorder))
	mux.Handle("GET /_suback/export", e.asked(e.export))
	mux.HandleFunc("/_suback/", func(w http.ResponseWriter, r *http.Request) {
		refuse(w, http.StatusNotFound, "the admin API has no "+r.Method+" "+r.URL.Path)
	})
	mux.Handle("GET /_suback/clients",
		e.asked(func(a *Account, w http.ResponseWriter, _ *http.Request) { writeJSON(w, a.hook.Clients()) }))
	mux.Handle("GET /_suback/trace",
		e.asked(func(a *Account, w http.ResponseWriter, r *http.Request) {
			trace.Handler(a.trace).ServeHTTP(w,
				r)
		}))
	mux.Handle("GET /metrics", e.asked(func(a *Account, w http.ResponseWriter, r *http.Request) {
		a.metrics().ServeHTTP(w, r)
	}))
	mux.HandleFunc("GET /_suback/coverage",
		func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, Coverage()) })
	mux.HandleFunc("GET /_suback/rules", listRules)
	mux.HandleFunc("GET /_suback/rules/{number}", showRule)
	e.accountPaths(mux)
	return mux
}

// asked has a handler answer for the account that a request asks about.
func (e *Emulator) asked(answer func(*Account, http.ResponseWriter, *http.Request)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := e.accountOf(r)
		if q := r.URL.Query(); q.Has("account") {
			if a = e.Account(q.Get("account")); a == nil {
				refuse(w, http.StatusNotFound,
					fmt.Sprintf("there is no account %q, want one of %s", q.Get("account"), e.names()))
				return
			}
		}
		a.hold(w, r, func(w http.ResponseWriter, r *http.Request) { answer(a, w, r) })
	})
}

func (a *Account) resetByAPI(w http.ResponseWriter, _ *http.Request) {
	if err := a.reset(); err != nil {
		refuse(w, http.StatusInternalServerError, err.Error())
		return
	}
	writeJSON(w, map[string]string{"status": "ok"})
}

// Coverage says how well the rules that this program follows are founded, and
// which operations of AWS IoT's API it has.
func Coverage() behaviour.Report {
	done, not := control.New(control.Options{}).Operations()
	return behaviour.Coverage(behaviour.Operations{Implemented: done, NotImplemented: not})
}

func isAdmin(r *http.Request) bool {
	for _, prefix := range []string{"/_suback/", "/_localstack/", "/moto-api/"} {
		if strings.HasPrefix(r.URL.Path, prefix) {
			return true
		}
	}
	return r.URL.Path == "/health" || r.URL.Path == "/metrics"
}

// clock advances the deadlines: {"advance": "5m"}.
func (a *Account) clock(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Advance string `json:"advance"`
	}
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<10)).Decode(&in)
	d, parseErr := time.ParseDuration(in.Advance)
	if err != nil || parseErr != nil || d < 0 {
		refuse(w, http.StatusBadRequest, `want {"advance": "5m"}, a duration of 0 or more with its unit`)
		return
	}
	if err := a.advance(d); err != nil {
		refuse(w, http.StatusInternalServerError, err.Error())
		return
	}
	writeJSON(w, map[string]string{"advanced": d.String()})
}

func refuse(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	writeJSON(w, map[string]string{"message": message})
}

func health(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, map[string]any{"services": map[string]string{"iot": "running"}})
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}
