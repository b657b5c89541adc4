package admin

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/account"
	"github.com/suback/suback/emulator/transport"
)

// export serves GET /_suback/export?format=yaml&secrets=true.
func (e api) export(a *account.Account, w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if s := q.Get("secrets"); !slices.Contains([]string{"", "true", "false"}, s) {
		account.Refuse(w, http.StatusBadRequest, fmt.Sprintf("secrets is %q, want true or false", s))
		return
	}
	if from := transport.FactsFrom(r.Context()).Remote.Addr(); q.Get("secrets") == "true" &&
		!a.IsTrusted(r.Context(), from) {
		account.Refuse(w, http.StatusForbidden,
			fmt.Sprintf("secrets are for this machine alone, not for %s; --functions-from %s lets it in", from, from))
		return
	}
	text := new(bytes.Buffer)
	if err := e.Export(a, text, q.Get("format"), q.Get("secrets") == "true"); err != nil {
		account.Refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	w.Header().Set("Content-Type", "application/yaml")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = io.Copy(w, strings.NewReader(text.String()))
}
