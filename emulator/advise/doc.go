// Package advise judges a device that connects to a running gateway, as AWS IoT Device Advisor
// does: case by case it provokes the device with faults, looks at each packet that it sends,
// and says what it made of that, with the times and packets that were seen. It is no client
// of MQTT: the device is the user's, and runs as it always does.
//
//	results, err := advise.Run(ctx, advise.Options{URL: "http://localhost:4566", Client: "pump-7"})
//
// # Rules
//
//   - cases have the names and the criteria of Device Advisor, where it has them; the others
//     say so
//   - what a device did is judged by functions of what was seen alone: judge_*.go, delays.go
//   - what the device had no occasion for is not seen, which is no failure; the verdict says
//     what it would have to do
//   - the faults of a case are taken back at its end, whatever ends it
package advise
