package endorse

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// What a request adds to its token
//
//   - GET: the query, a name's first value [first: guess]
//   - POST: the body, JSON or form. SORACOM's own example sends JSON as curl does,
//     with the content type of a form, so a body that begins with { is JSON
//   - redirect_url is none of it [A-285, guess]

// maxBody is how many bytes of a body are read.
const maxBody = 64 << 10

var errBody = fmt.Errorf("the body is larger than %d bytes", maxBody)

// requestParameters are the values of a request by name, as JSON.
func requestParameters(r *http.Request) (map[string]json.RawMessage, error) {
	if r.Method != http.MethodPost {
		return fromForm(r.URL.Query()), nil
	}
	body, err := readBody(r)
	if err != nil {
		return nil, err
	}
	kind := r.Header.Get("Content-Type")
	switch {
	case strings.HasPrefix(kind, "multipart/"):
		return nil, fmt.Errorf("the body is multipart, want application/json or application/x-www-form-urlencoded")
	case len(body) == 0:
		return nil, nil
	case body[0] == '{' || strings.HasPrefix(kind, "application/json"):
		return fromJSON(body)
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, errors.New("the body is neither JSON nor a form, want name=value&… or {…}")
	}
	return fromForm(values), nil
}

// readBody reads a whole body and trims it.
func readBody(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	switch {
	case err != nil:
		return nil, errors.New("the body ends too early")
	case len(body) > maxBody:
		return nil, errBody
	}
	return bytes.TrimSpace(body), nil
}

func fromForm(values url.Values) map[string]json.RawMessage {
	found := make(map[string]json.RawMessage, len(values))
	for name := range values {
		text, err := json.Marshal(values.Get(name))
		if err == nil && name != redirectParameter {
			found[name] = text
		}
	}
	return found
}

func fromJSON(body []byte) (map[string]json.RawMessage, error) {
	var found map[string]json.RawMessage
	if json.Unmarshal(body, &found) != nil || found == nil {
		return nil, errors.New("the body is no JSON object, want {…}")
	}
	delete(found, redirectParameter)
	return found, nil
}
