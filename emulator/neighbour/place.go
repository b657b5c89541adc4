package neighbour

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/smithy-go/logging"
)

// Where a service is
//
//   - what suback.yaml says; "aws" there is AWS's own, with the SDK's credentials
//   - else, as the SDKs have it: AWS_ENDPOINT_URL_<SERVICE>, the services section of the
//     profile, AWS_ENDPOINT_URL, endpoint_url of the profile; none of them if
//     AWS_IGNORE_CONFIGURED_ENDPOINT_URLS says so
//   - else nowhere

// AtAWS is the endpoint that opens the door to AWS's own.
const AtAWS = "aws"

// ErrNowhere is that nothing says where a service is.
var ErrNowhere = errors.New("nothing says where the service is")

// A place is where a service is.
type place struct {
	url string // without a slash at its end
	by  string // what says so, for people
	aws bool
	all bool // it is said of all services at once
}

// CheckEndpoint says what is wrong with an endpoint: want is what it should be; "" if it is
// none the less.
func CheckEndpoint(endpoint string) (want string) {
	if endpoint == AtAWS {
		return ""
	}
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil ||
		u.RawQuery != "" || u.Fragment != "" {
		return "http://<host>:<port>, or aws for AWS's own"
	}
	return ""
}

// Find returns the endpoint of a service and what names it, or ErrNowhere.
func (s *Services) Find(ctx context.Context, name string) (endpoint, by string, err error) {
	p, err := s.place(ctx, name)
	return p.url, p.by, err
}

func (s *Services) place(ctx context.Context, name string) (place, error) {
	if s == nil {
		return place{}, ErrNowhere
	}
	switch endpoint := s.Endpoints[name]; endpoint {
	case "":
		p, err := s.configured(ctx, name)
		if err == ErrNowhere && s.AWS { // itself: what wraps it is a mistake of the configuration
			return place{url: s.own(name), by: "AWS's own", aws: true}, nil
		}
		return p, err
	case AtAWS:
		return place{url: s.own(name), by: "actions." + name, aws: true}, nil
	default:
		return place{url: strings.TrimSuffix(endpoint, "/"), by: "actions." + name}, nil
	}
}

// own is AWS's own endpoint of a service.
func (s *Services) own(name string) string {
	host := s.Hosts[name]
	if host == "" {
		host = services()[name].host + "." + s.Region + ".amazonaws.com"
		if s.Partition == "aws-cn" {
			host += ".cn"
		}
	}
	return "https://" + host
}

// Own reports whether a service is AWS's own, not one that something configured.
func (s *Services) Own(ctx context.Context, name string) bool {
	p, err := s.place(ctx, name)
	return err == nil && p.aws
}

// Region is the one that the SDKs' configuration has: AWS_REGION, or that of the profile; ""
// if it has none.
func Region() (string, error) {
	c, err := loadLocal("")
	return c.Region, err
}

// configured is the place that the SDKs' configuration has.
func (s *Services) configured(ctx context.Context, name string) (place, error) {
	c, err := s.local()
	if err != nil {
		return place{}, fmt.Errorf("%w: AWS configuration: %w", ErrNowhere, err)
	}
	if ignore, _, _ := config.GetIgnoreConfiguredEndpoints(ctx, c.ConfigSources); ignore {
		return place{}, ErrNowhere
	}
	p := place{by: "AWS_ENDPOINT_URL or the profile's endpoint_url", all: true}
	if c.BaseEndpoint != nil {
		p.url = *c.BaseEndpoint
	}
	for _, source := range c.ConfigSources {
		of, ok := source.(interface {
			GetServiceBaseEndpoint(context.Context, string) (string, bool, error)
		})
		if !ok {
			continue
		}
		endpoint, found, err := of.GetServiceBaseEndpoint(ctx, services()[name].id)
		if err == nil && found {
			p = place{url: endpoint, by: Variable(name) + " or the profile"}
			break
		}
	}
	if p.url == "" {
		return place{}, ErrNowhere
	}
	if want := CheckEndpoint(p.url); want != "" || p.url == AtAWS {
		return place{}, fmt.Errorf("the endpoint of %s cannot be used, want http://<host>:<port>", p.by)
	}
	p.url = strings.TrimSuffix(p.url, "/")
	return p, nil
}

// loadLocal reads the SDK's configuration, and asks nobody: neither for credentials nor for what
// kind of machine this is.
func loadLocal(region string) (aws.Config, error) {
	return config.LoadDefaultConfig(context.Background(), config.WithRegion(region),
		config.WithCredentialsProvider(aws.AnonymousCredentials{}), config.WithDefaultsMode(aws.DefaultsModeLegacy),
		config.WithEC2IMDSClientEnableState(imds.ClientDisabled))
}

// loadAtAWS reads it for AWS's own, where the machine's role counts, too, and who has none waits
// for it.
func loadAtAWS(region string) (aws.Config, error) {
	return config.LoadDefaultConfig(context.Background(), config.WithRegion(region),
		config.WithLogger(logging.Nop{})) // what it cannot find is an error of ours, on one line
}
