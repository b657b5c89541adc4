package lambda

// Functions that run elsewhere, behind Lambda's Invoke API
//
//   - on AWS (aws.go) or at an endpoint (endpoint.go)
//   - one attempt [A-141, guess], which ends with the context
//   - what the header X-Amz-Function-Error marks is a *FunctionError, and so is
//     throttling; anything else is an error in the service's own words
//   - an answer beyond 6 MB is not read

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	awslambda "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/smithy-go"
)

// credentialsTime is how long credentials are looked for: less than a caller's
// patience, so that their lack is told from a slow function.
const credentialsTime = 3 * time.Second

// A Remote is a Runner of a function elsewhere. Safe for concurrent use.
type Remote struct {
	function string // name or ARN
	endpoint string // empty: AWS's, or what the SDK's configuration says
	client   *awslambda.Client
	http     *httpClient
	known    atomic.Pointer[string] // the name that the endpoint turned out to know
	*gate
}

// newRemote reads the SDK's configuration.
func newRemote(function, endpoint string, o ...func(*config.LoadOptions) error) (*Remote, error) {
	c, err := config.LoadDefaultConfig(context.Background(), o...)
	if err != nil {
		return nil, fmt.Errorf("AWS configuration: %w", err)
	}
	r := &Remote{function: function, endpoint: endpoint, http: newHTTPClient(c.HTTPClient), gate: newGate()}
	r.client = awslambda.NewFromConfig(c, func(o *awslambda.Options) {
		o.HTTPClient = r.http
		o.Retryer = aws.NopRetryer{} // [A-141, guess]
		if endpoint != "" {
			o.BaseEndpoint = &endpoint
		}
		if o.BaseEndpoint != nil {
			o.Credentials = orTest(o.Credentials)
		}
		r.http.mends = o.BaseEndpoint != nil
	})
	return r, nil
}

// Invoke implements [Runner]. The request id is the other side's.
func (r *Remote) Invoke(ctx context.Context, in Invocation) ([]byte, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if !r.enter() {
		return nil, errClosed
	}
	defer r.running.Done()
	defer context.AfterFunc(r.closed, cancel)()

	body, err := r.invoke(ctx, in)
	switch {
	case err == nil:
		return body, nil
	case r.closed.Err() != nil:
		return nil, errClosed
	case ctx.Err() != nil:
		return nil, fmt.Errorf("function %s has not answered: %w", r.function, ctx.Err())
	}
	return nil, explain(err)
}

func (r *Remote) invoke(ctx context.Context, in Invocation) ([]byte, error) {
	if err := r.findCredentials(ctx); err != nil {
		return nil, err
	}
	name := r.name(in)
	body, err := r.call(ctx, name, in.Event)
	if r.endpoint == "" || r.known.Load() != nil || !unknownPath(err) {
		return body, err
	}
	body, retried := r.call(ctx, emulatorName, in.Event)
	if unknownPath(retried) {
		return nil, fmt.Errorf("%w (for functions %q and %q)", explain(err), name, emulatorName)
	}
	known := emulatorName
	r.known.Store(&known)
	return body, retried
}

// name is what the Invoke API gets.
func (r *Remote) name(in Invocation) string {
	switch known := r.known.Load(); {
	case known != nil:
		return *known
	case r.endpoint == "" && in.FunctionARN != "": // with the version or alias that the caller wants
		return in.FunctionARN
	}
	return r.function
}

func (r *Remote) call(ctx context.Context, name string, event []byte) ([]byte, error) {
	out, err := r.client.Invoke(ctx, &awslambda.InvokeInput{FunctionName: &name, Payload: event})
	if err != nil {
		return nil, err
	}
	if out.FunctionError != nil {
		return nil, parseFailure(out.Payload, "")
	}
	return out.Payload, nil
}

func (r *Remote) findCredentials(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, credentialsTime)
	defer cancel()
	if _, err := r.client.Options().Credentials.Retrieve(ctx); err != nil {
		return fmt.Errorf("no AWS credentials: %w", err)
	}
	return nil
}

const throttled = "TooManyRequestsException"

// explain keeps of the SDK's error what the service or the network said.
func explain(err error) error {
	var fault *FunctionError
	var said smithy.APIError
	var answer *awshttp.ResponseError
	var sending *url.Error
	switch {
	case errors.As(err, &fault):
		return fault
	case errors.As(err, &said) && said.ErrorCode() == throttled:
		return &FunctionError{Type: throttled, Message: said.ErrorMessage()}
	case errors.As(err, &sending):
		return sending
	case errors.As(err, &answer) && answer.HTTPResponse() != nil && answer.HTTPResponse().Response != nil:
		text := fmt.Sprintf("%s answered %s", answer.Response.Request.URL.Host, answer.Response.Status)
		if errors.As(err, &said) && said.ErrorCode() != "UnknownError" {
			text += fmt.Sprintf(": %s: %s", said.ErrorCode(), said.ErrorMessage())
		}
		return errors.New(text)
	}
	return err
}

// Close implements [Runner].
func (r *Remote) Close() error {
	r.shut()
	r.running.Wait()
	r.http.CloseIdleConnections()
	return nil
}
