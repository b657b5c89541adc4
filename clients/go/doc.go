// Package suback runs Suback, AWS IoT Core's device gateway, in a container of Testcontainers, and says
// why a message does not come.
//
// It is for tests that need it in a container: beside other containers, or for an image of your own. A
// Go test that only needs a gateway has one without a container, by emulator.Run of
// github.com/suback/suback/emulator.
//
//	gateway, err := suback.Run(ctx, "suback", suback.WithConfig("suback.yaml", "policy.json"))
//	testcontainers.CleanupContainer(t, gateway)
//	…
//	addr, err := gateway.Addr(ctx, suback.MQTTS)
//	tls, err := gateway.ClientTLS(ctx, nil)
//	…
//	message := suback.Await(t, gateway.Account, "pump-7", "pumps/pump-7/set", messages)
package suback
