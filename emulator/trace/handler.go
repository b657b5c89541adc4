package trace

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Handler serves the trace as JSON, one event per line, newest last:
//
//	GET /_suback/trace?client=pump-7&outcome=REFUSED&follow=1
//
// Beside client and outcome the query may have topic, a filter of MQTT; operation, as
// Publish-In; rule, as B-501; and since, the seq after which it begins: see [Filter]. The
// header Suback-Began says since when seq counts: it is another after a restart.
// With follow the answer goes on until the client leaves, see [Recorder.Follow]. With
// format=text, and without follow, each event is as [Event.Text] has it.
func Handler(r *Recorder) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.Method != http.MethodGet && req.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			refuse(w, http.StatusMethodNotAllowed, fmt.Errorf("method is %q, want GET", req.Method))
			return
		}
		filter, follow, err := parseQuery(req)
		if err != nil {
			refuse(w, http.StatusBadRequest, err)
			return
		}
		if req.URL.Query().Get("format") == "text" {
			writeText(w, r.Events(filter))
			return
		}
		w.Header().Set("Content-Type", "application/x-ndjson")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Suback-Began", r.Began().UTC().Format(time.RFC3339Nano))
		if follow && req.Method == http.MethodGet {
			stream(w, req, r, filter)
			return
		}
		lines := newEncoder(w)
		for _, e := range r.Events(filter) {
			if lines.Encode(e) != nil {
				return // the client has left
			}
		}
	})
}

// writeText answers with events for people.
func writeText(w http.ResponseWriter, events []Event) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	for _, e := range events {
		if _, err := fmt.Fprintln(w, e.Text()); err != nil {
			return // the client has left
		}
	}
}

// stallTime is how long one event may take to be taken.
const stallTime = 10 * time.Second

// stream writes each event when it comes. A reader that does not take one in time
// is left, which the trace says to the others.
func stream(w http.ResponseWriter, req *http.Request, r *Recorder, f Filter) {
	control := http.NewResponseController(w)
	control.SetWriteDeadline(time.Time{}) // a server's limit is for answers that end
	// Not a deadline: the connection may set one of its own for each write.
	stalled := time.AfterFunc(stallTime, func() {
		control.SetWriteDeadline(time.Now())
		r.Record(stalledNote(req.RemoteAddr))
	})
	defer stalled.Stop()
	control.Flush() // the client may be waiting for the header
	stalled.Stop()
	lines := newEncoder(w)
	for e := range r.Follow(req.Context(), f) {
		stalled.Reset(stallTime)
		if lines.Encode(e) != nil || control.Flush() != nil {
			return
		}
		stalled.Stop()
	}
}

func newEncoder(w http.ResponseWriter) *json.Encoder {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e
}

// parseQuery reads the filter, and whether to follow.
func parseQuery(req *http.Request) (f Filter, follow bool, err error) {
	q := req.URL.Query()
	if f, err = ParseFilter(q); err != nil {
		return f, false, err
	}
	if text := q.Get("follow"); text != "" {
		if follow, err = strconv.ParseBool(text); err != nil {
			return f, false, fmt.Errorf("follow is %q, want 1 or 0", text)
		}
	}
	switch format := q.Get("format"); {
	case format != "" && format != "json" && format != "text":
		return f, false, fmt.Errorf("format is %q, want json or text", format)
	case format == "text" && follow:
		return f, false, errors.New("format is text, which follow has not: suback watch follows for people")
	}
	return f, follow, nil
}

func refuse(w http.ResponseWriter, status int, err error) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]string{"message": err.Error()})
}
