package stack

import (
	"fmt"
	"strings"
	"testing"
)

// TestServerlessVariables: what variables of a serverless.yml come to; ! begins what is said where
// they come to nothing.
func TestServerlessVariables(t *testing.T) {
	t.Parallel()
	const file = `
service: gate
provider: {name: aws, stage: "${opt:stage, 'dev'}", environment: {SHARED: s}}
custom:
  size: 5
  names: {dev: x, prod: y}
  defaults: &defaults {Type: AWS::IoT::ThingType}
resources:
  Resources:
    F:
      Type: AWS::Lambda::Function
      Properties:
        {Runtime: nodejs20.x, Handler: index.handler, Code: {ZipFile: x}, Environment: {Variables: {V: %s}}}
    Kind:
      <<: *defaults
      Properties: {ThingTypeName: kind}
`
	tests := []struct{ value, want string }{
		{`"${self:service}"`, "gate"},
		{`"${self:custom.size}"`, "5"},
		{`"${self:service}-${sls:stage}"`, "gate-dev"},
		{`"${self:custom.names.${sls:stage}}"`, "x"},
		{`"${self:provider.stage}"`, "dev"},
		{`"${self:custom.none, 'otherwise'}"`, "otherwise"},
		{`"${opt:size, self:custom.size}"`, "5"},
		{`"${aws:region}"`, "us-east-1"},
		{`"${aws:accountId}"`, "000000000000"},
		{`!Sub "${AWS::Region}"`, "us-east-1"},
		{`"${iot:ClientId}"`, "${iot:ClientId}"},
		{`"${env:GIVEN}"`, "given"},
		{`"${env:SECRET}"`, "!${env:SECRET} is known to the Serverless Framework alone: --parameter env:SECRET=… says it"},
		{`"${opt:none}"`, "!${opt:none} is known to the Serverless Framework alone: --parameter none=… says it"},
		{`"${file(x.yml):y}"`, "!${file(x.yml):y} is known to the Serverless Framework alone"},
		{`"${self:custom.names}"`, "!is an object, want a text"},
		{`"${self:resources.Resources.F.Properties.Environment.Variables.V}"`, "!refers to itself"},
	}
	for _, tt := range tests {
		o := Options{Parameters: map[string]string{}}
		if strings.Contains(tt.value, "GIVEN") {
			o.Parameters["env:GIVEN"] = "given"
		}
		c, notes := imported(t, fmt.Sprintf(file, tt.value), o)
		got, said := c.Functions["F"].Environment["V"], strings.Join(notes, "\n")
		want, isTold := strings.CutPrefix(tt.want, "!")
		if isTold && (got != "" || !strings.Contains(said, want)) || !isTold && got != want {
			t.Errorf("%s: got %q and %s, want %s", tt.value, got, said, tt.want)
		}
		if len(c.ThingTypes) != 1 {
			t.Errorf("%s: got thing types %v, want the one that is merged", tt.value, c.ThingTypes)
		}
	}
}

// TestServerlessTold: what a serverless.yml has is in the result or told; ! begins what is said.
func TestServerlessTold(t *testing.T) {
	t.Parallel()
	const service = "service: gate\n"
	const aws = service + "provider: {name: aws, runtime: nodejs20.x}\n"
	const code = "resources: {Resources: {F: {Type: AWS::Lambda::Function, Properties: {Runtime: nodejs20.x, Handler: a.b, " +
		"Code: {ZipFile: x}, Environment: {Variables: {V: %s}}}}}}\n"
	const thing = "{Type: AWS::IoT::Thing, Properties: {ThingName: %s}}"
	regional := func(region, value string) string {
		return service + "provider: {name: aws, region: " + region + "}\n" + strings.ReplaceAll(code, "%s", value)
	}
	tests := []struct{ name, text, want string }{
		{"functions of another file", aws + "functions: ${file(./functions.yml)}\n",
			"!t.yaml:3: functions: ${file(./functions.yml)} is known to the Serverless Framework alone; left out"},
		{"one of a list", aws + "functions: [{auth: {handler: a.b}}, '${file(./more.yml)}']\n",
			"!functions: ${file(./more.yml)} is known to the Serverless Framework alone; left out"},
		{"the others of a list", aws + "functions: [{auth: {handler: a.b, url: true}}, '${file(./more.yml)}']\n",
			"!functions.auth.url: not emulated; left out"},
		{"a function of another file", aws + "functions: {auth: '${file(./auth.yml)}'}\n", "!functions.auth: ${file(./auth.yml)} is known"},
		{"a function that is nothing", aws + "functions: {auth: }\n", "!functions.auth: is null, want an object; left out"},
		{"an environment of another file", service + "provider: {name: aws, environment: '${file(./env.yml)}'}\n" +
			"functions: {auth: {handler: a.b, environment: {A: b}}}\n", "!provider.environment: ${file(./env.yml)} is known"},
		{"an event of another file", aws + "functions: {auth: {handler: a.b, events: '${file(./events.yml)}'}}\n",
			"!functions.auth.events: ${file(./events.yml)} is known"},
		{"an iot event of another file", aws + "functions: {auth: {handler: a.b, events: [{iot: '${file(./iot.yml)}'}]}}\n",
			"!functions.auth.events.iot: ${file(./iot.yml)} is known"},
		{"a key of an event", aws + "functions: {auth: {handler: a.b, events: [{iot: {sql: x, colour: red}}]}}\n",
			"!functions.auth.events.iot.colour: not emulated; left out"},
		{"plugins", aws + "plugins: [serverless-esbuild]\n", "!t.yaml:3: plugins: not emulated; left out"},
		{"a key of the provider", service + "provider: {name: aws, websocketsApiName: x}\n",
			"!provider.websocketsApiName: not emulated; left out"},
		{"resources of another file", aws + "resources: {Resources: '${file(./r.yml)}'}\n", "!resources.Resources: ${file(./r.yml)} is known"},
		{"extensions", aws + "resources: {extensions: {X: {}}}\n", "!resources.extensions: not emulated; left out"},
		{"parameters in two parts", aws + "resources:\n  - Parameters: {A: {Type: String, Default: one}}\n" +
			"  - Parameters: {B: {Type: String, Default: two}}\n    Resources: {T: " + strings.ReplaceAll(thing, "%s", "!Sub '${A}-${B}'") + "}\n",
			"thingName: one-two"},
		{"a rule that is not enabled", aws + "custom: {on: false}\nfunctions: {auth: {handler: a.b, events: " +
			"[{iot: {sql: SELECT * FROM 'a', enabled: '${self:custom.on}'}}]}}\n", "ruleDisabled: true"},
		{"the region", regional("eu-west-1", "!Ref AWS::Region"), "region: eu-west-1"},
		{"the region of a function", regional("eu-west-1", "!Ref AWS::Region"), "V: eu-west-1"},
		{"the region by default", regional(`"${opt:region, 'eu-central-1'}"`, `"${aws:region}"`), "V: eu-central-1"},
		{"the region of the file", regional(`"${opt:region, 'eu-central-1'}"`, `"${self:provider.region}"`), "V: eu-central-1"},
		{"the region as an option", regional("eu-west-1", `"${opt:region, self:provider.region}"`), "V: eu-west-1"},
		{"a region that is none", regional("nowhere", "x"), "!provider.region: "},
	}
	for _, tt := range tests {
		result, err := Import(t.Context(), []File{{Name: "t.yaml", Text: []byte(tt.text)}}, Options{})
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		want, isTold := strings.CutPrefix(tt.want, "!")
		if got := fmt.Sprint(result.Notes); isTold && (!strings.Contains(got, want) || !result.LeftOut()) {
			t.Errorf("%s: got %s, want %s", tt.name, got, want)
		} else if !isTold && !strings.Contains(string(result.Text), want) {
			t.Errorf("%s: got %s and %s, want %s", tt.name, result.Text, got, want)
		}
	}
}
