package endorse

import (
	"encoding/xml"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/trace"
)

const storeURL = "https://s3-ap-northeast-1.amazonaws.com/soracom-public-keys/"

func TestKeystore(t *testing.T) {
	f := start(t, nil)
	for _, method := range []string{"GET", "HEAD"} {
		r := f.do(method, storeURL+f.key().kid, "")
		if got := text(t, r); r.StatusCode != 200 || method == "GET" && got != string(f.key().public) {
			t.Errorf("%s: got %d %s, want the public key (A-294)", method, r.StatusCode, got)
		}
	}
	f.silent(t)
}

func TestKeystoreRefuses(t *testing.T) {
	f := start(t, nil)
	tests := []struct {
		name, method, url string
		status            int
		code, reason      string
		source            string
	}{
		{"unknown key", "GET", storeURL + "v1-00000000000000000000000000000000-x509.pem", 403, "AccessDenied", "KEY_UNKNOWN", "A-294"},
		{"no key", "GET", storeURL, 403, "AccessDenied", "KEY_UNKNOWN", "A-294"},
		{"another bucket", "GET", "https://s3-ap-northeast-1.amazonaws.com/other/x", 404, "NoSuchBucket", "CLIENT_ERROR", "A-294, guess"},
		{"writing", "PUT", storeURL + f.key().kid, 405, "MethodNotAllowed", "CLIENT_ERROR", "A-294, guess"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := f.do(tt.method, tt.url, "")
			body := text(t, r)
			var e struct {
				XMLName                          xml.Name `xml:"Error"`
				Code, Message, RequestId, HostId string
			}
			if err := xml.Unmarshal([]byte(body), &e); err != nil || !strings.HasPrefix(body, "<?xml") {
				t.Fatalf("got %s %v, want XML (%s)", body, err, tt.source)
			}
			if r.StatusCode != tt.status || e.Code != tt.code || e.RequestId != r.Header.Get("x-amz-request-id") {
				t.Errorf("got %d %+v, want %d %s (%s)", r.StatusCode, e, tt.status, tt.code, tt.source)
			}
			f.record(t, trace.Refused, tt.reason, "")
		})
	}
}
