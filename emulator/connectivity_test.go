package emulator_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iot"
	"github.com/aws/aws-sdk-go-v2/service/iot/types"

	"github.com/suback/suback/emulator"
)

// TestCLIConnectivity: AWS's command line turns the index on and asks for a device
// while it is connected and long after, whoever its principal is.
func TestCLIConnectivity(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t, emulator.Options{Authorizer: granting([]byte(allowAll))})
	w.aws(`{"thingName": "pump-7", "thingArn": "^arn:.*", "thingId": "^`+uuid+`"}`, "A-350", "iot", "create-thing", "--thing-name", "pump-7")
	get := []string{"iot", "get-thing-connectivity-data", "--thing-name", "pump-7"}
	w.refused("IndexNotReadyException", "thingConnectivityIndexingMode is OFF", "A-354, guess", get...)
	w.aws("", "A-353", "iot", "update-indexing-configuration", "--thing-indexing-configuration",
		"thingIndexingMode=REGISTRY,thingConnectivityIndexingMode=STATUS")

	w.aws(`{"thingName": "pump-7", "connected": false, "timestamp": "^1970-.+", "disconnectReason": "UNKNOWN"}`, "A-354", w.members(get)...)
	d := dial5(t, w.e, "tcp", "pump-7", "me", "secret")
	mustBe(t, "connect", d.connect(), "ok")
	w.aws(`{"thingName": "pump-7", "connected": true, "timestamp": "^20.+", "disconnectReason": "NONE"}`, "A-354", w.members(get)...)
	mustBe(t, "addresses and ports", w.sockets(), "pump-7 127.0.0.1 127.0.0.1 "+portOf(t, w.e, emulator.MQTT))
	d.disconnect()
	eventually(t, "the end of the connection", func() bool { return len(w.e.Clients()) == 0 })
	w.e.Advance(3 * time.Hour) // GetConnection has forgotten it [B-814]
	w.aws(`{"thingName": "pump-7", "connected": false, "timestamp": "^20.+", "disconnectReason": "CLIENT_INITIATED_DISCONNECT"}`, "A-354",
		w.members(get)...)
}

// members asks for those that command lines of any age know.
func (w workshop) members(command []string) []string {
	return append(command[:len(command):len(command)], "--query",
		"{thingName: thingName, connected: connected, timestamp: timestamp, disconnectReason: disconnectReason}")
}

// sockets asks for addresses and ports, which command lines of 2025 cannot.
func (w workshop) sockets() string {
	w.t.Helper()
	client := iotClient(w.e)
	_, err := client.UpdateIndexingConfiguration(w.t.Context(),
		&iot.UpdateIndexingConfigurationInput{ThingIndexingConfiguration: &types.ThingIndexingConfiguration{
			ThingIndexingMode: "REGISTRY", ThingConnectivityIndexingMode: "STATUS",
			Filter: &types.IndexingFilter{Connectivity: &types.ConnectivityFilter{
				IncludeSocketInformation: []types.FleetIndexingApi{"GET_THING_CONNECTIVITY_DATA"}}}}})
	must(w.t, err)
	out, err := client.GetThingConnectivityData(w.t.Context(), &iot.GetThingConnectivityDataInput{
		ThingName: aws.String("pump-7"), IncludeSocketInformation: aws.Bool(true)})
	must(w.t, err)
	return fmt.Sprint(aws.ToString(out.ClientId), " ", aws.ToString(out.SourceIp), " ", aws.ToString(out.TargetIp), " ",
		aws.ToInt32(out.TargetPort))
}
