package config

import (
	"fmt"
	"strings"
	"testing"
)

// TestEveryMistakeInOneGo: who has made five mistakes starts the gateway once to
// hear of them, and hears of nothing that would be gone with another one.
func TestEveryMistakeInOneGo(t *testing.T) {
	const function = "functions:\n  f: {endpoint: \"http://localhost:9001\"}\n" // lines 1 and 2
	tests := []struct {
		name, text string
		want       []string // all of them, each with its line
	}{
		{"unknown keys, near and far", "regoin: x\ndefaultAuthorizerNam: y\nnope: z\n",
			[]string{`1: unknown key "regoin", is "region" meant?`, `2: unknown key "defaultAuthorizerNam", is "defaultAuthorizerName" meant?`,
				`3: unknown key "nope", want one of accountId,`}},
		{"of the decoder, the functions and the registry",
			"lambdaPermissions: no\nlimits: {rate: 3, protocol: x}\nfunctions:\n  f: {runtime: ruby, code: x}\n  g: {runtime: python}\n" +
				"authorizers:\n  - {authorizerName: a b, authorizerFunctionArn: f}\nthings:\n  - {thingName: t, billingGroupName: none}\nregoin: x\n",
			[]string{`1: lambdaPermissions is "no"`, `2: limits.protocol is "x"`, `2: limits.rate is "3"`, `4: function "f": runtime is "ruby"`,
				`5: function "g": code is missing`,
				`7: authorizer "a b": authorizerName has ' '`, `9: billing group "none" does not exist`, `10: unknown key "regoin"`}},
		{"where services are", "actions:\n  sqs: localhost:9324\n  dynamodb: http://localhost:8000\n  s3: http://me:secret@localhost:1\n  sns: aws\n" +
			"  kinesis: http://localhost:4566/\n",
			[]string{`2: actions.sqs is no endpoint, want http://<host>:<port>, or aws`, `3: actions has "dynamodb", want dynamoDB`,
				`4: actions.s3 is no endpoint, want http://<host>:<port>, or aws`}},
		{"one list", function + "authorizers:\n  - {authorizerName: a, authorizerFunctionArn: f, signingDisabled: true, status: active}\n" +
			"  - {authorizerName: b, authorizerFunctionArn: f, signingDisabled: true, status: on}\n",
			[]string{`4: authorizer "a": status is "active"`, `5: authorizer "b": status is "on"`}},
		{"functions that cannot run", "functions:\n  f: {runtime: provided, code: ./nowhere}\n  g: {endpoint: nowhere}\n  h: {zipFile: \"!\", " +
			"runtime: python, handler: a.b}\n  i: {endpoint: \"http://localhost:1\"}\ndefaultAuthorizerName: nobody\n",
			[]string{`2: function "f": `, `3: function "g": endpoint "nowhere"`, `4: function "h": zipFile is no base64`,
				`6: account "000000000000": defaultAuthorizerName is "nobody"`}},
		{"functions alone", "functions:\n  f: {runtime: provided, code: ./nowhere}\n  g: {endpoint: nowhere}\n",
			[]string{`2: function "f": `, `3: function "g": endpoint "nowhere"`}},
		{"zip files", "functions:\n  f: {zipFile: \"!\", runtime: python, handler: a.b}\n  g: {zipFile: eA==, runtime: python, handler: a.b}\n",
			[]string{`2: function "f": zipFile is no base64`, `3: function "g": zipFile: `}},
		{"several of one resource", "thingGroups:\n  - thingGroupName: g\n    things: [x, y]\n    policies:\n    - p\n",
			[]string{`3: thing "x" does not exist`, `3: thing "y" does not exist`, `5: policy "p" does not exist`}},

		{"what follows from a key", function + "authorizers:\n  - authorizerNmae: a\n    authorizerFunctionArn: f\ndefaultAuthorizerName: a\n",
			[]string{`4: unknown key "authorizerNmae", is "authorizerName" meant?`}},
		{"what follows from a list's key",
			"functons:\n  f: {runtime: ruby}\nthing:\n  - {thingName: t}\nthingGroups:\n  - {thingGroupName: g, things: [t, u]}\n",
			[]string{`1: unknown key "functons", is "functions" meant?`, `3: unknown key "thing", is "things" meant?`,
				`6: thing "u" does not exist`}},
		{"what follows from a function's key", "functions:\n  f:\n    endpoin: http://localhost:9001\n",
			[]string{`3: unknown key "endpoin", is "endpoint" meant?`}},
		{"what follows from a refusal", function +
			"authorizers:\n  - {authorizerName: a, authorizerFunctionArn: f, signingDisabled: true, status: active}\ndefaultAuthorizerName: a\n",
			[]string{`4: authorizer "a": status is "active"`}},
		{"the region", "region: x y\nthings: [{thingName: \"a b\"}]\nlimits: {rate: no}\n", []string{"1: ", "3: limits.rate"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := loadAndBuild(t, tt.text)
			lines := strings.Split(fmt.Sprint(err), "\n")
			if len(lines) != len(tt.want) {
				t.Fatalf("got %d mistakes, want %d:\n%v", len(lines), len(tt.want), err)
			}
			for i, want := range tt.want {
				if _, text, _ := strings.Cut(lines[i], "suback.yaml:"); !strings.HasPrefix(text, want) {
					t.Errorf("got %q, want %q", lines[i], want)
				}
			}
		})
	}
}
