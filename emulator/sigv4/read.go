package sigv4

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/suback/suback/emulator/transport"
)

// What a signed request brings
//
//   - in the query: X-Amz-Algorithm, X-Amz-Credential, X-Amz-Date,
//     X-Amz-SignedHeaders, X-Amz-Signature, with temporary keys
//     X-Amz-Security-Token; names match whatever their case [A-196; the last:
//     guess]
//   - or in the header Authorization, with X-Amz-Date or Date, and
//     X-Amz-Security-Token [A-210, guess]; it goes before the query [guess]
//   - a WebSocket brings the same in the request that became one
//   - what is missing or of no such form is refused, the first of it in a query and
//     all of it in a header, as AWS's services do

// A Signature is the SigV4 material of one request.
type Signature struct {
	Credential
	InQuery       bool // or else in the header
	At            time.Time
	Date          string   // At, as it is signed
	SignedHeaders []string // in lower case
	Hex           string   // the signature itself
	Token         string   // the session token, "" if none was sent
}

const (
	amzDate      = "X-Amz-Date"
	amzSignature = "X-Amz-Signature"
)

// Signed says whether an HTTP request or upgrade carries SigV4 material, be it
// complete or not.
func Signed(h *transport.HTTP) bool {
	if h == nil {
		return false
	}
	for _, field := range h.Header {
		if strings.EqualFold(field.Name, "Authorization") && strings.HasPrefix(field.Value, Algorithm) {
			return true
		}
	}
	for pair := range strings.SplitSeq(h.RawQuery, "&") {
		name, _, _ := strings.Cut(pair, "=")
		if strings.EqualFold(name, "X-Amz-Algorithm") || strings.EqualFold(name, amzSignature) {
			return true
		}
	}
	return false
}

// Read takes the signature out of a request. The error is a *FormError. An
// Authorization header of another kind is taken for a signature that lacks
// everything, unless the query has one.
func Read(h *transport.HTTP) (Signature, error) {
	authorization, sent := Header(h.Header, "Authorization")
	if strings.HasPrefix(authorization, Algorithm) || sent && !Signed(h) {
		return readHeader(h, authorization)
	}
	pairs := parseQuery(h.RawQuery)
	s := Signature{InQuery: true, Date: find(pairs, amzDate), Hex: find(pairs, amzSignature)}
	s.Token = find(pairs, SecurityToken)
	if !Signed(h) {
		return s, &FormError{Fault: NotSigned}
	}
	wanted := []string{"X-Amz-Algorithm", "X-Amz-Credential", amzSignature, "X-Amz-SignedHeaders", amzDate}
	for _, name := range wanted {
		if find(pairs, name) == "" {
			return s, &FormError{Fault: QueryLacks, Missing: []string{name}}
		}
	}
	if a := find(pairs, "X-Amz-Algorithm"); a != Algorithm {
		return s, &FormError{Fault: OtherAlgorithm, Sent: a}
	}
	return s.complete(find(pairs, "X-Amz-Credential"), find(pairs, "X-Amz-SignedHeaders"))
}

// readHeader is Read of a header.
func readHeader(h *transport.HTTP, authorization string) (Signature, error) {
	values, _ := Authorization(authorization)
	s := Signature{Hex: values["Signature"], Date: headerDate(h.Header)}
	s.Token, _ = Header(h.Header, SecurityToken)
	var missing []string
	for _, name := range []string{"Credential", "Signature", "SignedHeaders"} {
		if values[name] == "" {
			missing = append(missing, name)
		}
	}
	if s.Date == "" {
		missing = append(missing, amzDate)
	}
	if len(missing) > 0 {
		return s, &FormError{Fault: HeaderLacks, Missing: missing, Sent: authorization}
	}
	return s.complete(values["Credential"], values["SignedHeaders"])
}

// Authorization takes an Authorization header apart: Credential, SignedHeaders and
// Signature. Of a header that does not begin with Algorithm, ok is false.
func Authorization(header string) (parts map[string]string, ok bool) {
	list, ok := strings.CutPrefix(header, Algorithm)
	parts = map[string]string{}
	for part := range strings.SplitSeq(list, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		parts[name] = value
	}
	return parts, ok
}

// headerDate is the time in the form in which it is signed, "" if there is none.
func headerDate(fields []transport.Field) string {
	if date, ok := Header(fields, amzDate); ok {
		return date
	}
	date, _ := Header(fields, "Date")
	if at, err := http.ParseTime(date); err == nil {
		return at.UTC().Format(TimeFormat)
	}
	return date
}

// complete reads what has a form of its own.
func (s Signature) complete(credential, signedHeaders string) (Signature, error) {
	named, ok := ParseCredential(credential)
	if !ok || strings.Contains(named.AccessKeyID, "/") {
		return s, &FormError{Fault: CredentialForm, Sent: credential}
	}
	s.Credential = named
	at, err := time.Parse(TimeFormat, s.Date)
	if err != nil {
		return s, &FormError{Fault: DateForm, Sent: s.Date}
	}
	s.At = at
	s.SignedHeaders = strings.Split(strings.ToLower(signedHeaders), ";")
	if !slices.Contains(s.SignedHeaders, "host") {
		return s, &FormError{Fault: HostNotSigned}
	}
	return s, nil
}
