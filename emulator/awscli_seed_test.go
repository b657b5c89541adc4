package emulator_test

import (
	"context"
	"net"
	"path/filepath"
	"testing"

	packets5 "github.com/eclipse/paho.golang/packets"
	"github.com/gorilla/websocket"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/mqtttest"
)

// Seed 002 by its own commands, of an empty account: fixtures/seeds/002/commands.sh.
// Then a WebSocket client without any credentials uses the domain.

func TestCLISeed002(t *testing.T) {
	t.Parallel()
	needRuntime(t, "python")
	e := emulator.Run(t, emulator.Options{Config: &emulator.Config{LambdaPermissions: "enforce"}})
	c := newCLI(t, e)
	script, err := filepath.Abs("../fixtures/seeds/002/commands.sh")
	must(t, err)
	c.inPath()
	printed, problem := c.command(script)
	if problem != "" {
		t.Fatalf("commands.sh: %s\n%s", problem, printed)
	}
	const arn = "arn:aws:iot:us-east-1:000000000000:"
	const function = "arn:aws:lambda:us-east-1:000000000000:function:IoTCustomAuthorizer"
	const domain = `{"domainConfigurationName": "myDomainConfigurationName", "domainConfigurationArn": "^` + arn +
		`domainconfiguration/myDomainConfigurationName/[a-z0-9]{5}"}`
	tests := []struct{ step, want, source string }{
		{"request-certificate", `{"CertificateArn": "^arn:aws:acm:us-east-1:000000000000:certificate/` + uuid + `"}`, "A-268, S2"},
		{"create-domain-configuration", domain, "A-265, S2"},
		{"describe-endpoint", `{"endpointAddress": "^[a-z0-9]{13,14}-beta\\.iot\\.us-east-1\\.amazonaws\\.com"}`, "A-3, S2"},
		{"create-function", `{"FunctionArn": "` + function +
			`", "Runtime": "python3.12", "Handler": "lambda_function.lambda_handler", "State": "Active"}`, "A-356"},
		{"create-authorizer", `{"authorizerName": "test", "authorizerArn": "` + arn + `authorizer/test"}`, "A-56, S2"},
		{"add-permission", `{"Statement": "{\"Sid\":\"Id-123\",\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"iot.amazonaws.com\"},\"Action\":\"lambda:InvokeFunction\",` +
			`\"Resource\":\"` + function + `\",\"Condition\":{\"ArnLike\":{\"AWS:SourceArn\":\"` + arn + `authorizer/test\"}}}"}`, "A-138, S2"},
		{"update-domain-configuration", domain, "A-271"},
		{"test-invoke-authorizer", `{"isAuthenticated": true, "principalId": "anonymous", "refreshAfterInSeconds": 300, "disconnectAfterInSeconds": 86400,
			"policyDocuments": ["{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"iot:*\",\"Resource\":\"*\"}]}"]}`, "A-187, A-190"},
	}
	all := objects(t, printed)
	if len(all) != len(tests) {
		t.Fatalf("got %d answers, want %d:\n%s", len(all), len(tests), printed)
	}
	for i, tt := range tests {
		compare(t, tt.step, all[i], tt.want, tt.source)
	}

	page := &device5{inbox: newInbox(), id: "page"}
	page.open = func() (net.Conn, error) { return openDomain(e, "iot.example.test") }
	t.Cleanup(page.disconnect)
	mustBe(t, "connect", page.connect(), "ok")
	mustBe(t, "subscribe", page.subscribe("testtopic/#"), "ok")
	mustBe(t, "publish", page.publish("testtopic/1", 1, false, "hello"), "ok")
	mustBe(t, "arrives", page.receive(t), "testtopic/1 hello")
	unexplained(t, e)
}

// Forms of what AWS makes.
const (
	uuid    = `[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`
	iso8601 = `20[0-9-]{8}T[0-9:]{8}(\\.[0-9]+)?(Z|[+]00:00)`
)

// openDomain opens wss://<name>/mqtt as if DNS knew the name.
func openDomain(e *emulator.Emulator, name string) (net.Conn, error) {
	config := e.ClientTLS()
	config.ServerName = name
	dialer := websocket.Dialer{TLSClientConfig: config, Subprotocols: []string{"mqtt"},
		NetDialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", e.Addr(emulator.HTTPS))
		}}
	conn, _, err := dialer.Dial("wss://"+name+"/mqtt", nil)
	if err != nil {
		return nil, err
	}
	return packets5.NewThreadSafeConn(mqtttest.Stream(conn)), nil
}
