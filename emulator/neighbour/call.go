package neighbour

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// Calls
//
//   - three attempts, as all SDKs make, at what the SDK would try again, with a short pause
//     between them; each has its time
//   - an answer has a bound, and is not read beyond it
//   - redirects are not followed

const (
	attempts    = 3
	attemptTime = 5 * time.Second
	pause       = 100 * time.Millisecond // before the second attempt, twice that before the third
	mostAnswer  = 1 << 20
)

// Call does an operation, and returns what the service answers. Of what fails, the error is
// ErrNowhere, an *Error, or that there are no credentials.
func (s *Services) Call(ctx context.Context, r Request) (*Answer, error) {
	p, err := s.place(ctx, r.Service)
	if err == nil {
		err = r.err
	}
	if err != nil {
		return nil, err
	}
	again := retry.IsErrorRetryables(retry.DefaultRetryables)
	for n := 1; ; n++ {
		answer, err := s.attempt(ctx, p, r)
		if err == nil || n == attempts || again.IsErrorRetryable(err) != aws.TrueTernary {
			return answer, unserved(p, err)
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(time.Duration(n) * pause):
		}
	}
}

// unserved is nowhere, too: AWS_ENDPOINT_URL names an endpoint of many services, this
// gateway for one, and not all of them are there.
func unserved(p place, err error) error {
	if e := new(Error); p.all && errors.As(err, &e) && e.Status == http.StatusNotImplemented {
		return fmt.Errorf("%w: %w", ErrNowhere, err)
	}
	return err
}

func (s *Services) attempt(ctx context.Context, p place, r Request) (*Answer, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, attemptTime, errNoAnswer)
	defer cancel()
	request, err := s.signed(ctx, p, r)
	if err != nil {
		return nil, err
	}
	fail := func(err error) (*Answer, error) {
		if context.Cause(ctx) == errNoAnswer {
			err = errNoAnswer
		}
		return nil, &Error{Endpoint: p.url, By: p.by, Err: err}
	}
	response, err := s.client().Do(request)
	if err != nil {
		return fail(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, mostAnswer+1))
	switch {
	case err != nil:
		return fail(err)
	case len(body) > mostAnswer:
		return fail(fmt.Errorf("the answer has more than %d bytes", mostAnswer))
	case response.StatusCode >= 300:
		return nil, asError(p, response, body)
	}
	return &Answer{Endpoint: p.url, Header: response.Header, Body: body}, nil
}

// signed is the request for one attempt.
func (s *Services) signed(ctx context.Context, p place, r Request) (*http.Request, error) {
	keys, err := s.credentials(ctx, p)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, r.method, p.url+r.path, bytes.NewReader(r.body))
	if err != nil {
		return nil, err
	}
	maps.Copy(request.Header, r.header)
	request.Header.Set("User-Agent", "suback")
	sum := sha256.Sum256(r.body)
	digest := hex.EncodeToString(sum[:])
	s3 := r.Service == "s3"
	if s3 {
		request.Header.Set("X-Amz-Content-Sha256", digest)
	}
	err = v4.NewSigner().SignHTTP(ctx, keys, request, digest, services()[r.Service].host, s.Region, time.Now(),
		func(o *v4.SignerOptions) { o.DisableURIPathEscaping = s3 })
	return request, err
}
