package authn

import (
	"fmt"
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
//   - what is missing or of no such form is told as AWS's services do [A-167;
//     the texts: guess]

// The names of refusals in AWS's APIs. Where a service has none of its own, as
// RequestExpired in STS, it is one kind of SignatureDoesNotMatch.
const (
	missingToken        = "MissingAuthenticationToken"
	incompleteSignature = "IncompleteSignature"
	signatureMismatch   = "SignatureDoesNotMatch"
	requestExpired      = "RequestExpired"
	invalidToken        = "InvalidClientTokenId"
	expiredToken        = "ExpiredToken"
)

// securityToken is the header and the parameter of a session token.
const securityToken = "X-Amz-Security-Token"

// A signing is the SigV4 material of one request.
type signing struct {
	inQuery       bool
	accessKeyID   string
	scope         scope
	at            time.Time
	amzDate       string // at, as it is signed
	signedHeaders []string
	signature     string
	token         string // "" if none was sent
}

// readSigning takes the material out of a request. The error is an *Error; it
// repeats nothing of it, its Message does as AWS's does.
func readSigning(h *transport.HTTP) (signing, error) {
	authorization, sent := canonicalHeader(h.Header, "Authorization")
	if strings.HasPrefix(authorization, algorithm) || sent && !isSigned(h) {
		return readAuthorization(h, authorization)
	}
	pairs := parseQuery(h.RawQuery)
	s := signing{inQuery: true, amzDate: find(pairs, "X-Amz-Date"), signature: find(pairs, "X-Amz-Signature"), token: find(pairs, securityToken)}
	if !isSigned(h) {
		return s, missing()
	}
	for _, name := range []string{"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"} {
		if find(pairs, name) == "" {
			return s, incomplete("AWS query-string parameters must include '"+name+"'. Re-examine the query-string parameters.", "the query lacks "+name)
		}
	}
	if a := find(pairs, "X-Amz-Algorithm"); a != algorithm {
		return s, incomplete("Unsupported AWS 'algorithm': '"+a+"'.", "X-Amz-Algorithm is another one, want "+algorithm)
	}
	return s.complete(find(pairs, "X-Amz-Credential"), find(pairs, "X-Amz-SignedHeaders"))
}

// readAuthorization is readSigning of a header.
func readAuthorization(h *transport.HTTP, authorization string) (signing, error) {
	s := signing{}
	s.token, _ = canonicalHeader(h.Header, securityToken)
	list, _ := strings.CutPrefix(authorization, algorithm)
	values := map[string]string{}
	for part := range strings.SplitSeq(list, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		values[name] = value
	}
	var message, absent []string
	for _, name := range []string{"Credential", "Signature", "SignedHeaders"} {
		if values[name] == "" {
			message, absent = append(message, "Authorization header requires '"+name+"' parameter."), append(absent, name)
		}
	}
	s.signature = values["Signature"]
	if s.amzDate = headerDate(h.Header); s.amzDate == "" {
		message = append(message, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
		absent = append(absent, "the time in X-Amz-Date")
	}
	if len(absent) > 0 {
		return s, incomplete(strings.Join(message, " ")+" Authorization="+authorization, "the signature in the header lacks "+strings.Join(absent, ", "))
	}
	return s.complete(values["Credential"], values["SignedHeaders"])
}

// headerDate is the time in the form in which it is signed, "" if there is none.
func headerDate(fields []transport.Field) string {
	if date, ok := canonicalHeader(fields, "X-Amz-Date"); ok {
		return date
	}
	date, _ := canonicalHeader(fields, "Date")
	if at, err := http.ParseTime(date); err == nil {
		return at.UTC().Format(amzTime)
	}
	return date
}

// complete reads what has a form of its own.
func (s signing) complete(credential, signedHeaders string) (signing, error) {
	parts := strings.Split(credential, "/")
	if len(parts) != 5 {
		e := incomplete("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '"+credential+"'",
			fmt.Sprintf("the credential has %d parts between its slashes, want <access key id>/<date>/<region>/<service>/aws4_request", len(parts)))
		if strings.Contains(strings.ToUpper(credential), "%2F") {
			e = e.try(hintEncodedTwice, "A-203")
		}
		return s, e
	}
	s.accessKeyID, s.scope = parts[0], scope{parts[1], parts[2], parts[3], parts[4]}
	at, err := time.Parse(amzTime, s.amzDate)
	if err != nil {
		return s, incomplete("Date must be in ISO-8601 'basic format'. Got '"+s.amzDate+"'. See http://en.wikipedia.org/wiki/ISO_8601",
			"X-Amz-Date is of another form, want "+amzTime)
	}
	s.at = at
	s.signedHeaders = strings.Split(strings.ToLower(signedHeaders), ";")
	if !slices.Contains(s.signedHeaders, "host") {
		return s, incomplete("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.", "the header host is not signed")
	}
	return s, nil
}

func missing() *Error {
	e := refuse(missingToken, "the request is not signed").because("A-54").try(hintUnsigned)
	e.Message = "Missing Authentication Token"
	return e
}

func incomplete(message, detail string) *Error {
	e := refuse(incompleteSignature, "%s", detail).because("A-196").try(hintIncomplete)
	e.Message = message
	return e
}

// find returns the first value of a parameter, whatever the case of its name.
func find(pairs []queryPair, name string) string {
	for _, p := range pairs {
		if strings.EqualFold(p.name, name) {
			return p.value
		}
	}
	return ""
}
