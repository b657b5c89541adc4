// Package tap tells who asks what goes over the connections of a client, packet by packet, as
// long as it is asked for. It is no trace: it keeps nothing, explains nothing, and has none of
// what is secret in a CONNECT.
//
//	set := tap.New()
//	r, err := set.Open("pump-7")
//	defer r.Close()
//	for p, err := r.Next(ctx); err == nil; p, err = r.Next(ctx) { … }
//
// # Rules
//
//   - while nobody asks nothing is paid: Wants is one look at a number
//   - who puts a packet never waits; a reader that is too slow loses the newest packets, and a
//     packet LOST in their place says how many
package tap
