package guest

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/suback/suback/emulator/neighbour"
)

// Prefix begins the names of everything that any run makes, and is the key of its tags.
const Prefix = "suback-test"

// Options say which account.
type Options struct {
	// Endpoint of all services, as http://localhost:4566. Default: what the SDKs' configuration
	// says, AWS_ENDPOINT_URL for one, or else AWS's own.
	Endpoint string
	// Region, as "us-east-1"; default: what the SDKs' configuration says.
	Region string
	// MQTTS is where devices connect, as host:port, if Endpoint or the configuration names
	// another than AWS. Default: what that says of itself, if it is a suback.
	MQTTS string
	// CA is that of MQTTS, as PEM; default likewise, or else the system's.
	CA []byte
	// Patience is for how long what is refused for the moment is asked again; default 30 s.
	Patience time.Duration
}

// An Account is one to be a guest in. Methods are safe for concurrent use.
type Account struct {
	ID, Region, Partition string
	Identity              string // whose credentials they are, an ARN
	Run                   string // begins every name, as "suback-test-k3j9x2ab"
	Own                   bool   // it is AWS's own, not a stand-in

	gateway  gateway
	services *neighbour.Services
	patience time.Duration
	turns    turns

	mu       sync.Mutex
	made     []*item
	policies int                                    // that have got a name
	shared   map[string]func() (Certificate, error) // by documents
}

// Open finds out which account it is, and makes nothing there.
func Open(ctx context.Context, o Options) (*Account, error) {
	region, err := o.region()
	if err != nil {
		return nil, err
	}
	a := &Account{Region: region, Partition: partition(region), Run: Prefix + "-" + random(),
		patience: cmp.Or(o.Patience, 30*time.Second), shared: map[string]func() (Certificate, error){}}
	a.services = a.at(o.Endpoint, nil)
	if err := a.together(ctx); err != nil {
		return nil, err
	}
	if err := a.ask(ctx); err != nil {
		a.services.Close()
		return nil, err
	}
	if a.Own {
		a.turns.pause = 110 * time.Millisecond // of ten a second that most operations have
	}
	host, err := a.endpoint(ctx)
	if err == nil {
		a.gateway, err = a.find(ctx, o, host)
	}
	if err != nil {
		a.services.Close()
		return nil, err
	}
	a.services.Close()
	a.services = a.at(o.Endpoint, map[string]string{"iotData": host})
	return a, nil
}

func (o Options) region() (string, error) {
	if o.Region != "" {
		return o.Region, nil
	}
	region, err := neighbour.Region()
	switch {
	case err != nil:
		return "", fmt.Errorf("AWS configuration: %w", err)
	case region == "":
		return "", errors.New("no region: neither AWS_REGION nor the profile says one, want one as us-east-1")
	}
	return region, nil
}

// String says which account it is, and what will be made there.
func (a *Account) String() string {
	where := "account " + a.ID + ", region " + a.Region
	if !a.Own {
		where += ", at " + a.gateway.by
	}
	return fmt.Sprintf("%s, as %s; what is made there begins with %s and is removed at the end", where, a.Identity,
		a.Run)
}

func (a *Account) at(endpoint string, hosts map[string]string) *neighbour.Services {
	o := neighbour.Options{Region: a.Region, Partition: a.Partition, AWS: true, Hosts: hosts}
	if endpoint != "" {
		o.Endpoints = map[string]string{"iot": endpoint, "iotData": endpoint, "sts": endpoint}
	}
	return neighbour.New(o)
}

// together refuses services in two places: the account that is told must be that in which
// something is made.
func (a *Account) together(ctx context.Context) error {
	a.Own = a.services.Own(ctx, "iot")
	for _, name := range []string{"iotData", "sts"} {
		if a.services.Own(ctx, name) == a.Own {
			continue
		}
		there, here := neighbour.Variable("iot"), neighbour.Variable(name)
		if a.Own {
			there, here = here, there
		}
		return fmt.Errorf("%s is set and %s is not, so one is called at AWS: want both, or AWS_ENDPOINT_URL, or none",
			there, here)
	}
	return nil
}

// ask finds out whose the credentials are.
func (a *Account) ask(ctx context.Context) error {
	answer, err := a.services.Call(ctx, neighbour.Form("sts", "GetCallerIdentity", "2011-06-15", url.Values{}))
	if err != nil {
		return fmt.Errorf("whose account it is cannot be told: GetCallerIdentity: %w", err)
	}
	a.ID, a.Identity = answer.Text("Account"), answer.Text("Arn")
	if len(a.ID) != 12 || a.Identity == "" {
		return fmt.Errorf("whose account it is cannot be told: GetCallerIdentity answers %q, want 12 digits",
			a.ID)
	}
	return nil
}

// endpoint is the host of the device gateway.
func (a *Account) endpoint(ctx context.Context) (string, error) {
	answer, err := a.call(ctx, request{operation: "DescribeEndpoint",
		path: "/endpoint?endpointType=iot%3AData-ATS"})
	if err != nil {
		return "", err
	}
	host := answer.Text("endpointAddress")
	if host == "" || strings.ContainsAny(host, "/?#@ ") {
		return "", fmt.Errorf("DescribeEndpoint answers %q, want a host", host)
	}
	return host, nil
}

func partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

// random is what tells runs apart.
func random() string { return strings.ToLower(rand.Text()[:8]) }

// arn is that of something of AWS IoT's in the account.
func (a *Account) arn(resource string) string {
	return "arn:" + a.Partition + ":iot:" + a.Region + ":" + a.ID + ":" + resource
}
