package control

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	lambdasdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/suback/suback/emulator/lambda"
	"github.com/suback/suback/emulator/registry"
)

// A workshop runs functions as their handlers are named: echo, print, fail,
// throttle, break.
type workshop struct {
	mu      sync.Mutex
	put     map[string]registry.Function // by name, as last put
	deleted []string
	started chan lambda.Invocation
}

func (w *workshop) functions() *Functions {
	return &Functions{
		Put: func(f registry.Function, archive []byte, store func(registry.Function) error) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			if bytes.Contains(archive, []byte("too much")) {
				return errors.New("the archive is too much")
			}
			f.Configuration.Code = "/code/" + f.FunctionName
			if err := store(f); err != nil {
				return err
			}
			w.put[f.FunctionName] = f
			return nil
		},
		Invoke: w.invoke,
		Start:  func(in lambda.Invocation) { w.started <- in },
		Delete: func(f registry.Function) error {
			w.deleted = append(w.deleted, f.FunctionName)
			return nil
		},
	}
}

func (w *workshop) invoke(_ context.Context, in lambda.Invocation) ([]byte, error) {
	w.mu.Lock()
	f := w.put[in.FunctionARN[strings.LastIndex(in.FunctionARN, ":")+1:]]
	w.mu.Unlock()
	switch f.Configuration.Handler {
	case "index.print":
		io.WriteString(in.Log, strings.Repeat("x", 5000)+"\nthe end\n")
	case "index.fail":
		return nil, &lambda.FunctionError{Type: "Error", Message: "no <luck>", Trace: []string{"Error: no <luck>", "at x"}}
	case "index.throttle":
		return nil, &lambda.FunctionError{Type: "TooManyRequestsException", Message: "Rate Exceeded: 1"}
	case "index.break":
		return nil, errors.New("the wire is cut")
	}
	return in.Event, nil
}

type lambdaBench struct {
	*bench
	*lambdasdk.Client
	shop *workshop
}

// newLambdaBench has a function "named" that is only a name.
func newLambdaBench(t *testing.T) lambdaBench {
	shop := &workshop{put: map[string]registry.Function{}, started: make(chan lambda.Invocation, 1)}
	b := newBench(t, func(o *Options) { o.Functions = shop.functions() })
	must[registry.Function](t)(b.registry.PutFunction(registry.Function{FunctionName: "named"}))
	return lambdaBench{b, lambdasdk.New(lambdasdk.Options{Region: "us-east-1", BaseEndpoint: &b.url, HTTPClient: b.http, RetryMaxAttempts: 1,
		Credentials: aws.CredentialsProviderFunc(testKeys)}), shop}
}

func zipOf(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.CreateHeader(&zip.FileHeader{Name: "index.js"}) // not compressed
	if err == nil {
		_, err = io.WriteString(w, text)
	}
	if err = errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const (
	lambdaRole = "arn:aws:iam::000000000000:role/lambda"
	lambdaARN  = "arn:aws:lambda:us-east-1:000000000000:function:"
)

// creation is a good request for a function.
func creation(t *testing.T, name string, change ...func(*lambdasdk.CreateFunctionInput)) *lambdasdk.CreateFunctionInput {
	in := &lambdasdk.CreateFunctionInput{FunctionName: &name, Runtime: "nodejs22.x", Role: str(lambdaRole), Handler: str("index.echo"),
		Code: &types.FunctionCode{ZipFile: zipOf(t, "x")}}
	for _, f := range change {
		f(in)
	}
	return in
}

// made creates a function with a handler.
func (b lambdaBench) made(t *testing.T, name, handler string) {
	t.Helper()
	must[*lambdasdk.CreateFunctionOutput](t)(b.CreateFunction(ctx,
		creation(t, name, func(in *lambdasdk.CreateFunctionInput) { in.Handler = &handler })))
}

// unknown is how a function is refused that is not there.
func unknown(name string) refusal { return none404("Function not found: " + lambdaARN + name) }

func TestLambdaWithoutAnOperation(t *testing.T) {
	b := newLambdaBench(t)
	_, err := b.PublishVersion(ctx, &lambdasdk.PublishVersionInput{FunctionName: str("named")})
	wants(t, "version", err, refusal{501, "NotImplementedException", "PublishVersion is not implemented by the emulator"},
		"issue: 501 by name")
	_, err = b.ListLayers(ctx, &lambdasdk.ListLayersInput{})
	wants(t, "layers, not below functions", err, refusal{501, "NotImplementedException", "ListLayers is not implemented by the emulator"},
		"issue: 501 by name")
	scope := "Authorization: " + strings.Replace(authorization, "/iot/", "/lambda/", 1)
	for _, tt := range []struct {
		name, method, path, body, header string
		status                           int
		kind, want                       string
	}{
		{"no such path", "GET", "/2015-03-31/functions/x/y/z", "", scope, 404, "UnknownOperationException", `"Type":"User"`},
		{"no JSON", "POST", "/2015-03-31/functions", "{", scope, 400, "InvalidRequestContentException", "no JSON"},
		{"no signature", "GET", "/2015-03-31/functions", "", "X: y", 403, "MissingAuthenticationTokenException", "Missing Authentication Token"},
		{"capital Message", "GET", "/2015-03-31/functions/x", "", scope, 404, "ResourceNotFoundException", `{"Message":"Function not found: ` +
			lambdaARN + `x","Type":"User"}`},
	} {
		status, header, body := b.raw(tt.method, tt.path, tt.body, tt.header)
		if status != tt.status || header.Get("x-amzn-ErrorType") != tt.kind || !strings.Contains(body, tt.want) {
			t.Errorf("%s: got %d %s %s, want %d %s %s (A-356)", tt.name, status, header.Get("x-amzn-ErrorType"), body, tt.status, tt.kind, tt.want)
		}
	}
}

// A function is named in several ways.
func TestFunctionRef(t *testing.T) {
	b := newLambdaBench(t)
	for _, tt := range []struct {
		name      string
		qualifier *string
		want      refusal
		source    string
	}{
		{"named", nil, good, "API:GetFunction"},
		{"named", str("$LATEST"), good, "API:GetFunction"},
		{"named:$LATEST", nil, good, "API:GetFunction"},
		{"000000000000:function:named", nil, good, "API:GetFunction"},
		{lambdaARN + "named", nil, good, "API:GetFunction"},
		{lambdaARN + "named:$LATEST", nil, good, "API:GetFunction"},
		{"named:live", nil, unknown("named:live"), "emulator: no aliases"},
		{"named", str("7"), unknown("named:7"), "emulator: no versions"},
		{"other", nil, unknown("other"), "A-356"},
		{strings.Replace(lambdaARN, "us-east-1", "eu-west-1", 1) + "named", nil, none404("Function not found: arn:aws:lambda:eu-west-1"),
			"A-356"},
		{"a b", nil, bad400("ValidationException", "1 validation error detected: Value at 'functionName' failed to satisfy constraint"), "A-355"},
	} {
		_, err := b.GetFunction(ctx, &lambdasdk.GetFunctionInput{FunctionName: &tt.name, Qualifier: tt.qualifier})
		wants(t, tt.name, err, tt.want, tt.source)
		_, err = b.GetFunctionConfiguration(ctx, &lambdasdk.GetFunctionConfigurationInput{FunctionName: &tt.name, Qualifier: tt.qualifier})
		wants(t, tt.name+": configuration", err, tt.want, tt.source)
	}
}

func TestServesOthers(t *testing.T) {
	h := New(Options{})
	for _, tt := range []struct {
		host, path, scope, target string
		want                      string
	}{
		{"localhost:4566", "/", "acm", "", "acm"},
		{"localhost:4566", "/2015-03-31/functions/x/invocations", "lambda", "", "lambda"},
		{"localhost:4566", "/2018-10-31/layers", "lambda", "", "lambda"},
		{"localhost:4566", "/", "sqs", "CertificateManager.ListCertificates", ""},
		{"localhost:4566", "/", "", "CertificateManager.ListCertificates", "acm"},
		{"localhost:4566", "/2015-03-31/functions", "", "", "lambda"},
		{"localhost:4566", "/2015-03-31/functionsx", "", "", ""},
		{"lambda.us-east-1.amazonaws.com", "/", "", "", "lambda"},
		{"acm.us-east-1.amazonaws.com:443", "/", "", "", "acm"},
		{"lambda", "/", "", "", ""},
	} {
		r, err := http.NewRequest("POST", "http://"+tt.host+tt.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Amz-Target", tt.target)
		if tt.scope != "" {
			r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/"+tt.scope+
				"/aws4_request, SignedHeaders=host, Signature=0")
		}
		if got := serviceOf(r); got != tt.want || h.Serves(r) != (tt.want != "") {
			t.Errorf("%s: got %q, want %q (SigV4 scope, AWS's hosts)", fmt.Sprint(tt), got, tt.want)
		}
	}
}
