package scenario

import (
	"fmt"
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

// TestFileMistakes: what a file cannot mean is told, and takes no more of the machine than the file has.
func TestFileMistakes(t *testing.T) {
	t.Parallel()
	steps := "name: x\nclients: {a: {}}\nsteps:\n"
	for _, tt := range []struct{ name, text, want string }{
		{"an alias in its anchor", "name: x\nsteps: &s [{connect: a}, {parallel: *s}]\n", "x.yaml:2: there are more than 200000 values, or 200 levels of them"},
		{"an alias in its anchor, in resources", "name: x\nresources: &r {policies: [{policyName: a, policyDocument: *r}]}\nsteps: [connect: a]\n",
			"x.yaml:2: there are more than 200000 values"},
		{"more aliases than a file has room for", "scenarios:\n" + doubled(25), "there are more than 200000 values"},
		{"a key twice", "name: x\nname: y\nsteps: [connect: a]\n", `x.yaml:2: "name" is there twice, want it once`},
		{"a client twice", "name: x\nclients:\n  a: {}\n  a: {}\nsteps: [connect: a]\n", `x.yaml:4: "a" is there twice, want it once`},
		{"a member twice", steps + "  - publish: {client: a, topic: b, topic: c}\n", `x.yaml:4: "topic" is there twice, want it once`},
		{"a payload of no packet", steps + "  - publish: {client: a, topic: b, size: 10000000000}\n",
			"x.yaml:4: step 1, publish: the size is 10000000000, want 0 to 268435455"},
		{"a will of no packet", "name: x\nclients: {a: {will: {topic: b, size: 10000000000}}}\nsteps: [connect: a]\n",
			`client "a": its will: the size is 10000000000`},
		{"less than never", steps + "  - publish: {client: a, topic: b, times: -1}\n", "x.yaml:4: step 1, publish: times is -1, want 1 or more"},
		{"no code", steps + "  - connect: {client: a, expect: 999}\n", `x.yaml:4: the outcome is "999", want granted`},
		{"nobody connects", "name: x\nsteps: [ping: a]\n", `want one of those that a step connects`},
		{"two documents", steps + "  - connect: a\n---\nname: y\n", "x.yaml:6: a second document begins"},
	} {
		if _, err := Parse("x.yaml", []byte(tt.text)); err == nil || !strings.Contains(err.Error(), tt.want) || len(err.Error()) > 100_000 {
			t.Errorf("%s: got %.300v, want %s", tt.name, err, tt.want)
		}
	}
}

// doubled are scenarios whose steps are 2^n, by aliases.
func doubled(n int) string {
	text := "  - {name: s0, steps: &x0 [{ping: a}, {ping: a}]}\n"
	for i := 1; i <= n; i++ {
		text += fmt.Sprintf("  - {name: s%d, steps: &x%d [{parallel: *x%d}, {parallel: *x%d}]}\n", i, i, i-1, i-1)
	}
	return text
}
