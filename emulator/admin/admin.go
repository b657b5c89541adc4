package admin

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/suback/suback/docs/behaviour"
	"github.com/suback/suback/emulator/account"
	"github.com/suback/suback/emulator/console"
	"github.com/suback/suback/emulator/control"
	"github.com/suback/suback/emulator/near"
	"github.com/suback/suback/emulator/pki"
	"github.com/suback/suback/emulator/trace"
)

// The admin API, on the http listener, with the paths that users of other local
// AWS stand-ins know.

// Every path takes ?account=, the name of the one that is meant; without it that is the
// one that the request belongs to, see emulator/whose.go.

// Options say whom the API is about.
type Options struct {
	CA     *pki.CA
	Of     func(*http.Request) *account.Account // whose a request is
	Find   func(name string) *account.Account   // nil: there is none
	All    func() []*account.Account            // that of the file itself first
	Names  func() string                        // for a message
	Addr   func(name, listener string) string   // "" if it is off
	Create func(name, from, id string) (*account.Account, error)
	Remove func(name string) error

	// Export writes what there is at present in an account, and of that of the file itself
	// in all that are configured.
	Export func(a *account.Account, w io.Writer, format string, secrets bool) error
}

// An api serves it.
type api struct {
	Options
	turn chan struct{} // of those who try statements
}

// New returns the admin API.
func New(o Options) http.Handler {
	e := api{o, make(chan struct{}, 1)}
	mux := http.NewServeMux()
	for _, path := range []string{"/_suback/health", "/health", "/_localstack/health"} {
		mux.HandleFunc("GET "+path, health)
	}
	for _, path := range []string{"/_suback/reset", "/_localstack/state/reset", "/moto-api/reset"} {
		mux.Handle("POST "+path, e.asked(reset))
	}
	mux.HandleFunc("GET /_suback/ca.pem", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-pem-file")
		_, _ = w.Write(e.CA.PEM())
	})
	mux.Handle("POST /_suback/clock", e.asked(clock))
	mux.Handle("GET /_suback/asked", e.asked(only(showAsked, "client", "since")))
	mux.Handle("GET /_suback/disorder", e.asked(showDisorder))
	mux.Handle("POST /_suback/disorder", e.asked(takeDisorder))
	mux.Handle("GET /_suback/faults", e.asked(listFaults))
	mux.Handle("POST /_suback/faults", e.asked(takeFaults))
	mux.Handle("DELETE /_suback/faults", e.asked(clearFaults))
	mux.Handle("DELETE /_suback/faults/{id}", e.asked(removeFault))
	mux.Handle("GET /_suback/export", e.asked(only(e.export, "format", "secrets")))
	mux.HandleFunc("/_suback/", func(w http.ResponseWriter, r *http.Request) {
		account.Refuse(w, http.StatusNotFound, "the admin API has no "+r.Method+" "+r.URL.Path)
	})
	mux.Handle("GET /_suback/clients", e.asked(only(clients, "offline", "search", "limit")))
	mux.Handle("GET /_suback/counts", e.asked(count))
	mux.Handle("GET /_suback/documents", e.asked(only(documents, "client")))
	page := console.New()
	mux.Handle("GET /{$}", page)
	mux.Handle("GET "+console.Path, page)
	mux.Handle("GET /_suback/why", e.asked(only(whyNot, "client", "topic", "format")))
	mux.Handle("POST /_suback/evaluate", e.asked(evaluate))
	mux.Handle("GET /_suback/repair", e.asked(only(repairOf, "event")))
	mux.Handle("GET /_suback/trace",
		e.asked(only(func(a *account.Account, w http.ResponseWriter, r *http.Request) {
			trace.Handler(a.Trace()).ServeHTTP(w, r)
		}, "client", "outcome", "topic", "operation", "rule", "since", "follow", "format")))
	mux.Handle("GET /_suback/packets", e.asked(only(followPackets, "client")))
	mux.Handle("GET /_suback/messages", e.asked(only(listMessages, "client", "topic", "limit", "format")))
	mux.Handle("POST /_suback/messages", e.asked(only(publishMessage, "topic", "qos", "retain")))
	mux.Handle("GET /_suback/messages/{id}", e.asked(only(tellStory, "format")))
	mux.Handle("GET /_suback/messages/{id}/payload", e.asked(showPayload))
	mux.Handle("GET /_suback/topic-rules", e.asked(listTopicRules))
	mux.Handle("POST /_suback/sql", e.asked(e.trySQL))
	mux.Handle("GET /_suback/shadows", e.asked(only(listShadows, "search", "limit")))
	mux.Handle("GET /_suback/shadows/{thing}", e.asked(only(showShadow, "name")))
	mux.Handle("POST /_suback/shadows/{thing}", e.asked(only(updateShadow, "name")))
	mux.Handle("GET /metrics", e.asked(func(a *account.Account, w http.ResponseWriter, r *http.Request) {
		metricsOf(a).ServeHTTP(w, r)
	}))
	mux.HandleFunc("GET /_suback/coverage",
		func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, Coverage()) })
	mux.HandleFunc("GET /_suback/rules", listRules)
	mux.HandleFunc("GET /_suback/rules/{number}", showRule)
	e.accountPaths(mux)
	return mux
}

// only refuses a request with a parameter that is nearly one which its handler knows: who misspells it
// would get what another question is answered with. Others, as a browser's or a proxy's, are nobody's.
func only(answer answer, known ...string) answer {
	known = append(known, "account")
	return func(a *account.Account, w http.ResponseWriter, r *http.Request) {
		for _, name := range slices.Sorted(maps.Keys(r.URL.Query())) {
			if meant := near.Name(name, known); meant != "" && !slices.Contains(known, name) {
				account.Refuse(w, http.StatusBadRequest, fmt.Sprintf("there is no parameter %q, is %s meant?",
					account.Shortened(name), meant))
				return
			}
		}
		answer(a, w, r)
	}
}

// An answer is a handler for one account.
type answer = func(*account.Account, http.ResponseWriter, *http.Request)

// asked has a handler answer for the account that a request asks about.
func (e api) asked(answer answer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := e.Of(r)
		if q := r.URL.Query(); q.Has("account") {
			if a = e.Find(q.Get("account")); a == nil {
				account.Refuse(w, http.StatusNotFound,
					fmt.Sprintf("there is no account %q, want one of %s", q.Get("account"), e.Names()))
				return
			}
		}
		a.Hold(w, r, func(w http.ResponseWriter, r *http.Request) { answer(a, w, r) })
	})
}

func reset(a *account.Account, w http.ResponseWriter, _ *http.Request) {
	if err := a.Reset(); err != nil {
		account.Refuse(w, http.StatusInternalServerError, err.Error())
		return
	}
	writeJSON(w, map[string]string{"status": "ok"})
}

// clock advances the deadlines: {"advance": "5m"}.
func clock(a *account.Account, w http.ResponseWriter, r *http.Request) {
	var in struct {
		Advance string `json:"advance"`
	}
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<10)).Decode(&in)
	d, parseErr := time.ParseDuration(in.Advance)
	if err != nil || parseErr != nil || d < 0 {
		account.Refuse(w, http.StatusBadRequest, `want {"advance": "5m"}, a duration of 0 or more with its unit`)
		return
	}
	switch err := a.Advance(d); {
	case errors.Is(err, account.ErrTooFar):
		account.Refuse(w, http.StatusBadRequest, err.Error())
		return
	case err != nil:
		account.Refuse(w, http.StatusInternalServerError, err.Error())
		return
	}
	writeJSON(w, map[string]string{"advanced": d.String()})
}

func health(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, map[string]any{"services": map[string]string{"iot": "running"}})
}

// Coverage says how well the rules that this program follows are founded, and
// which operations of AWS IoT's API it has.
func Coverage() behaviour.Report {
	done, not := control.New(control.Options{}).Operations()
	return behaviour.Coverage(behaviour.Operations{Implemented: done, NotImplemented: not})
}
