//go:build terraform

package emulator_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iot"

	"github.com/suback/suback/emulator"
)

// Terraform itself with the real provider of AWS, which TestTerraform replays:
//
//	go test -tags terraform -run '^TestTerraformProvider$' ./emulator -aws-provider FILE
//
// FILE is the provider's program. It has 700 MB and takes half a minute per
// command on a small machine, so this is no part of go test ./...

var awsProvider = flag.String("aws-provider", "", "the `file` terraform-provider-aws_v…")

// TestTerraformProvider is apply, plan, change in place, import, destroy [A-350,
//
func TestTerraformProvider(t *testing.T) {
	e := emulator.Run(t, emulator.Options{})
	tf := newTerraform(t, e)
	const unchanged = "No changes. Your infrastructure matches the configuration."
	tf.run("Apply complete! Resources: 25 added, 0 changed, 0 destroyed.", "apply", "-auto-approve")
	tf.run(unchanged, "plan", "-detailed-exitcode")
	tf.variables = append(tf.variables, "-var", "changed=true")
	tf.run("Apply complete! Resources: 0 added, 19 changed, 0 destroyed.", "apply", "-auto-approve")
	tf.run(unchanged, "plan", "-detailed-exitcode")

	imports, err := os.ReadFile("testdata/terraform/imports.tf.txt")
	must(t, err)
	must(t, os.WriteFile(filepath.Join(tf.folder, "imports.tf"), imports, 0o600))
	forget := []string{"state", "rm"}
	for _, to := range regexp.MustCompile(`to = (\S+)`).FindAllStringSubmatch(string(imports), -1) {
		forget = append(forget, to[1])
	}
	tf.variables, forget = nil, append(forget, "-no-color")
	tf.run("Successfully removed 14 resource instance(s).", forget...)
	tf.variables = append(tf.inputs(), "-var", "changed=true")
	// The function: where its archive comes from is in no answer of AWS's.
	tf.run("Apply complete! Resources: 14 imported, 0 added, 1 changed, 0 destroyed.", "apply", "-auto-approve")
	tf.run(unchanged, "plan", "-detailed-exitcode")

	go deleteTypes(e, t.Context().Done())
	tf.run("Destroy complete! Resources: 25 destroyed.", "destroy", "-auto-approve")
}

// deleteTypes lets the five minutes pass that a deprecated thing type has to
// wait, until done.
func deleteTypes(e *emulator.Emulator, done <-chan struct{}) {
	every := time.NewTicker(100 * time.Millisecond)
	defer every.Stop()
	for {
		select {
		case <-done:
			return
		case <-every.C:
		}
		if pump, there := emulator.RegistryOf(e).ThingType("pump"); there && pump.Deprecated {
			e.Advance(6 * time.Minute)
			return
		}
	}
}

// A terraformCLI runs in a folder of its own.
type terraformCLI struct {
	t         *testing.T
	endpoint  string
	folder    string
	variables []string
}

func newTerraform(t *testing.T, e *emulator.Emulator) *terraformCLI {
	t.Helper()
	if _, err := exec.LookPath("terraform"); err != nil || *awsProvider == "" {
		t.Fatal("want terraform on the path, and its provider as -aws-provider")
	}
	provider, err := filepath.Abs(*awsProvider)
	must(t, err)
	tf := &terraformCLI{t: t, endpoint: "http://" + e.Addr(emulator.HTTP), folder: t.TempDir()}
	tf.variables = tf.inputs()
	tf.write("terraformrc", fmt.Appendf(nil, "provider_installation {\n dev_overrides { \"hashicorp/aws\" = %q }\n direct {}\n}\n",
		filepath.Dir(provider)))
	main, err := os.ReadFile("testdata/terraform/main.tf")
	must(t, err)
	tf.write("main.tf", main)
	tf.write("door.zip", packed(t, "index.js", "exports.handler = async () => ({})"))
	tf.write("door2.zip", packed(t, "index.js", "exports.handler = async () => ({isAuthenticated: true})"))
	tf.certificates(e)
	return tf
}

func (tf *terraformCLI) inputs() []string {
	return []string{"-no-color", "-input=false", "-var", "endpoint=" + tf.endpoint, "-var", "folder=" + tf.folder}
}

func (tf *terraformCLI) write(name string, content []byte) {
	tf.t.Helper()
	must(tf.t, os.WriteFile(filepath.Join(tf.folder, name), content, 0o600))
}

// certificates are those that main.tf names.
func (tf *terraformCLI) certificates(e *emulator.Emulator) {
	t := tf.t
	code, err := iotClient(e).GetRegistrationCode(t.Context(), &iot.GetRegistrationCodeInput{})
	must(t, err)
	ca, sni, other := newIssuer(t), newIssuer(t), newIssuer(t)
	named := func(name string, by *issuer) tls.Certificate {
		return certified(t, &x509.Certificate{Subject: pkix.Name{CommonName: name}, DNSNames: []string{"imported.example.test"}}, by)
	}
	server, server2, device := named("server", other), named("server", other), named("device", ca)
	for name, c := range map[string]tls.Certificate{
		"ca": ca.Certificate, "sni": sni.Certificate, "device": device, "lone": named("lone", other),
		"verification": named(*code.RegistrationCode, ca), "server": server, "server2": server2,
	} {
		tf.write(name+".pem", []byte(pemText(c)))
	}
	tf.write("server.key", keyText(t, server))
	tf.write("server2.key", keyText(t, server2))
	request, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: "csr"}},
		device.PrivateKey)
	must(t, err)
	tf.write("device.csr", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: request}))
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	must(t, err)
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	must(t, err)
	tf.write("public.pem", pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}))
}

func keyText(t *testing.T, c tls.Certificate) []byte {
	t.Helper()
	key, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	must(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})
}

// run runs a command, which must succeed and print what is wanted.
func (tf *terraformCLI) run(want string, args ...string) {
	tf.t.Helper()
	cmd := exec.CommandContext(tf.t.Context(), "terraform", append(args, tf.variables...)...)
	cmd.Dir = tf.folder
	cmd.Env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+filepath.Join(tf.folder, "terraformrc"), "CHECKPOINT_DISABLE=1",
		"AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null", "AWS_EC2_METADATA_DISABLED=true")
	began := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), want) {
		tf.t.Fatalf("terraform %s: %v, want %q in\n%s", strings.Join(args[:1], " "), err, want, out)
	}
	tf.t.Logf("terraform %s: %v", args[0], time.Since(began).Round(time.Second))
}
