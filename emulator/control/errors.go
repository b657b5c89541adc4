package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

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
}

func (e *exception) Error() string { return e.name + ": " + e.message }

func refuse(name, format string, args ...any) error {
	return &exception{name: name, message: fmt.Sprintf(format, args...)}
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
	status := statusOutsideModel(e.name)
	body := map[string]string{"message": e.message}
	if shape, ok := s.model.Shapes[e.name]; ok && shape.Status != 0 {
		status = shape.Status
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

// report tells of what is not here, once it has been asked for.
func (s *service) report(r *http.Request, err error) {
	if e := asException(err); e.name == "NotImplementedException" && s.NotImplemented != nil {
		s.NotImplemented(r, e.message)
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
		return &exception{name, sentence(r), r.ResourceID, r.ResourceARN}
	}
	return &exception{name: "InternalFailureException", message: err.Error()}
}

func missingFeature(member string) error {
	return refuse("NotImplementedException", "%s of a function is not implemented by the emulator", member)
}
