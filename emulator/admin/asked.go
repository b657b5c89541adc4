package admin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/suback/suback/emulator/account"
)

// GET /_suback/asked?client=pump-7&since=12
//
//   - with enforce: log it answers what policies were asked: a line of JSON for each
//     distinct question, newest last, see learn.Request; a last line {"omitted": 3} says
//     how often one found no room
//   - since leaves out those up to a seq; the header Suback-Began tells whether seq still
//     counts from the same beginning
//   - where policies are enforced it answers 409

// showAsked serves it.
func showAsked(a *account.Account, w http.ResponseWriter, r *http.Request) {
	asked := a.Hook().Asked()
	if asked == nil {
		account.Refuse(w, http.StatusConflict, "policies are enforced, so nothing is noted of what they are asked: "+
			"want enforce: log in suback.yaml, or suback --enforce log")
		return
	}
	query := r.URL.Query()
	since, err := strconv.ParseUint(query.Get("since"), 10, 64)
	if err != nil && query.Has("since") {
		account.Refuse(w, http.StatusBadRequest,
			fmt.Sprintf("since is %q, want the seq of a question", query.Get("since")))
		return
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Suback-Began", asked.Began().UTC().Format(time.RFC3339Nano))
	lines := json.NewEncoder(w)
	lines.SetEscapeHTML(false)
	for _, question := range asked.Requests(query.Get("client"), since) {
		if lines.Encode(question) != nil {
			return // the client has left
		}
	}
	if n := asked.Omitted(); n > 0 {
		_ = lines.Encode(map[string]uint64{"omitted": n})
	}
}
