package emulator_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/trace"
)

// Actions of topic rules that other services do: AWS's, as moto has them.

// findMoto is the interpreter that has it, once.
var findMoto = sync.OnceValue(func() string {
	own, _ := filepath.Abs("../.ci/python/bin/python3") // as .ci/run installs it
	if exec.Command(own, "-c", "import moto.server, boto3").Run() == nil {
		return own
	}
	return pythonThatHas("moto.server")
})

// serviceActions is a rule with an action for each service.
const serviceActions = `topicRules:
  - ruleName: all
    awsIotSqlVersion: "2016-03-23"
    sql: "SELECT *, get_dynamodb('v2', 'id', 'site', '%[2]s').floors AS floors,
      get_secret('door', 'SecretString', 'code', '%[2]s') AS code FROM 'in/+' WHERE id <> 'x'"
    errorAction: {republish: {topic: out/failed, roleArn: "%[2]s"}}
    actions:
      - sqs: {queueUrl: "https://sqs.us-east-1.amazonaws.com/123456789012/alerts", roleArn: "%[2]s"}
      - sqs: {queueUrl: "http://example.invalid/123456789012/alerts", useBase64: true, roleArn: "%[2]s"}
      - sns: {targetArn: "arn:aws:sns:us-east-1:123456789012:alerts", roleArn: "%[2]s"}
      - s3: {bucketName: raw, key: "${topic()}/a b+c", cannedAcl: private, roleArn: "%[2]s"}
      - dynamoDB: {tableName: v1, hashKeyField: device, hashKeyValue: "${id}", rangeKeyField: at, rangeKeyValue: "7",
          rangeKeyType: NUMBER, roleArn: "%[2]s"}
      - dynamoDB: {tableName: v1, hashKeyField: device, hashKeyValue: "${id}", rangeKeyField: at, rangeKeyValue: "7",
          rangeKeyType: NUMBER, payloadField: more, operation: UPDATE, roleArn: "%[2]s"}
      - dynamoDBv2: {putItem: {tableName: v2}, roleArn: "%[2]s"}
      - kinesis: {streamName: all, partitionKey: "${id}", roleArn: "%[2]s"}
      - republish: {topic: out/done, roleArn: "%[2]s"}
  - ruleName: others
    awsIotSqlVersion: "2016-03-23"
    sql: SELECT id FROM 'in/+'
    errorAction: {republish: {topic: out/failed, roleArn: "%[2]s"}}
    actions:
      - firehose: {deliveryStreamName: all, separator: "\n", roleArn: "%[2]s"}
      - cloudwatchLogs: {logGroupName: devices, roleArn: "%[2]s"}
      - stepFunctions: {stateMachineName: mend, executionNamePrefix: "run${id}-", roleArn: "%[2]s"}
      - republish: {topic: out/others, roleArn: "%[2]s"}
actions: {sqs: "%[1]s", sns: "%[1]s", s3: "%[1]s", dynamoDB: "%[1]s", kinesis: "%[1]s", firehose: "%[1]s",
  cloudwatchLogs: "%[1]s", stepFunctions: "%[1]s", secretsManager: "%[1]s"}
accountId: "123456789012"
`

// TestServiceActions: what a device publishes is a message in a queue, an object, an item,
// a record, an entry, an execution; and what a service has is in a rule's result
//
func TestServiceActions(t *testing.T) {
	t.Parallel()
	if os.Getenv("SUBACK_TEST_WITHOUT") == "moto" {
		t.Skip("moto cannot be installed here, as .ci/run says")
	}
	if findMoto() == "" {
		missing(t, "moto, which has AWS's services", "python3 -m pip install 'moto[server]'")
	}
	cmd := exec.CommandContext(t.Context(), findMoto(), "testdata/actions.py")
	in, err := cmd.StdinPipe()
	must(t, err)
	services := startCommand(t, cmd)
	endpoint := services.within(3*patience, "at ") // it imports much

	const role = "arn:aws:iam::123456789012:role/any"
	file := filepath.Join(t.TempDir(), "suback.yaml")
	must(t, os.WriteFile(file, fmt.Appendf(nil, serviceActions, endpoint, role), 0o600))
	e := runFile(t, file, emulator.Options{Authorizer: granting(json.RawMessage(sender))})
	d := dial(t, e, 5, "tcp", "device", "", "")
	mustBe(t, "connect", d.connect(), "ok")
	mustBe(t, "subscribe", d.subscribe("out/#"), "ok")
	mustBe(t, "publish", d.publish("in/alerts", 1, false, `{"id":"p1","temp":31.50,"ok":true,"more":{"n":null,"s":["é"]}}`), "ok")
	const result = `{"id":"p1","temp":31.50,"ok":true,"more":{"n":null,"s":["é"]},"floors":[1,2.5],"code":"0000"}`
	done := []string{d.receive(t), d.receive(t)} // of two rules, in any order
	slices.Sort(done)
	mustBe(t, "the last actions", strings.Join(done, "\n"), "out/done "+result+"\nout/others {\"id\":\"p1\"}")
	fmt.Fprintln(in)
	sent, _ := json.Marshal(result)
	const members = `{"code":{"S":"0000"},"floors":{"L":[{"N":"1"},{"N":"2.5"}]},"id":{"S":"p1"},` +
		`"more":{"M":{"n":{"NULL":true},"s":{"L":[{"S":"é"}]}}},"ok":{"BOOL":true},"temp":{"N":"31.50"}}`
	for _, tt := range []struct{ service, want, source string }{
		{"sqs", fmt.Sprintf(`["%s",%s]`, base64.StdEncoding.EncodeToString([]byte(result)), sent), "R-120"},
		{"sns", fmt.Sprintf(`[%s]`, sent), "R-120"},
		{"s3", fmt.Sprintf(`{"firehose":"{\"id\":\"p1\"}\n","in/alerts/a b+c":%s}`, sent), "R-121, R-122"},
		{"dynamoDB", `[{"at":{"N":"7"},"device":{"S":"p1"},"more":{"M":` + members + `},"payload":{"M":` + members + `}}]`, "R-121"},
		{"dynamoDBv2", "[" + members + "]", "R-121"},
		{"kinesis", fmt.Sprintf(`[["p1",%s]]`, sent), "R-122"},
		{"cloudwatchLogs", `[["others","{\"id\":\"p1\"}"]]`, "R-122"},
		{"stepFunctions", `[["runp1-","{\"id\":\"p1\"}"]]`, "R-123"},
	} {
		if got := services.within(patience, tt.service+" "); got != tt.want {
			t.Errorf("%s: got %s, want %s (%s)", tt.service, got, tt.want, tt.source)
		}
	}
}

const queueRule = `topicRules:
  - ruleName: r
    sql: SELECT * FROM 'in/a'
    actions:
      - sqs: {queueUrl: "https://sqs.us-east-1.amazonaws.com/000000000000/q", roleArn: "arn:aws:iam::000000000000:role/any"}
      - republish: {topic: out/done, roleArn: "arn:aws:iam::000000000000:role/any"}
`

// TestActionsReloaded: what suback.yaml says anew counts for the next message.
func TestActionsReloaded(t *testing.T) {
	t.Parallel()
	asked := make(chan string, 10)
	queue := func(name string) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			asked <- name
			fmt.Fprint(w, "{}")
		}))
		t.Cleanup(s.Close)
		return s.URL
	}
	file := filepath.Join(t.TempDir(), "suback.yaml")
	say := func(endpoint string) {
		must(t, os.WriteFile(file, []byte(queueRule+"actions: {sqs: \""+endpoint+"\"}\n"), 0o600))
	}
	first, second := queue("first"), queue("second")
	say(first)
	e := runFile(t, file, emulator.Options{Authorizer: granting(json.RawMessage(sender))})
	d := dial(t, e, 4, "tcp", "device", "", "")
	mustBe(t, "connect", d.connect(), "ok")
	mustBe(t, "subscribe", d.subscribe("out/#"), "ok")
	for _, name := range []string{"first", "second"} {
		mustBe(t, "publish", d.publish("in/a", 1, false, "{}"), "ok")
		mustBe(t, "done", d.receive(t), "out/done {}")
		select {
		case got := <-asked:
			mustBe(t, "asked", got, name)
		default: // the action is done before the next one
			t.Fatalf("got nothing at the queues, want a message at the %s", name)
		}
		say(second)
		c, err := emulator.LoadConfig(file)
		must(t, err)
		must(t, e.Reload(c))
	}
}

// TestActionsAtTheGateway: where AWS_ENDPOINT_URL is this gateway, as suback env has it, the
// queue would be here; it says that there is none, and the action is recorded.
func TestActionsAtTheGateway(t *testing.T) {
	file := filepath.Join(t.TempDir(), "suback.yaml")
	must(t, os.WriteFile(file, []byte(queueRule), 0o600))
	e := runFile(t, file, emulator.Options{Authorizer: granting(json.RawMessage(sender))})
	t.Setenv("AWS_ENDPOINT_URL", "http://"+e.Addr(emulator.HTTP)) // read with the first message
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	d := dial(t, e, 4, "tcp", "device", "", "")
	mustBe(t, "connect", d.connect(), "ok")
	mustBe(t, "subscribe", d.subscribe("out/#"), "ok")
	mustBe(t, "publish", d.publish("in/a", 1, false, "{}"), "ok")
	mustBe(t, "done", d.receive(t), "out/done {}")
	recorded(t, e, func(ev trace.Event) bool {
		return ev.Operation == trace.RuleExecution && ev.Outcome == trace.Note &&
			strings.Contains(ev.Detail, "recorded, and sent nowhere: http://"+e.Addr(emulator.HTTP)+" answered 501") &&
			strings.Contains(ev.Hint, "AWS_ENDPOINT_URL_SQS=http://… in the gateway's environment, or actions: {sqs: http://…}")
	})
}
