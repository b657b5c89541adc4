package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/suback/suback/emulator/trace"
)

// answers has a handler for each try, the last one for all that follow.
type answers []http.HandlerFunc

// RoundTrip implements [http.RoundTripper], without a network.
func (a *answers) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	(*a)[0](w, r)
	if len(*a) > 1 {
		*a = (*a)[1:]
	}
	resp := w.Result()
	resp.Request = r
	return resp, nil
}

func lines(began string, all ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Suback-Began", began)
		fmt.Fprintln(w, strings.Join(all, "\n"))
	}
}

func status(code int, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		fmt.Fprint(w, text)
	}
}

// What a stream makes of the gateway's answers: what it tries again, and what it does not.
func TestStream(t *testing.T) {
	const over = `{"seq": 0, "operation": "Follow", "outcome": "NOTE"}`
	tests := []struct {
		name  string
		from  answers
		shown string // the records' numbers, each with how often it was counted
		said  string // in what is said, in this order, apart by |
		err   string
	}{
		{"a record, then the end of it", answers{lines("1", `{"seq": 1}`, `{"seq": 2}`, over)}, "1x0 2x0 0x0", "", errNo.Error()},
		{"one that grows", answers{lines("1", `{"seq": 1, "count": 1}`, `{"seq": 2}`, `{"seq": 1, "count": 5, "reason": "R"}`, over)},
			"1x1 2x0 1x5 0x0", "", errNo.Error()},
		{"it goes and comes back", answers{lines("1", `{"seq": 1}`), status(503, ""), lines("1", `{"seq": 2}`, over)}, "1x0 2x0 0x0",
			"lost the gateway, trying again: it closed the connection|the gateway is there", errNo.Error()},
		{"another gateway", answers{lines("1", `{"seq": 9}`), lines("2", `{"seq": 10}`), lines("2", `{"seq": 1}`, over)}, "9x0 1x0 0x0",
			"lost|the gateway is another one now: its records count from 1 again", errNo.Error()},
		{"it is not there yet", answers{status(502, "x"), lines("1", over)}, "0x0", "no gateway at http://g/ yet, waiting for it: |the gateway is there",
			errNo.Error()},
		{"it refuses", answers{status(404, `{"message": "there is no account \"x\""}`)}, "", "", `there is no account "x"`},
		{"it refuses without a word", answers{status(403, "")}, "", "", "http://g/?follow=1&since=0 answers 403 Forbidden"},
		{"no record", answers{lines("1", `{"seq": "x"}`)}, "", "", "a record of the trace: "},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			var shown, said []string
			s := &stream{url: "http://g/", query: url.Values{}, client: &http.Client{Transport: &tt.from},
				show: func(_ []byte, e trace.Event) error {
					shown = append(shown, fmt.Sprintf("%dx%d", e.Seq, e.Count))
					return nil
				},
				say: func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) }}
			err := s.run(t.Context())
			if err == nil || !strings.HasPrefix(err.Error(), tt.err) || strings.Join(shown, " ") != tt.shown {
				t.Errorf("%s: got %v and %q, want %s and %q", tt.name, err, shown, tt.err, tt.shown)
			}
			rest := strings.Join(said, "\n")
			for want := range strings.SplitSeq(tt.said, "|") {
				_, after, found := strings.Cut(rest, want)
				if !found || tt.said == "" && rest != "" {
					t.Errorf("%s: got %q, want %q in this order", tt.name, said, tt.said)
				}
				rest = after
			}
		})
	}
}

// What cannot be shown ends a stream at once, and a wait ends with its context.
func TestStreamEnds(t *testing.T) {
	broken := errors.New("broken pipe")
	s := &stream{url: "http://g/", query: url.Values{}, client: &http.Client{Transport: &answers{lines("1", `{"seq": 1}`)}},
		show: func([]byte, trace.Event) error { return broken }, say: t.Logf}
	if err := s.run(t.Context()); !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		tries := 0
		away := answers{func(w http.ResponseWriter, _ *http.Request) { tries++; w.WriteHeader(http.StatusBadGateway) }}
		s := &stream{url: "http://g/", query: url.Values{}, client: &http.Client{Transport: &away}, say: func(string, ...any) {}}
		if err := s.run(ctx); err != nil || tries < 25 || tries > 40 {
			t.Errorf("got %v after %d tries within a minute, want about one each %v", err, tries, lastWait)
		}
	})
}
