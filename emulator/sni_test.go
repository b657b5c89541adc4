package emulator_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"os/exec"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/trace"
)

// TLS without a server name (SNI), as AWSIoTPythonSDK over WebSocket has it before
// Python 3.12: the client knows the endpoint by its name all the same.

const ownEndpoint = "iot.example.test"

func runOwnEndpoint(t *testing.T) *emulator.Emulator {
	t.Helper()
	return emulator.Run(t, emulator.Options{Listeners: free, Config: &emulator.Config{Region: "ap-northeast-1", EndpointAddress: ownEndpoint},
		Authorizer: granting([]byte(everythingBut))})
}

// verifying has no server name in its hello and wants the certificate to be for one.
func verifying(e *emulator.Emulator, name string) *tls.Config {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(e.CA())
	return &tls.Config{InsecureSkipVerify: true, // by crypto/tls, which wants a name for the hello
		VerifyConnection: func(s tls.ConnectionState) error {
			_, err := s.PeerCertificates[0].Verify(x509.VerifyOptions{Roots: roots, DNSName: name})
			return err
		}}
}

func TestEndpointNameWithoutSNI(t *testing.T) {
	e := runOwnEndpoint(t)
	for _, listener := range []string{emulator.HTTPS, emulator.MQTTS} {
		for _, name := range []string{ownEndpoint, "a1b2c3-ats.iot.ap-northeast-1.amazonaws.com",
			"a1b2c3.credentials.iot.ap-northeast-1.amazonaws.com", "localhost"} {
			conn, err := tls.Dial("tcp", e.Addr(listener), verifying(e, name))
			if err != nil {
				t.Errorf("%s, %s: %v (A-27, A-31)", listener, name, err)
				continue
			}
			if got := conn.ConnectionState().ServerName; got != "" {
				t.Fatalf("got the server name %q, want a client without one", got)
			}
			conn.Close()
		}
	}
	e.Trace().Reset()
	_, err := tls.Dial("tcp", e.Addr(emulator.HTTPS), verifying(e, "another.example.test"))
	if host := new(x509.HostnameError); !errors.As(err, host) {
		t.Fatalf("got %v, want a wrong name", err)
	}
	explained(t, e, cause{operation: trace.Transport, outcome: trace.Note, rules: []string{"A-7", "A-27", "A-31"},
		hint: "it sent no server name (SNI), so the certificate is for host.docker.internal, " + ownEndpoint +
			", *.iot.ap-northeast-1.amazonaws.com"})
}

// TestOpenSSLWithoutSNI: the name is compared with the certificate, and was not sent.
func TestOpenSSLWithoutSNI(t *testing.T) {
	e := runOwnEndpoint(t)
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		missing(t, "openssl", "apt-get install openssl")
	}
	for name, want := range map[string]bool{ownEndpoint: true, "another.example.test": false} {
		cmd := exec.Command(openssl, "s_client", "-connect", e.Addr(emulator.HTTPS), "-noservername", "-CAfile", caFile(t, e),
			"-verify_hostname", name, "-verify_return_error", "-brief")
		cmd.Stdin = strings.NewReader("")
		if out, err := cmd.CombinedOutput(); (err == nil) != want || bytes.Contains(out, []byte("Verification: OK")) != want {
			t.Errorf("%s: got %v, want verified: %v (A-27, A-31)\n%s", name, err, want, out)
		}
	}
}

// TestPythonWithoutSNI connects as AWSIoTPythonSDK does before Python 3.12.
func TestPythonWithoutSNI(t *testing.T) {
	t.Parallel()
	e := runOwnEndpoint(t)
	python, err := exec.LookPath("python3")
	if err != nil {
		missing(t, "python3", "apt-get install python3")
	}
	const program = `
import fnmatch, socket, ssl, sys
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname = False
context.load_verify_locations(sys.argv[1])
found = context.wrap_socket(socket.create_connection(("127.0.0.1", int(sys.argv[2])), timeout=10)).getpeercert()
if sys.version_info < (3, 12):
    ssl.match_hostname(found, sys.argv[3])
elif not any(fnmatch.fnmatch(sys.argv[3], name) for kind, name in found["subjectAltName"] if kind == "DNS"):
    sys.exit("no such name")
`
	for name, want := range map[string]bool{ownEndpoint: true, "another.example.test": false} {
		out, err := exec.Command(python, "-c", program, caFile(t, e), portOf(t, e, emulator.HTTPS), name).CombinedOutput()
		if (err == nil) != want {
			t.Errorf("%s: got %v, want accepted: %v (A-27, A-31)\n%s", name, err, want, out)
		}
	}
}
