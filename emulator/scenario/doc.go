// Package scenario plays scenario files: who connects, what is published, and what must come
// of it, in MQTT's and AWS's words. docs/scenarios.md explains the format.
//
// It judges what clients see on the wire and, where the target has them, the trace, shadows
// and rules. It is no load generator, and it knows no broker from within: an [Emulator] and a
// [Broker] are targets, and each says what it can.
//
//	file, err := scenario.Load("fixtures/scenarios/receive.yaml")
//	r := scenario.Runner{Target: scenario.Emulator{}}
//	for result := range r.Play(ctx, file) {
//		fmt.Println(result.Text())
//	}
package scenario
