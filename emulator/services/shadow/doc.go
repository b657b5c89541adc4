// Package shadow is the Device Shadow service: what desired and reported state of a
// thing is kept, and what a request to change, read or delete it is answered with.
//
// It knows nothing of MQTT and HTTP: who publishes its messages, who may ask, and what
// is written down of that is its caller's.
//
//	shadows, err := shadow.Open(shadow.Options{Now: time.Now})
//	...
//	out := shadows.Do(shadow.Request{ID: shadow.ID{Thing: "pump-7"}, Op: shadow.Update, Payload: payload},
//		func(out *shadow.Outcome) { // one of a shadow after the other
//			for _, m := range out.Messages {
//				publish(m.Topic, m.Payload)
//			}
//		})
//
// # A request
//
//   - topics.go: whose shadow, and what is asked [S-1, S-2, S-3]
//   - request.go: what a payload may say, checked in AWS's order [S-20 to S-29]
//   - document.go: the document with it, and whether that is too large, too deep or of
//     another version [S-25, S-26, S-37 to S-40]; merge.go, delta.go
//   - keep.go: the change is in the file
//   - answer.go: accepted, delta, documents, rejected [S-45 to S-73]
package shadow
