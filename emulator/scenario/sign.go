package scenario

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// Signature Version 4, as AWS's SDKs have it.

func (s *Sign) keys() aws.Credentials {
	return aws.Credentials{
		AccessKeyID: s.Key, SecretAccessKey: cmp.Or(s.Secret, "secret"), SessionToken: s.Token}
}

// when is what the clock of the signer says.
func (s *Sign) when() time.Time { return time.Now().Add(time.Duration(s.Ahead - s.Age)) }

// upgrade signs the upgrade of a WebSocket: the URL that it returns, or the headers.
func (s *Sign) upgrade(ctx context.Context, address string, headers http.Header) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http"+strings.TrimPrefix(address, "ws"), nil)
	if err != nil {
		return "", err
	}
	if r.Host = headers.Get("Host"); r.Host == "" {
		r.Host = r.URL.Hostname()
	}
	keys, service, region := s.keys(), cmp.Or(s.Service, "iotdevicegateway"), cmp.Or(s.Region, "us-east-1")
	if s.Header {
		err := v4.NewSigner().SignHTTP(ctx, keys, r, digest(nil), service, region, s.when())
		for _, name := range []string{"Authorization", "X-Amz-Date", "X-Amz-Security-Token"} {
			if value := r.Header.Get(name); value != "" {
				headers.Set(name, value)
			}
		}
		return address, err
	}
	token := keys.SessionToken
	if !s.TokenSigned {
		keys.SessionToken = ""
	}
	signed, _, err := v4.NewSigner().PresignHTTP(ctx, keys, r, digest(nil), service, region, s.when())
	if err != nil {
		return "", err
	}
	if token != "" && !s.TokenSigned {
		signed += "&X-Amz-Security-Token=" + url.QueryEscape(token)
	}
	u, err := url.Parse(signed)
	if err != nil {
		return "", err
	}
	to, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	to.RawQuery = u.RawQuery
	return to.String(), nil
}

// call signs an HTTP call.
func (s *Sign) call(ctx context.Context, r *http.Request, body []byte) error {
	return v4.NewSigner().SignHTTP(ctx, s.keys(), r, digest(body), cmp.Or(s.Service, "iotdata"),
		cmp.Or(s.Region, "us-east-1"), s.when())
}

func digest(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// completed is how to sign with the secret that a scenario's resources have of the key.
func (s *Sign) completed(of *Scenario) Sign {
	out := *s
	conf, err := of.config()
	if err != nil || s.Secret != "" { // the error was told when the file was read
		return out
	}
	for _, key := range conf.Credentials {
		if key.AccessKeyID == s.Key {
			out.Secret = key.SecretAccessKey
		}
	}
	return out
}
