package authn

import (
	"strings"

	"github.com/suback/suback/emulator/sigv4"
)

// What AWS says of a signature that it does not take: the names, the texts for the
// client, and the codes of its log
//
//   - what is missing or of no such form is told as AWS's services do [A-167;
//     the other texts: guess]
//   - why a signature does not match is not told to the client

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

// mismatchMessage is AWS's text.
const mismatchMessage = "The request signature we calculated does not match the signature you provided. " +
	"Check your AWS Secret Access Key and signing method. Consult the service documentation for details."

// logged gives a refusal the code of AWS's log: which kind is which is a
// guess, but for the session token's.
func logged(err error) *Error {
	e := err.(*Error)
	e.Reason = map[string]string{
		signatureMismatch: "SECURITY_TOKEN_SIGNATURE_MISMATCH",
		requestExpired:    "SECURITY_TOKEN_SIGNATURE_MISMATCH",
		invalidToken:      "SECURITY_TOKEN_INVALID",
		expiredToken:      "SECURITY_TOKEN_EXPIRED",
	}[e.Reason]
	if e.Reason == "" {
		e.Reason = notAuthenticated
	}
	return e
}

// unreadable is for a signature that cannot be read.
func unreadable(flaw *sigv4.FormError) *Error {
	if flaw.Fault == sigv4.NotSigned {
		e := refuse(missingToken, "%v", flaw).because("A-54").try(hintUnsigned)
		e.Message = "Missing Authentication Token"
		return e
	}
	e := refuse(incompleteSignature, "%v", flaw).because("A-196").try(hintIncomplete)
	e.Message = formMessage(flaw)
	if flaw.Fault == sigv4.CredentialForm && strings.Contains(strings.ToUpper(flaw.Sent), "%2F") {
		return e.try(hintEncodedTwice, "A-203")
	}
	if flaw.Fault == sigv4.OtherAlgorithm && strings.EqualFold(flaw.Sent, sigv4.Algorithm) {
		return e.try(hintLowered)
	}
	return e
}

// formMessage is AWS's text, which repeats what the client sent.
func formMessage(flaw *sigv4.FormError) string {
	switch flaw.Fault {
	case sigv4.HeaderLacks:
		return headerMessage(flaw)
	case sigv4.QueryLacks:
		return "AWS query-string parameters must include '" + flaw.Missing[0] +
			"'. Re-examine the query-string parameters."
	case sigv4.OtherAlgorithm:
		return "Unsupported AWS 'algorithm': '" + flaw.Sent + "'."
	case sigv4.CredentialForm:
		return "Credential must have exactly 5 slash-delimited elements, " +
			"e.g. keyid/date/region/service/term, got '" + flaw.Sent + "'"
	case sigv4.DateForm:
		return "Date must be in ISO-8601 'basic format'. Got '" + flaw.Sent +
			"'. See http://en.wikipedia.org/wiki/ISO_8601"
	}
	return "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
}

// headerMessage names all that an Authorization header lacks.
func headerMessage(flaw *sigv4.FormError) string {
	var message string
	for _, name := range flaw.Missing {
		if name == "X-Amz-Date" {
			message += "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
			continue
		}
		message += "Authorization header requires '" + name + "' parameter. "
	}
	return message + "Authorization=" + flaw.Sent
}

// mismatch is for a signature that is not the request's.
func mismatch(m sigv4.Mismatch) *Error {
	e := refuse(signatureMismatch, "%s", m.Detail).because("A-206")
	e.Message = mismatchMessage
	if m.Mistakes == nil {
		return e.try(hintCompare)
	}
	for _, mistake := range m.Mistakes {
		e = e.also(mistake.Hint, mistake.Rules...)
	}
	return e
}

func tokenTooEarly() *Error {
	e := refuse(signatureMismatch, "%s stands before X-Amz-SignedHeaders in the query, "+
		"where AWS takes it for signed, and it is not", sigv4.SecurityToken).
		because("A-206", "A-196").try(hintTokenLast, "A-198")
	e.Message = mismatchMessage
	return e
}

func invalid(format string, args ...any) *Error {
	e := refuse(invalidToken, format, args...).because("A-206")
	e.Message = "The security token included in the request is invalid."
	return e
}

// wrongToken is invalid for a session token that was sent: AWS was seen to end that
// sentence without a full stop.
func wrongToken(format string, args ...any) *Error {
	e := invalid(format, args...)
	e.Message = "The security token included in the request is invalid"
	return e
}
