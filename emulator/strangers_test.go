package emulator_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/gorilla/websocket"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/trace"
)

// keyed signs a request with keys and returns the status of its answer. header is
// sent beside what is signed.
func keyed(t *testing.T, e *emulator.Emulator, id, region string, header map[string]string) (int, string) {
	t.Helper()
	r, err := http.NewRequest("POST", "http://"+e.Addr(emulator.HTTP)+"/topics/a", strings.NewReader("hello"))
	must(t, err)
	sum := sha256.Sum256([]byte("hello"))
	must(t, v4.NewSigner().SignHTTP(context.Background(), aws.Credentials{AccessKeyID: id, SecretAccessKey: "test"}, r,
		hex.EncodeToString(sum[:]), "iotdata", region, time.Now()))
	for name, value := range header {
		r.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(r)
	must(t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	must(t, err)
	return answer.StatusCode, string(text)
}

// TestKeysOfNobody: what `eval "$(suback env)"` sets may publish, with a note; but
// no web page of another origin gains by it.
func TestKeysOfNobody(t *testing.T) {
	own := &emulator.Config{Credentials: []emulator.Credential{{AccessKeyID: "AKIALOCAL", SecretAccessKey: "secret"}}}
	type headers = map[string]string
	tests := []struct {
		name, id, region string
		config           *emulator.Config
		header           headers
		status           int
		source           string
	}{
		{"test", "test", "us-east-1", nil, nil, 200, "A-371"},
		{"a key of AWS's form", "AKIAIOSFODNN7EXAMPLE", "us-east-1", nil, nil, 200, "A-371, A-329"},
		{"a temporary one", "ASIAIOSFODNN7EXAMPLE", "us-east-1", nil, nil, 403, "A-371"},
		{"another region", "test", "eu-west-1", nil, nil, 403, "A-206"},
		{"configured keys count alone", "test", "us-east-1", own, nil, 403, "A-371, A-206"},
		{"a page of ours", "test", "us-east-1", nil, headers{"Sec-Fetch-Site": "same-origin"}, 200, "A-371"},
	}
	for name, header := range foreign {
		tests = append(tests, struct {
			name, id, region string
			config           *emulator.Config
			header           headers
			status           int
			source           string
		}{"page: " + name, "test", "us-east-1", nil, header, 403, "A-371, H-1"})
	}
	for _, tt := range tests {
		e := emulator.Run(t, emulator.Options{Listeners: free, Config: tt.config})
		status, body := keyed(t, e, tt.id, tt.region, tt.header)
		if status != tt.status {
			t.Errorf("%s: got %d %s, want %d (%s)", tt.name, status, body, tt.status, tt.source)
		}
		want := cause{operation: trace.PublishIn, outcome: trace.Note, rules: []string{"A-371"}, detail: "its signature is not verified"}
		if tt.status != 200 {
			want = cause{operation: trace.AuthNError, rules: []string{"A-206"}}
		}
		if strings.HasPrefix(tt.name, "page: ") {
			want.hint = "a web page of another origin must sign with keys that are configured"
		}
		explained(t, e, want)
	}
}

// TestWebSocketOfNobody: an upgrade is judged like a request.
func TestWebSocketOfNobody(t *testing.T) {
	tests := []struct {
		name, origin string
		want         int
	}{
		{"a client", "", 101}, {"a page of another origin", "https://evil.example", 403}, {"a sandboxed page", "null", 403},
	}
	for _, tt := range tests {
		e := emulator.Run(t, emulator.Options{Listeners: free})
		r, err := http.NewRequest("GET", "http://"+e.Addr(emulator.HTTP)+"/mqtt", nil)
		must(t, err)
		address, _, err := v4.NewSigner().PresignHTTP(context.Background(), aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, r,
			"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "iotdevicegateway", "us-east-1", time.Now())
		must(t, err)
		header := http.Header{"Sec-WebSocket-Protocol": {"mqtt"}}
		if tt.origin != "" {
			header.Set("Origin", tt.origin)
		}
		conn, answer, _ := websocket.DefaultDialer.Dial(strings.Replace(address, "http", "ws", 1), header)
		if conn != nil {
			conn.Close()
		}
		if answer == nil || answer.StatusCode != tt.want {
			t.Errorf("%s: got %v, want %d (A-371)", tt.name, answer, tt.want)
		}
	}
}

// TestKeysOfNobodyCLI: AWS's command line and boto3 with the keys of suback env.
func TestKeysOfNobodyCLI(t *testing.T) {
	t.Parallel()
	e := emulator.Run(t, emulator.Options{Listeners: free})
	c := newCLI(t, e)
	c.aws("", "A-371", "iot-data", "publish", "--topic", "a", "--qos", "1", "--payload", c.blob("hello"), "--retain")
	c.aws(`{"topic": "a", "payload": "aGVsbG8=", "qos": 1, "lastModifiedTime": "^[0-9.e+]+"}`, "A-371",
		"iot-data", "get-retained-message", "--topic", "a")
}
