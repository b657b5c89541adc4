package lambda

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
)

func TestNewAWSErrors(t *testing.T) {
	isolate(t)
	for _, arn := range []string{"", "auth", "arn:aws:lambda:eu-west-1:123456789012:layer:auth", "arn:aws:lambda::123456789012:function:auth",
		"arn:aws:iot:eu-west-1:123456789012:function:auth"} {
		if _, err := NewAWS(arn); err == nil || !strings.Contains(err.Error(), "want arn:aws:lambda:<region>:<account>:function:<name>") {
			t.Errorf("ARN %q: got %v, want an error that shows the form", arn, err)
		}
	}
	t.Setenv("AWS_PROFILE", "nobody")
	if _, err := NewAWS(authARN); err == nil || !strings.Contains(err.Error(), "AWS configuration: ") ||
		!strings.Contains(err.Error(), "nobody") {
		t.Errorf("got %v, want the profile that is missing", err)
	}
}

// The request says which function, in its region, signed; the caller's alias
// goes along.
func TestRequestToAWS(t *testing.T) {
	a := newInvokeAPI(t, key, "eu-west-1", answer(`{}`))
	r := newAWS(t, a, append(keyVariables, "AWS_REGION=us-east-1")...)
	for _, arn := range []string{"", authARN, authARN + ":live"} {
		if _, err := r.Invoke(t.Context(), Invocation{FunctionARN: arn, Event: []byte(`{}`)}); err != nil {
			t.Fatal(err)
		}
		if arn == "" {
			arn = authARN
		}
		if want := "/2015-03-31/functions/" + strings.ReplaceAll(arn, ":", "%3A") + "/invocations"; a.path != want {
			t.Errorf("got path %s, want %s", a.path, want)
		}
	}
}

// AWS's own address, seen by a proxy that refuses.
func TestAddressOfAWS(t *testing.T) {
	var asked string
	proxy := newInvokeAPI(t, key, "eu-west-1", nil)
	proxy.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.Method + " " + r.Host
		w.WriteHeader(http.StatusBadGateway)
	})
	isolate(t, keyVariables...)
	r, err := NewAWS(authARN)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	r.http.Transport.(*http.Transport).Proxy = http.ProxyURL(mustParse(t, proxy.URL))
	if _, err := r.Invoke(t.Context(), Invocation{Event: []byte(`{}`)}); err == nil || !strings.Contains(err.Error(), "Bad Gateway") {
		t.Errorf("got %v, want the proxy's answer", err)
	}
	if want := "CONNECT lambda.eu-west-1.amazonaws.com:443"; asked != want {
		t.Errorf("got %s, want %s", asked, want)
	}
}

func TestCredentialsOfTheChain(t *testing.T) {
	shared := filepath.Join(t.TempDir(), "credentials")
	text := "[default]\naws_access_key_id = " + key.AccessKeyID + "\naws_secret_access_key = " + key.SecretAccessKey + "\n"
	if err := os.WriteFile(shared, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	session := key
	session.SessionToken = "token"
	tests := []struct {
		name      string
		variables []string
		want      aws.Credentials
	}{
		{"environment", keyVariables, key},
		{"session", append(keyVariables[:2:2], "AWS_SESSION_TOKEN=token"), session},
		{"shared file", []string{"AWS_SHARED_CREDENTIALS_FILE=" + shared}, key},
		{"none, for an endpoint", nil, aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := newInvokeAPI(t, tt.want, "us-east-1", answer(`{}`))
			isolate(t)
			for _, v := range tt.variables {
				name, value, _ := strings.Cut(v, "=")
				t.Setenv(name, value)
			}
			if _, err := newEndpoint(t, a.URL).Invoke(t.Context(), Invocation{Event: []byte(`{}`)}); err != nil {
				t.Errorf("got %v, want the request signed with %s", err, tt.want.AccessKeyID)
			}
		})
	}
	t.Run("none, for AWS", func(t *testing.T) {
		isolate(t)
		r, err := NewAWS(authARN)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if _, err := r.Invoke(t.Context(), Invocation{}); err == nil || !strings.HasPrefix(err.Error(), "no AWS credentials: ") {
			t.Errorf("got %v, want that there are no credentials", err)
		}
	})
}

func TestWrongSecret(t *testing.T) {
	a := newInvokeAPI(t, key, "eu-west-1", answer(`{}`))
	r := newAWS(t, a, keyVariables[0], "AWS_SECRET_ACCESS_KEY=another")
	_, err := r.Invoke(t.Context(), Invocation{Event: []byte(`{}`)})
	if err == nil || !strings.HasSuffix(err.Error(), "403 Forbidden: InvalidSignatureException: the signature does not match") {
		t.Errorf("got %v, want a signature that does not match", err)
	}
}
