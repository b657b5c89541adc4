package neighbour

import (
	"maps"
	"slices"
	"strings"
)

// A service is what there is to know of one to call it.
type service struct {
	id      string // in AWS_ENDPOINT_URL_<ID> and in profiles
	host    string // of its name at AWS; it signs with that, too
	title   string // in errors of AWS IoT
	target  string // of AWS JSON: before the operation in X-Amz-Target
	version string // of AWS JSON
	tool    bool   // it is for who works in an account, see Options.AWS: no rule calls it
}

// services are those that can be called, by the name that suback.yaml has for them.
func services() map[string]service {
	return map[string]service{
		"sqs":            {"SQS", "sqs", "AmazonSQS", "AmazonSQS", "1.0", false},
		"sns":            {"SNS", "sns", "AmazonSNS", "", "", false},
		"s3":             {"S3", "s3", "Amazon S3", "", "", false},
		"dynamoDB":       {"DynamoDB", "dynamodb", "AmazonDynamoDBv2", "DynamoDB_20120810", "1.0", false},
		"kinesis":        {"Kinesis", "kinesis", "AmazonKinesis", "Kinesis_20131202", "1.1", false},
		"firehose":       {"Firehose", "firehose", "AmazonKinesisFirehose", "Firehose_20150804", "1.1", false},
		"cloudwatchLogs": {"CloudWatch Logs", "logs", "AWSLogs", "Logs_20140328", "1.1", false},
		"stepFunctions":  {"SFN", "states", "AWSStepFunctions", "AWSStepFunctions", "1.0", false},
		"secretsManager": {"Secrets Manager", "secretsmanager", "AWSSecretsManager", "secretsmanager", "1.1",
			false},

		"iot":     {"IoT", "iot", "AWS IoT", "", "", true},
		"iotData": {"IoT Data Plane", "iotdata", "AWS IoT", "", "", true},
		"sts":     {"STS", "sts", "AWS STS", "", "", true},
	}
}

// Names are the services that rules' actions can call, sorted.
func Names() []string {
	all := services()
	maps.DeleteFunc(all, func(_ string, s service) bool { return s.tool })
	return slices.Sorted(maps.Keys(all))
}

// Variable is the environment variable that says where a service is, as
// AWS_ENDPOINT_URL_SQS.
func Variable(name string) string {
	return "AWS_ENDPOINT_URL_" + strings.ReplaceAll(strings.ToUpper(services()[name].id), " ", "_")
}

// Title is what AWS IoT calls a service in its errors, as "Amazon S3".
func Title(name string) string { return services()[name].title }
