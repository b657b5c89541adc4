package stack

import (
	"strings"
	"testing"
)

// TestTold: what cannot be taken is a line with its place, and nothing else of the template
// suffers.
func TestTold(t *testing.T) {
	t.Parallel()
	const allow = `{Version: "2012-10-17", Statement: [{Effect: Allow, Action: "iot:*", Resource: "*"}]}`
	const maybe = "!If [No, {a: b}, !Ref AWS::NoValue]"
	const code = `Handler: index.handler, Runtime: nodejs20.x, InlineCode: x`
	tests := []struct{ name, resources, want string }{
		{"a type of AWS IoT's", "X: {Type: AWS::IoT::JobTemplate}", "t.yaml:2: AWS::IoT::JobTemplate X: not emulated; left out"},
		{"another type", "X: {Type: AWS::EC2::VPC}", "AWS::EC2::VPC X: nothing of AWS IoT's, or of what it needs; left out"},
		{"a custom resource", "X: {Type: Custom::Endpoint}", "a function makes it at deployment"},
		{"a nested stack", "X: {Type: AWS::CloudFormation::Stack}", "a template of its own: give that one as well"},
		{"an access key", "X: {Type: AWS::IAM::AccessKey}", "credentials of suback.yaml has those that there are here"},
		{"no type", "X: {Properties: {}}", "resource X has no Type; left out"},
		{"a loop", "'Fn::ForEach::X': [a, [b], {}]", "Fn::ForEach::X: what it makes is known once it is deployed; left out"},
		{"a property", "X: {Type: AWS::IoT::Thing, Properties: {Colour: red}}",
			"t.yaml:2: AWS::IoT::Thing X: Colour: not emulated; left out"},
		{"an attribute", "X: {Type: AWS::IoT::Thing, Propertys: {}}", "AWS::IoT::Thing X: Propertys: there is no such attribute; left out"},
		{"a name that is refused",
			"X: {Type: AWS::IoT::Thing, Properties: {ThingName: a b}}", `thing "a b": thingName has ' ' at character 2`},
		{"a name that is not known", "X: {Type: AWS::IoT::Thing, Properties: {ThingName: !Ref Y}}",
			"AWS::IoT::Thing X: ThingName: there is no Y in the template; left out"},
		{"a boolean",
			"X: {Type: AWS::IoT::Authorizer, Properties: {AuthorizerFunctionArn: arn:aws:lambda:us-east-1:000000000000:function:f, SigningDisabled: maybe}}",
			`AWS::IoT::Authorizer X: SigningDisabled: is "maybe", want true or false; left out`},
		{"a policy that is a path", "X: {Type: AWS::IoT::Policy, Properties: {PolicyDocument: /dev/zero}}",
			`AWS::IoT::Policy X: PolicyDocument: is "/dev/zero", want a document; left out`},
		{"a role's that is one", "X: {Type: AWS::IAM::Role, Properties: {Policies: [{PolicyName: p, PolicyDocument: /dev/zero}]}}",
			`AWS::IAM::Role X: Policies.p: is "/dev/zero", want a document; left out`},
		{"a certificate that is a path", "X: {Type: AWS::IoT::Certificate, Properties: {CertificatePem: /dev/zero}}",
			`AWS::IoT::Certificate X: CertificatePem: is "/dev/zero", want a PEM text; left out`},
		{"a key that is a path",
			"X: {Type: AWS::IoT::Authorizer, Properties: {AuthorizerFunctionArn: f, TokenKeyName: t, TokenSigningPublicKeys: {k: /dev/zero}}}",
			`AWS::IoT::Authorizer X: TokenSigningPublicKeys.k: is "/dev/zero", want a PEM text; left out`},
		{"half a policy",
			"X: {Type: AWS::IoT::Policy, Properties: {PolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Allow, Action: 'iot:*', Resource: !Ref Y}]}}}",
			"AWS::IoT::Policy X: PolicyDocument: there is no Y in the template; left out"},
		{"a policy that is refused",
			"X: {Type: AWS::IoT::Policy, Properties: {PolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Maybe}]}}}",
			"AWS::IoT::Policy X: policy"},
		{"a condition that is not known", "X: {Type: AWS::IoT::Thing, Condition: Y}", "its condition Y: there is no condition Y; left out"},
		{"a dynamic group", "X: {Type: AWS::IoT::ThingGroup, Properties: {QueryString: x}}", "dynamic groups are not emulated"},
		{"logging twice", "X: &x {Type: AWS::IoT::Logging, Properties: {RoleArn: 'arn:aws:iam::000000000000:role/r', DefaultLogLevel: INFO}}\n  Y: *x",
			"AWS::IoT::Logging Y: there is one already, and an account has one; left out"},
		{"a policy of AWS's own", "X: {Type: AWS::IAM::Role, Properties: {ManagedPolicyArns: ['arn:aws:iam::aws:policy/AWSIoTDataAccess']}}",
			"arn:aws:iam::aws:policy/AWSIoTDataAccess is AWS's own"},
		{"a policy of nobody here", "X: {Type: AWS::IAM::Policy, Properties: {PolicyName: p, PolicyDocument: " + allow + ", Roles: [r]}}",
			"AWS::IAM::Policy X: none of its roles is here; left out"},
		{"an attachment to nobody here", "P: {Type: AWS::IoT::Policy, " +
			"Properties: {PolicyDocument: " + allow + "}}\n  X: {Type: AWS::IoT::PolicyPrincipalAttachment, " +
			"Properties: {PolicyName: !Ref P, Principal: 'arn:aws:iot:us-east-1:000000000000:cert/1'}}",
			"Principal: arn:aws:iot:us-east-1:000000000000:cert/1 is not in the templates; left out"},
		{"a permission for nobody here", "X: {Type: AWS::Lambda::Permission, Properties: {FunctionName: f, Action: 'lambda:*', Principal: iot.amazonaws.com}}",
			"FunctionName: f is not in the result; left out"},
		{"an image", "X: {Type: AWS::Serverless::Function, Properties: {PackageType: Image, ImageUri: x}}", "container images are not run"},
		{"code in S3", "X: {Type: AWS::Serverless::Function, Properties: {Handler: a.b, Runtime: nodejs20.x, CodeUri: s3://a/b}}",
			"its code is at s3://a/b; import the template before it was packaged"},
		{"code in a bucket", "X: {Type: AWS::Lambda::Function, Properties: {Handler: a.b, Runtime: nodejs20.x, Code: {S3Bucket: b, S3Key: k}}}",
			"its code is in S3; import the template before it was packaged"},
		{"code of CDK's that is not there", "X: {Type: AWS::Lambda::Function, Metadata: {'aws:asset:path': asset.1, 'aws:asset:property': Code}, " +
			"Properties: {Handler: a.b, Runtime: nodejs20.x, Code: {S3Bucket: b, S3Key: k}}}", `code "asset.1": no such file or folder; left out`},
		{"code that is not there", "X: {Type: AWS::Serverless::Function, Properties: {Handler: a.b, Runtime: nodejs20.x, CodeUri: nowhere}}",
			`code "nowhere": no such file or folder; sam build makes .aws-sam/build/template.yaml, which may be imported; left out`},
		{"another language", "X: {Type: AWS::Serverless::Function, Properties: {Handler: a.b, Runtime: java21, CodeUri: .}}", `runtime is "java21"`},
		{"an event of another service", "X: {Type: AWS::Serverless::Function, Properties: {" + code + ", Events: {A: {Type: SQS}}}}",
			"Events.A: an event of type SQS has no part in AWS IoT; left out"},
		{"an action that is none", "X: {Type: AWS::IoT::TopicRule, Properties: {TopicRulePayload: {Sql: SELECT * FROM 'a', Actions: [{}]}}}",
			"TopicRulePayload.Actions[0]: want an object with one action; left out"},
		{"an action that is not known", "X: {Type: AWS::IoT::TopicRule, Properties: {TopicRulePayload: {Sql: SELECT * FROM 'a', Actions: [{Lambda: {FunctionArn: !Ref Y}}]}}}",
			"AWS::IoT::TopicRule X: TopicRulePayload.Actions[0]: there is no Y in the template; left out"},
		{"a permission that is missing", "F: {Type: AWS::Serverless::Function, Properties: {" + code + "}}\n" +
			"  X: {Type: AWS::IoT::Authorizer, Properties: {AuthorizerFunctionArn: !GetAtt F.Arn, Status: ACTIVE, SigningDisabled: true}}",
			"t.yaml:3: AWS::IoT::Authorizer X: no AWS::Lambda::Permission lets iot.amazonaws.com invoke F, so on AWS it never runs"},
		{"a variable of policies in a Sub", "X: {Type: AWS::IoT::Policy, Properties: {PolicyDocument: {Version: '2012-10-17', " +
			"Statement: [{Effect: Allow, Action: 'iot:Connect', Resource: !Sub 'arn:aws:iot:${AWS::Region}:${AWS::AccountId}:client/${iot:ClientId}'}]}}}",
			"which CloudFormation takes for a resource and refuses: write ${!iot:ClientId}"},
		{"an environment that is not known", "X: {Type: AWS::Serverless::Function, Properties: {" + code + ", Environment: " + maybe + "}}",
			"X: Environment: condition No: "},
		{"tags that are not known", "X: {Type: AWS::IoT::Policy, Properties: {PolicyDocument: " + allow + ", Tags: " + maybe + "}}",
			"X: Tags: condition No: "},
		{"events that are not known", "X: {Type: AWS::Serverless::Function, Properties: {" + code + ", Events: " + maybe + "}}",
			"X: Events: condition No: "},
		{"an event that is not known", "X: {Type: AWS::Serverless::Function, Properties: {" + code + ", Events: {E: " + maybe + "}}}",
			"X: Events.E: condition No: "},
		{"a group's properties that are not known", "X: {Type: AWS::IoT::ThingGroup, Properties: {ThingGroupProperties: " + maybe + "}}",
			"X: ThingGroupProperties: condition No: "},
		{"a group's member", "X: {Type: AWS::IoT::ThingGroup, Properties: {ThingGroupProperties: {Colour: red}}}",
			"X: ThingGroupProperties.Colour: not emulated; left out"},
		{"attributes that are not known", "X: {Type: AWS::IoT::Thing, Properties: {AttributePayload: " + maybe + "}}",
			"X: AttributePayload: condition No: "},
		{"attributes by another name", "X: {Type: AWS::IoT::Thing, Properties: {AttributePayload: {Attribute: {a: b}}}}",
			"X: AttributePayload.Attribute: not emulated; left out"},
		{"roles that are not known", "X: {Type: AWS::IAM::ManagedPolicy, " +
			"Properties: {PolicyDocument: " + allow + ", Roles: " + maybe + "}}", "X: Roles: condition No: "},
		{"roles that are not here", "X: {Type: AWS::IAM::ManagedPolicy, Properties: {PolicyDocument: " + allow + ", Roles: [r]}}",
			"X: Roles: r is not in the result; left out"},
		{"roles of a pool that are not known", "P: {Type: AWS::Cognito::IdentityPool}\n  X: {Type: AWS::Cognito::IdentityPoolRoleAttachment, " +
			"Properties: {IdentityPoolId: !Ref P, Roles: " + maybe + "}}", "X: Roles: condition No: "},
		{"a pool without guests", "P: {Type: AWS::Cognito::IdentityPool, Properties: {AllowUnauthenticatedIdentities: false}}\n" +
			"  X: {Type: AWS::Cognito::IdentityPoolRoleAttachment, Properties: {IdentityPoolId: !Ref P, Roles: {unauthenticated: r}}}",
			"X: the pool lets no guest in: its AllowUnauthenticatedIdentities is not true"},
		{"a version of a function that has none", "F: {Type: AWS::Serverless::Function, Properties: {" + code + "}}\n" +
			"  X: {Type: AWS::IoT::Thing, Properties: {ThingName: !Ref F.Version}}", "X: ThingName: AWS::Serverless::Function F has no AutoPublishAlias"},
		{"a name with a percent sign", "X: {Type: AWS::IoT::Policy, Properties: {PolicyDocument: " + allow + ", Tags: {'a%d': !Ref Y}}}",
			"X: Tags.a%d: there is no Y"},
		{"an attachment of no policy",
			"X: {Type: AWS::IoT::PolicyPrincipalAttachment, Properties: {PolicyName: p, Principal: 'us-east-1:1'}}",
			"X: PolicyName: policy p is not in the result; left out"},
		{"an attachment of no thing", "X: {Type: AWS::IoT::ThingPrincipalAttachment, Properties: {ThingName: t, Principal: 'us-east-1:1'}}",
			"X: ThingName: thing t is not in the result; left out"},
		{"an alias of no role", "X: {Type: AWS::IoT::RoleAlias, Properties: {RoleAlias: a, RoleArn: 'arn:aws:iam::000000000000:role/r'}}",
			"AWS::IoT::RoleAlias X: its role r is not in the result: it gives nobody credentials"},
		{"a thing of a policy that is refused",
			"X: {Type: AWS::IAM::Role, Properties: {Policies: [{PolicyName: p, PolicyDocument: {Statement: 1}}]}}",
			"AWS::IAM::Role X: has policies p, which is left out"},
	}
	for _, tt := range tests {
		c, notes := imported(t, "Resources:\n  "+tt.resources+"\n  Kept: {Type: AWS::IoT::Thing}\n", Options{})
		if said := strings.Join(notes, "\n"); !strings.Contains(said, tt.want) {
			t.Errorf("%s: got\n%s\nwant %s", tt.name, said, tt.want)
		}
		if len(c.Things) == 0 || c.Things[len(c.Things)-1].ThingName != "Kept" {
			t.Errorf("%s: got things %+v, want the one beside it kept", tt.name, c.Things)
		}
	}
}

// TestSeveral: templates refer to each other by what they export, and to what each has by name.
func TestSeveral(t *testing.T) {
	t.Parallel()
	files := []File{
		{Name: "a.yaml", Text: []byte("Resources: {G: {Type: AWS::IoT::ThingGroup, Properties: {ThingGroupName: g}}}\n" +
			"Outputs: {O: {Value: !Ref G, Export: {Name: group}}}\n")},
		{Name: "b.yaml", Text: []byte("Resources:\n  H: {Type: AWS::IoT::ThingGroup, Properties: {ParentGroupName: !ImportValue group}}\n" +
			"  G: {Type: AWS::IoT::ThingGroup, Properties: {ThingGroupName: g, ThingGroupProperties: {ThingGroupDescription: d}}}\n")},
	}
	result, err := Import(t.Context(), files, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if want := "- thingGroupName: H\n    parentGroupName: g\n"; !strings.Contains(string(result.Text), want) {
		t.Errorf("got %s, want %s", result.Text, want)
	}
	if len(result.Notes) != 1 || result.Notes[0].File != "b.yaml" || result.Notes[0].Line != 3 ||
		!strings.Contains(result.Notes[0].Text, "exists") || !result.LeftOut() {
		t.Errorf("got %v, want the group of b.yaml's third line told, which there is already", result.Notes)
	}
}
