package rules

import (
	"errors"
	"fmt"
	"strings"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/neighbour"
	"github.com/suback/suback/emulator/policy"
)

// Actions that other services do
//
//   - they are sent to where the user says that the service is, and recorded where nothing
//     says so
//   - the role is asked first
//   - what fails is told in AWS's words: of S3 they are documented, of the others made
//     alike [R-130, guess]

// A call is an operation of a service that an action needs.
type call struct {
	neighbour.Request
	role   string
	needs  policy.Action // as "sqs:SendMessage"; "" asks no role
	on     string        // the ARN that the role needs it on
	doing  string        // as "put S3 object"
	where  string        // as `Action: s3, Bucket: b, Key: "k"`
	create string        // the command that makes what is missing
}

// send does what an action needs.
func (x *run) send(c call) (*neighbour.Answer, error) {
	s := x.services()
	if _, _, err := s.Find(x.ctx, c.Service); err != nil {
		return nil, err
	}
	if c.needs != "" { // else the caller asks, once it knows of what
		if err := x.mayDo(c.role, c.needs, c.on); err != nil {
			return nil, err
		}
	}
	answer, err := s.Call(x.ctx, c.Request)
	if err == nil || errors.Is(err, neighbour.ErrNowhere) {
		return answer, err
	}
	return nil, x.overdue(x.failed(c, err))
}

func (e *Engine) services() *neighbour.Services {
	if e.Services == nil {
		return nil
	}
	return e.Services()
}

// tellNowhere tells of an action whose service is nowhere, and why it is not where the
// configuration seems to say so.
func (x *run) tellNowhere(a *action, v values, err error) {
	service := a.name
	if service == "dynamoDBv2" {
		service = "dynamoDB"
	}
	why := strings.TrimPrefix(err.Error(), neighbour.ErrNowhere.Error())
	x.tellUnsent(a, v, why, cause.Cause{Hint: whereHint(service), Rules: []string{"R-150"}})
}

// A serviceFailure is that a service refused, or did not answer.
type serviceFailure struct {
	*refusal
	document string // what the error action gets
	cause    error
}

func (f *serviceFailure) Unwrap() []error { return []error{f.refusal, f.cause} }

// failed is what the user sees of an error, and what the error action gets.
func (x *run) failed(c call, err error) error {
	f := &serviceFailure{refusal: &refusal{text: err.Error(), rules: []string{"R-150"}}, cause: err}
	said, status := err.Error(), ""
	if e := new(neighbour.Error); errors.As(err, &e) {
		f.hint, said = hintOf(c, e), e.Reason()
		if x.rule.sends && e.Status != 0 && c.Service != "secretsManager" { // services say what they got
			without := *e
			without.Message = notShown
			f.text = without.Error()
		}
		if e.Status != 0 {
			status = fmt.Sprintf(" (Service: %s; Status Code: %d; Error Code: %s; Request ID: %s)",
				neighbour.Title(c.Service), e.Status, e.Code, e.RequestID)
		}
	} else {
		f.hint = "give the gateway AWS's credentials as the SDKs find them, in its environment or a profile"
	}
	f.document = fmt.Sprintf("Failed to %s. The error received was %s%s. Message arrived on: %s, %s",
		c.doing, said, status, x.topic, c.where)
	return f
}

// hintOf says what to do about an error.
func hintOf(c call, e *neighbour.Error) string {
	switch {
	case e.Status == 0:
		return fmt.Sprintf("%s says that %s is at %s: see that it runs there, or say where it is",
			e.By, c.Service, e.Endpoint)
	case missing(e) && c.create != "":
		return fmt.Sprintf("make it first: aws --endpoint-url %s %s", e.Endpoint, c.create)
	}
	return fmt.Sprintf("this is %s's own answer, at %s, which %s names: mend what the action sends, %s",
		c.Service, e.Endpoint, e.By, c.where)
}

// missing reports whether an error is that something does not exist.
func missing(e *neighbour.Error) bool {
	for _, part := range []string{"NotFound", "NonExistent", "NoSuch", "DoesNotExist"} {
		if strings.Contains(e.Code, part) {
			return true
		}
	}
	return false
}

// document is what the error action gets of an error.
func document(err error) string {
	if f := new(serviceFailure); errors.As(err, &f) {
		return f.document
	}
	return err.Error()
}

// arn is that of something of the account's.
func (x *run) arn(service, name string) string {
	r := x.Registry
	return strings.Join([]string{"arn", r.Partition(), service, r.Region(), r.Account(), name}, ":")
}
