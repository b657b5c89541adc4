package authn

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// A redaction holds texts that must not be shown.
type redaction []string

// secrets collects what a request must keep to itself.
func secrets(r Request, token, signature string) redaction {
	query, _ := usernameQuery(r.Username)
	all := redaction{query, string(r.Password), base64.StdEncoding.EncodeToString(r.Password), token, signature}
	if r.Username != nil { // what stands before the last ? may have been meant for parameters
		_, meant, _ := strings.Cut(*r.Username, "?")
		all = append(all, meant)
	}
	if h := r.Facts.HTTP; h != nil {
		all = append(all, h.RawQuery)
		for _, field := range h.Header {
			if strings.EqualFold(field.Name, "Authorization") {
				_, credentials, _ := strings.Cut(field.Value, " ")
				all = append(all, field.Value, credentials)
			}
		}
	}
	return all
}

// hide replaces the secrets in a text that the function had a say in. Short
// ones only where they stand in quotes: hiding each "a" hides no password,
// only the text.
func (all redaction) hide(text string) string {
	const short = 4 // bytes
	for _, s := range all {
		if s == "" {
			continue
		}
		quoted := strconv.Quote(s)
		text = strings.ReplaceAll(text, quoted, `"***"`)
		text = strings.ReplaceAll(text, "'"+s+"'", "'***'")
		if len(s) >= short {
			text = strings.ReplaceAll(text, s, "***")
			text = strings.ReplaceAll(text, strings.Trim(quoted, `"`), "***")
		}
	}
	return text
}
