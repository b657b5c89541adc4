// Package session keeps what outlives a packet: the sessions of client ids with
// their subscriptions and queues, shared groups, and retained messages.
//
// It routes a message to the sessions whose filters match and writes it to
// their connections. It does not decide who may receive: the connection brings
// that judgement along, in [Link.Allowed]. It knows no policy, no listener and
// no engine; of the engine it uses the names of packet types and properties alone.
//
//	all := session.New()
//	s, present := all.Open("pump-7", session.Terms{Version: 4})
//	s.Attach(session.Link{Window: 100, Allowed: mayReceive, Write: conn.Write})
//	s.Subscribe([]session.Subscription{{Filter: "pump/+/state", QoS: 1}}, sendSuback)
//	all.Publish(&session.Message{Topic: "pump/7/state", Payload: payload, QoS: 1})
//
// # How a message is delivered
//
//   - delivery QoS is the lower of publication and subscription [B-687]
//   - overlapping filters of one client deliver once, with the highest QoS [B-658, guess]
//   - every delivery is judged when it goes out: live, retained, queued, shared [B-216]
//   - a refused delivery is dropped for that client alone and not kept [B-217, B-433 guess]
//   - at most 100 unacknowledged QoS 1 messages per client, the rest waits in order [B-684]
//   - an offline persistent session keeps QoS 1 messages of QoS 1 subscriptions [B-705]
//   - what is not acknowledged is sent again every 30 seconds, and after a reconnect, in
//     order, DUP never set; see retry.go [B-685]
//   - a shared group hands a message to one online member; QoS 1 messages wait in
//     it while no member can take one [B-668, B-669]
//   - a message vanishes when its time has come, wherever it waits [B-694]
//   - what waited for a client comes at a pace, 10 messages per second on AWS, from a
//     group 20; see pace.go [B-669, B-705]
//   - what is not acknowledged in an hour, by MQTT 5 in 16 minutes, is given up [B-685]
//
// # What outlives the process
//
// [Open] keeps sessions with an expiry, their messages, groups and retained
// messages in a [store.Part]; [New] keeps all in memory. See store.go. A message is
// acknowledged to its publisher after [Sessions.Stored]; no kill takes it then.
//
// Rules carry the number they have in docs/behaviour.
package session
