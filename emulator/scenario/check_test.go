package scenario

import (
	"strings"
	"testing"
)

// TestClientMistakes: what no client can be like is told at its line.
func TestClientMistakes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ clients, step, want string }{
		{"{certificate: {status: GONE}}", "connect: a", `x.yaml:1: client "a": the certificate's status is "GONE", want one of ACTIVE,`},
		{"{certificate: {key: P-255}}", "connect: a", `x.yaml:1: client "a": the certificate's key is "P-255", want one of P-256, P-384,`},
		{"{tlsVersion: 1.5}", "connect: a", `x.yaml:1: client "a": the tlsVersion is "1.5", want one of 1.0, 1.1, 1.2, 1.3`},
		{"{path: mqtt}", "connect: a", `x.yaml:1: client "a": the path is "mqtt", want one that begins with /`},
		{"{bytes: 1g}", "connect: a", `x.yaml:1: client "a": the bytes are "1g", want hexadecimal as c0 01 00`},
		{"{}", "connect: {client: a, with: {path: mqtt}}", `x.yaml:3: step 1, connect: the path is "mqtt", want one that`},
		{"{}", "connect: {client: a, with: {certificate: none}}", `x.yaml:3: step 1, connect: there is a certificate, want it beside`},
		{"{servername: x}", "connect: a", `x.yaml:2: unknown key "servername", is "serverName" meant?`},
		{"{sign: {acces: x}}", "connect: a", `x.yaml:2: unknown key "acces", want one of key, secret, token,`},
	} {
		text := "name: x\nclients: {a: " + tt.clients + "}\nsteps: [{" + tt.step + "}]\n"
		if _, err := Parse("x.yaml", []byte(text)); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s, %s: got %v, want %s", tt.clients, tt.step, err, tt.want)
		}
	}
}

// TestOutsideAnchor: an alias in resources may have its anchor anywhere before.
func TestOutsideAnchor(t *testing.T) {
	t.Parallel()
	_, err := Parse("x.yaml", []byte(`
scenarios:
  - name: x
    policy: &all {Version: "2012-10-17", Statement: {Effect: Allow, Action: "iot:*", Resource: "*"}}
    resources:
      policies: [{policyName: all, policyDocument: *all}]
    steps: [connect: a]
`))
	if err != nil {
		t.Errorf("got %v, want the alias taken", err)
	}
}
