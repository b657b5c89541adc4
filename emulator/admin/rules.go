package admin

import (
	"net/http"
	"strings"

	"github.com/suback/suback/docs/behaviour"
	"github.com/suback/suback/emulator/account"
)

// listRules answers GET /_suback/rules?search=: all rules, or those with a word.
func listRules(w http.ResponseWriter, r *http.Request) {
	if word := r.URL.Query().Get("search"); word != "" {
		writeJSON(w, behaviour.Search(word))
		return
	}
	writeJSON(w, behaviour.Rules())
}

// showRule answers GET /_suback/rules/{number}.
func showRule(w http.ResponseWriter, r *http.Request) {
	number := r.PathValue("number")
	rule, found := behaviour.Find(number)
	switch {
	case found:
		writeJSON(w, rule)
	case behaviour.IsNumber(number):
		account.Refuse(w, http.StatusNotFound, "there is no rule "+number+", want one as "+
			strings.Join(behaviour.Near(number), " or "))
	default:
		account.Refuse(w, http.StatusNotFound, "that is no rule's number, want one as B-660, or /_suback/rules?search=WORD")
	}
}
