package lambda

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
)

// NewAWS is the function with this ARN, on AWS: in the ARN's region, with the
// credentials that the SDK finds in the environment, the shared files or the
// machine's role. What the SDK reads of endpoints, AWS_ENDPOINT_URL_LAMBDA for
// one, counts.
//
// An error is the ARN's or that of the SDK's configuration; nothing is called
// yet.
func NewAWS(arn string) (*Remote, error) {
	parts := strings.Split(arn, ":")
	if len(parts) < 7 || parts[0] != "arn" || parts[2] != "lambda" || parts[3] == "" || parts[5] != "function" {
		return nil, fmt.Errorf("arn %q, want arn:aws:lambda:<region>:<account>:function:<name>", arn)
	}
	return newRemote(arn, "", config.WithRegion(parts[3]))
}

// orTest is for an endpoint that is not AWS's, which need not care.
func orTest(found aws.CredentialsProvider) aws.CredentialsProvider {
	return aws.NewCredentialsCache(
		aws.CredentialsProviderFunc(func(ctx context.Context) (aws.Credentials, error) {
			if found != nil {
				if c, err := found.Retrieve(ctx); err == nil {
					return c, nil
				}
			}
			return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test", Source: "suback"}, nil
		}))
}

// An httpClient reads answers whole, up to a bound.
type httpClient struct {
	*http.Client
	mends bool // the answers of endpoints
}

// newHTTPClient takes certificates and proxies over from the SDK's own client,
// which cannot be closed.
func newHTTPClient(sdk aws.HTTPClient) *httpClient {
	buildable, ok := sdk.(*awshttp.BuildableClient)
	if !ok {
		buildable = awshttp.NewBuildableClient()
	}
	transport := buildable.GetTransport()
	transport.MaxIdleConnsPerHost = 100
	return &httpClient{Client: &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Do implements [aws.HTTPClient].
func (c *httpClient) Do(req *http.Request) (*http.Response, error) {
	resp, err := c.Client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxPayload+1))
	switch {
	case err != nil:
		return nil, &url.Error{Op: req.Method, URL: req.URL.String(), Err: err}
	case len(body) > maxPayload:
		return nil, &FunctionError{
			Type: "Function.ResponseSizeTooLarge",
			Message: fmt.Sprintf("Response payload size exceeded maximum allowed payload size (%d bytes).",
				maxPayload),
		}
	case c.mends:
		mend(resp, body)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}
