package stack

import (
	"cmp"
	"strings"

	"github.com/suback/suback/emulator/tree"
)

// Resources of other services. They are not made here, but topic rules send to them, and
// functions have their names in the environment.

// A service is where a foreign resource would be.
type service struct {
	name string   // the property that names it
	ref  string   // what Ref is: "name", "arn" or "url"
	arn  string   // service, and what its ARN ends with before the name
	arns []string // attributes that are the ARN
	sent string   // as actions of suback.yaml calls the service; "" if no rule sends there
}

func services() map[string]service {
	table := service{"TableName", "name", "dynamodb table/", []string{"Arn"}, "dynamoDB"}
	machine := service{"StateMachineName", "arn", "states stateMachine:", []string{"Arn"}, "stepFunctions"}
	stream := service{"DeliveryStreamName", "name", "firehose deliverystream/", []string{"Arn"}, "firehose"}
	logs := service{"LogGroupName", "name", "logs log-group:", []string{"Arn"}, "cloudwatchLogs"}
	secret := service{"Name", "arn", "secretsmanager secret:", []string{"Id"}, "secretsManager"}
	serverless := machine
	serverless.name = "Name"
	return map[string]service{
		"AWS::DynamoDB::Table":                 table,
		"AWS::Serverless::SimpleTable":         table,
		"AWS::SQS::Queue":                      {"QueueName", "url", "sqs ", []string{"Arn"}, "sqs"},
		"AWS::SNS::Topic":                      {"TopicName", "arn", "sns ", []string{"TopicArn"}, "sns"},
		"AWS::S3::Bucket":                      {"BucketName", "name", "s3 ", []string{"Arn"}, "s3"},
		"AWS::Kinesis::Stream":                 {"Name", "name", "kinesis stream/", []string{"Arn"}, "kinesis"},
		"AWS::KinesisFirehose::DeliveryStream": stream,
		"AWS::Logs::LogGroup":                  logs,
		"AWS::StepFunctions::StateMachine":     machine,
		"AWS::Serverless::StateMachine":        serverless,
		"AWS::SecretsManager::Secret":          secret,
	}
}

// foreign is what Ref and Fn::GetAtt are for a resource of another service.
func (r *resource) foreign(attribute string, at tree.Spot) *tree.Value {
	s, known := services()[r.kind]
	if !known {
		return nil
	}
	name, why := r.name(s.name)
	if why != nil {
		return why
	}
	if r.kind == "AWS::S3::Bucket" {
		name = strings.ToLower(name)
	}
	of, prefix, _ := strings.Cut(s.arn, " ")
	arn := r.t.out.arn(of, prefix+name)
	switch {
	case attribute == "" && s.ref == "url", attribute == "QueueUrl":
		o := r.t.out.options
		return made(at, "https://sqs."+o.Region+"."+r.t.out.suffix()+"/"+o.Account+"/"+name)
	case attribute == "" && s.ref == "arn", strings.Contains(strings.Join(s.arns, " "), cmp.Or(attribute, "-")):
		return made(at, arn)
	case attribute == "", attribute == s.name, attribute == "Name":
		return made(at, name)
	}
	return nil
}

// leaveForeign says that a resource is not taken, and what that means.
func (t *template) leaveForeign(r *resource) {
	s, known := services()[r.kind]
	switch {
	case known && s.sent != "":
		r.leave("not here: rules send to it where actions of suback.yaml has %s", s.sent)
	case strings.HasPrefix(r.kind, "AWS::IoT::"):
		r.leave("not emulated")
	case strings.HasPrefix(r.kind, "Custom::"), r.kind == "AWS::CloudFormation::CustomResource":
		r.leave("a function makes it at deployment")
	case r.kind == "AWS::IAM::User", r.kind == "AWS::IAM::AccessKey":
		r.leave("access keys are AWS's to give: credentials of suback.yaml has those that there are here")
	case r.kind == "AWS::CloudFormation::Stack", r.kind == "AWS::Serverless::Application":
		r.leave("a template of its own: give that one as well")
	default:
		r.leave("nothing of AWS IoT's, or of what it needs")
	}
}
