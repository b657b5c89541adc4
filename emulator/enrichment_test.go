package emulator_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/trace"
)

// TestCLIEnrichment: what AWS's command line says of a thing and its type comes to
// mosquitto_sub as user properties, whatever version the device speaks; a change
// counts for the connections there are [A-352, B-696, B-698].
func TestCLIEnrichment(t *testing.T) {
	needMosquitto(t)
	t.Parallel()
	w := newWorkshop(t, emulator.Options{Authorizer: granting(json.RawMessage(allowAll))})
	arn, config, files := w.pump()

	sub := start(t, nil, "mosquitto_sub", append(mosquittoArgs(t, w.e, emulator.MQTT, "5", "sub"), "-t", "t/#", "-q", "1", "-F", "%p|%P")...)
	subscribed(t, w.e, "sub")
	for _, version := range []string{"311", "5"} {
		args := append([]string{"-h", "localhost", "-p", portOf(t, w.e, emulator.MQTTS), "-V", version, "-i", "pump-7", "-q", "1", "-t", "t/1",
			"-m", version}, files...)
		if version == "5" {
			args = append(args, "-D", "PUBLISH", "user-property", "site", "own")
		}
		if out, code := mosquitto(t, "mosquitto_pub", args...); code != 0 {
			t.Fatalf("mosquitto_pub -V %s: got exit code %d, want 0\n%s", version, code, out)
		}
	}
	sub.until("311|site:osaka client:pump-7")
	sub.until("5|site:own site:osaka client:pump-7")
	mustBe(t, "what is left out", w.notes("pump-7", "B-696")[0],
		`the user property "rack" is added to no message: thing "pump-7" has no attribute "rack", which its type "pump" propagates`)

	d := dial3At(t, "ssl://"+w.e.Addr(emulator.MQTTS), config, "pump-7", "", "")
	mustBe(t, "connect", d.connect(), "ok")
	for i, tt := range []struct {
		change []string
		want   string
	}{
		{nil, "site:osaka client:pump-7"},
		{[]string{"update-thing", "--thing-name", "pump-7", "--attribute-payload", `{"attributes": {"rack": "4"}, "merge": true}`},
			"site:osaka rack:4 client:pump-7"},
		{[]string{"deprecate-thing-type", "--thing-type-name", "pump"}, "site:osaka rack:4 client:pump-7"},
		{[]string{"update-thing-type", "--thing-type-name", "pump", "--thing-type-properties",
			`{"mqtt5Configuration": {"propagatingAttributes": [{"userPropertyKey": "name", "connectionAttribute": "iot:Thing.ThingName"}]}}`},
			"name:pump-7"},
		{[]string{"detach-thing-principal", "--thing-name", "pump-7", "--principal", arn}, ""},
		{[]string{"attach-thing-principal", "--thing-name", "pump-7", "--principal", arn}, "name:pump-7"},
		{[]string{"update-thing", "--thing-name", "pump-7", "--remove-thing-type"}, ""},
	} {
		if tt.change != nil {
			w.aws("", "A-352", append([]string{"iot"}, tt.change...)...)
		}
		payload := fmt.Sprint("message ", i)
		mustBe(t, "publish", d.publish("t/2", 1, false, payload), "ok")
		sub.until(payload + "|")
		if line := sub.seen[len(sub.seen)-1]; line != payload+"|"+tt.want {
			t.Errorf("after %v: got %q, want the user properties %q (B-698)", tt.change, line, tt.want)
		}
	}
	mustBe(t, "what the detached one loses", w.notes("pump-7", "B-697")[0],
		`the propagating attributes of thing type "pump" are added to no message: thing "pump-7" exists, but the principal is not attached to it`)
	w.refused("InvalidRequestException", "Can only update mqtt5Configuration.", "A-352", "iot", "update-thing-type", "--thing-type-name",
		"pump",
		"--thing-type-properties", "searchableAttributes=site")
}

// TestNotEnriched: who authenticates otherwise is told why nothing is added [B-697].
func TestNotEnriched(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t, emulator.Options{Authorizer: granting(json.RawMessage(allowAll))})
	w.pump()
	d := dial5(t, w.e, "tcp", "pump-7", "me", "secret")
	mustBe(t, "connect", d.connect(), "ok")
	mustBe(t, "subscribe", d.subscribe("t"), "ok")
	mustBe(t, "publish", d.publish("t", 1, false, "x"), "ok")
	mustBe(t, "arrives", d.receive(t), "t x")
	mustBe(t, "why", w.notes("pump-7", "B-697")[0],
		`the propagating attributes of thing type "pump" are added to no message: AWS propagates them only for a client that authenticated with a certificate`)
}

// pump makes pump-7 of a type that propagates three attributes, two of which it has,
// and a certificate that is attached to it. args are mosquitto_pub's for it.
func (w workshop) pump() (arn string, config *tls.Config, args []string) {
	w.t.Helper()
	const properties = `{"propagatingAttributes": [{"userPropertyKey": "site", "thingAttribute": "site"},
		{"userPropertyKey": "rack", "thingAttribute": "rack"}, {"userPropertyKey": "client", "connectionAttribute": "iot:ClientId"}]}`
	w.aws(`{"thingTypeName": "pump", "thingTypeArn": "^arn:.*", "thingTypeId": "^`+uuid+`"}`, "A-352",
		"iot", "create-thing-type", "--thing-type-name", "pump", "--thing-type-properties", `{"mqtt5Configuration": `+properties+`}`)
	w.aws(`{"thingTypeName": "pump", "thingTypeArn": "^arn:.*", "thingTypeId": "^`+uuid+`", "thingTypeMetadata": {"deprecated": false, "creationDate": "^.+"},
		"thingTypeProperties": {"searchableAttributes": [], "mqtt5Configuration": `+properties+`}}`, "A-352", "iot", "describe-thing-type", "--thing-type-name", "pump")
	w.aws(`{"thingName": "pump-7", "thingArn": "^arn:.*", "thingId": "^`+uuid+`"}`, "A-350",
		"iot", "create-thing", "--thing-name", "pump-7", "--thing-type-name", "pump", "--attribute-payload", `{"attributes": {"site": "osaka"}}`)
	arn, _, config = w.certificate()
	w.aws(`{"policyName": "all", "policyArn": "^arn:.*", "policyDocument": `+quoted(allowAll)+`, "policyVersionId": "1"}`, "A-331",
		"iot", "create-policy", "--policy-name", "all", "--policy-document", allowAll)
	w.aws("", "A-232", "iot", "attach-policy", "--policy-name", "all", "--target", arn)
	w.aws("", "B-325", "iot", "attach-thing-principal", "--thing-name", "pump-7", "--principal", arn)

	pair := config.Certificates[0]
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	must(w.t, err)
	for name, block := range map[string]*pem.Block{"cert": {Type: "CERTIFICATE", Bytes: pair.Certificate[0]},
		"key": {Type: "PRIVATE KEY", Bytes: key}} {
		file := filepath.Join(w.folder, name+".pem")
		must(w.t, os.WriteFile(file, pem.EncodeToMemory(block), 0o600))
		args = append(args, "--"+name, file)
	}
	return arn, config, append(args, "--cafile", caFile(w.t, w.e))
}

// notes are the NOTEs about a client that name a rule.
func (w workshop) notes(client, rule string) []string {
	var all []string
	for _, ev := range w.e.Trace().Events(trace.Filter{Client: client, Outcome: trace.Note}) {
		if strings.Join(ev.Rules, " ") == rule && ev.Hint != "" {
			all = append(all, ev.Detail)
		}
	}
	return append(all, "none")
}
