package emulator

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/suback/suback/docs/behaviour"
	"github.com/suback/suback/emulator/control"
	"github.com/suback/suback/emulator/trace"
)

// The admin API, on the http listener, with the paths that users of other local
// AWS stand-ins know.

// handler answers the HTTP requests of a listener that are no WebSocket.
func (e *Emulator) handler(listener string) http.Handler {
	if listener != HTTP {
		return e.withBody(http.HandlerFunc(e.route))
	}
	mux := http.NewServeMux()
	for _, path := range []string{"/_suback/health", "/health", "/_localstack/health"} {
		mux.HandleFunc("GET "+path, health)
	}
	for _, path := range []string{"/_suback/reset", "/_localstack/state/reset", "/moto-api/reset"} {
		mux.HandleFunc("POST "+path, func(w http.ResponseWriter, _ *http.Request) {
			if err := e.reset(); err != nil {
				refuse(w, http.StatusInternalServerError, err.Error())
				return
			}
			writeJSON(w, map[string]string{"status": "ok"})
		})
	}
	mux.HandleFunc("GET /_suback/ca.pem", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-pem-file")
		_, _ = w.Write(e.ca.PEM())
	})
	mux.HandleFunc("POST /_suback/clock", e.clock)
	mux.HandleFunc("GET /_suback/disorder", e.showDisorder)
	mux.HandleFunc("POST /_suback/disorder", e.takeDisorder)
	mux.HandleFunc("GET /_suback/export", e.export)
	mux.HandleFunc("/_suback/", func(w http.ResponseWriter, r *http.Request) {
		refuse(w, http.StatusNotFound, "the admin API has no "+r.Method+" "+r.URL.Path)
	})
	mux.HandleFunc("GET /_suback/clients", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, e.hook.Clients()) })
	mux.Handle("GET /_suback/trace", trace.Handler(e.trace))
	mux.Handle("GET /metrics", e.metrics())
	mux.HandleFunc("GET /_suback/coverage", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, Coverage()) })
	mux.HandleFunc("GET /_suback/rules", listRules)
	mux.HandleFunc("GET /_suback/rules/{number}", showRule)
	admin := e.guard(mux)
	return e.withBody(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isAdmin(r) { // the mux would tidy up topics like a//b
			e.route(w, r)
			return
		}
		admin.ServeHTTP(w, r)
	}))
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
func (e *Emulator) clock(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Advance string `json:"advance"`
	}
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<10)).Decode(&in)
	d, parseErr := time.ParseDuration(in.Advance)
	if err != nil || parseErr != nil || d < 0 {
		refuse(w, http.StatusBadRequest, `want {"advance": "5m"}, a duration of 0 or more with its unit`)
		return
	}
	if err := e.advance(d); err != nil {
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
