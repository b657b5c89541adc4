// Package trace keeps what was decided and why, and shows it to people and
// programs.
//
// It decides nothing and explains nothing: whoever refuses brings the reasons
// along. It is not the log, which is about the program; and nothing in it ever
// goes onto the wire, where all refusals look alike [B-407].
//
//	recorder := trace.New(trace.Options{OnEvent: func(e trace.Event) { log.Print(e.Text()) }})
//	recorder.Record(trace.Event{
//		Operation: trace.PublishIn,
//		Outcome:   trace.Refused,
//		Client:    "pump-7",
//		Cause:     cause.Cause{Reason: "AUTHORIZATION_FAILURE"},
//		Decision:  &decision,
//		Saw:       "PUBACK 0x87, connection kept (MQTT 5, QoS 1)",
//	})
//	for _, e := range recorder.Events(trace.Filter{Client: "pump-7"}) {
//
// # Rules
//
//   - nothing is refused or withheld silently: each refusal, failed
//     authentication and transport problem is an event, with what the log of AWS
//     hides [B-1203, guess]
//   - a withheld message is noticed by neither its subscriber nor its publisher
//     [B-217, B-430], so this is the one place that shows it; it
//     is counted per connection and topic, and a million of them are one event;
//     so are the notes about messages
//   - operations and reasons have the names CloudWatch gives them [A-175, A-178,
//     B-901, B-906]
//   - memory is bounded; the outcome with the most events gives up its oldest
//   - a reader never slows the broker down
//   - an [Event] has no field for a password, token, key or signature; those who
//     fill in Detail and Hint keep them out of there too
//
// # Forms
//
// [Event.Text] is for people, [Handler] serves JSON lines for programs. What a
// client chose is escaped in both, so that no client id forges a line.
// [CloudWatch] writes what AWS would log: it wants every operation, see
// [Options.Every], which else cost a counter ([Recorder.Allowed], [Recorder.Metrics]).
package trace
