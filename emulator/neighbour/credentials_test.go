package neighbour

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWrittenCredentials: for an endpoint that is not AWS's own the keys are those that are written
// down. For no others anybody is asked: no service of AWS's, no container's, no process.
func TestWrittenCredentials(t *testing.T) {
	asked := serve(t, answer(500, ""))
	ran := filepath.Join(t.TempDir(), "ran")
	const keys = "aws_access_key_id = AKIDPROFILE\naws_secret_access_key = very-secret\n"
	role := "[profile own]\nrole_arn = arn:aws:iam::123456789012:role/r\n"
	sso := "sso_account_id = 123456789012\nsso_role_name = r\nsso_region = eu-west-1\nsso_start_url = " + asked.URL + "\n"
	token := filepath.Join(t.TempDir(), "token")
	environment := []string{"AWS_ACCESS_KEY_ID=AKIDENV", "AWS_SECRET_ACCESS_KEY=very-secret"}
	for _, tt := range []struct {
		name    string
		profile string
		env     []string
		want    string
	}{
		{"nothing", "", nil, "test"},
		{"environment", "[profile own]\n" + keys, environment, "AKIDENV"},
		{"profile", "[profile own]\n" + keys, nil, "AKIDPROFILE"},
		{"role", role + "source_profile = base\n[profile base]\n" + keys, nil, "test"},
		{"role of its own keys", role + "source_profile = own\n" + keys, nil, "test"},
		{"role of a process", role + "source_profile = base\n[profile base]\ncredential_process = echo x> " + ran, nil, "test"},
		{"process", "[profile own]\ncredential_process = echo x> " + ran, nil, "test"},
		{"SSO", "[profile own]\n" + sso, nil, "test"},
		{"container", "", []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI=" + asked.URL}, "test"},
		{"web identity", "", []string{"AWS_WEB_IDENTITY_TOKEN_FILE=" + token, "AWS_ROLE_ARN=arn:aws:iam::123456789012:role/r"}, "test"},
		{"metadata", "", []string{"AWS_EC2_METADATA_DISABLED=false", "AWS_DEFAULTS_MODE=auto"}, "test"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			profile := filepath.Join(t.TempDir(), "config")
			for file, text := range map[string]string{profile: tt.profile, token: "token"} {
				if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			env := append([]string{"AWS_CONFIG_FILE=" + profile, "AWS_ENDPOINT_URL_STS=" + asked.URL, "AWS_ENDPOINT_URL_SSO=" + asked.URL,
				"AWS_EC2_METADATA_SERVICE_ENDPOINT=" + asked.URL}, tt.env...)
			if tt.profile != "" {
				env = append(env, "AWS_PROFILE=own")
			}
			isolate(t, env...)
			s := serve(t, answer(200, "{}"))
			if _, err := at(t, s.URL).Call(t.Context(), JSON("sqs", "SendMessage", nil)); err != nil {
				t.Fatal(err)
			}
			if got := s.taken()[0].header.Get("Authorization"); !strings.Contains(got, "Credential="+tt.want+"/") {
				t.Errorf("got %q, want the key %s", got, tt.want)
			}
			if got := asked.taken(); len(got) > 0 {
				t.Errorf("got %v asked for credentials, want nobody", got)
			}
			if _, err := os.Stat(ran); err == nil {
				t.Error("the profile's process ran, want that it does not")
			}
		})
	}
}
