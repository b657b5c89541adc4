package emulator_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iot"
	"github.com/aws/aws-sdk-go-v2/service/iot/types"

	"github.com/suback/suback/emulator"
)

// TestLoggingOptions: what SetV2LoggingOptions and SetV2LoggingLevel say changes
// what is logged from the next event on.
func TestLoggingOptions(t *testing.T) {
	var group logGroup
	o := emulator.Embedded()
	o.CloudWatch = &group
	e := emulator.Run(t, o)
	client := iotClient(e)
	connects := func(id string) {
		d := dial(t, e, 4, "tcp", id, "me", "test")
		mustBe(t, "connect "+id, d.connect(), "ok")
		d.disconnect()
	}
	_, err := client.SetV2LoggingOptions(t.Context(), &iot.SetV2LoggingOptionsInput{
		DefaultLogLevel: types.LogLevelError, RoleArn: aws.String("arn:aws:iam::000000000000:role/logs")})
	if err != nil {
		t.Fatal(err)
	}
	connects("quiet")
	_, err = client.SetV2LoggingLevel(t.Context(), &iot.SetV2LoggingLevelInput{LogLevel: types.LogLevelInfo,
		LogTarget: &types.LogTarget{TargetType: types.LogTargetTypeClientId, TargetName: aws.String("loud")}})
	if err != nil {
		t.Fatal(err)
	}
	connects("loud")
	eventually(t, "the entry of loud", func() bool { return slices.Contains(group.of("loud", "eventType"), "Connect") })
	if got := group.of("quiet", "eventType"); len(got) > 0 {
		t.Errorf("got %q of a client below the level, want nothing (A-341)", got)
	}
}
