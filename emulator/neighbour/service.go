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
}

// services are those that can be called, by the name that suback.yaml has for them.
func services() map[string]service {
	return map[string]service{
		"sqs":            {"SQS", "sqs", "AmazonSQS", "AmazonSQS", "1.0"},
		"sns":            {"SNS", "sns", "AmazonSNS", "", ""},
		"s3":             {"S3", "s3", "Amazon S3", "", ""},
		"dynamoDB":       {"DynamoDB", "dynamodb", "AmazonDynamoDBv2", "DynamoDB_20120810", "1.0"},
		"kinesis":        {"Kinesis", "kinesis", "AmazonKinesis", "Kinesis_20131202", "1.1"},
		"firehose":       {"Firehose", "firehose", "AmazonKinesisFirehose", "Firehose_20150804", "1.1"},
		"cloudwatchLogs": {"CloudWatch Logs", "logs", "AWSLogs", "Logs_20140328", "1.1"},
		"stepFunctions":  {"SFN", "states", "AWSStepFunctions", "AWSStepFunctions", "1.0"},
		"secretsManager": {"Secrets Manager", "secretsmanager", "AWSSecretsManager", "secretsmanager", "1.1"},
	}
}

// Names are the services that can be called, sorted.
func Names() []string { return slices.Sorted(maps.Keys(services())) }

// Variable is the environment variable that says where a service is, as
// AWS_ENDPOINT_URL_SQS.
func Variable(name string) string {
	return "AWS_ENDPOINT_URL_" + strings.ReplaceAll(strings.ToUpper(services()[name].id), " ", "_")
}

// Title is what AWS IoT calls a service in its errors, as "Amazon S3".
func Title(name string) string { return services()[name].title }
