package stack

import (
	"fmt"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/config"
)

// imported is what comes of one template, and its notes as lines.
func imported(t *testing.T, text string, o Options) (*config.Config, []string) {
	t.Helper()
	result, err := Import(t.Context(), []File{{Name: "t.yaml", Text: []byte(text)}}, o)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	var notes []string
	for _, n := range result.Notes {
		notes = append(notes, n.String())
	}
	c, err := config.Parse("suback.yaml", result.Text)
	if err != nil {
		t.Fatalf("got %s, which is refused: %v", result.Text, err)
	}
	return c, notes
}

// TestResolve: what values come to; ! begins what is said where they come to nothing.
func TestResolve(t *testing.T) {
	t.Parallel()
	const template = `
Parameters:
  Stage: {Type: String, Default: dev, AllowedValues: [dev, prod]}
  None: {Type: String}
  List: {Type: CommaDelimitedList, Default: "a, b"}
  Number: {Type: Number, Default: 5}
  Secret: {Type: "AWS::SSM::Parameter::Value<String>", Default: /a/b}
Mappings:
  Map: {dev: {Size: 1, Names: [x, y]}}
Conditions:
  IsDev: !Equals [!Ref Stage, dev]
  IsProd: !Not [{Condition: IsDev}]
  Both: !And [!Condition IsDev, !Condition IsProd]
  Any: {Fn::Or: [!Condition IsProd, !Condition IsDev]}
  Loop: !Not [!Condition Loop]
  Unclear: !Equals [!Ref None, a]
  SettledAnyway: !Or [!Condition Unclear, !Condition IsDev]
  SameLists: !Equals [!Ref List, [a, b]]
Resources:
  Thing: {Type: "AWS::IoT::Thing", Properties: {ThingName: !Sub "${Stage}-thing"}}
  Table: {Type: "AWS::DynamoDB::Table", Properties: {TableName: users}}
  Queue: {Type: "AWS::SQS::Queue"}
  Topic: {Type: "AWS::SNS::Topic", Properties: {TopicName: news}}
  Bucket: {Type: "AWS::S3::Bucket"}
  Machine: {Type: "AWS::StepFunctions::StateMachine"}
  Gone: {Type: "AWS::IoT::Thing", Condition: IsProd}
  Network: {Type: "AWS::EC2::VPC"}
  A: {Type: "AWS::IoT::Thing", Properties: {ThingName: !Ref B}}
  B: {Type: "AWS::IoT::Thing", Properties: {ThingName: !Sub "${A}x"}}
  Alias: {Type: "AWS::Lambda::Alias", Properties: {FunctionName: !Ref F, Name: live}}
  Pool: {Type: "AWS::Cognito::IdentityPool"}
  F:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs20.x
      Handler: index.handler
      Code: {ZipFile: "x"}
      Environment: {Variables: {V: %s}}
Outputs:
  Out: {Value: !Ref Thing, Export: {Name: !Sub "${Stage}-out"}}
  Self: {Value: !ImportValue self, Export: {Name: self}}
`
	tests := []struct{ value, want string }{
		{"text", "text"},
		{"5", "5"},
		{"true", "true"},
		{"!Ref Stage", "dev"},
		{"{Ref: Number}", "5"},
		{"!Ref AWS::Region", "us-east-1"},
		{"!Ref AWS::AccountId", "000000000000"},
		{"!Ref AWS::Partition", "aws"},
		{"!Ref AWS::URLSuffix", "amazonaws.com"},
		{"!Ref AWS::StackName", "stack"},
		{"!Ref AWS::StackId", "!AWS::StackId is known once it is deployed"},
		{"!Ref AWS::NoValue", ""},
		{"!Ref None", "!parameter None has no default: --parameter None=… says it"},
		{"!Ref Secret", "!parameter Secret is looked up in Systems Manager: --parameter Secret=… says it"},
		{"!Ref Nowhere", "!there is no Nowhere in the template"},
		{"!Ref List", "!is a list, want a text"},
		{"'{{resolve:ssm:/a/b}}'", "!{{resolve:ssm:/a/b}} is looked up by AWS alone"},
		{"!Sub '${Stage}-${AWS::Region}-${!iot:ClientId}-${Thing}-${Thing.Arn}'",
			"dev-us-east-1-${iot:ClientId}-dev-thing-arn:aws:iot:us-east-1:000000000000:thing/dev-thing"},
		{"!Sub ['${x}${Stage}', {x: !Ref Number}]", "5dev"},
		{"!Sub '${iot:ClientId} ${'", "${iot:ClientId} ${"},
		{"!Sub '${Nowhere}'", "!there is no Nowhere in the template"},
		{"!Sub [a]", "!Fn::Sub wants a text, or a text and a map"},
		{"!Join ['-', [a, !Ref Stage, 5]]", "a-dev-5"},
		{"!Join [',', !Ref List]", "a,b"},
		{"!Join [',', !Split ['/', 'a/b']]", "a,b"},
		{"!Join ['-', [a, !Ref None]]", "!parameter None has no default"},
		{"!Join [a]", "!Fn::Join wants a delimiter and a list"},
		{"!Split ['', a]", "!Fn::Split wants a delimiter and a text"},
		{"!Select [1, !Ref List]", "b"},
		{"!Select ['0', [a, !Ref None]]", "a"},
		{"!Select [7, [a]]", `!Fn::Select has no item "7" to choose`},
		{"!FindInMap [Map, !Ref Stage, Size]", "1"},
		{"!Select [1, !FindInMap [Map, dev, Names]]", "y"},
		{"!FindInMap [Map, prod, Size]", "!Mappings has nothing at Map.prod.Size"},
		{"!FindInMap [Map, prod, Size, {DefaultValue: 3}]", "3"},
		{"!If [IsDev, a, b]", "a"},
		{"!If [IsProd, a, b]", "b"},
		{"!If [Both, a, b]", "b"},
		{"!If [Any, a, b]", "a"},
		{"!If [SettledAnyway, a, b]", "a"},
		{"!If [SameLists, a, b]", "a"},
		{"!If [IsProd, !Ref None, b]", "b"},
		{"!If [IsProd, a, !Ref AWS::NoValue]", ""},
		{"!If [Loop, a, b]", "!condition Loop: it refers to itself"},
		{"!If [Unclear, a, b]", "!condition Unclear: parameter None has no default"},
		{"!If [Nothing, a, b]", "!condition Nothing: there is no condition Nothing"},
		{"!Base64 abc", "YWJj"},
		{"{Fn::ToJsonString: {a: [1, x]}}", `{"a":[1,"x"]}`},
		{"{Fn::Length: !Ref List}", "2"},
		{"!ImportValue dev-out", "dev-thing"},
		{"!ImportValue self", `!Fn::ImportValue: no template here exports "self"`},
		{"!ImportValue other", `!Fn::ImportValue: no template here exports "other"; give the one that does as well`},
		{"!Transform {Name: x}", "!Fn::Transform is known once it is deployed"},
		{"!Cidr [a, 1]", "!Fn::Cidr is known once it is deployed"},
		{"!Nonsense x", "!Fn::Nonsense is known once it is deployed"},
		{"!Ref Table", "users"},
		{"!GetAtt Table.Arn", "arn:aws:dynamodb:us-east-1:000000000000:table/users"},
		{"!GetAtt Table.StreamArn", "!StreamArn of AWS::DynamoDB::Table Table is known once it is deployed"},
		{"!Ref Queue", "https://sqs.us-east-1.amazonaws.com/000000000000/Queue"},
		{"{Fn::GetAtt: [Queue, QueueName]}", "Queue"},
		{"!Ref Topic", "arn:aws:sns:us-east-1:000000000000:news"},
		{"!Ref Bucket", "bucket"},
		{"!GetAtt Bucket.Arn", "arn:aws:s3:::bucket"},
		{"!Ref Machine", "arn:aws:states:us-east-1:000000000000:stateMachine:Machine"},
		{"!Ref Network", "!the id of AWS::EC2::VPC Network is known once it is deployed"},
		{"!Ref Gone", "!AWS::IoT::Thing Gone is not made"},
		{"!Ref A", "!AWS::IoT::Thing A refers to itself"},
		{"!Ref F", "F"},
		{"!Ref Alias", "arn:aws:lambda:us-east-1:000000000000:function:F"},
		{"!Sub '${Pool}'", "us-east-1:"},
		{"{a: b}", "!is an object, want a text"},
	}
	for _, tt := range tests {
		c, notes := imported(t, fmt.Sprintf(template, tt.value), Options{})
		got, said := c.Functions["F"].Environment["V"], strings.Join(notes, "\n")
		want, isTold := strings.CutPrefix(tt.want, "!")
		switch {
		case isTold && (got != "" || !strings.Contains(said, "F: Environment.Variables.V: "+want)):
			t.Errorf("%s: got %q and\n%s\nwant it told: %s", tt.value, got, said, want)
		case !isTold && got != want && !(strings.HasSuffix(want, ":") && strings.HasPrefix(got, want)):
			t.Errorf("%s: got %q, want %q\n%s", tt.value, got, want, said)
		}
	}
}

// TestOptions: what whoever deploys says.
func TestOptions(t *testing.T) {
	t.Parallel()
	const template = `
Parameters: {Stage: {Type: String, AllowedValues: [dev, prod]}}
Resources:
  T: {Type: AWS::IoT::Thing, Properties: {ThingName: !Sub "${Stage}-${AWS::StackName}"}}
  P:
    Type: AWS::IoT::Policy
    Properties:
      PolicyName: p
      PolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "iot:*", Resource: !Sub "arn:${AWS::Partition}:iot:${AWS::Region}:${AWS::AccountId}:*"}]}
`
	c, notes := imported(t, template, Options{Region: "cn-north-1", Account: "111122223333",
		Parameters: map[string]string{"Stage": "prod", "AWS::StackName": "mine"}})
	if len(notes) > 0 || c.Things[0].ThingName != "prod-mine" || c.Region != "cn-north-1" || c.AccountID != "111122223333" ||
		!strings.Contains(string(c.Policies[0].PolicyDocument), "arn:aws-cn:iot:cn-north-1:111122223333:*") {
		t.Errorf("got %+v, %+v, %s, %s and %q, want what the options say", c.Things, c.Policies, c.Region, c.AccountID, notes)
	}
	for _, tt := range []struct {
		name, want string
		options    Options
	}{
		{"a parameter that there is not", `no template has a parameter "Stge", is "Stage" meant?`,
			Options{Parameters: map[string]string{"Stge": "x"}}},
		{"an account that is none", "account", Options{Account: "1"}},
		{"a region that is none", "region", Options{Region: "Moon"}},
	} {
		_, err := Import(t.Context(), []File{{Name: "t.yaml", Text: []byte(template)}}, tt.options)
		if _, isOption := err.(*ParameterError); !isOption || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %s", tt.name, err, tt.want)
		}
	}
	_, notes = imported(t, template, Options{Parameters: map[string]string{"Stage": "beta"}})
	if want := `parameter Stage is "beta", want one of dev, prod`; !strings.Contains(strings.Join(notes, "\n"), want) {
		t.Errorf("got %q, want %s", notes, want)
	}
}
