package sigv4

import (
	"fmt"
	"strings"
)

// A FormError says why a signature cannot be read. Its text repeats nothing of what
// was sent.
type FormError struct {
	Fault   Fault
	Missing []string // of QueryLacks and HeaderLacks: what is not there, in AWS's order
	Sent    string   // what is there instead, as it was sent: it may be secret
}

// A Fault is a kind of FormError.
type Fault int

// The kinds, in the order in which they are looked for.
const (
	NotSigned      Fault = iota // there is neither header nor query of a signature
	HeaderLacks                 // Sent is all of Authorization
	QueryLacks                  // Missing is one
	OtherAlgorithm              // of the query
	CredentialForm              // other than of five parts
	DateForm                    // other than TimeFormat
	HostNotSigned
)

func (e *FormError) Error() string {
	switch e.Fault {
	case HeaderLacks:
		absent := strings.Replace(strings.Join(e.Missing, ", "), amzDate, "the time in "+amzDate, 1)
		return "the signature in the header lacks " + absent
	case QueryLacks:
		return "the query lacks " + strings.Join(e.Missing, ", ")
	case OtherAlgorithm:
		return "X-Amz-Algorithm is another one, want " + Algorithm
	case CredentialForm:
		return fmt.Sprintf("the credential has %d parts between its slashes, "+
			"want <access key id>/<date>/<region>/<service>/%s",
			1+strings.Count(e.Sent, "/"), Terminator)
	case DateForm:
		return amzDate + " is of another form, want " + TimeFormat
	case HostNotSigned:
		return "the header host is not signed"
	}
	return "the request is not signed"
}
