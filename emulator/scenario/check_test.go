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
	const noRule = "B-" + "99999" // which nothing may cite
	steps := "name: x\nclients: {a: {}}\nsteps:\n"
	for _, tt := range []struct{ name, text, want string }{
		{"an alias in its anchor", "name: x\nsteps: &s [{connect: a}, {parallel: *s}]\n",
			"x.yaml:2: there are more than 200000 values, or 200 levels of them"},
		{"an alias in its anchor, in resources",
			"name: x\nresources: &r {policies: [{policyName: a, policyDocument: *r}]}\nsteps: [connect: a]\n",
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
		{"never", steps + "  - publish: {client: a, topic: b, times: 0}\n", "x.yaml:4: times is 0, want it above 0, or left out"},
		{"in no time", steps + "  - expect: {client: a, message: b, within: 0s}\n", "x.yaml:4: within is 0s, want it above 0, or left out"},
		{"an advance by nothing", steps + "  - advance: 0s\n", "x.yaml:4: advance is 0s, want it above 0, or left out"},
		{"no code", steps + "  - connect: {client: a, expect: 999}\n", `x.yaml:4: the outcome is "999", want granted`},
		{"an outcome of no record", steps + "  - trace: {outcome: REFUSD, none: true}\n",
			`x.yaml:4: step 1, trace: outcome is "REFUSD", want ALLOWED, REFUSED, WITHHELD or NOTE`},
		{"an operation of no record", steps + "  - trace: {operation: PublishIn, none: true}\n",
			`step 1, trace: operation is "PublishIn", want one of Connect,`},
		{"no rule", steps + "  - trace: {rule: " + noRule + ", none: true}\n", "step 1, trace: there is no rule " + noRule},
		{"no action", steps + "  - trace: {action: iot:Recieve, none: true}\n",
			`step 1, trace: action is "iot:Recieve", is "iot:Receive" meant?`},
		{"what no rule makes", steps + "  - rule: {name: r, outcome: no}\n", `step 1, rule: outcome is "no", want one of executed, not true,`},
		{"a rule that there is not", "resources: {topicRules: [{ruleName: hot, sql: \"SELECT * FROM 'a'\", actions: []}]}\n" + steps +
			"  - rule: {name: hott, outcome: none}\n", `step 1, rule: there is no topic rule "hott", is "hot" meant?`},
		{"no rule at all", steps + "  - rule: {name: hot}\n", `step 1, rule: there is no topic rule "hot", and no other`},
		{"what a rule never sees", steps + "  - http: {path: /rules/hot, body: {}}\n" +
			"  - rule: {name: hot, topic: $aws/events/presence/conected/a, outcome: none}\n",
			`step 2, rule: AWS has no event on "$aws/events/presence/conected/a", want one of suback rule B-820 A-344`},
		{"no function", "resources: {authorizers: [{authorizerName: a, authorizerFunctionArn: door, signingDisabled: true}]}\n" + steps +
			"  - event: {function: dor, times: 0}\n", `resources do not have "dor", is "door" meant?`},
		{"nobody's event", steps + "  - event: {client: pump, times: 0}\n", `step 1, event: there is no client id "pump", want one of a`},
		{"nobody's record", steps + "  - trace: {client: pump, none: true}\n", `step 1, trace: there is no client id "pump", want one of a`},
		{"no event, in silence", steps + "  - silence: {client: a, topic: $aws/events/presense/#}\n",
			`step 1, silence: AWS has no event on "$aws/events/presense/#"`},
		{"no event, for a group", steps + "  - subscribe: {client: a, filters: [b, $share/g/$aws/events/thing/t/create]}\n",
			`step 1, subscribe: AWS has no event on "$share/g/$aws/events/thing/t/create"`},
		{"nobody keeps it", steps + "  - http: {path: '/{{id}}', status: 404}\n",
			"x.yaml:4: step 1, http: nothing stands for {{id}}, want one of {{a.certificateId}}, {{x*6000}}"},
		{"kept afterwards", steps + "  - http: {path: /, headers: {H: '{{id}}'}}\n  - http: {path: /, keep: {id: Id}}\n",
			"x.yaml:4: step 1, http: nothing stands"},
		{"kept at the same time", steps + "  - parallel: [{http: {path: /, keep: {id: Id}}}, {http: {path: /, body: {a: '{{id}}'}}}]\n",
			"step 1.2, http: nothing stands for {{id}}"},
		{"kept in the other version", steps + "  - {http: {path: /, keep: {id: Id}}, only: 5}\n  - http: {path: /, response: '{{id}}'}\n",
			"x.yaml:5: step 2, http: nothing"},
		{"a name that slipped", steps + "  - http: {path: /, keep: {token: T}}\n  - http: {path: /, sign: {key: k, token: '{{tokn}}'}}\n",
			"is {{token}} meant?"},
		{"spaces in a name", steps + "  - http: {path: /, keep: {id: Id}}\n  - http: {path: '/{{ id }}'}\n",
			"x.yaml:5: step 2, http: nothing stands for {{ id }}, is {{id}} meant?"},
		{"a client's", "name: x\nclients: {a: {username: '{{b.certificateId}}'}}\nsteps:\n  - connect: a\n",
			"x.yaml:4: step 1, connect: nothing stands for {{b.certificateId}}"},
		{"more letters than there may be", steps + "  - http: '/{{x*100000}}'\n", "step 1, http: nothing stands for {{x*100000}}"},
		{"a name that none can be", steps + "  - http: {path: /, keep: {1st: Id}}\n",
			`x.yaml:4: step 1, http: it keeps "1st", want letters, digits`},
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
