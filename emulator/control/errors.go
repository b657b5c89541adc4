package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/registry"
)

// Errors
//
//   - the exception's name is in x-amzn-ErrorType, its sentence in the body; the
//     status is the model's
//   - a conflict says what exists already, where the model has it

const (
	invalidRequest = "InvalidRequestException"
	notFound       = "ResourceNotFoundException"
	alreadyExists  = "ResourceAlreadyExistsException"
	unauthorized   = "UnauthorizedException"
)

// An exception is an error that the client is told.
type exception struct {
	name, message           string
	resourceID, resourceARN string

	why cause.Cause // what the message keeps to itself, for the trace
}

func (e *exception) Error() string { return e.name + ": " + e.message }

func refuse(name, format string, args ...any) *exception {
	return &exception{name: name, message: fmt.Sprintf(format, args...)}
}

// because says in the trace what AWS's message keeps to itself, and what to do.
func (e *exception) because(rule, hint, format string, args ...any) *exception {
	e.why = cause.Cause{Detail: fmt.Sprintf(format, args...), Hint: hint, Rules: []string{rule}}
	return e
}

// statusOutsideModel is that of an exception that belongs to no operation.
func statusOutsideModel(name string) int {
	switch name {
	case "SerializationException":
		return http.StatusBadRequest
	case "RequestEntityTooLargeException":
		return http.StatusRequestEntityTooLarge
	case "MissingAuthenticationTokenException", "IncompleteSignatureException", "InvalidSignatureException",
		"UnrecognizedClientException", "ExpiredTokenException", "AccessDeniedException":
		return http.StatusForbidden
	case "UnknownOperationException":
		return http.StatusNotFound
	case "NotImplementedException":
		return http.StatusNotImplemented
	}
	return http.StatusInternalServerError
}

func (s *service) writeError(w http.ResponseWriter, err error) {
	e := asException(err)
	status := s.statusOf(e)
	body := map[string]string{"message": e.message}
	if shape, ok := s.model.Shapes[e.name]; ok && shape.Status != 0 {
		for name, value := range map[string]string{"resourceId": e.resourceID, "resourceArn": e.resourceARN} {
			if _, has := shape.Members[name]; has && value != "" {
				body[name] = value
			}
		}
	}
	w.Header().Set("x-amzn-ErrorType", e.name)
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body) // an error means that the client has gone
}

func (s *service) statusOf(e *exception) int {
	if shape, ok := s.model.Shapes[e.name]; ok && shape.Status != 0 {
		return shape.Status
	}
	return statusOutsideModel(e.name)
}

// report tells of what is not here, once it has been asked for, and of what AWS's words do not say.
func (s *service) report(r *http.Request, err error) {
	switch e := asException(err); {
	case e.name == "NotImplementedException" && s.NotImplemented != nil:
		s.NotImplemented(r, e.message)
	case e.why.Detail != "" && s.Refused != nil:
		why := e.why
		why.Reason = e.name
		s.Refused(r, s.statusOf(e), why)
	}
}

// asException makes AWS's error of ours. What is unforeseen is AWS's failure,
// and its text ours to find.
func asException(err error) *exception {
	var e *exception
	var r *registry.Error
	switch {
	case errors.As(err, &e):
		return e
	case errors.As(err, &r):
		name := r.Code
		if name == "" {
			name = invalidRequest
		}
		return &exception{name, sentence(r), r.ResourceID, r.ResourceARN, why(r)}
	}
	return &exception{name: "InternalFailureException", message: err.Error()}
}

func missingFeature(member string) error {
	return refuse("NotImplementedException", "%s of a function is not implemented by the emulator", member)
}
