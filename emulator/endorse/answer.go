package endorse

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
)

// How each host says no.

// sayJSON is SORACOM's form: code and message.
func sayJSON(w http.ResponseWriter, no *refusal) {
	writeJSON(w, no.status, struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}{no.code, no.message})
}

// sayXML is S3's.
func sayXML(w http.ResponseWriter, no *refusal) {
	type s3Error struct {
		XMLName   xml.Name `xml:"Error"`
		Code      string
		Message   string
		RequestId string
		HostId    string
	}
	e := s3Error{Code: no.code, Message: no.message, RequestId: fmt.Sprintf("%X", random(8)),
		HostId: base64.StdEncoding.EncodeToString(random(56))}
	body, err := xml.Marshal(e)
	if err != nil {
		return // no member can fail
	}
	w.Header().Set("x-amz-request-id", e.RequestId)
	w.Header().Set("x-amz-id-2", e.HostId)
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(no.status)
	_, _ = w.Write(append([]byte(xml.Header), body...))
}

// sayGateway is API Gateway's: a message, and the code in a header.
func sayGateway(w http.ResponseWriter, no *refusal) {
	w.Header().Set("x-amzn-ErrorType", no.code)
	writeJSON(w, no.status, struct {
		Message string `json:"message"`
	}{no.message})
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		status = http.StatusInternalServerError
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(text)
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return b
}

// allowOrigin sends the origin whose pages may read the answer, and records it
// if that is not the one which asks: the page only learns that something failed.
func (s *Service) allowOrigin(w http.ResponseWriter, r *http.Request, allowed string, rules ...string) {
	if allowed != "" {
		w.Header().Set("Access-Control-Allow-Origin", allowed)
	}
	origin := r.Header.Get("Origin")
	if origin == "" || allowed == "*" || origin == allowed {
		return
	}
	hint := "set allowOrigin to " + origin + ", the origin of the page"
	if origin == "null" {
		hint = `a browser that was redirected from another host sends "Origin: null": ` +
			"the answer must have Access-Control-Allow-Origin: *"
	}
	if allowed == "" {
		allowed = "no origin"
	}
	s.note(r, "CORS_ORIGIN_NOT_ALLOWED", "the page is of origin "+origin+", the answer may be read by "+allowed,
		hint, append([]string{"D-52"}, rules...)...)
}
