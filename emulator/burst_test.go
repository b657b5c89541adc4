package emulator_test

import (
	"bufio"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator"
)

// TestBurst: a subscriber over WebSocket that asks only its socket whether there is
// more, as AWSIoTPythonSDK does, has all that is published at once; without
// SNI before Python 3.12, as the SDK.
func TestBurst(t *testing.T) {
	const messages, within = 20, 5 * time.Second
	e := emulator.Run(t, emulator.Options{Authorizer: granting([]byte(everythingBut)), Config: &emulator.Config{
		Policies:    []emulator.Policy{{PolicyName: "all", PolicyDocument: everythingBut}},
		Credentials: []emulator.Credential{{AccessKeyID: "AKIALOCAL", SecretAccessKey: "secret", Policies: []string{"all"}}},
	}})
	seed, err := filepath.Abs("../fixtures/seeds/004")
	must(t, err)
	environment := []string{"PYTHONPATH=" + seed + "/local:" + seed + "/standin", "SUBACK_HTTPS_ADDR=" + e.Addr(emulator.HTTPS),
		"PYTHONDONTWRITEBYTECODE=1"}
	subscriber := start(t, environment, pythonWithBoto3(t), "testdata/burst.py", caFile(t, e), "open/burst", "AKIALOCAL", "secret")
	subscriber.until("subscribed")

	for qos := range 2 {
		publisher := dialed(t, wires(e)["tcp"])
		_, err := io.WriteString(publisher, connectPacket(4, fmt.Sprint("publisher", qos), "", "", "", ""))
		must(t, err)
		connack(t, bufio.NewReader(publisher))
		var burst strings.Builder
		for i := range messages {
			head := text("open/burst")
			if qos == 1 {
				head += string([]byte{0, byte(i + 1)})
			}
			burst.WriteString(packet(0x30|byte(qos<<1), fmt.Sprintf("%sQoS %d, %d", head, qos, i)))
		}
		begin := time.Now()
		_, err = io.WriteString(publisher, burst.String())
		must(t, err)
		for i := range messages {
			subscriber.until(fmt.Sprintf("QoS %d, %d", qos, i))
		}
		if took := time.Since(begin); took > within {
			t.Errorf("QoS %d: %d messages took %v, want all within %v (A-42, F-27)", qos, messages, took, within)
		}
	}
}
