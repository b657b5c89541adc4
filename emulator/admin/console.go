package admin

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/suback/suback/emulator/account"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/hooks"
)

// What the console asks for, and scripts may
//
//	GET /_suback/clients?offline=1&search=pump&limit=200
//	                                        also who is away and has a session, 1,000 at most; those
//	                                        with a text in their id; so many of them
//	GET /_suback/counts                     how many operations ended how, see counts
//	GET /_suback/documents?client=pump-7    the policies of a client that is connected

// mostAway is how many offline clients are told.
const mostAway = 1000

func clients(a *account.Account, w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	all := a.Clients()
	offline, err := strconv.ParseBool(cmp.Or(q.Get("offline"), "0"))
	if err != nil {
		account.Refuse(w, http.StatusBadRequest,
			"offline is "+strconv.Quote(account.Shortened(q.Get("offline")))+", want 1 or 0")
		return
	}
	if offline {
		all = append(all, a.Hook().Away(mostAway)...)
	}
	if search := q.Get("search"); search != "" {
		all = slices.DeleteFunc(all, func(c hooks.ClientInfo) bool {
			return !strings.Contains(c.ClientID, search)
		})
	}
	if text := q.Get("limit"); text != "" {
		limit, err := strconv.ParseUint(text, 10, 31)
		if err != nil {
			account.Refuse(w, http.StatusBadRequest,
				"limit is "+strconv.Quote(account.Shortened(text))+", want a number")
			return
		}
		all = all[:min(int(limit), len(all))]
	}
	writeJSON(w, all)
}

// counts is how many operations ended how since the start or the last reset; whoever
// asks twice knows how many did per second.
type counts struct {
	Time      time.Time `json:"time"`
	Published uint64    `json:"published"` // accepted from devices
	Delivered uint64    `json:"delivered"` // to one client each
	trace.Counts
	Connections int    `json:"connections"` // now
	Seq         uint64 `json:"seq"`         // of the latest event of the trace
}

func count(a *account.Account, w http.ResponseWriter, _ *http.Request) {
	c := counts{Time: time.Now(), Counts: a.Trace().Counts(), Connections: a.Hook().Connections(),
		Seq: a.Trace().Seq()}
	for _, m := range a.Trace().Metrics() {
		if m.Result != trace.Success {
			continue
		}
		switch m.Name {
		case "PublishIn":
			c.Published = m.Count
		case "PublishOut":
			c.Delivered = m.Count
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	writeJSON(w, c)
}

// A document is a policy, by the name that decisions call it by.
type document struct {
	Name     string          `json:"name"`
	Document json.RawMessage `json:"document"`
}

func documents(a *account.Account, w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("client")
	all, ok := a.Hook().Documents(id)
	if !ok {
		account.Refuse(w, http.StatusNotFound, "there is no client "+strconv.Quote(account.Shortened(id))+
			" connected, want one of GET /_suback/clients")
		return
	}
	writeJSON(w, asDocuments(all))
}

func asDocuments(all []*policy.Document) []document {
	out := make([]document, 0, len(all))
	for _, d := range all {
		out = append(out, document{d.Name, json.RawMessage(d.Text())})
	}
	return out
}
