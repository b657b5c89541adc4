package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/suback/suback/emulator/registry"
)

// The services beside AWS IoT
//
//   - AWS Lambda and AWS Certificate Manager, as far as custom authorizers and
//     domain configurations need them; what is left out answers 501 with its
//     name
//   - they validate as AWS IoT does, under another name: ValidationException,
//     members in lower case

// An api is one of them.
type api struct {
	*service
	signs  string // the service of its signatures
	model  *model
	routes routes // by path; none if X-Amz-Target names the operation
	table  operations
}

func newAPI(s *service, signs string) *api {
	m := readModel(signs)
	return &api{service: s, signs: signs, model: m, routes: newRoutes(m)}
}

// read returns the body of a signed request.
func (a *api) read(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, refuse("RequestEntityTooLargeException", "Request must be smaller than %d bytes",
			tooLarge.Limit)
	case err != nil:
		return nil, refuse("SerializationException", "the body could not be read: %v", err)
	}
	return body, a.checkSignature(r, body, a.signs)
}

// operation finds what is done for a name.
func (a *api) operation(name string) (*modelOperation, operation, error) {
	op, known := a.model.Operations[name]
	call, done := a.table[name]
	switch {
	case !known:
		return nil, call, refuse("UnknownOperationException", "there is no operation %s", name)
	case !done:
		return nil, call, refuse("NotImplementedException", "%s is not implemented by the emulator", name)
	}
	return op, call, nil
}

// do validates an input and calls the operation with it.
func (a *api) do(ctx context.Context, op *modelOperation, call operation, in values) (any, error) {
	if err := a.validate(op, in); err != nil {
		return nil, err
	}
	input, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	return call.do(ctx, input)
}

// validate is the model's, in the words of these services.
func (a *api) validate(op *modelOperation, in values) error {
	found := a.model.structure("", a.model.input(op), in)
	if len(found) == 0 {
		return nil
	}
	texts := make([]string, len(found))
	for i, f := range found {
		texts[i] = fmt.Sprintf("Value at '%s' failed to satisfy constraint: %s", lowerPath(f.path), f.constraint)
	}
	errors := "errors"
	if len(found) == 1 {
		errors = "error"
	}
	return refuse("ValidationException", "%d validation %s detected: %s", len(found), errors,
		strings.Join(texts, "; "))
}

// lowerPath turns Environment.Variables into environment.variables.
func lowerPath(path string) string {
	steps := strings.Split(path, ".")
	for i, step := range steps {
		if step != "" {
			steps[i] = lowerFirst(step)
		}
	}
	return strings.Join(steps, ".")
}

// encode writes JSON without a line feed.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// renamed gives an error of the registry the name that it has in another service;
// those without one keep their own.
func renamed(err error, names map[string]string) *exception {
	e := *asException(err)
	if name, ok := names[e.name]; ok {
		e.name = name
	}
	return &e
}

// codeOf is the registry's name of an error, "" for none.
func codeOf(err error) string {
	var e *registry.Error
	switch {
	case !errors.As(err, &e):
		return ""
	case e.Code == "":
		return registry.InvalidRequest
	}
	return e.Code
}
