package admin

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/suback/suback/emulator/account"
	"github.com/suback/suback/emulator/topic"
	"github.com/suback/suback/hooks"
)

// What became of messages
//
//	GET /_suback/messages/<trace id>?format=text        the story of one; as JSON without a format
//	GET /_suback/messages?client=&topic=&limit=         the latest in short, a line each, newest last

// maxMessages is the most that limit may be.
const maxMessages = 10_000

// storiesOff is told where nothing is kept.
const storiesOff = "this gateway keeps no stories: start it without --stories off"

// listMessages answers GET /_suback/messages; topic may be a filter.
func listMessages(a *account.Account, w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	limit, err := limitOf(q, 100, maxMessages)
	if format := q.Get("format"); err == nil && format != "" && format != "json" {
		err = fmt.Errorf("format is %q, want json: /_suback/messages/ID?format=text has a message for people",
			account.Shortened(format))
	}
	if wrong := topic.Unfit(q.Get("topic")); err == nil && wrong != "" {
		err = errors.New("topic " + wrong)
	}
	if err != nil {
		account.Refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	selection := hooks.Selection{Client: q.Get("client"), Topic: q.Get("topic"), Limit: limit}
	if !a.Stories() {
		account.Refuse(w, http.StatusNotFound, storiesOff)
		return
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.Header().Set("Cache-Control", "no-store")
	lines := json.NewEncoder(w)
	lines.SetEscapeHTML(false)
	for _, s := range slices.Backward(a.Messages(selection)) {
		if lines.Encode(s) != nil {
			return // the client has left
		}
	}
}

// tellStory answers GET /_suback/messages/{id}.
func tellStory(a *account.Account, w http.ResponseWriter, r *http.Request) {
	text, err := isText(r.URL.Query())
	if err != nil {
		account.Refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	id := r.PathValue("id")
	s, found := a.Story(id)
	switch {
	case found && text:
		s.Time = s.Time.Local()
		writeText(w, s.Text())
	case found:
		w.Header().Set("Cache-Control", "no-store")
		writeJSON(w, s)
	case !a.Stories():
		account.Refuse(w, http.StatusNotFound, storiesOff)
	default:
		account.Refuse(w, http.StatusNotFound, fmt.Sprintf(
			"there is no story of %q: want the traceId of one of the "+
				"latest messages, as GET /_suback/messages and the trace have it", id))
	}
}
