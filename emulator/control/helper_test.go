package control

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iot"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/registry"
)

// A bench is a Handler, its registry, and a client.
type bench struct {
	*iot.Client
	t        *testing.T
	registry *registry.Registry
	handler  *Handler
	url      string
	http     *http.Client
}

// newBench answers at an address of its own. Every answer in a test is compared
// with the model.
func newBench(t *testing.T, change ...func(*Options)) *bench {
	t.Helper()
	r, err := registry.New(registry.Options{})
	if err != nil {
		t.Fatal(err)
	}
	o := Options{
		Registry:      r,
		Authenticator: &authn.Authenticator{Registry: r},
		Endpoint: func(kind string) (string, error) {
			if kind == "iot:Retired" {
				return "", errors.New("Endpoint type iot:Retired is retired")
			}
			return strings.ToLower(strings.TrimPrefix(kind, "iot:")) + ".example.test", nil
		},
	}
	for _, f := range change {
		f(&o)
	}
	h := New(o)
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	client := &http.Client{Transport: &compared{t, h.service(), server.Client().Transport}}
	t.Cleanup(client.CloseIdleConnections)
	return &bench{t: t, registry: r, handler: h, url: server.URL, http: client, Client: iot.New(iot.Options{
		Region: "us-east-1", BaseEndpoint: &server.URL, HTTPClient: client, RetryMaxAttempts: 1,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
		}),
	})}
}

// compared is a transport that compares what comes back with the model: good
// answers with the output's shape, errors with the operation's.
type compared struct {
	t       *testing.T
	service *service
	next    http.RoundTripper
}

func (c *compared) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := c.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(response.Body)
	response.Body.Close()
	response.Body = io.NopCloser(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if name, _, ok := c.service.routes.find(r.Method, r.URL.EscapedPath()); ok {
		c.compare(name, response, body)
	}
	return response, nil
}

func (c *compared) compare(name string, response *http.Response, body []byte) {
	op := c.service.model.Operations[name]
	if response.Header.Get("x-amzn-RequestId") == "" {
		c.t.Errorf("%s: got no x-amzn-RequestId, want one (API)", name)
	}
	if response.StatusCode != http.StatusOK {
		kind := response.Header.Get("x-amzn-ErrorType")
		if want := c.service.model.Shapes[kind]; want != nil && want.Status != response.StatusCode {
			c.t.Errorf("%s: got status %d with %s, want %d (model)", name, response.StatusCode, kind, want.Status)
		}
		return
	}
	if op.Output == "" {
		if len(body) != 0 {
			c.t.Errorf("%s: got body %s, want none (model)", name, body)
		}
		return
	}
	var v any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		c.t.Errorf("%s: got %q: %v, want JSON (model)", name, body, err)
		return
	}
	for _, problem := range c.service.model.differences(op.Output, c.service.model.Shapes[op.Output], v) {
		c.t.Errorf("%s: %s (model)", name, problem)
	}
}

// differences lists where a value is not of a shape.
func (m *model) differences(path string, s *shape, v any) (all []string) {
	if v == nil {
		return nil
	}
	if object, ok := v.(values); ok && s.Type == "structure" {
		for name, inner := range object {
			member, known := s.Members[name]
			if !known {
				all = append(all, fmt.Sprintf("%s.%s is no member", path, name))
				continue
			}
			all = append(all, m.differences(path+"."+name, m.Shapes[member.Shape], inner)...)
		}
		for name := range s.Members {
			if _, ok := object[name]; !ok {
				all = append(all, fmt.Sprintf("%s.%s is missing, want a value or null", path, name))
			}
		}
		return all
	}
	if list, ok := v.([]any); ok && s.Type == "list" {
		for i, inner := range list {
			all = append(all, m.differences(fmt.Sprintf("%s[%d]", path, i), m.Shapes[s.Member], inner)...)
		}
		return all
	}
	if _, err := m.typed(s, v); err != nil {
		return []string{fmt.Sprintf("%s: %v", path, err)}
	}
	for _, f := range m.value(path, s, v) {
		all = append(all, f.path+": "+f.constraint)
	}
	return all
}

// A refusal is how a call must fail; the zero value means that it must succeed.
type refusal struct {
	status int
	code   string // exception
	text   string // part of the message
}

var good refusal

// wants compares the error of a call.
func wants(t *testing.T, what string, err error, want refusal, source string) {
	t.Helper()
	var got smithy.APIError
	var response *smithyhttp.ResponseError
	switch {
	case err == nil && want == good:
	case err == nil:
		t.Errorf("%s: got success, want %d %s (%s)", what, want.status, want.code, source)
	case !errors.As(err, &got) || !errors.As(err, &response):
		t.Errorf("%s: got %v, want %d %s (%s)", what, err, want.status, want.code, source)
	case response.HTTPStatusCode() != want.status || got.ErrorCode() != want.code || !strings.Contains(got.ErrorMessage(), want.text):
		t.Errorf("%s: got %d %s %q, want %d %s %q (%s)", what, response.HTTPStatusCode(), got.ErrorCode(), got.ErrorMessage(),
			want.status, want.code, want.text, source)
	}
}

func is(t *testing.T, what string, got, want any, source string) {
	t.Helper()
	if fmt.Sprintf("%#v", got) != fmt.Sprintf("%#v", want) {
		t.Errorf("%s: got %v, want %v (%s)", what, got, want, source)
	}
}

// must ends the test if an operation that is not its subject fails.
func must[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

const authorization = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/iot/aws4_request, SignedHeaders=host, Signature=00"

// raw sends a request as written. A header is "Name: value"; without any there is
// an Authorization.
func (b *bench) raw(method, path, body string, headers ...string) (status int, header http.Header, text string) {
	b.t.Helper()
	r, err := http.NewRequest(method, b.url+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	for _, h := range strings.Split(cmp.Or(strings.Join(headers, "\n"), "Authorization: "+authorization), "\n") {
		if name, value, ok := strings.Cut(h, ": "); ok {
			r.Header.Set(name, value)
		}
	}
	response, err := b.http.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return response.StatusCode, response.Header, strings.TrimSpace(string(answer))
}

var ctx = context.Background()

// later makes the registry's clock differ from one creation to the next.
func (b *bench) later() { b.registry.Advance(time.Second) }
