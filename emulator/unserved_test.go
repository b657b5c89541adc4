package emulator_test

import (
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/emulator/unserved"
)

// TestUnservedCLI: AWS's command line prints which call is not here, whatever
// protocol it speaks.
func TestUnservedCLI(t *testing.T) {
	t.Parallel()
	e := emulator.Run(t, emulator.Options{Listeners: free})
	c := newCLI(t, e)
	tests := []struct{ command, exception, sentence, protocol string }{
		{"iam list-users", "NotImplemented", "iam ListUsers is not here: ", "query"},
		{"cloudformation list-stacks", "NotImplemented", "cloudformation ListStacks is not here: ", "query"},
		{"ec2 describe-instances", "NotImplemented", "ec2 DescribeInstances is not here: ", "EC2's query"},
		{"dynamodb list-tables", "NotImplementedException", "dynamodb ListTables is not here: ", "JSON 1.0"},
		{"cognito-idp list-user-pools --max-results 1", "NotImplementedException", "cognito-idp ListUserPools is not here: ", "JSON 1.1"},
		{"logs describe-log-groups", "NotImplementedException", "logs DescribeLogGroups is not here: ", "JSON 1.1"},
		{"s3api list-buckets", "NotImplemented", "s3 GET / is not here: ", "REST XML of S3"},
		{"s3 ls", "NotImplemented", "s3 GET / is not here: ", "REST XML of S3"},
		{"route53 list-hosted-zones", "NotImplemented", "route53 GET /2013-04-01/hostedzone is not here: ", "REST XML"},
		{"apigateway get-rest-apis", "NotImplementedException", "apigateway GET /restapis is not here: ", "REST JSON"},
		{"iot-jobs-data start-next-pending-job-execution --thing-name a", "NotImplementedException", "iot-jobs-data StartNextPendingJobExecution",
			"REST JSON"},
		{"iot list-jobs", "NotImplementedException", "ListJobs is not implemented", "REST JSON"},
		{"acm renew-certificate --certificate-arn arn:aws:acm:us-east-1:000000000000:certificate/a", "NotImplementedException",
			"RenewCertificate is not implemented", "JSON 1.1"},
		{"lambda list-layers", "NotImplementedException", "ListLayers is not implemented", "REST JSON"},
	}
	for _, tt := range tests {
		c.refused(tt.exception, tt.sentence, "A-370, "+tt.protocol, strings.Fields(tt.command)...)
		what, _, _ := strings.Cut(tt.sentence, ":")
		told := recorded(t, e, func(ev trace.Event) bool { return strings.HasPrefix(ev.Detail, what) })
		if told.Outcome != trace.Refused || told.Reason != "NOT_IMPLEMENTED" || told.Saw != "501 Not Implemented" || told.Hint == "" {
			t.Errorf("%s: got %s, want it refused with 501 and a hint (A-370)", tt.command, told.Text())
		}
	}
	c.aws(`{"UserId": "^.*", "Account": "000000000000", "Arn": "^arn:aws:.*"}`, "A-258: served", "sts", "get-caller-identity")
}

// TestUnserved: user pools, which pages ask without a signature; and a
// protocol that the command line at hand may not speak.
func TestUnserved(t *testing.T) {
	t.Parallel()
	e := emulator.Run(t, emulator.Options{Listeners: free})
	form := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
	tests := []struct {
		name   string
		q      request
		header map[string]string
		kind   string
		body   string
		source string
	}{
		{"user pool of a page", request{"POST", "/", "", "AWSCognitoIdentityProviderService.InitiateAuth", "{}"},
			map[string]string{"Content-Type": "application/x-amz-json-1.1", "Origin": "https://page.test"}, "application/x-amz-json-1.1",
			`{"__type":"NotImplementedException","message":"cognito-idp InitiateAuth is not here: `, "A-370"},
		{"unsigned query", request{"POST", "/", "", "", "Action=ListUsers&Version=2010-05-08"}, form, "text/xml",
			"<Code>NotImplemented</Code><Message>a service ListUsers is not here: ", "A-370"},
		{"by host", request{"GET", "/v2/apis", "", "", ""}, map[string]string{"Host": "apigateway.us-east-1.amazonaws.com"}, "application/json",
			`"apigateway GET /v2/apis is not here: `, "A-370"},
		{"CBOR", request{"POST", "/service/GraniteServiceVersion20100801/operation/ListMetrics", "monitoring", "", ""},
			map[string]string{"Smithy-Protocol": "rpc-v2-cbor"}, "application/cbor",
			"\xa2\x79\x00\x06__type\x79\x00\x17NotImplementedException\x79\x00\x07message\x79", "RFC 8949 3.1"},
		{"presigned", request{"GET", "/bucket/key?X-Amz-Credential=A%2F20260101%2Fus-east-1%2Fs3%2Faws4_request", "", "", ""}, nil,
			"application/xml",
			"s3 GET /bucket/key is not here: ", "A-370"},
		{"a scope that is no name", request{"GET", "/x", "a<b>", "", ""}, nil, "application/json", `{"message":"Forbidden"`, "no such service"},
		{"an unknown path of the data plane", request{"GET", "/nothing", "iotdata", "", ""}, nil, "application/json", `{"message":"Forbidden"`,
			"A-165"},
		{"nothing at all", request{"GET", "/nothing", "", "", ""}, nil, "application/json", `{"message":"Forbidden"`, "A-165"},
	}
	for _, tt := range tests {
		answer, body := tt.q.send(t, e, emulator.HTTP, tt.header)
		wanted := 501
		if strings.Contains(tt.body, "Forbidden") {
			wanted = 403
		}
		if answer.StatusCode != wanted || answer.Header.Get("Content-Type") != tt.kind || !strings.Contains(body, tt.body) {
			t.Errorf("%s: got %d %s %s, want %d %s %s (%s)", tt.name, answer.StatusCode, answer.Header.Get("Content-Type"), body, wanted, tt.kind,
				tt.body, tt.source)
		}
		if wanted == 501 && !strings.Contains(body, unserved.Hint) {
			t.Errorf("%s: got %s, want it to say %s", tt.name, body, unserved.Hint)
		}
		if tt.header["Origin"] != "" && answer.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: the page cannot read it: %v", tt.name, answer.Header)
		}
	}
}
