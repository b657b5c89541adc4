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
	"github.com/aws/aws-sdk-go-v2/config"
)

// Options are what Services need.
type Options struct {
	// Endpoints say where services are, by name, as [CheckEndpoint] has it; the environment
	// and the profile say it of those that are not among them.
	Endpoints map[string]string

	Region    string // that requests are signed for, as "us-east-1"
	Partition string // of AWS's own, as "aws"

	// AWS is for a tool whose user named AWS: a service of which neither Endpoints nor the
	// SDKs' configuration says where it is, is AWS's own. In a gateway it must be false.
	AWS bool
	// Hosts are names of AWS's own that only an account knows, by service: of iotData what
	// DescribeEndpoint says.
	Hosts map[string]string
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
	s.local = sync.OnceValues(func() (aws.Config, error) { return loadLocal(o.Region) })
	s.atAWS = sync.OnceValues(func() (aws.Config, error) { return loadAtAWS(o.Region) })
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

// credentials are those that the SDK finds at AWS's own; elsewhere those that are written down,
// or test and test for who need not care.
func (s *Services) credentials(ctx context.Context, p place) (aws.Credentials, error) {
	if !p.aws {
		return s.written(), nil
	}
	ctx, cancel := context.WithTimeout(ctx, credentialsTime)
	defer cancel()
	c, err := s.atAWS()
	var found aws.Credentials
	if err == nil && c.Credentials != nil {
		found, err = c.Credentials.Retrieve(ctx)
	}
	switch {
	case err == nil && found.HasKeys():
		return found, nil
	case err == nil:
		return found, errors.New("no AWS credentials")
	}
	return found, fmt.Errorf("no AWS credentials: %w", err)
}

// written are the keys in the environment's variables, or else in the profile itself. Those of a
// role, of SSO, of a process or of a container are somebody's to ask for, which nobody is for a
// service beside the gateway.
func (s *Services) written() aws.Credentials {
	c, _ := s.local()
	var profile aws.Credentials
	for _, source := range c.ConfigSources {
		switch of := source.(type) {
		case config.EnvConfig:
			if of.Credentials.HasKeys() {
				return of.Credentials
			}
		case config.SharedConfig:
			if of.RoleARN == "" && of.Source == nil {
				profile = of.Credentials
			}
		}
	}
	if profile.HasKeys() {
		return profile
	}
	return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}
}
