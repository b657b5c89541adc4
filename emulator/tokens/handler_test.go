package tokens_test

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/tokens"
	"github.com/suback/suback/emulator/trace"
)

func TestBodyTooLarge(t *testing.T) {
	a := start(t)
	response, body := a.form(t, "AKIAANN", "Action=AssumeRole&Policy="+strings.Repeat("x", 1<<20))
	if response.StatusCode != http.StatusRequestEntityTooLarge || !strings.Contains(body, "<Code>RequestEntityTooLarge</Code>") {
		t.Errorf("got %d %s, want 413 RequestEntityTooLarge (guess)", response.StatusCode, body)
	}
	a.refused(t, "guess", "413 RequestEntityTooLarge")
}

// What went through is counted and leaves no record.
func TestSuccessIsCounted(t *testing.T) {
	a := start(t)
	a.form(t, "AKIAANN", "Action=GetCallerIdentity")
	if got := a.trace.Len(); got != 0 {
		t.Errorf("got %d records, want none of what went through", got)
	}
}

// Whatever comes, the answer is in the service's form, and no server error.
func FuzzHandler(f *testing.F) {
	f.Add("GetId", `{"IdentityPoolId":"`+pool+`","Logins":{"a":"b"}}`)
	f.Add("GetCredentialsForIdentity", `{"IdentityId":"us-east-1:0","Logins":{"a":"e30.e30.e30"},"CustomRoleArn":1}`)
	f.Add("", "Action=AssumeRole&RoleArn="+role+"app&RoleSessionName=s1&Policy=%7B%7D&DurationSeconds=99999999999999999999")
	f.Add("", "Action=GetSessionToken&DurationSeconds=-1")
	f.Fuzz(func(t *testing.T, operation, body string) {
		r, err := registry.New(registry.Options{})
		must(t, err)
		_, err = r.PutRole(registry.Role{RoleName: "app"})
		must(t, err)
		_, err = r.PutIdentityPool(registry.IdentityPool{IdentityPoolID: pool, UnauthenticatedRole: "app", AuthenticatedRole: "app"})
		must(t, err)
		h := tokens.New(tokens.Options{Registry: r,
			Authenticate: (&authn.Authenticator{Registry: r}).Authenticate, Trace: trace.New(trace.Options{})})
		request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		request.Header.Set("Authorization",
			"AWS4-HMAC-SHA256 Credential=test/20261121/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=0")
		if operation != "" {
			request.Header.Set("X-Amz-Target", "AWSCognitoIdentityService."+operation)
		}
		answer := httptest.NewRecorder()
		h.ServeHTTP(answer, request)
		if answer.Code == http.StatusInternalServerError {
			t.Errorf("got %d %s", answer.Code, answer.Body)
		}
		if operation != "" && !json.Valid(answer.Body.Bytes()) {
			t.Errorf("got %s, want JSON", answer.Body)
		}
		if operation == "" {
			readXML(t, answer.Body)
		}
	})
}

func readXML(t *testing.T, body io.Reader) {
	t.Helper()
	d := xml.NewDecoder(body)
	for {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatalf("got %v, want XML", err)
		}
	}
}
