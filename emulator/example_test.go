package emulator_test

import (
	"context"
	"fmt"
	"log"

	paho "github.com/eclipse/paho.mqtt.golang"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/trace"
)

// A program starts an emulator with an authorizer of its own. In a test,
// emulator.Run does the starting and the closing.
func Example() {
	authorizer := func(context.Context, []byte) ([]byte, error) {
		return []byte(`{"isAuthenticated": true, "principalId": "pump", "policyDocuments": [{
			"Version": "2012-10-17",
			"Statement": [
				{"Effect": "Allow", "Action": "iot:Connect", "Resource": "arn:aws:iot:us-east-1:000000000000:client/${iot:ClientId}"},
				{"Effect": "Allow", "Action": "iot:Publish", "Resource": "arn:aws:iot:us-east-1:000000000000:topic/pump/7/data/*"}]}]}`), nil
	}
	e, err := emulator.New(emulator.Options{Authorizer: authorizer})
	if err != nil {
		log.Fatal(err)
	}
	if err := e.Start(context.Background()); err != nil {
		log.Fatal(err)
	}
	defer e.Close()

	tls := e.ClientTLS()
	tls.NextProtos = []string{"mqtt"} // as on AWS's port 443
	lost := make(chan error, 1)
	client := paho.NewClient(paho.NewClientOptions().AddBroker("ssl://" + e.Addr(emulator.HTTPS)).SetTLSConfig(tls).
		SetClientID("pump-7").SetAutoReconnect(false).
		SetConnectionLostHandler(func(_ paho.Client, err error) { lost <- err }))
	if token := client.Connect(); token.Wait() && token.Error() != nil {
		log.Fatal(token.Error())
	}
	client.Publish("pump/7/state", 1, false, "on")
	fmt.Println("the client sees:", <-lost)

	for _, ev := range e.Trace().Events(trace.Filter{Outcome: trace.Refused}) {
		fmt.Println("the trace says: ", ev.Action, "on", ev.Topic, ev.Reason)
		fmt.Println("                ", ev.Hint)
	}
	// Output:
	// the client sees: EOF
	// the trace says:  iot:Publish on pump/7/state AUTHORIZATION_FAILURE
	//                  LambdaPolicy[0].Statement[1] allows iot:Publish on topic/pump/7/data/*, the device publishes to topic/pump/7/state
}
