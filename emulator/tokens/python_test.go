package tokens_test

import (
	"context"
	"os/exec"
	"strings"
	"testing"
)

// boto3 asks for temporary keys as the device of seed 004 does.
func TestBoto3(t *testing.T) {
	python := pythonWithBoto3(t)
	a := start(t)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, python, "testdata/temporary.py", a.URL, pool, role+"app")
	cmd.Env = []string{"PATH=/usr/bin:/bin", "AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE=/dev/null",
		"AWS_SHARED_CREDENTIALS_FILE=/dev/null"}
	var failed strings.Builder
	cmd.Stderr = &failed
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, failed.String())
	}
	want := []string{
		`"arn:aws:iam::000000000000:user/ann"`,
		`"arn:aws:sts::000000000000:assumed-role/app/python"`,
		`"UTC"`,
		`"arn:aws:sts::000000000000:assumed-role/app/python"`,
		//
		`[403, "AccessDenied", "User: arn:aws:iam::000000000000:user/ann is not authorized to perform: sts:AssumeRole on resource: ` + role +
			`apps"]`,
		`["AccessKeyId", "Expiration", "SecretKey", "SessionToken"]`,                                  // A-256, D-46
		`"arn:aws:sts::000000000000:assumed-role/guest/CognitoIdentityCredentials"`,
		`[400, "ResourceNotFoundException", "IdentityPool '` + pool[:len(pool)-1] + `0' not found."]`,
	}
	got := strings.Split(strings.TrimSpace(string(out)), "\n")
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("got %q, want %q (from line %d)", got, want, i+1)
		}
	}
}

// pythonWithBoto3 returns an interpreter that has boto3.
func pythonWithBoto3(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"/usr/bin/python3", "python3"} {
		if exec.Command(name, "-c", "import boto3").Run() == nil {
			return name
		}
	}
	missing(t, "boto3 for Python", "apt-get install python3-boto3")
	return ""
}
