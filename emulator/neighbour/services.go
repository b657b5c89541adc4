package neighbour

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
)

// Options are what Services need.
type Options struct {
	// Endpoints say where services are, by name, as [CheckEndpoint] has it; the environment
	// and the profile say it of those that are not among them.
	Endpoints map[string]string

	Region    string // that requests are signed for, as "us-east-1"
	Partition string // of AWS's own, as "aws"
}

// Services are the services of AWS beside the gateway. Nothing is read or connected before
// the first is asked for. Methods are safe for concurrent use; of a nil Services all are
// nowhere.
type Services struct {
	Options
	local, atAWS func() (aws.Config, error)
	client       func() *http.Client
	made         atomic.Pointer[http.Client] // nil: nobody has called
}

// New returns services.
func New(o Options) *Services {
	s := &Services{Options: o}
	s.local = sync.OnceValues(func() (aws.Config, error) { return load(o.Region, imds.ClientDisabled) })
	s.atAWS = sync.OnceValues(func() (aws.Config, error) {
		return load(o.Region, imds.ClientDefaultEnableState)
	})
	s.client = sync.OnceValue(s.newClient)
	return s
}

// Close closes connections that nobody uses; calls are ended by their own contexts.
func (s *Services) Close() {
	if s == nil {
		return
	}
	if c := s.made.Load(); c != nil {
		c.CloseIdleConnections()
	}
}

// newClient takes certificates and proxies over from the SDK's own client, and follows
// nobody elsewhere.
func (s *Services) newClient() *http.Client {
	c, _ := s.local()
	buildable, ok := c.HTTPClient.(*awshttp.BuildableClient)
	if !ok {
		buildable = awshttp.NewBuildableClient()
	}
	client := &http.Client{Transport: buildable.GetTransport(),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	s.made.Store(client)
	return client
}

// credentialsTime is how long credentials are looked for.
const credentialsTime = 3 * time.Second

// credentials are those that the SDK finds, or test and test for who need not care.
func (s *Services) credentials(ctx context.Context, p place) (aws.Credentials, error) {
	ctx, cancel := context.WithTimeout(ctx, credentialsTime)
	defer cancel()
	read := s.local
	if p.aws {
		read = s.atAWS
	}
	c, err := read()
	var found aws.Credentials
	if err == nil && c.Credentials != nil {
		found, err = c.Credentials.Retrieve(ctx)
	}
	switch {
	case err == nil && found.HasKeys():
		return found, nil
	case !p.aws:
		return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
	case err == nil:
		return found, errors.New("no AWS credentials")
	}
	return found, fmt.Errorf("no AWS credentials: %w", err)
}
