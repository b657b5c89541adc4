package emulator_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"net"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iot"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/trace"
)

// Devices that use what AWS's command line has just made, over mutual TLS and
// through a custom authorizer; what it changes acts on live connections.

// A workshop is an account in which devices are made with the command line.
type workshop struct {
	*cli
	e *emulator.Emulator
}

func newWorkshop(t *testing.T, o emulator.Options) workshop {
	t.Helper()
	o.Listeners = free
	e := emulator.Run(t, o)
	return workshop{newCLI(t, e), e}
}

// thingPolicy allows open/, and a topic of the thing that the device is.
const thingPolicy = `{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Action": "iot:Connect", "Resource": "arn:aws:iot:us-east-1:000000000000:client/*"},
    {"Effect": "Allow", "Action": "iot:Subscribe", "Resource": "arn:aws:iot:us-east-1:000000000000:topicfilter/*"},
    {"Effect": "Allow", "Action": ["iot:Publish", "iot:Receive"], "Resource": [
      "arn:aws:iot:us-east-1:000000000000:topic/open/*",
      "arn:aws:iot:us-east-1:000000000000:topic/things/${iot:Connection.Thing.ThingName}/${iot:Connection.Thing.Attributes[site]}"]}
  ]
}`

const shutPolicy = `{
  "Version": "2012-10-17",
  "Statement": {"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"}
}`

// certificate makes one, and returns how a device uses it.
func (w workshop) certificate() (arn, id string, config *tls.Config) {
	w.t.Helper()
	const hex = `[0-9a-f]{64}`
	made := w.aws(`{"certificateArn": "^arn:aws:iot:us-east-1:000000000000:cert/`+hex+`", "certificateId": "^`+hex+`",
		"certificatePem": "^-----BEGIN CERTIFICATE-----\n(?s:.+)-----END CERTIFICATE-----\n",
		"keyPair": {"PublicKey": "^-----BEGIN PUBLIC KEY-----\n(?s:.+)", "PrivateKey": "^-----BEGIN RSA PRIVATE KEY-----\n(?s:.+)"}}`, "A-231",
		"iot", "create-keys-and-certificate", "--set-as-active")
	pair, err := tls.X509KeyPair([]byte(made.text("certificatePem")), []byte(made.text("keyPair.PrivateKey")))
	must(w.t, err)
	config = w.e.ClientTLS()
	config.Certificates = []tls.Certificate{pair}
	return made.text("certificateArn"), made.text("certificateId"), config
}

// device is one with a certificate, on the port for certificates.
func (w workshop) device(id string, config *tls.Config) *device5 {
	w.t.Helper()
	d := &device5{inbox: newInbox(), id: id}
	d.open = func() (net.Conn, error) {
		return tls.Dial("tcp", w.e.Addr(emulator.MQTTS), config)
	}
	w.t.Cleanup(d.disconnect)
	return d
}

func TestCLIDevice(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t, emulator.Options{})
	arn, id, config := w.certificate()
	const policyARN = "arn:aws:iot:us-east-1:000000000000:policy/pump"
	w.aws(`{"policyName": "pump", "policyArn": "`+policyARN+`", "policyDocument": `+quoted(thingPolicy)+`, "policyVersionId": "1"}`, "A-331",
		"iot", "create-policy", "--policy-name", "pump", "--policy-document", "file://"+w.write("thing.json", []byte(thingPolicy)))

	d := w.device("pump-7", config)
	mustBe(t, "connect without a policy", d.connect(), "0x87")
	w.aws("", "A-232", "iot", "attach-policy", "--policy-name", "pump", "--target", arn)
	mustBe(t, "connect", d.connect(), "ok")
	mustBe(t, "subscribe", d.subscribe("#"), "ok")
	mustBe(t, "publish", d.publish("open/a", 1, false, "1"), "ok")
	mustBe(t, "arrives", d.receive(t), "open/a 1")
	const pump = `{"policyName": "pump", "policyArn": "` + policyARN + `"}`
	w.testAuthorization(arn, pump, "PUBLISH", "topic/open/a", "ALLOWED")
	w.testAuthorization(arn, pump, "PUBLISH", "topic/shut/a", "IMPLICIT_DENY", "iot:Connection.Thing.ThingName",
		"iot:Connection.Thing.Attributes[site]")

	w.thing(d, arn)
	w.version(d)
	w.detach(d, arn)

	w.aws("", "A-222", "iot", "update-certificate", "--certificate-id", id, "--new-status", "INACTIVE")
	mustBe(t, "INACTIVE", d.end(t), "DISCONNECT 0x87")
	mustBe(t, "connect again", d.connect(), "closed")
}

// thing attaches the device to a thing, whose name and attribute it then may use.
func (w workshop) thing(d *device5, arn string) {
	w.t.Helper()
	const topic = "things/pump-7/north"
	mustBe(w.t, "publish as no thing", d.publish(topic, 1, false, "2"), "0x87")
	w.aws(`{"thingName": "pump-7", "thingArn": "arn:aws:iot:us-east-1:000000000000:thing/pump-7", "thingId": "^`+uuid+`"}`, "A-350",
		"iot", "create-thing", "--thing-name", "pump-7", "--attribute-payload", `{"attributes": {"site": "north"}}`)
	w.aws("", "B-325", "iot", "attach-thing-principal", "--thing-name", "pump-7", "--principal", arn)
	mustBe(w.t, "publish as a thing", d.publish(topic, 1, false, "2"), "ok") // B-116
	mustBe(w.t, "arrives", d.receive(w.t), topic+" 2")
}

// version makes a default version with other permissions, and goes back.
func (w workshop) version(d *device5) {
	w.t.Helper()
	w.aws(`{"policyArn": "arn:aws:iot:us-east-1:000000000000:policy/pump", "policyDocument": `+quoted(shutPolicy)+
		`, "policyVersionId": "2", "isDefaultVersion": true}`,
		"B-129", "iot", "create-policy-version", "--policy-name", "pump", "--set-as-default", "--policy-document", "file://"+
			w.write("shut.json", []byte(shutPolicy)))
	mustBe(w.t, "publish, version 2", d.publish("open/a", 1, false, "3"), "0x87")
	w.aws("", "B-129", "iot", "set-default-policy-version", "--policy-name", "pump", "--policy-version-id", "1")
	mustBe(w.t, "publish, version 1", d.publish("open/a", 1, false, "4"), "ok")
	mustBe(w.t, "arrives", d.receive(w.t), "open/a 4")
}

// detach takes the policy away and gives it back.
func (w workshop) detach(d *device5, arn string) {
	w.t.Helper()
	w.aws("", "A-232", "iot", "detach-policy", "--policy-name", "pump", "--target", arn)
	mustBe(w.t, "publish, detached", d.publish("open/a", 1, false, "5"), "0x87")
	explained(w.t, w.e, cause{client: "pump-7", operation: trace.PublishIn, action: policy.Publish})
	w.aws("", "A-232", "iot", "attach-policy", "--policy-name", "pump", "--target", arn)
	mustBe(w.t, "publish, attached again", d.publish("open/a", 1, false, "6"), "ok")
}

// testAuthorization asks about one action of a principal that has one policy;
// want begins with the decision, then the variables without a value.
func (w workshop) testAuthorization(principal, policyJSON, action, resource string, want ...string) {
	w.t.Helper()
	info, err := json.Marshal(map[string]any{"actionType": action, "resources": []string{"arn:aws:iot:us-east-1:000000000000:" + resource}})
	must(w.t, err)
	missing, err := json.Marshal(want[1:])
	must(w.t, err)
	says := map[string]string{want[0]: policyJSON}
	w.aws(`{"authResults": [{"authInfo": `+string(info)+`, "authDecision": "`+want[0]+`", "missingContextValues": `+string(missing)+`,
		"allowed": {"policies": [`+says["ALLOWED"]+`]}, "denied": {"implicitDeny": {"policies": [`+says["IMPLICIT_DENY"]+`]}, "explicitDeny": {"policies": []}}}]}`,
		"A-194, A-335", "iot", "test-authorization", "--principal", principal, "--auth-infos", string(info))
}

// TestCLIAuthorizedDevice: an authorizer that is changed counts from the next
// connect, and TestAuthorization knows whom it admitted.
func TestCLIAuthorizedDevice(t *testing.T) {
	t.Parallel()
	open, shut := make(chan sdkEvent, 10), make(chan sdkEvent, 10)
	noting := func(events chan sdkEvent, document string) emulator.LambdaFunc {
		answer := granting(json.RawMessage(document))
		return func(ctx context.Context, text []byte) ([]byte, error) {
			var event sdkEvent
			err := json.Unmarshal(text, &event)
			events <- event
			if err != nil {
				return nil, err
			}
			return answer(ctx, text)
		}
	}
	w := newWorkshop(t, emulator.Options{Functions: map[string]emulator.LambdaFunc{"open": noting(open, thingPolicy),
		"shut": noting(shut, shutPolicy)}})
	const function = "arn:aws:lambda:us-east-1:000000000000:function:"
	const named = `{"authorizerName": "door", "authorizerArn": "arn:aws:iot:us-east-1:000000000000:authorizer/door"}`
	w.aws(named, "A-56", "iot", "create-authorizer", "--authorizer-name", "door", "--authorizer-function-arn", function+"open",
		"--signing-disabled", "--status", "ACTIVE")
	d := dial5(t, w.e, "tls", "guest", "x?x-amz-customauthorizer-name=door", "")
	mustBe(t, "connect", d.connect(), "ok")
	principal := w.e.Clients()[0].PrincipalID
	w.testAuthorization(principal, `{"policyName": "LambdaPolicy-0"}`, "PUBLISH", "topic/open/a", "ALLOWED")
	w.testAuthorization(principal, `{"policyName": "LambdaPolicy-0"}`, "RECEIVE", "topic/shut/a", "IMPLICIT_DENY",
		"iot:Connection.Thing.ThingName", "iot:Connection.Thing.Attributes[site]")
	w.refused("InvalidRequestException", "Invalid principal type", "A-195, A-331", "iot", "test-authorization", "--principal", "nobody",
		"--auth-infos",
		"actionType=CONNECT,resources=arn:aws:iot:us-east-1:000000000000:client/guest")

	w.aws(named, "A-65", "iot", "update-authorizer", "--authorizer-name", "door", "--authorizer-function-arn", function+"shut")
	mustBe(t, "publish, connected before", d.publish("open/a", 1, false, "1"), "ok")
	d.disconnect()
	mustBe(t, "connect again", d.connect(), "ok")
	mustBe(t, "publish, connected after", d.publish("open/a", 1, false, "2"), "0x87")
	if len(open) != 1 || len(shut) != 1 {
		t.Errorf("got %d and %d invocations, want 1 and 1 (A-151)", len(open), len(shut))
	}
	w.aws(named, "A-59", "iot", "update-authorizer", "--authorizer-name", "door", "--status", "INACTIVE")
	mustBe(t, "an INACTIVE one", dial5(t, w.e, "tls", "late", "x?x-amz-customauthorizer-name=door", "").connect(), "0x87")
	explained(t, w.e, cause{client: "late", operation: trace.AuthNError, reason: "CUSTOM_AUTHORIZER_NOT_FOUND"})

	<-shut // that of the connect
	w.aws(`{"isAuthenticated": true, "principalId": "^.+", "refreshAfterInSeconds": "^[0-9]+", "disconnectAfterInSeconds": "^[0-9]+", "policyDocuments": ["^.*iot:Connect.*"]}`,
		"A-186, A-193", "iot", "test-invoke-authorizer", "--authorizer-name", "door", "--mqtt-context", `{"username": "alice", "password": "`+
			w.blob("test")+`", "clientId": "guest"}`)
	if got := (<-shut).ProtocolData.MQTT; string(got.Password) != "test" || got.Username != "alice" || got.ClientID != "guest" {
		t.Errorf("got %s %s %s, want alice test guest (A-189)", got.Username, got.Password, got.ClientID)
	}
}

// TestDetachClosesMQTT3: who loses its policy is closed at its next publish, in
// MQTT 3.1.1; the change counts before the API answers [A-222, B-401].
func TestDetachClosesMQTT3(t *testing.T) {
	t.Parallel()
	e := emulator.Run(t, emulator.Options{})
	client := iotClient(e)
	made, err := client.CreateKeysAndCertificate(t.Context(), &iot.CreateKeysAndCertificateInput{SetAsActive: true})
	must(t, err)
	_, err = client.CreatePolicy(t.Context(), &iot.CreatePolicyInput{PolicyName: aws.String("all"),
		PolicyDocument: aws.String(`{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iot:*", "Resource": "*"}}`)})
	must(t, err)
	_, err = client.AttachPolicy(t.Context(), &iot.AttachPolicyInput{PolicyName: aws.String("all"), Target: made.CertificateArn})
	must(t, err)
	pair, err := tls.X509KeyPair([]byte(*made.CertificatePem), []byte(*made.KeyPair.PrivateKey))
	must(t, err)
	config := e.ClientTLS()
	config.Certificates = []tls.Certificate{pair}
	d := dial3At(t, "ssl://"+e.Addr(emulator.MQTTS), config, "pump-7", "", "")
	mustBe(t, "connect", d.connect(), "ok")
	mustBe(t, "publish", d.publish("a/b", 1, false, "1"), "ok")
	_, err = client.DetachPolicy(t.Context(), &iot.DetachPolicyInput{PolicyName: aws.String("all"), Target: made.CertificateArn})
	must(t, err)
	d.publish("a/b", 1, false, "2")
	mustBe(t, "after the publish", d.end(t), "closed")
}
