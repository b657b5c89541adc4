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
