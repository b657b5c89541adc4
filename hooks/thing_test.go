package hooks_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/hooks"
)

// Events name the thing whose principal is attached to no other, the log any
// thing [A-176, B-823, B-904].
func TestThingName(t *testing.T) {
	for _, exclusive := range []bool{false, true} {
		t.Run(fmt.Sprint("exclusive ", exclusive), func(t *testing.T) {
			records := trace.New(trace.Options{})
			grant := func(_ context.Context, r authn.Request) (*authn.Grant, error) {
				document, err := policy.Parse("d", []byte(policyOf(string(r.Password))))
				return &authn.Grant{PrincipalID: "tester", Documents: []*policy.Document{document}, ThingName: "pump-7", Exclusive: exclusive}, err
			}
			addr := serve(t, hooks.New(hooks.Options{Authenticate: grant, Trace: records, Region: "us-east-1", Account: "000000000000"}),
				"mqtt")["mqtt"]
			device := func(id string) *device {
				d := dialBare(t, addr, 5)
				d.send(connect{id: id, password: "all"}.packet(5))
				d.connack()
				return d
			}
			w := device("listener")
			w.subscribed(0, "$aws/events/+/+/dev")
			d := device("dev")
			d.subscribed(0, "t")
			d.send(d.unsubscribe(2, "t"))
			d.receive()
			d.disconnect()
			refused := dialBare(t, addr, 5)
			refused.send(connect{id: "dev", password: "Publish=*"}.packet(5))
			refused.expectEnd(connackWith(0x87, "Client is not authenticated/authorized to send the message"), "A-182")

			want := map[bool]string{true: `{"clientId":"dev","thingName":"pump-7","timestamp":now,`,
				false: `{"clientId":"dev","timestamp":now,`}[exclusive]
			for _, event := range []string{"connected", "subscribed", "unsubscribed", "disconnected", "connect_failed"} {
				if topic, got, _ := w.event(); !strings.HasSuffix(topic, event+"/dev") || !strings.HasPrefix(got, want) {
					t.Errorf("got %s on %s, want it to begin with %s (B-823)", got, topic, want)
				}
			}
			connects := records.Events(trace.Filter{Client: "dev", Outcome: trace.Allowed})
			if len(connects) == 0 || connects[0].Connection.ThingName != "pump-7" {
				t.Errorf("got %+v, want the thing of a Connect (A-176, B-904)", connects)
			}
		})
	}
}
