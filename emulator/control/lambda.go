package control

import (
	"context"
	"encoding/base64"
	"net/http"
	"sync"

	"github.com/suback/suback/emulator/lambda"
	"github.com/suback/suback/emulator/registry"
)

// AWS Lambda
//
//   - what a custom authorizer needs: functions of zip archives for Node.js and
//     Python, their permissions, and invoking them; the rest answers 501 with its
//     name, and so does what would change how a function runs
//   - a function may be named by its name, its ARN or <account>:function:<name>;
//     there are no versions and aliases but $LATEST
//   - an error has its name in x-amzn-ErrorType, and Type and message in the body

// Functions run what Lambda's API makes. All of it may be called concurrently.
type Functions struct {
	// Put has a function run as f.Configuration says from now on, and no longer
	// as before. archive is its zip archive; nil keeps the code it has. store
	// keeps f, with Configuration.Code set, in the registry; until it has, the
	// function is as before, and stays so after an error, which says what is wrong
	// with the archive or is that of store.
	Put func(f registry.Function, archive []byte, store func(registry.Function) error) error

	// Invoke runs a function; its error is a *lambda.FunctionError if the
	// function failed.
	Invoke func(context.Context, lambda.Invocation) (answer []byte, err error)

	// Start runs a function without waiting for it.
	Start func(lambda.Invocation)

	// Delete ends what runs a function and removes its code.
	Delete func(f registry.Function) error
}

// MaxLambdaBody is AWS's limit for a request, in bytes: 50 MB of code in base64.
const MaxLambdaBody = 70_167_211

// A lambdaAPI changes functions one at a time.
type lambdaAPI struct {
	*api
	changing sync.Mutex
}

func newLambda(s *service) *lambdaAPI {
	l := &lambdaAPI{api: newAPI(s, lambdaService)}
	l.table = operations{
		"AddPermission":               register(l.addPermission),
		"RemovePermission":            register(l.removePermission),
		"GetPolicy":                   register(l.getFunctionPolicy),
		"CreateFunction":              register(l.createFunction),
		"UpdateFunctionCode":          register(l.updateFunctionCode),
		"UpdateFunctionConfiguration": register(l.updateFunctionConfiguration),
		"GetFunction":                 register(l.getFunction),
		"GetFunctionConfiguration":    register(l.getFunctionConfiguration),
		"ListFunctions":               register(l.listFunctions),
		"DeleteFunction":              register(l.deleteFunction),
		"Invoke":                      register(l.invoke),

		"ListVersionsByFunction":       register(l.listVersions),
		"GetFunctionCodeSigningConfig": register(l.getCodeSigning),
		"GetFunctionConcurrency":       register(l.getConcurrency),
		"ListTags":                     register(l.listFunctionTags),
		"TagResource":                  register(l.tagFunction),
		"UntagResource":                register(l.untagFunction),
	}
	return l
}

// serveLambda answers one call.
func (l *lambdaAPI) serveLambda(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if err := l.lambda(w, r); err != nil {
		l.report(r, err)
		l.writeLambdaError(w, err)
	}
}

func (l *lambdaAPI) lambda(w http.ResponseWriter, r *http.Request) error {
	name, labels, ok := l.routes.find(r.Method, r.URL.EscapedPath())
	if err := l.mayRun(name, r); err != nil {
		return err
	}
	body, err := l.read(w, r, MaxLambdaBody)
	if err != nil {
		return err
	}
	if !ok {
		return refuse("UnknownOperationException", "there is no operation %s %s", r.Method, r.URL.Path)
	}
	op, call, err := l.operation(name)
	if err != nil {
		return err
	}
	payload := body
	if name == "Invoke" { // its body is the event, whatever that is
		body = nil
	}
	in, err := l.model.collect(op, r, labels, body)
	if err != nil {
		return err
	}
	if name == "Invoke" {
		in["Payload"] = base64.StdEncoding.EncodeToString(payload)
	}
	out, err := l.do(r.Context(), op, call, in)
	if err != nil {
		return err
	}
	if answer, ok := out.(invokeOutput); ok {
		answer.write(w)
		return nil
	}
	return l.writeAnswer(w, name, op, out)
}

// mayRun lets everybody ask about permissions, which run and read no code.
func (l *lambdaAPI) mayRun(operation string, r *http.Request) error {
	switch operation {
	case "AddPermission", "RemovePermission", "GetPolicy":
		return nil
	}
	if l.MayRun == nil {
		return nil
	}
	if err := l.MayRun(r); err != nil {
		return refuse("AccessDeniedException", "%v", err)
	}
	return nil
}

func (l *lambdaAPI) writeAnswer(w http.ResponseWriter, name string, op *modelOperation, out any) error {
	answer, err := l.model.encode(op, out)
	if err != nil {
		return err
	}
	switch name {
	case "CreateFunction", "AddPermission":
		w.WriteHeader(http.StatusCreated)
	case "DeleteFunction", "RemovePermission", "TagResource", "UntagResource":
		w.WriteHeader(http.StatusNoContent)
	}
	w.Write(answer) // an error means that the client has gone
	return nil
}

// lambdaNames are Lambda's names of the registry's errors.
var lambdaNames = map[string]string{
	registry.InvalidRequest:    badParameter,
	registry.AlreadyExists:     resourceConflict,
	"SerializationException":   "InvalidRequestContentException",
	"InternalFailureException": "ServiceException",
}

func (l *lambdaAPI) writeLambdaError(w http.ResponseWriter, err error) {
	e := renamed(err, lambdaNames)
	status, text, kind := statusOutsideModel(e.name), "message", "User"
	if shape, ok := l.model.Shapes[e.name]; ok && shape.Status != 0 {
		status = shape.Status
		if _, capital := shape.Members["Message"]; capital {
			text = "Message"
		}
	} else if e.name == "ValidationException" {
		status = http.StatusBadRequest
	}
	if e.name == "ServiceException" {
		kind = "Service"
	}
	w.Header().Set("x-amzn-ErrorType", e.name)
	w.WriteHeader(status)
	body, _ := encode(map[string]string{"Type": kind, text: e.message}) // never fails
	w.Write(body)
}
