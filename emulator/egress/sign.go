package egress

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
)

// credentialsTime is how long keys are looked for.
const credentialsTime = 2 * time.Second

// Keys are those of the gateway's environment, as AWS's SDKs find them, but for the role of a
// machine in AWS's cloud: it would be waited for everywhere else. They are not looked for before a
// host is signed for that a door trusts. The zero value works.
type Keys struct {
	mu    sync.Mutex
	found aws.CredentialsProvider // nil: not looked for yet
}

// Sign signs a request with its body for a service in a region; by is whose keys it took, for
// people. Without any, and for a host that the door does not trust, they are test and test, as
// local stand-ins take them: the gateway's own would go to whoever had an API send there.
func (k *Keys) Sign(
	ctx context.Context, d *Door, r *http.Request, body []byte, region, service string,
) (by string, err error) {
	keys, by := k.keysFor(ctx, d, r.URL.Hostname())
	digest := sha256.Sum256(body)
	return by, v4.NewSigner().SignHTTP(ctx, keys, r, hex.EncodeToString(digest[:]), service, region, time.Now())
}

func (k *Keys) keysFor(ctx context.Context, d *Door, host string) (keys aws.Credentials, by string) {
	keys = aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}
	if !d.Trusts(host) {
		return keys, fmt.Sprintf("the keys test and test, since only --rules-to %s has it take the gateway's own", host)
	}
	if found, err := k.retrieve(ctx); err == nil {
		return found, "the gateway's own keys"
	}
	return keys, "the keys test and test, since the gateway has none"
}

func (k *Keys) retrieve(ctx context.Context) (aws.Credentials, error) {
	ctx, cancel := context.WithTimeout(ctx, credentialsTime)
	defer cancel()
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.found == nil {
		c, err := config.LoadDefaultConfig(ctx, config.WithEC2IMDSClientEnableState(imds.ClientDisabled))
		if err != nil {
			return aws.Credentials{}, err
		}
		k.found = c.Credentials
	}
	return k.found.Retrieve(ctx)
}
