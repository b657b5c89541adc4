package endorse

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/trace"
)

// GET /v1/subscribers
//
//   - a JSON array of the operator's SIMs, all of them in one answer: npm's
//     soracom reads one page only; pages with limit
//   - filters: status_filter, speed_class_filter,
//     tag_name with tag_value and tag_value_match_mode
//   - the next page: x-soracom-next-key and Link
//   - other parameters are ignored; npm's soracom sends what it signed in with,
//     secret included, which is told to the owner [A-306, D-51]

func (s *Service) subscribers(w http.ResponseWriter, r *http.Request) *refusal {
	if no := methods(r, "", http.MethodGet); no != nil {
		return no
	}
	query := r.URL.Query()
	s.lookForSecret(r, query)
	if no := s.signedIn(r); no != nil {
		return no
	}
	limit, ok := pageSize(query)
	if !ok {
		return &refusal{status: http.StatusBadRequest, code: "SEM0001", message: "limit must be 1 to 100",
			Cause: cause.Cause{Reason: "CLIENT_ERROR", Rules: []string{"A-305"},
				Hint: "set limit to a whole number from 1 to 100, or leave it out"}}
	}
	page, more := s.Config.page(query, limit)
	if more {
		last := page[len(page)-1].IMSI
		w.Header().Set("x-soracom-next-key", last)
		w.Header().Set("Link", "</v1/subscribers?last_evaluated_key="+last+"&limit="+strconv.Itoa(limit)+
			">; rel=next")
	}
	writeJSON(w, http.StatusOK, page)
	return nil
}

// lookForSecret notes a secret in the query, once for all requests.
func (s *Service) lookForSecret(r *http.Request, query url.Values) {
	for _, name := range []string{"authKey", "password"} {
		if query.Get(name) == "" {
			continue
		}
		s.Trace.Note(trace.Key{ConnectionID: hostOf(r), Topic: r.URL.Path}, "D-51", func() trace.Event {
			ev := event(r)
			ev.Reason, ev.Detail, ev.Rules = "SECRET_IN_QUERY", where(r)+": the query has "+
				name, []string{"D-51", "A-306"}
			ev.Hint = "a query ends up in logs; npm's soracom 0.0.3 sends it after defaults(), another client need not"
			return ev
		})
	}
}

// pageSize is limit; 0 for none.
func pageSize(query url.Values) (int, bool) {
	if !query.Has("limit") {
		return 0, true
	}
	n, err := strconv.Atoi(query.Get("limit"))
	return n, err == nil && 1 <= n && n <= 100
}

// page is what the query asks for, in the configuration's order, and whether
// there is more.
func (c *Config) page(query url.Values, limit int) (page []Subscriber, more bool) {
	page = []Subscriber{}
	after := query.Get("last_evaluated_key")
	started := after == ""
	for _, sim := range c.Subscribers {
		switch {
		case !started:
			started = sim.IMSI == after
		case sim.OperatorID != c.OperatorID || !sim.matches(query):
		case limit > 0 && len(page) == limit:
			return page, true
		default:
			page = append(page, sim)
		}
	}
	return page, false
}

// matches reports whether the filters let a SIM through.
func (s *Subscriber) matches(query url.Values) bool {
	oneOf := func(name, value string) bool {
		list := query.Get(name)
		return list == "" || slices.Contains(strings.Split(list, "|"), value)
	}
	return oneOf("status_filter", s.Status) && oneOf("speed_class_filter", s.SpeedClass) && s.tagged(query)
}

func (s *Subscriber) tagged(query url.Values) bool {
	name := query.Get("tag_name")
	if name == "" {
		return true
	}
	value, has := s.Tags[name]
	if query.Get("tag_value_match_mode") == "prefix" {
		return has && strings.HasPrefix(value, query.Get("tag_value"))
	}
	return has && value == query.Get("tag_value")
}
