package rules

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/suback/suback/emulator/neighbour"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/story"
	"github.com/suback/suback/emulator/trace"
)

// A stub stands for all services: what it gets it keeps, and it answers by the path or the
// operation.
type stub struct {
	*httptest.Server
	mu      sync.Mutex
	answers map[string]http.HandlerFunc // by operation, as "SendMessage"; others get {}
	got     []string                    // "SendMessage {…}"
}

func newStub(t testing.TB) *stub {
	s := &stub{answers: map[string]http.HandlerFunc{}}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	operation := r.Header.Get("X-Amz-Target")
	operation = operation[strings.LastIndex(operation, ".")+1:]
	if operation == "" {
		operation = strings.TrimSpace(r.Method + " " + r.URL.EscapedPath() + " " + r.Header.Get("X-Amz-Acl"))
	}
	s.mu.Lock()
	s.got = append(s.got, operation+" "+string(body))
	do := s.answers[operation]
	s.mu.Unlock()
	if do == nil {
		io.WriteString(w, "{}")
		return
	}
	do(w, r)
}

func (s *stub) taken() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.got, "\n")
}

func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

// at has the rig's services at an endpoint.
func (s *rig) at(endpoint string) {
	endpoints := map[string]string{}
	for _, name := range neighbour.Names() {
		endpoints[name] = endpoint
	}
	services := neighbour.New(neighbour.Options{Endpoints: endpoints, Region: "us-east-1", Partition: "aws"})
	s.t.Cleanup(services.Close)
	s.engine.Services = func() *neighbour.Services { return services }
}

// told waits for what became of a message.
func (s *rig) told(id string) story.Ruling {
	s.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		if all := s.engine.Told(id); len(all) > 0 {
			return all[0]
		}
	}
	s.t.Fatal("no rule has come to an end within 30s")
	return story.Ruling{}
}

func actionOf(text string) registry.RuleAction {
	var a registry.RuleAction
	must(0, json.Unmarshal([]byte(text), &a))
	for _, members := range a {
		members["roleArn"] = role
	}
	return a
}

// What each service gets of an action, and what is told of it; the stub's own address is
// written AT, a UUID UUID.
func TestSent(t *testing.T) {
	const all, temps = "SELECT * FROM 'a/+'", "SELECT temp FROM 'a/+'"
	const missing = `{"__type":"ResourceNotFoundException","message":"no stream"}`
	tests := []struct {
		name, sql, action, payload string
		answers                    map[string]http.HandlerFunc
		want                       string // what came to the service
		told                       string // a part of it
		source                     string
	}{
		{"sqs", temps, `{"sqs":{"queueUrl":"http://example.invalid:1/123456789012/q"}}`, `{"temp":1}`,
			map[string]http.HandlerFunc{"SendMessage": says(200, `{"MessageId":"m1"}`)},
			`SendMessage {"MessageBody":"{\"temp\":1}","QueueUrl":"AT/123456789012/q"}`, `: AT/123456789012/q: MessageId m1`, "R-120, R-150"},
		{"sqs, base64", all, `{"sqs":{"queueUrl":"https://h/q","useBase64":true}}`, "\xff", nil,
			`SendMessage {"MessageBody":"/w==","QueueUrl":"AT/q"}`, "", "R-120"},
		{"sqs, bytes", all, `{"sqs":{"queueUrl":"https://h/q"}}`, "\xff", nil, "", "set useBase64: true", "R-120, guess"},
		{"sqs, FIFO", all, `{"sqs":{"queueUrl":"https://h/1/q.fifo"}}`, "{}", nil, "", `"q.fifo" is FIFO`, "R-120"},
		{"sqs, no queue", all, `{"sqs":{"queueUrl":"https://h${nothing}"}}`, "{}", nil, "", `queueUrl is "https://h"`, "R-107"},
		{"sqs, no such queue", all, `{"sqs":{"queueUrl":"https://h/1/q"}}`, "{}",
			map[string]http.HandlerFunc{"SendMessage": says(400, `{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"gone"}`)},
			`SendMessage {"MessageBody":"{}","QueueUrl":"AT/1/q"}`,
			"failed: AT answered 400 QueueDoesNotExist: gone|aws --endpoint-url AT sqs create-queue --queue-name q", "R-150"},
		{"sns", all, `{"sns":{"targetArn":"arn:aws:sns:us-east-1:1:t"}}`, "a b",
			map[string]http.HandlerFunc{"POST /": says(200, "<PublishResponse><PublishResult><MessageId>m1</MessageId></PublishResult></PublishResponse>")},
			"POST / Action=Publish&Message=a+b&TargetArn=arn%3Aaws%3Asns%3Aus-east-1%3A1%3At&Version=2010-03-31", ": AT: MessageId m1", "R-120"},
		{"sns, JSON", all, `{"sns":{"targetArn":"t","messageFormat":"JSON"}}`, `{"default":"x"}`, nil,
			"POST / Action=Publish&Message=%7B%22default%22%3A%22x%22%7D&MessageStructure=json&TargetArn=t&Version=2010-03-31", "", "R-120"},
		{"sns, FIFO", all, `{"sns":{"targetArn":"arn:aws:sns:us-east-1:1:t.fifo"}}`, "x", nil, "", `"t.fifo" is FIFO`, "R-120"},
		{"sns, bytes", all, `{"sns":{"targetArn":"t"}}`, "\xff", nil, "", "the result is no text", "R-120, guess"},
		{"s3", all, `{"s3":{"bucketName":"b","key":"${topic()}/${temp} é","cannedAcl":"public-read"}}`, `{"temp": 1}`, nil,
			`PUT /b/a/7/1%20%C3%A9 public-read {"temp": 1}`, ": AT/b/a/7/1 é: 11 bytes, ETag ", "R-121"},
		{"s3, bytes", all, `{"s3":{"bucketName":"b","key":"k"}}`, "\xff\x00", nil, "PUT /b/k \xff\x00", "", "R-121"},
		{"s3, no key", all, `{"s3":{"bucketName":"b","key":"${nothing}"}}`, "{}", nil, "", `bucketName is "b" and key ""`, "R-107"},
		{"dynamoDB", temps, `{"dynamoDB":{"tableName":"t","hashKeyField":"k","hashKeyValue":"${topic(2)}"}}`, `{"temp":1.50}`, nil,
			`PutItem {"Item":{"k":{"S":"7"},"payload":{"M":{"temp":{"N":"1.50"}}}},"TableName":"t"}`, "AT table t: PutItem done", "R-121"},
		{"dynamoDB, bytes", all, `{"dynamoDB":{"tableName":"t","hashKeyField":"k","hashKeyValue":"1","hashKeyType":"NUMBER","rangeKeyField":"r",` +
			`"rangeKeyValue":"x","payloadField":"p"}}`, "\xff", nil,
			`PutItem {"Item":{"k":{"N":"1"},"p":{"B":"/w=="},"r":{"S":"x"}},"TableName":"t"}`, "", "R-121"},
		{"dynamoDB, UPDATE", all, `{"dynamoDB":{"tableName":"t","hashKeyField":"k","hashKeyValue":"1","operation":"${op}"}}`, `{"op":"UPDATE"}`, nil,
			`UpdateItem {"ExpressionAttributeNames":{"#p":"payload"},"ExpressionAttributeValues":{":p":{"M":{"op":{"S":"UPDATE"}}}},` +
				`"Key":{"k":{"S":"1"}},"TableName":"t","UpdateExpression":"SET #p = :p"}`, "", "R-121, guess"},
		{"dynamoDB, DELETE", all, `{"dynamoDB":{"tableName":"t","hashKeyField":"k","hashKeyValue":"1","operation":"DELETE"}}`, `{}`, nil,
			`DeleteItem {"Key":{"k":{"S":"1"}},"TableName":"t"}`, "", "R-121, guess"},
		{"dynamoDB, another", all, `{"dynamoDB":{"tableName":"t","hashKeyField":"k","hashKeyValue":"1","operation":"PUT"}}`, `{}`, nil,
			"", "write INSERT, UPDATE or DELETE", "R-121"},
		{"dynamoDBv2", all, `{"dynamoDBv2":{"putItem":{"tableName":"${topic(2)}"}}}`, `{"id":"x","n":12345678901234567890,"b":[true,null,{}]}`, nil,
			`PutItem {"Item":{"b":{"L":[{"BOOL":true},{"NULL":true},{"M":{}}]},"id":{"S":"x"},"n":{"N":"12345678901234567890"}},"TableName":"7"}`,
			"AT table 7: PutItem done", "R-121"},
		{"dynamoDBv2, no object", all, `{"dynamoDBv2":{"putItem":{"tableName":"t"}}}`, `[1]`, nil, "", "the result is no JSON object", "R-121"},
		{"kinesis", all, `{"kinesis":{"streamName":"s","partitionKey":"${topic(2)}"}}`, "\xff",
			map[string]http.HandlerFunc{"PutRecord": says(200, `{"SequenceNumber":"5","ShardId":"s-0"}`)},
			`PutRecord {"Data":"/w==","PartitionKey":"7","StreamName":"s"}`, "AT stream s: SequenceNumber 5 in s-0", "R-122"},
		{"kinesis, no key", all, `{"kinesis":{"streamName":"s"}}`, "x", nil, `PutRecord {"Data":"eA==","PartitionKey":"UUID","StreamName":"s"}`, "", "R-122, guess"},
		{"firehose", all, `{"firehose":{"deliveryStreamName":"s","separator":"\n"}}`, "[1]",
			map[string]http.HandlerFunc{"PutRecord": says(200, `{"RecordId":"r1"}`)},
			`PutRecord {"DeliveryStreamName":"s","Record":{"Data":"WzFdCg=="}}`, "AT delivery stream s: RecordId r1", "R-122"},
		{"firehose, batch", all, `{"firehose":{"deliveryStreamName":"s","separator":",","batchMode":true}}`, `[1,{"a":2}]`, nil,
			`PutRecordBatch {"DeliveryStreamName":"s","Records":[{"Data":"MSw="},{"Data":"eyJhIjoyfSw="}]}`, "AT delivery stream s: 2 records", "R-122"},
		{"firehose, batch of no list", all, `{"firehose":{"deliveryStreamName":"s","batchMode":true}}`, `{}`, nil,
			`PutRecord {"DeliveryStreamName":"s","Record":{"Data":"e30="}}`, "", "R-122"},
		{"firehose, batch too long", all, `{"firehose":{"deliveryStreamName":"s","batchMode":true}}`, "[" + strings.Repeat("1,", 500) + "1]", nil,
			"", "the result has 501 elements, want at most 500", "R-122"},
		{"firehose, half a batch", all, `{"firehose":{"deliveryStreamName":"s","batchMode":true}}`, `[1]`,
			map[string]http.HandlerFunc{"PutRecordBatch": says(200, `{"FailedPutCount":1,"RequestResponses":[{"ErrorCode":"Slow","ErrorMessage":"down"}]}`)},
			`PutRecordBatch {"DeliveryStreamName":"s","Records":[{"Data":"MQ=="}]}`, "1 of 1 records failed, the first with Slow: down", "R-122, guess"},
		{"cloudwatchLogs", all, `{"cloudwatchLogs":{"logGroupName":"g","batchMode":true}}`, `[{"timestamp":2,"message":"b"},{"timestamp":1,"message":"a"}]`, nil,
			`PutLogEvents {"logEvents":[{"timestamp":1,"message":"a"},{"timestamp":2,"message":"b"}],"logGroupName":"g","logStreamName":"r"}`,
			"AT log group g, stream r: 2 entries", "R-122"},
		{"cloudwatchLogs, no such list", all, `{"cloudwatchLogs":{"logGroupName":"g","batchMode":true}}`, `[{"timestamp":2}]`, nil,
			"", "element 0 has no timestamp, or no message", "R-122"},
		{"cloudwatchLogs, no list", all, `{"cloudwatchLogs":{"logGroupName":"g","batchMode":true}}`, `{}`, nil,
			"", "{timestamp, message}: it is of the JSON type object", "R-122"},
		{"cloudwatchLogs, time as text", all, `{"cloudwatchLogs":{"logGroupName":"g","batchMode":true}}`, `[{"timestamp":"2","message":"b"}]`,
			nil, "", "{timestamp, message}: timestamp is of the JSON type string", "R-122"},
		{"cloudwatchLogs, nothing there", all, `{"cloudwatchLogs":{"logGroupName":"g","batchMode":true}}`, `[{"timestamp":2,"message":"b"}]`,
			map[string]http.HandlerFunc{"PutLogEvents": says(400, missing), "CreateLogStream": says(400, missing)},
			`PutLogEvents {"logEvents":[{"timestamp":2,"message":"b"}],"logGroupName":"g","logStreamName":"r"}` + "\n" +
				`CreateLogStream {"logGroupName":"g","logStreamName":"r"}`,
			"ResourceNotFoundException: no stream|aws --endpoint-url AT logs create-log-group --log-group-name g", "R-122"},
		{"stepFunctions", temps, `{"stepFunctions":{"stateMachineName":"m","executionNamePrefix":"${topic(2)}-"}}`, `{"temp":1}`,
			map[string]http.HandlerFunc{"StartExecution": says(200, `{"executionArn":"arn:x"}`)},
			`StartExecution {"input":"{\"temp\":1}","name":"7-UUID","stateMachineArn":"arn:aws:states:us-east-1:000000000000:stateMachine:m"}`,
			": AT: arn:x", "R-123"},
		{"stepFunctions, no prefix", temps, `{"stepFunctions":{"stateMachineName":"m"}}`, `{"temp":1}`, nil,
			`StartExecution {"input":"{\"temp\":1}","stateMachineArn":"arn:aws:states:us-east-1:000000000000:stateMachine:m"}`, "", "R-123"},
	}
	uuids := regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			services, s := newStub(t), newRig(t)
			if tt.answers != nil {
				services.answers = tt.answers
			}
			s.at(services.URL)
			s.rule("r", tt.sql, nil, actionOf(tt.action))
			a := s.told(s.send("a/7", tt.payload)).Actions[0]
			if got := uuids.ReplaceAllString(strings.ReplaceAll(services.taken(), services.URL, "AT"), "UUID"); got != tt.want {
				t.Errorf("got  %s\nwant %s (%s)", got, tt.want, tt.source)
			}
			text := strings.ReplaceAll(a.Line()+" "+a.Hint, services.URL, "AT")
			for want := range strings.SplitSeq(tt.told, "|") {
				if !strings.Contains(text, want) {
					t.Errorf("got %q, want %q in it (%s)", text, want, tt.source)
				}
			}
		})
	}
}

// A log stream that is missing is made once, and then there.
func TestLogStreamMade(t *testing.T) {
	services, s := newStub(t), newRig(t)
	var made bool
	services.answers["PutLogEvents"] = func(w http.ResponseWriter, r *http.Request) {
		services.mu.Lock()
		defer services.mu.Unlock()
		if !made {
			made = true
			says(400, `{"__type":"ResourceNotFoundException"}`)(w, r)
		}
	}
	services.answers["CreateLogStream"] = says(400, `{"__type":"ResourceAlreadyExistsException"}`) // somebody else was first
	s.at(services.URL)
	s.rule("r", "SELECT * FROM 'a'", nil, actionOf(`{"cloudwatchLogs":{"logGroupName":"g"}}`))
	if a := s.told(s.send("a", "x")).Actions[0]; a.Error != "" {
		t.Errorf("got %s, want it sent (R-122)", a.Line())
	}
	if n := strings.Count(services.taken(), "PutLogEvents"); n != 2 {
		t.Errorf("got %d PutLogEvents, want 2", n)
	}
}

// The error action gets AWS's words of what failed, and the resource.
func TestServiceFailure(t *testing.T) {
	services, s := newStub(t), newRig(t)
	services.answers["PUT /b/aaa"] = says(404, "<Error><Code>NoSuchBucket</Code><Message>The specified bucket does not exist</Message></Error>")
	s.at(services.URL)
	s.rule("r", "SELECT * FROM 'a'", actionOf(`{"sqs":{"queueUrl":"https://h/1/errors"}}`), actionOf(`{"s3":{"bucketName":"b","key":"aaa"}}`))
	told := s.told(s.send("a", "{}"))
	const want = `{\"failedAction\":\"S3Action\",\"failedResource\":\"b\",\"errorMessage\":\"Failed to put S3 object. The error received was ` +
		`The specified bucket does not exist (Service: Amazon S3; Status Code: 404; Error Code: NoSuchBucket; Request ID: ). ` +
		`Message arrived on: a, Action: s3, Bucket: b, Key: \\\"aaa\\\"\"}`
	if got := services.taken(); !strings.Contains(got, want) {
		t.Errorf("got %s, want %s in it (R-130)", got, want)
	}
	if len(told.Actions) != 2 || told.Actions[1].Error != "" {
		t.Errorf("got %v, want the error action done", told.Actions)
	}
}

// A role that is known is asked; of one that is not it is told that nobody did.
func TestServiceRoles(t *testing.T) {
	const sqs = `{"sqs":{"queueUrl":"https://h/000000000000/q"}}`
	for _, tt := range []struct{ policy, action, want string }{
		{`{"Action":"sqs:SendMessage","Resource":"arn:aws:sqs:us-east-1:000000000000:q"}`, sqs, "MessageId"},
		{`{"Action":"sqs:*","Resource":"*"}`, sqs, "MessageId"},
		{`{"Action":"sqs:SendMessage","Resource":"arn:aws:sqs:us-east-1:000000000000:other"}`, sqs,
			"the role " + role + " may not do sqs:SendMessage on arn:aws:sqs:us-east-1:000000000000:q"},
		{`{"Action":"s3:PutObject","Resource":"arn:aws:s3:::b/*"}`, `{"s3":{"bucketName":"b","key":"a/b"}}`, "ETag"},
		{`{"Action":"s3:GetObject","Resource":"*"}`, `{"s3":{"bucketName":"b","key":"k"}}`, "may not do s3:PutObject on arn:aws:s3:::b/k"},
		{`{"Action":"dynamodb:PutItem","Resource":"arn:aws:dynamodb:us-east-1:000000000000:table/t"}`,
			`{"dynamoDBv2":{"putItem":{"tableName":"t"}}}`, "PutItem done"},
		{`{"Action":"logs:PutLogEvents","Resource":"arn:aws:logs:us-east-1:000000000000:log-group:g:*"}`,
			`{"cloudwatchLogs":{"logGroupName":"g"}}`, "1 entries"},
	} {
		services, s := newStub(t), newRig(t)
		s.at(services.URL)
		s.roleThatMay(tt.policy)
		s.rule("r", "SELECT * FROM 'a'", nil, actionOf(tt.action))
		a := s.told(s.send("a", "{}")).Actions[0]
		if !strings.Contains(a.Line(), tt.want) || (a.Error != "") != (services.taken() == "") {
			t.Errorf("%s: got %s, want %q in it (R-118)", tt.policy, a.Line(), tt.want)
		}
	}
	services, s := newStub(t), newRig(t)
	s.at(services.URL)
	s.rule("r", "SELECT * FROM 'a'", nil, actionOf(sqs))
	s.told(s.send("a", "{}"))
	s.recorded("RuleExecution NOTE|acts with the role "+role+", which is not known here", "R-118")
}

// What statements ask here is asked with their role too.
func TestRolesOfFunctions(t *testing.T) {
	const shadow, data = "get_thing_shadow('t', 'ROLE').v", "get_registry_data('DescribeThing', 't', 'ROLE').thingName"
	for _, tt := range []struct{ policy, ask, want string }{
		{`{"Action":"iot:GetThingShadow","Resource":"arn:aws:iot:us-east-1:000000000000:thing/t"}`, shadow, `{"v":"t "}`},
		{`{"Action":"iot:GetThingShadow","Resource":"arn:aws:iot:us-east-1:000000000000:thing/t/n"}`,
			"get_thing_shadow('t', 'n', 'ROLE').v", `{"v":"t n"}`},
		{`{"Action":"iot:GetThingShadow","Resource":"arn:aws:iot:us-east-1:000000000000:thing/t/n"}`, shadow,
			"the role " + role + " may not do iot:GetThingShadow on arn:aws:iot:us-east-1:000000000000:thing/t"},
		{`{"Action":"iot:DescribeThing","Resource":"arn:aws:iot:us-east-1:000000000000:thing/t"}`, data, `{"v":"t"}`},
		{`{"Action":"iot:ListThingGroupsForThing","Resource":"*"}`, data, "may not do iot:DescribeThing on arn:aws:iot:us-east-1:000000000000:thing/t"},
	} {
		s := newRig(t)
		s.engine.GetThingShadow = func(thing, name string) ([]byte, error) {
			return fmt.Appendf(nil, `{"v":"%s %s"}`, thing, name), nil
		}
		must(s.registry.CreateThing(registry.Thing{ThingName: "t"}))
		s.roleThatMay(tt.policy)
		s.rule("r", "SELECT "+strings.ReplaceAll(tt.ask, "ROLE", role)+" AS v FROM 'a'", nil, republish("b"))
		told := s.told(s.send("a", "{}"))
		if got := fmt.Sprint(s.did, told.Detail); !strings.Contains(got, tt.want) {
			t.Errorf("%s, %s: got %s, want %q in it (R-118)", tt.policy, tt.ask, got, tt.want)
		}
	}
}

// roleThatMay makes the role with a statement.
func (s *rig) roleThatMay(statement string) {
	s.t.Helper()
	text := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",` + statement[1:] + "]}"
	must(s.registry.CreatePolicy("p", text))
	must(s.registry.PutRole(registry.Role{RoleName: "r", Policies: []string{"p"}}))
}

// get_dynamodb and get_secret are in the result.
func TestAskedServices(t *testing.T) {
	const item = `{"Item":{"id":{"S":"x"},"n":{"N":"1.50"},"l":{"L":[{"BOOL":true},{"NULL":true}]},"m":{"M":{"b":{"B":"/w=="}}},"s":{"NS":["1","2"]}}}`
	const secret = `{"ARN":"arn:aws:secretsmanager:us-east-1:000000000000:secret:door-a1b2c3","SecretString":"{\"code\":\"geheim\",\"n\":1}"}`
	tests := []struct {
		name, sql, operation, answer string
		want, asked                  string
	}{
		{"item", "get_dynamodb('t', 'id', id, 'ROLE') AS v", "GetItem", item,
			`{"v":{"id":"x","l":[true,null],"m":{"b":"/w=="},"n":1.50,"s":[1,2]}}`, `GetItem {"Key":{"id":{"S":"x"}},"TableName":"t"}`},
		{"sort key", "get_dynamodb('t', 'id', id, 'at', 7, 'ROLE').n AS v", "GetItem", item,
			`{"v":1.50}`, `GetItem {"Key":{"at":{"N":"7"},"id":{"S":"x"}},"TableName":"t"}`},
		{"no item", "get_dynamodb('t', 'id', id, 'ROLE').n AS v, 1 AS w", "GetItem", "{}", `{"w":1}`, ""},
		{"no table", "get_dynamodb('t', 'id', id, 'ROLE') AS v", "GetItem", "", "external function get_dynamodb: AT answered 400 X: no", ""},
		{"no answer of DynamoDB's", "get_dynamodb('t', 'id', id, 'ROLE') AS v", "GetItem", "<a/>", "no answer of DynamoDB's: invalid character '<' looking for beginning of value", ""},
		{"secret", "get_secret('door', 'SecretString', 'ROLE') AS v", "GetSecretValue", secret, `{"v":"{\"code\":\"geheim\",\"n\":1}"}`,
			`GetSecretValue {"SecretId":"door"}`},
		{"member", "get_secret('door', 'SecretString', 'code', 'ROLE') AS v", "GetSecretValue", secret, `{"v":"geheim"}`, ""},
		{"no member", "get_secret('door', 'SecretString', 'pin', 'ROLE') AS v", "GetSecretValue", secret, `the secret "door" is no JSON object with a member "pin"`, ""},
		{"bytes", "get_secret('door', 'SecretBinary', 'ROLE') AS v", "GetSecretValue", `{"SecretBinary":"/w=="}`, `{"v":"/w=="}`, ""},
		{"no bytes", "get_secret('door', 'SecretBinary', 'ROLE') AS v", "GetSecretValue", secret, `the secret "door" has no SecretBinary`, ""},
		{"type", "get_secret('door', 'Text', 'ROLE') AS v", "GetSecretValue", secret, `the type of the secret is "Text", want SecretString or SecretBinary`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			services, s := newStub(t), newRig(t)
			services.answers[tt.operation] = says(200, tt.answer)
			if tt.answer == "" {
				services.answers[tt.operation] = says(400, `{"__type":"X","message":"no"}`)
			}
			s.at(services.URL)
			s.rule("r", "SELECT "+strings.ReplaceAll(tt.sql, "ROLE", role)+" FROM 'a'", nil, republish("b"))
			id := s.send("a", `{"id":"x"}`)
			told := s.told(id)
			got := strings.ReplaceAll(told.Detail, services.URL, "AT")
			if told.Outcome == "executed" {
				got = s.last()
			}
			if !strings.HasSuffix(got, tt.want) {
				t.Errorf("got %s, want %s (R-88)", got, tt.want)
			}
			if all := s.written(id); strings.Contains(all, "geheim") {
				t.Errorf("got the secret in %s (R-88)", all)
			}
			if got := services.taken(); tt.asked != "" && got != tt.asked {
				t.Errorf("got %s, want %s (R-88)", got, tt.asked)
			}
		})
	}
	s := newRig(t)
	s.rule("r", "SELECT get_secret('door', 'SecretString', '"+role+"') AS v FROM 'a'", nil, republish("b"))
	s.told(s.send("a", "{}"))
	s.recorded("RuleExecution REFUSED|AWS_ENDPOINT_URL_SECRETS_MANAGER=http://… in the gateway's environment", "R-88")
}

// A service that takes requests and does not answer holds up neither a publisher nor
// another rule, and the end comes all the same.
func TestHangingService(t *testing.T) {
	t.Parallel()
	services, s := newStub(t), newRig(t)
	asked, let := make(chan struct{}, 100), make(chan struct{})
	defer close(let)
	services.answers["SendMessage"] = func(_ http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		select {
		case <-r.Context().Done():
		case <-let:
		}
	}
	s.at(services.URL)
	s.rule("hangs", "SELECT * FROM 'a'", nil, actionOf(`{"sqs":{"queueUrl":"https://h/1/q"}}`))
	s.rule("runs", "SELECT * FROM 'b'", nil, republish("c"))
	for range 10 {
		s.send("a", "{}") // nothing waits
	}
	<-asked
	if a := s.told(s.send("b", "{}")); a.RuleName != "runs" {
		t.Errorf("got %v, want the other rule done", a)
	}
	begin := time.Now()
	if err := s.engine.Close(); err == nil || !strings.Contains(err.Error(), "9 messages had been taken and no rule has seen them") {
		t.Errorf("got %v, want that 9 messages were given up", err)
	}
	if took := time.Since(begin); took > 10*time.Second { // a second, and what a loaded machine adds
		t.Errorf("the end took %v, want %v", took, endTime)
	}
}

// Keys and secrets are in no record and no story.
func TestNoKeysShown(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "very-secret")
	t.Setenv("AWS_SESSION_TOKEN", "a-token")
	services, s := newStub(t), newRig(t)
	var log strings.Builder
	s.engine.Log = slog.New(slog.NewTextHandler(&log, nil))
	services.answers["SendMessage"] = says(403, `{"__type":"InvalidClientTokenId"}`)
	s.at(services.URL)
	s.rule("r", "SELECT * FROM 'a'", nil, actionOf(`{"sqs":{"queueUrl":"https://h/1/q"}}`))
	id := s.send("a", "{}")
	a := s.told(id).Actions[0]
	s.recorded("RuleExecution REFUSED|InvalidClientTokenId", "R-150")
	text := a.Line() + a.Hint + log.String()
	for _, ev := range s.trace.Events(trace.Filter{}) {
		text += ev.Text()
	}
	for _, secret := range []string{"very-secret", "a-token", "AKIDEXAMPLE"} {
		if strings.Contains(text, secret) {
			t.Errorf("got %q in %s, want no keys", secret, text)
		}
	}
}

// A service that a rule has no time left for is not blamed.
func TestServiceWithoutTime(t *testing.T) {
	services, s := newStub(t), newRig(t)
	s.at(services.URL)
	x := s.engine.newRun(&rule{}, &item{message: &session.Message{Topic: "a"}})
	for _, tt := range []struct {
		left time.Duration
		want string
	}{{time.Hour, ""}, {-time.Second, "the rule's 20s for this message were over"}} {
		ctx, cancel := context.WithTimeout(context.Background(), tt.left)
		defer cancel()
		x.ctx = ctx
		_, err := x.send(call{Request: neighbour.JSON("sqs", "SendMessage", map[string]any{})})
		if got := fmt.Sprint(err); got != tt.want && (err != nil || tt.want != "") {
			t.Errorf("%v left: got %s, want %q (R-130)", tt.left, got, tt.want)
		}
	}
}
